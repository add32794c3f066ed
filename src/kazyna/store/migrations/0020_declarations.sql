-- What taxpayers declare of a month, for the taxes that they reckon themselves. A declaration is
-- never changed: a correction is the next version, and the latest one stands.
CREATE TABLE declarations (
    declaration_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    taxpayer_id    text NOT NULL REFERENCES taxpayers,
    tax            text NOT NULL,
    month          date NOT NULL CHECK (extract(day FROM month) = 1),
    version        integer NOT NULL CHECK (version > 0),
    content_hash   text NOT NULL CHECK (length(content_hash) = 64),
    amount         numeric(18, 2) NOT NULL,
    due_on         date NOT NULL,
    pack           text NOT NULL,
    pack_hash      text NOT NULL,
    reason         text NOT NULL DEFAULT '',
    filed_on       date NOT NULL DEFAULT business_day(),
    filed_by       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    filed_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (taxpayer_id, tax, month, version),
    CHECK ((version > 1) = (btrim(reason) <> ''))
);
CREATE INDEX declarations_of_month ON declarations (tax, month);

CREATE TABLE declaration_lines (
    declaration_id bigint NOT NULL REFERENCES declarations,
    line           integer NOT NULL CHECK (line > 0),
    declared       jsonb NOT NULL,
    steps          jsonb NOT NULL,
    amount         numeric(18, 2) NOT NULL,
    PRIMARY KEY (declaration_id, line)
);

-- The version of each declaration that stands.
CREATE VIEW standing_declarations WITH (security_invoker = true) AS
    SELECT DISTINCT ON (taxpayer_id, tax, month) * FROM declarations
    ORDER BY taxpayer_id, tax, month, version DESC;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON declarations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON declaration_lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON declarations, declaration_lines, standing_declarations
    TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (taxpayer_id, tax, month, version, content_hash, amount, due_on, pack, pack_hash,
              reason) ON declarations TO kazyna_taxpayer, kazyna_officer;
GRANT INSERT ON declaration_lines TO kazyna_taxpayer, kazyna_officer;

ALTER TABLE declarations ENABLE ROW LEVEL SECURITY;
ALTER TABLE declaration_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON declarations FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY counter ON declarations FOR INSERT TO kazyna_officer WITH CHECK (true);
CREATE POLICY own ON declarations TO kazyna_taxpayer USING (taxpayer_id = acting_taxpayer());
CREATE POLICY staff ON declaration_lines FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY counter ON declaration_lines FOR INSERT TO kazyna_officer WITH CHECK (true);
CREATE POLICY own ON declaration_lines TO kazyna_taxpayer
    USING (declaration_id IN (SELECT declaration_id FROM declarations));
