-- What the movements of marked goods say is owed beyond what was declared. One officer proposes it
-- with its documents, another confirms it, and only then is it charged; or refuses it with a reason.
CREATE TABLE proposed_assessments (
    proposal_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    taxpayer_id  text NOT NULL REFERENCES taxpayers,
    tax          text NOT NULL,
    month        date NOT NULL CHECK (extract(day FROM month) = 1),
    expected     numeric(18, 2) NOT NULL,
    declared     numeric(18, 2) NOT NULL,
    assessed     numeric(18, 2) NOT NULL,
    amount       numeric(18, 2) NOT NULL CHECK (amount > 0),
    details      jsonb NOT NULL,
    content_hash text NOT NULL CHECK (length(content_hash) = 64),
    pack         text NOT NULL,
    pack_hash    text NOT NULL,
    due_on       date NOT NULL,
    proposed_on  date NOT NULL DEFAULT business_day(),
    proposed_by  text NOT NULL DEFAULT current_setting('kazyna.actor'),
    proposed_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (amount = expected - declared - assessed),
    UNIQUE (proposal_id, proposed_by)
);
CREATE INDEX proposed_assessments_of_month ON proposed_assessments (month, taxpayer_id, tax);

-- `proposed_by` stands here again so that the two names can be compared in the row itself.
CREATE TABLE proposal_decisions (
    proposal_id bigint PRIMARY KEY,
    proposed_by text NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('confirmed', 'refused')),
    note        text NOT NULL DEFAULT '',
    decided_on  date NOT NULL DEFAULT business_day(),
    decided_by  text NOT NULL DEFAULT current_setting('kazyna.actor'),
    decided_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (decision = 'confirmed' OR btrim(note) <> ''),
    CONSTRAINT second_person CHECK (decided_by <> proposed_by),
    FOREIGN KEY (proposal_id, proposed_by)
        REFERENCES proposed_assessments (proposal_id, proposed_by)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proposed_assessments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proposal_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON proposed_assessments, proposal_decisions TO kazyna_officer, kazyna_auditor;
GRANT INSERT (taxpayer_id, tax, month, expected, declared, assessed, amount, details, content_hash,
              pack, pack_hash, due_on) ON proposed_assessments TO kazyna_officer;
GRANT INSERT (proposal_id, proposed_by, decision, note) ON proposal_decisions TO kazyna_officer;
ALTER TABLE proposed_assessments ENABLE ROW LEVEL SECURITY;
ALTER TABLE proposal_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON proposed_assessments FOR SELECT TO kazyna_officer, kazyna_auditor
    USING (true);
CREATE POLICY officers ON proposed_assessments FOR INSERT TO kazyna_officer WITH CHECK (true);
CREATE POLICY staff ON proposal_decisions FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY officers ON proposal_decisions FOR INSERT TO kazyna_officer WITH CHECK (true);
