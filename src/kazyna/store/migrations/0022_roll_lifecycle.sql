-- Rolls have a life: drafted, issued, corrected, withdrawn. A bill never changes; what a correction
-- makes of it is a version beside it, and every step of a roll is an event that stays.

-- The very law by which a roll was computed, so that it can be computed again years later.
CREATE TABLE laws (
    pack_hash   text PRIMARY KEY CHECK (length(pack_hash) = 64),
    pack        text NOT NULL,
    content     bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE rolls
    ALTER COLUMN round_id DROP NOT NULL,
    ADD COLUMN status text NOT NULL DEFAULT 'draft'
        CHECK (status IN ('draft', 'issued', 'withdrawn', 'discarded')),
    -- The change of the register up to which it, or its last correction, takes account.
    ADD COLUMN known_change bigint NOT NULL DEFAULT 0,
    ADD COLUMN content_hash text,
    ADD COLUMN issued_on date,
    DROP CONSTRAINT rolls_tax_year_key;
UPDATE rolls SET status = 'issued', issued_on = issued_at::date;
CREATE UNIQUE INDEX rolls_standing ON rolls (tax, year) WHERE status IN ('draft', 'issued');

ALTER TABLE bills
    ALTER COLUMN value DROP NOT NULL,
    ADD COLUMN inputs jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN place text NOT NULL DEFAULT '',
    ADD COLUMN payer_name text,
    ADD COLUMN issued_on date;
UPDATE bills SET inputs = jsonb_build_object('value', value::text);

CREATE TABLE draft_bills (
    roll_id     bigint NOT NULL REFERENCES rolls,
    bill_no     bigint NOT NULL,
    property_id text NOT NULL,
    taxpayer_id text,
    share       numeric(9, 8) NOT NULL,
    value       numeric(18, 2),
    place       text NOT NULL,
    inputs      jsonb NOT NULL,
    steps       jsonb NOT NULL,
    amount      numeric(18, 2) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (roll_id, bill_no)
);

CREATE TABLE roll_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO roll_transitions VALUES
    ('draft', 'issued'), ('draft', 'discarded'), ('issued', 'issued'), ('issued', 'withdrawn');

-- An event from 'issued' to 'issued' is a correction.
CREATE TABLE roll_events (
    event_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roll_id      bigint NOT NULL REFERENCES rolls,
    from_status  text NOT NULL,
    to_status    text NOT NULL,
    happened_on  date NOT NULL DEFAULT business_day(),
    note         text NOT NULL DEFAULT '',
    known_change bigint NOT NULL,
    pack_hash    text NOT NULL,
    content_hash text,
    bills        integer NOT NULL,
    difference   numeric(24, 2) NOT NULL,
    actor        text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (from_status, to_status) REFERENCES roll_transitions,
    CHECK (from_status = 'draft' OR btrim(note) <> '')
);
CREATE INDEX roll_events_of_roll ON roll_events (roll_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON roll_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE bill_versions (
    roll_id    bigint NOT NULL,
    bill_no    bigint NOT NULL,
    version    integer NOT NULL CHECK (version > 1),
    event_id   bigint NOT NULL REFERENCES roll_events,
    share      numeric(9, 8) NOT NULL,
    value      numeric(18, 2),
    inputs     jsonb NOT NULL,
    steps      jsonb NOT NULL,
    amount     numeric(18, 2) NOT NULL CHECK (amount >= 0),
    difference numeric(18, 2) NOT NULL,
    PRIMARY KEY (roll_id, bill_no, version),
    FOREIGN KEY (roll_id, bill_no) REFERENCES bills
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bill_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bills
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Bills as they stand after all corrections; of a withdrawn roll nothing is asked for.
CREATE VIEW standing_bills WITH (security_invoker = true) AS
    SELECT bills.roll_id, bills.bill_no, reference, property_id, taxpayer_id, payer_name, place,
           bills.issued_on, coalesce(latest.version, 1) AS version,
           coalesce(latest.share, bills.share) AS share,
           CASE WHEN latest.version IS NULL THEN bills.value ELSE latest.value END AS value,
           coalesce(latest.inputs, bills.inputs) AS inputs,
           coalesce(latest.steps, bills.steps) AS steps,
           coalesce(latest.amount, bills.amount) AS amount
    FROM bills LEFT JOIN (
        SELECT DISTINCT ON (roll_id, bill_no) * FROM bill_versions
        ORDER BY roll_id, bill_no, version DESC
    ) AS latest ON latest.roll_id = bills.roll_id AND latest.bill_no = bills.bill_no;

-- No role may write a state; it follows the event, which is checked here once more.
CREATE FUNCTION move_roll() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    current_status text;
BEGIN
    SELECT status INTO current_status FROM rolls WHERE roll_id = NEW.roll_id FOR UPDATE;
    IF current_status IS DISTINCT FROM NEW.from_status THEN
        RAISE EXCEPTION 'the roll is %, not %', current_status, NEW.from_status
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE rolls
    SET status = NEW.to_status, known_change = NEW.known_change,
        total = total + CASE WHEN NEW.from_status = 'draft' THEN 0 ELSE NEW.difference END,
        bills = CASE WHEN NEW.to_status = 'issued' THEN NEW.bills ELSE bills END,
        content_hash = coalesce(content_hash, NEW.content_hash),
        issued_on = coalesce(issued_on, CASE WHEN NEW.to_status = 'issued'
                                             THEN NEW.happened_on END),
        pack_hash = NEW.pack_hash
    WHERE roll_id = NEW.roll_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_roll BEFORE INSERT ON roll_events
    FOR EACH ROW EXECUTE FUNCTION move_roll();
REVOKE EXECUTE ON FUNCTION move_roll() FROM PUBLIC;

REVOKE INSERT ON rolls FROM kazyna_officer;
GRANT INSERT (tax, year, round_id, pack, pack_hash, law_on, due_on, bills, total, known_change)
    ON rolls TO kazyna_officer;
GRANT SELECT, INSERT, DELETE ON draft_bills TO kazyna_officer;
GRANT SELECT ON draft_bills TO kazyna_auditor;
GRANT SELECT ON roll_transitions, roll_events, bill_versions, standing_bills
    TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (roll_id, from_status, to_status, note, known_change, pack_hash, content_hash, bills,
              difference) ON roll_events TO kazyna_officer;
GRANT INSERT ON bill_versions TO kazyna_officer;
GRANT SELECT ON laws TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (pack_hash, pack, content) ON laws TO kazyna_officer;

ALTER TABLE rolls ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft_bills ENABLE ROW LEVEL SECURITY;
ALTER TABLE roll_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE bill_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON rolls TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY published ON rolls FOR SELECT TO kazyna_public, kazyna_taxpayer, kazyna_valuer
    USING (status IN ('issued', 'withdrawn'));
CREATE POLICY begins_as_draft ON rolls AS RESTRICTIVE FOR INSERT WITH CHECK (status = 'draft');
CREATE POLICY staff ON draft_bills TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON roll_events TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY published ON roll_events FOR SELECT TO kazyna_taxpayer USING (true);
CREATE POLICY staff ON bill_versions TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON bill_versions FOR SELECT TO kazyna_taxpayer
    USING (EXISTS (SELECT FROM bills WHERE bills.roll_id = bill_versions.roll_id
                   AND bills.bill_no = bill_versions.bill_no));
