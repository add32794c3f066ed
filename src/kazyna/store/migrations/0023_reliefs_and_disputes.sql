-- Reliefs: claimed by the holder of an object, granted by an officer, ended. What is granted is a
-- fact of the register in two times, as all that bills rest on.
CREATE TABLE relief_claims (
    claim_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    taxpayer_id text NOT NULL REFERENCES taxpayers,
    object_id   text NOT NULL REFERENCES objects,
    input       text NOT NULL,
    value       text NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date,
    evidence    text NOT NULL CHECK (btrim(evidence) <> ''),
    status      text NOT NULL DEFAULT 'claimed'
        CHECK (status IN ('claimed', 'granted', 'refused', 'ended')),
    claimed_on  date NOT NULL DEFAULT business_day(),
    claimed_by  text NOT NULL DEFAULT current_setting('kazyna.actor'),
    claimed_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX relief_claims_open ON relief_claims (taxpayer_id, object_id, input)
    WHERE status IN ('claimed', 'granted');

CREATE TABLE relief_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO relief_transitions VALUES
    ('claimed', 'granted'), ('claimed', 'refused'), ('granted', 'ended');

CREATE TABLE relief_events (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    claim_id    bigint NOT NULL REFERENCES relief_claims,
    from_status text NOT NULL,
    to_status   text NOT NULL,
    document    text NOT NULL CHECK (btrim(document) <> ''),
    happened_on date NOT NULL DEFAULT business_day(),
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (from_status, to_status) REFERENCES relief_transitions
);

CREATE TABLE relief_facts (
    claim_id    bigint NOT NULL REFERENCES relief_claims,
    taxpayer_id text NOT NULL,
    object_id   text NOT NULL REFERENCES objects,
    input       text NOT NULL,
    value       text NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date,
    known_from  bigint NOT NULL REFERENCES register_changes,
    known_to    bigint REFERENCES register_changes,
    PRIMARY KEY (claim_id, known_from),
    CHECK (valid_to > valid_from),
    CHECK (known_to > known_from)
);
CREATE INDEX relief_facts_of_taxpayer ON relief_facts (taxpayer_id);
CREATE TRIGGER close_once BEFORE UPDATE ON relief_facts
    FOR EACH ROW EXECUTE FUNCTION close_once();

-- Objections to bills. While one is open the part in dispute is not chased.
CREATE TABLE bill_objections (
    objection_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roll_id        bigint NOT NULL,
    bill_no        bigint NOT NULL,
    taxpayer_id    text NOT NULL REFERENCES taxpayers,
    contested      numeric(18, 2) NOT NULL,
    claimed        numeric(18, 2) NOT NULL CHECK (claimed >= 0),
    grounds        text NOT NULL CHECK (btrim(grounds) <> ''),
    evidence       text NOT NULL DEFAULT '',
    status         text NOT NULL DEFAULT 'filed'
        CHECK (status IN ('filed', 'upheld', 'partly_upheld', 'rejected', 'withdrawn')),
    decided_amount numeric(18, 2),
    filed_on       date NOT NULL DEFAULT business_day(),
    answer_by      date NOT NULL,
    filed_by       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    filed_at       timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (roll_id, bill_no) REFERENCES bills,
    CHECK (claimed <> contested)
);
CREATE UNIQUE INDEX bill_objections_open ON bill_objections (roll_id, bill_no)
    WHERE status = 'filed';
CREATE INDEX bill_objections_of_taxpayer ON bill_objections (taxpayer_id);

CREATE TABLE bill_objection_events (
    event_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    objection_id   bigint NOT NULL REFERENCES bill_objections,
    to_status      text NOT NULL
        CHECK (to_status IN ('upheld', 'partly_upheld', 'rejected', 'withdrawn')),
    decided_amount numeric(18, 2),
    reason         text NOT NULL,
    happened_on    date NOT NULL DEFAULT business_day(),
    actor          text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((to_status = 'withdrawn') = (decided_amount IS NULL)),
    CHECK (to_status = 'withdrawn' OR btrim(reason) <> '')
);

CREATE FUNCTION move_relief() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    current_status text;
BEGIN
    SELECT status INTO current_status FROM relief_claims WHERE claim_id = NEW.claim_id FOR UPDATE;
    IF current_status IS DISTINCT FROM NEW.from_status THEN
        RAISE EXCEPTION 'the claim is %, not %', current_status, NEW.from_status
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE relief_claims SET status = NEW.to_status WHERE claim_id = NEW.claim_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_relief BEFORE INSERT ON relief_events
    FOR EACH ROW EXECUTE FUNCTION move_relief();

CREATE FUNCTION move_bill_objection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    current_status text;
BEGIN
    SELECT status INTO current_status FROM bill_objections
    WHERE objection_id = NEW.objection_id FOR UPDATE;
    IF current_status IS DISTINCT FROM 'filed' THEN
        RAISE EXCEPTION 'the objection is %', current_status
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE bill_objections SET status = NEW.to_status, decided_amount = NEW.decided_amount
    WHERE objection_id = NEW.objection_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_bill_objection BEFORE INSERT ON bill_objection_events
    FOR EACH ROW EXECUTE FUNCTION move_bill_objection();
REVOKE EXECUTE ON FUNCTION move_relief(), move_bill_objection() FROM PUBLIC;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON relief_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_objection_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON relief_claims, relief_events, relief_facts, relief_transitions, bill_objections,
    bill_objection_events TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (taxpayer_id, object_id, input, value, valid_from, valid_to, evidence)
    ON relief_claims TO kazyna_taxpayer, kazyna_officer;
GRANT INSERT (claim_id, from_status, to_status, document) ON relief_events TO kazyna_officer;
GRANT INSERT ON relief_facts TO kazyna_officer;
GRANT UPDATE (known_to) ON relief_facts TO kazyna_officer;
GRANT INSERT (roll_id, bill_no, taxpayer_id, contested, claimed, grounds, evidence, answer_by)
    ON bill_objections TO kazyna_taxpayer, kazyna_officer;
GRANT INSERT (objection_id, to_status, decided_amount, reason) ON bill_objection_events
    TO kazyna_taxpayer, kazyna_officer;

ALTER TABLE relief_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE relief_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE relief_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_objections ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_objection_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON relief_claims TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON relief_claims TO kazyna_taxpayer USING (taxpayer_id = acting_taxpayer())
    WITH CHECK (taxpayer_id = acting_taxpayer()
                AND object_id IN (SELECT property_id FROM holdings));
CREATE POLICY staff ON relief_events TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON relief_events FOR SELECT TO kazyna_taxpayer
    USING (claim_id IN (SELECT claim_id FROM relief_claims));
CREATE POLICY staff ON relief_facts TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON relief_facts FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
CREATE POLICY staff ON bill_objections TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON bill_objections TO kazyna_taxpayer USING (taxpayer_id = acting_taxpayer())
    WITH CHECK (taxpayer_id = acting_taxpayer()
                AND EXISTS (SELECT FROM bills WHERE bills.roll_id = bill_objections.roll_id
                            AND bills.bill_no = bill_objections.bill_no));
CREATE POLICY staff ON bill_objection_events TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON bill_objection_events FOR SELECT TO kazyna_taxpayer
    USING (objection_id IN (SELECT objection_id FROM bill_objections));
-- A taxpayer may take an objection back, and decides nothing.
CREATE POLICY withdrawing ON bill_objection_events FOR INSERT TO kazyna_taxpayer
    WITH CHECK (to_status = 'withdrawn'
                AND objection_id IN (SELECT objection_id FROM bill_objections));
