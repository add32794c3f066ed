-- After the decision on an objection the taxpayer may go on to a higher body. What that body decides
-- is recorded with its document; what was filed and decided stays.

CREATE TABLE bill_appeals (
    appeal_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    objection_id   bigint NOT NULL REFERENCES bill_objections,
    body           text NOT NULL,
    law            text NOT NULL,
    contested      numeric(18, 2) NOT NULL,
    claimed        numeric(18, 2) NOT NULL CHECK (claimed >= 0),
    grounds        text NOT NULL CHECK (btrim(grounds) <> ''),
    evidence       text NOT NULL DEFAULT '',
    answer_by      date,
    filed_on       date NOT NULL DEFAULT business_day(),
    filed_by       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    status         text NOT NULL DEFAULT 'filed',
    decided_amount numeric(18, 2),
    decided_on     date,
    -- Taken off the debt by the decision itself, beyond what the object's facts explain.
    lowered        numeric(18, 2) NOT NULL DEFAULT 0 CHECK (lowered >= 0),
    CHECK (claimed <> contested)
);
CREATE UNIQUE INDEX bill_appeals_open ON bill_appeals (objection_id) WHERE status = 'filed';
CREATE INDEX bill_appeals_of_objection ON bill_appeals (objection_id);

CREATE TABLE bill_appeal_events (
    event_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    appeal_id      bigint NOT NULL REFERENCES bill_appeals,
    to_status      text NOT NULL
        CHECK (to_status IN ('upheld', 'partly_upheld', 'rejected', 'withdrawn')),
    decided_amount numeric(18, 2),
    lowered        numeric(18, 2) NOT NULL DEFAULT 0,
    entry_id       bigint,
    decided_on     date NOT NULL DEFAULT business_day(),
    document       text NOT NULL DEFAULT '',
    reason         text NOT NULL DEFAULT '',
    actor          text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((to_status = 'withdrawn') = (decided_amount IS NULL)),
    CHECK (to_status = 'withdrawn' OR (btrim(document) <> '' AND btrim(reason) <> '')),
    CHECK ((lowered > 0) = (entry_id IS NOT NULL))
);

CREATE FUNCTION move_bill_appeal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before bill_appeals;
BEGIN
    SELECT * INTO before FROM bill_appeals WHERE appeal_id = NEW.appeal_id FOR UPDATE;
    IF before.status IS DISTINCT FROM 'filed' THEN
        PERFORM refuse(format('The appeal %s is %s already.', NEW.appeal_id, before.status));
    END IF;
    UPDATE bill_appeals SET status = NEW.to_status, decided_amount = NEW.decided_amount,
        lowered = NEW.lowered,
        decided_on = CASE WHEN NEW.to_status <> 'withdrawn' THEN NEW.decided_on END
    WHERE appeal_id = NEW.appeal_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_bill_appeal BEFORE INSERT ON bill_appeal_events
    FOR EACH ROW EXECUTE FUNCTION move_bill_appeal();
REVOKE EXECUTE ON FUNCTION move_bill_appeal() FROM PUBLIC;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_appeal_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON bill_appeals, bill_appeal_events TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (objection_id, body, law, contested, claimed, grounds, evidence, answer_by)
    ON bill_appeals TO kazyna_taxpayer, kazyna_officer;
GRANT INSERT (appeal_id, to_status, decided_amount, lowered, entry_id, decided_on, document, reason)
    ON bill_appeal_events TO kazyna_officer;
GRANT INSERT (appeal_id, to_status, reason) ON bill_appeal_events TO kazyna_taxpayer;
ALTER TABLE bill_appeals ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_appeal_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON bill_appeals TO kazyna_officer, kazyna_auditor USING (true);
-- An objection is seen by whose it is alone, and so are the appeals from it.
CREATE POLICY own ON bill_appeals TO kazyna_taxpayer
    USING (objection_id IN (SELECT objection_id FROM bill_objections))
    WITH CHECK (objection_id IN (SELECT objection_id FROM bill_objections));
CREATE POLICY staff ON bill_appeal_events TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON bill_appeal_events FOR SELECT TO kazyna_taxpayer
    USING (appeal_id IN (SELECT appeal_id FROM bill_appeals));
CREATE POLICY withdrawing ON bill_appeal_events FOR INSERT TO kazyna_taxpayer
    WITH CHECK (to_status = 'withdrawn' AND appeal_id IN (SELECT appeal_id FROM bill_appeals));

-- Disputes about two bills of one tax and year suspend it both; the end of one ends its own alone.
-- And some laws hold back only the part that is in dispute.
DROP INDEX suspensions_open;
CREATE UNIQUE INDEX suspensions_open ON suspensions (tax, taxpayer_id, period, reason)
    WHERE last_day IS NULL;
ALTER TABLE suspensions
    ADD COLUMN disputed bigint CHECK (disputed > 0),
    -- Interest stands still for a debt, not for a part of it.
    ADD CHECK (disputed IS NULL OR NOT interest_pauses);
