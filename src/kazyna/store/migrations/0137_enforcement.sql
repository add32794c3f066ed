-- The ladder goes on after the order: measures of enforcement, each for the debts that were late when
-- it was imposed. Where the law asks for two persons the database does too.

-- What may be chased on a day: debts past their due day, without what is suspended or in dispute, and
-- without accounts with a plan that runs or waits.
CREATE FUNCTION chased_debts(on_day date)
RETURNS TABLE (account text, overdue bigint, late_since date) LANGUAGE sql STABLE AS $$
    WITH held AS (
        SELECT 'receivable:' || tax || ':' || taxpayer_id AS account, period,
               bool_or(disputed IS NULL) AS whole, sum(disputed) AS part
        FROM suspensions WHERE first_day <= on_day AND (last_day IS NULL OR last_day >= on_day)
        GROUP BY 1, 2
    ), years AS (
        SELECT items.account, sum(balance) - coalesce(min(part), 0) AS overdue,
               min(due_on) AS late_since
        FROM items LEFT JOIN held USING (account, period)
        WHERE due_on < on_day AND balance > 0 AND whole IS NOT TRUE
        GROUP BY items.account, period
    )
    SELECT years.account, sum(years.overdue)::bigint, min(years.late_since)
    FROM years WHERE years.overdue > 0 AND NOT EXISTS (
        SELECT FROM plans
        WHERE plans.account = years.account AND status IN ('applied', 'running'))
    GROUP BY years.account
$$;

CREATE TABLE enforcement_measures (
    measure_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account     text NOT NULL REFERENCES accounts,
    -- The oldest due day when it was proposed: the ladder to which it belongs.
    late_since  date NOT NULL,
    step        integer NOT NULL CHECK (step >= 0),
    name        text NOT NULL,
    law         text NOT NULL,
    amount      bigint NOT NULL CHECK (amount > 0),
    two_persons boolean NOT NULL,
    grounds     text NOT NULL CHECK (btrim(grounds) <> ''),
    proposed_on date NOT NULL DEFAULT business_day(),
    proposed_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    status      text NOT NULL DEFAULT 'proposed',
    imposed_on  date,
    imposed_by  text,
    ended_on    date
);
CREATE UNIQUE INDEX enforcement_once ON enforcement_measures (account, late_since, step)
    WHERE status <> 'refused';

CREATE TABLE enforcement_events (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    measure_id  bigint NOT NULL REFERENCES enforcement_measures,
    to_status   text NOT NULL CHECK (to_status IN ('imposed', 'refused', 'lifted')),
    document    text NOT NULL DEFAULT '',
    reason      text NOT NULL DEFAULT '',
    happened_on date NOT NULL DEFAULT business_day(),
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (to_status = 'imposed' OR btrim(reason) <> '')
);

CREATE FUNCTION move_measure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before enforcement_measures;
    needed text := CASE WHEN NEW.to_status = 'lifted' THEN 'imposed' ELSE 'proposed' END;
BEGIN
    SELECT * INTO before FROM enforcement_measures WHERE measure_id = NEW.measure_id FOR UPDATE;
    IF before.status IS DISTINCT FROM needed THEN
        PERFORM refuse(format('The measure %s is %s, not %s.', NEW.measure_id, before.status,
                              needed));
    END IF;
    IF before.two_persons AND NEW.to_status <> 'lifted' AND NEW.actor = before.proposed_by THEN
        PERFORM refuse('Who proposed a measure does not impose it: another must sign.');
    END IF;
    UPDATE enforcement_measures SET
        status = NEW.to_status,
        imposed_on = CASE WHEN NEW.to_status = 'imposed' THEN NEW.happened_on ELSE imposed_on END,
        imposed_by = CASE WHEN NEW.to_status = 'imposed' THEN NEW.actor ELSE imposed_by END,
        ended_on = CASE WHEN NEW.to_status <> 'imposed' THEN NEW.happened_on END
    WHERE measure_id = NEW.measure_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_measure BEFORE INSERT ON enforcement_events
    FOR EACH ROW EXECUTE FUNCTION move_measure();
REVOKE EXECUTE ON FUNCTION move_measure() FROM PUBLIC;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON enforcement_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON enforcement_measures, enforcement_events
    TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (account, late_since, step, name, law, amount, two_persons, grounds)
    ON enforcement_measures TO kazyna_officer;
GRANT INSERT (measure_id, to_status, document, reason) ON enforcement_events TO kazyna_officer;
ALTER TABLE enforcement_measures ENABLE ROW LEVEL SECURITY;
ALTER TABLE enforcement_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON enforcement_measures TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON enforcement_events TO kazyna_officer, kazyna_auditor USING (true);
-- A proposal is the office's own until it is imposed.
CREATE POLICY own ON enforcement_measures FOR SELECT TO kazyna_taxpayer
    USING (account IN (SELECT account FROM accounts) AND status IN ('imposed', 'lifted'));
CREATE POLICY own ON enforcement_events FOR SELECT TO kazyna_taxpayer
    USING (measure_id IN (SELECT measure_id FROM enforcement_measures));
