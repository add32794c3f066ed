-- Fines: proposed by one officer with article and grounds, imposed by another, objected to in time,
-- and decided by somebody who did neither. What was done stands in events; they are never changed.

CREATE TABLE fines (
    fine_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    taxpayer_id  text NOT NULL REFERENCES taxpayers,
    tax          text NOT NULL,
    period       integer NOT NULL,
    offence      text NOT NULL,
    law          text NOT NULL,
    grounds      text NOT NULL CHECK (btrim(grounds) <> ''),
    amount       bigint NOT NULL CHECK (amount > 0),
    proposed_on  date NOT NULL DEFAULT business_day(),
    proposed_by  text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    status       text NOT NULL DEFAULT 'proposed',
    -- What it asks for now: lowered by a decision on an objection.
    standing     bigint CHECK (standing >= 0),
    imposed_on   date,
    imposed_by   text,
    due_on       date,
    object_until date,
    entry_id     bigint
);
-- Nobody is fined twice for one thing.
CREATE UNIQUE INDEX fines_once ON fines (taxpayer_id, tax, period, offence)
    WHERE status NOT IN ('refused', 'cancelled');

CREATE TABLE fine_events (
    event_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fine_id      bigint NOT NULL REFERENCES fines,
    to_status    text NOT NULL CHECK (to_status IN
        ('imposed', 'refused', 'objected', 'confirmed', 'reduced', 'cancelled')),
    standing     bigint,
    due_on       date,
    object_until date,
    entry_id     bigint,
    reason       text NOT NULL,
    happened_on  date NOT NULL DEFAULT business_day(),
    actor        text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (to_status = 'imposed' OR btrim(reason) <> ''),
    CHECK ((to_status = 'imposed') = (due_on IS NOT NULL)),
    CHECK ((to_status IN ('imposed', 'reduced')) = (entry_id IS NOT NULL))
);

CREATE FUNCTION move_fine() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before fines;
    needed text;
BEGIN
    SELECT * INTO before FROM fines WHERE fine_id = NEW.fine_id FOR UPDATE;
    needed := CASE WHEN NEW.to_status IN ('imposed', 'refused') THEN 'proposed'
                   WHEN NEW.to_status = 'objected' THEN 'imposed' ELSE 'objected' END;
    IF before.status IS DISTINCT FROM needed THEN
        PERFORM refuse(format('The fine %s is %s already.', NEW.fine_id, before.status));
    END IF;
    IF NEW.to_status <> 'objected' AND NEW.actor IN (before.proposed_by, before.imposed_by) THEN
        PERFORM refuse('Who proposed or imposed a fine does not decide on it: another must sign.');
    END IF;
    UPDATE fines SET
        status = NEW.to_status,
        standing = CASE WHEN NEW.to_status = 'cancelled' THEN 0
                        ELSE coalesce(NEW.standing, standing) END,
        due_on = coalesce(NEW.due_on, due_on),
        object_until = coalesce(NEW.object_until, object_until),
        entry_id = coalesce(NEW.entry_id, entry_id),
        imposed_on = CASE WHEN NEW.to_status = 'imposed' THEN NEW.happened_on ELSE imposed_on END,
        imposed_by = CASE WHEN NEW.to_status = 'imposed' THEN NEW.actor ELSE imposed_by END
    WHERE fine_id = NEW.fine_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_fine BEFORE INSERT ON fine_events
    FOR EACH ROW EXECUTE FUNCTION move_fine();
REVOKE EXECUTE ON FUNCTION move_fine() FROM PUBLIC;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fine_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON fines, fine_events TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (taxpayer_id, tax, period, offence, law, grounds, amount) ON fines TO kazyna_officer;
GRANT INSERT (fine_id, to_status, standing, due_on, object_until, entry_id, reason) ON fine_events
    TO kazyna_officer;
GRANT INSERT (fine_id, to_status, reason) ON fine_events TO kazyna_taxpayer;

ALTER TABLE fines ENABLE ROW LEVEL SECURITY;
ALTER TABLE fine_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON fines TO kazyna_officer, kazyna_auditor USING (true);
-- A proposal is the office's own until it is imposed.
CREATE POLICY own ON fines FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer() AND status NOT IN ('proposed', 'refused'));
CREATE POLICY staff ON fine_events TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON fine_events FOR SELECT TO kazyna_taxpayer
    USING (fine_id IN (SELECT fine_id FROM fines));
CREATE POLICY objects ON fine_events FOR INSERT TO kazyna_taxpayer
    WITH CHECK (to_status = 'objected' AND fine_id IN (SELECT fine_id FROM fines));
