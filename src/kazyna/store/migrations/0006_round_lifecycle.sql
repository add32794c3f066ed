-- The life of a valuation round, values set by hand, and objections. Everything that happens is a
-- row that is added and never changed; the state of a round or an objection follows its events.

ALTER TABLE rounds DROP CONSTRAINT rounds_status_check;
ALTER TABLE rounds ADD CONSTRAINT rounds_status_check CHECK (status IN (
    'draft', 'frozen', 'published', 'objections', 'approved', 'in_force', 'superseded',
    'withdrawn'));
ALTER TABLE rounds
    ADD COLUMN opens_on      date,
    ADD COLUMN closes_on     date,
    ADD COLUMN manifest_hash text,
    ADD CHECK (closes_on >= opens_on),
    ADD CHECK (status <> 'objections' OR closes_on IS NOT NULL);
-- Two values of one property for one date that are open to all would be two truths.
DROP INDEX rounds_published;
CREATE UNIQUE INDEX rounds_published ON rounds (valuation_date)
    WHERE status IN ('published', 'objections', 'approved', 'in_force');

-- Which state may follow which.
CREATE TABLE round_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO round_transitions VALUES
    ('draft', 'frozen'), ('frozen', 'published'), ('published', 'objections'),
    ('objections', 'approved'), ('approved', 'in_force'), ('in_force', 'superseded'),
    ('draft', 'withdrawn'), ('frozen', 'withdrawn'), ('published', 'withdrawn'),
    ('objections', 'withdrawn');

CREATE TABLE round_events (
    event_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    round_id      bigint NOT NULL REFERENCES rounds,
    from_status   text,
    to_status     text NOT NULL,
    happened_on   date NOT NULL,
    note          text NOT NULL DEFAULT '',
    opens_on      date,
    closes_on     date,
    manifest_hash text,
    actor         text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((to_status = 'objections') = (opens_on IS NOT NULL)),
    CHECK ((opens_on IS NULL) = (closes_on IS NULL)),
    CHECK ((to_status = 'frozen') = (manifest_hash IS NOT NULL)),
    FOREIGN KEY (from_status, to_status) REFERENCES round_transitions
);
CREATE INDEX round_events_of_round ON round_events (round_id);
INSERT INTO round_events (round_id, to_status, happened_on, note, actor, recorded_at)
    SELECT round_id, status, created_at::date, 'recorded before rounds had states', created_by,
           created_at
    FROM rounds;

CREATE TABLE objections (
    objection_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    round_id        bigint NOT NULL,
    property_id     text NOT NULL,
    taxpayer_id     text NOT NULL REFERENCES taxpayers,
    contested_value numeric(18, 2) NOT NULL,
    claimed_value   numeric(18, 2) NOT NULL CHECK (claimed_value > 0),
    kind            text NOT NULL CHECK (
        kind IN ('sale_price', 'characteristic', 'comparable', 'condition', 'other')),
    grounds         text NOT NULL CHECK (btrim(grounds) <> ''),
    evidence        text NOT NULL,
    filed_on        date NOT NULL,
    answer_by       date NOT NULL,
    filed_by        text NOT NULL DEFAULT current_setting('kazyna.actor'),
    filed_at        timestamptz NOT NULL DEFAULT now(),
    status          text NOT NULL DEFAULT 'filed' CHECK (status IN (
        'filed', 'under_review', 'upheld', 'partly_upheld', 'rejected', 'withdrawn')),
    decided_value   numeric(18, 2),
    CHECK (claimed_value <> contested_value),
    CHECK (answer_by >= filed_on),
    FOREIGN KEY (round_id, property_id) REFERENCES values
);
CREATE UNIQUE INDEX objections_open ON objections (round_id, property_id, taxpayer_id)
    WHERE status IN ('filed', 'under_review');
CREATE INDEX objections_of_taxpayer ON objections (taxpayer_id);

CREATE TABLE objection_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO objection_transitions VALUES
    ('filed', 'under_review'), ('under_review', 'upheld'), ('under_review', 'partly_upheld'),
    ('under_review', 'rejected'), ('filed', 'withdrawn'), ('under_review', 'withdrawn'),
    -- The second signature was refused: the decision is to be made again.
    ('upheld', 'under_review'), ('partly_upheld', 'under_review');

CREATE TABLE objection_events (
    event_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    objection_id  bigint NOT NULL REFERENCES objections,
    from_status   text NOT NULL,
    to_status     text NOT NULL,
    happened_on   date NOT NULL,
    decided_value numeric(18, 2),
    note          text NOT NULL DEFAULT '',
    actor         text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((to_status IN ('upheld', 'partly_upheld', 'rejected')) = (decided_value IS NOT NULL)),
    CHECK (decided_value IS NULL OR btrim(note) <> ''),
    FOREIGN KEY (from_status, to_status) REFERENCES objection_transitions
);
CREATE INDEX objection_events_of_objection ON objection_events (objection_id);

-- A value set by hand beside the model's, which stays. It counts from the second signature on.
CREATE TABLE overrides (
    override_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    round_id       bigint NOT NULL,
    property_id    text NOT NULL,
    previous_value numeric(18, 2) NOT NULL,
    value          numeric(18, 2) NOT NULL CHECK (value > 0),
    reason         text NOT NULL CHECK (btrim(reason) <> ''),
    evidence       text NOT NULL CHECK (btrim(evidence) <> ''),
    objection_id   bigint REFERENCES objections,
    proposed_on    date NOT NULL,
    proposed_by    text NOT NULL DEFAULT current_setting('kazyna.actor'),
    proposed_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (value <> previous_value),
    UNIQUE (override_id, proposed_by),
    FOREIGN KEY (round_id, property_id) REFERENCES values
);
CREATE INDEX overrides_of_property ON overrides (round_id, property_id);

-- `proposed_by` stands here again so that the two names can be compared in the row itself.
CREATE TABLE override_decisions (
    override_id bigint PRIMARY KEY,
    proposed_by text NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('confirmed', 'refused')),
    note        text NOT NULL DEFAULT '',
    decided_on  date NOT NULL,
    decided_by  text NOT NULL DEFAULT current_setting('kazyna.actor'),
    decided_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT second_person CHECK (decided_by <> proposed_by),
    FOREIGN KEY (override_id, proposed_by) REFERENCES overrides (override_id, proposed_by)
);

CREATE VIEW settled_overrides WITH (security_invoker = true) AS
    SELECT DISTINCT ON (round_id, property_id)
           round_id, property_id, override_id, value, reason, objection_id
    FROM overrides JOIN override_decisions USING (override_id)
    WHERE decision = 'confirmed'
    ORDER BY round_id, property_id, override_id DESC;

-- What counts: the value set by hand where there is one, else the model's.
CREATE VIEW effective_values WITH (security_invoker = true) AS
    SELECT v.round_id, v.property_id, coalesce(o.value, v.value) AS value,
           v.value AS model_value, v.low, v.high, v.base,
           CASE WHEN o.value IS NULL THEN v.per_m2 ELSE round(v.per_m2 * o.value / v.value, 2) END
               AS per_m2,
           v.reasons, v.comparables, o.override_id, o.reason AS override_reason
    FROM values AS v
    LEFT JOIN settled_overrides AS o
        ON o.round_id = v.round_id AND o.property_id = v.property_id;

-- What happened stays: not even the owner of the tables changes it.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what happened is never changed: record what happens next'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON round_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON objection_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON overrides
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON override_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- No role may write a state; it follows the event, which is checked here once more.
CREATE FUNCTION move_round() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    current_status text;
BEGIN
    SELECT status INTO current_status FROM rounds WHERE round_id = NEW.round_id FOR UPDATE;
    IF NEW.from_status IS NULL THEN
        IF NEW.to_status <> 'draft' OR current_status <> 'draft'
           OR EXISTS (SELECT FROM round_events WHERE round_id = NEW.round_id) THEN
            RAISE EXCEPTION 'a round begins once, as a draft'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF current_status IS DISTINCT FROM NEW.from_status THEN
        RAISE EXCEPTION 'the round is %, not %', current_status, NEW.from_status
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.to_status = 'approved' AND (
        EXISTS (SELECT FROM round_events
                WHERE round_id = NEW.round_id AND actor = NEW.actor
                  AND to_status IN ('frozen', 'published'))
        OR EXISTS (SELECT FROM objections
                   WHERE round_id = NEW.round_id AND status IN ('filed', 'under_review'))
        OR EXISTS (SELECT FROM overrides LEFT JOIN override_decisions USING (override_id)
                   WHERE round_id = NEW.round_id AND decision IS NULL)
    ) THEN
        RAISE EXCEPTION 'a round is approved by a second person when nothing in it is open'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE rounds
    SET status = NEW.to_status,
        opens_on = coalesce(NEW.opens_on, opens_on),
        closes_on = coalesce(NEW.closes_on, closes_on),
        manifest_hash = coalesce(NEW.manifest_hash, manifest_hash)
    WHERE round_id = NEW.round_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_round BEFORE INSERT ON round_events
    FOR EACH ROW EXECUTE FUNCTION move_round();

CREATE FUNCTION move_objection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    current_status text;
BEGIN
    SELECT status INTO current_status FROM objections
    WHERE objection_id = NEW.objection_id FOR UPDATE;
    IF current_status IS DISTINCT FROM NEW.from_status THEN
        RAISE EXCEPTION 'the objection is %, not %', current_status, NEW.from_status
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE objections SET status = NEW.to_status, decided_value = NEW.decided_value
    WHERE objection_id = NEW.objection_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_objection BEFORE INSERT ON objection_events
    FOR EACH ROW EXECUTE FUNCTION move_objection();
REVOKE EXECUTE ON FUNCTION move_round(), move_objection() FROM PUBLIC;

-- A draft is the valuers' own; what was published stays readable, also after it is superseded.
ALTER POLICY staff ON rounds TO kazyna_valuer, kazyna_auditor;
ALTER POLICY staff ON values TO kazyna_valuer, kazyna_auditor;
ALTER POLICY staff ON study_sales TO kazyna_valuer, kazyna_auditor;
ALTER POLICY published ON rounds
    TO kazyna_public, kazyna_taxpayer, kazyna_participant, kazyna_officer
    USING (status IN ('published', 'objections', 'approved', 'in_force', 'superseded'));
ALTER POLICY published ON values
    TO kazyna_public, kazyna_taxpayer, kazyna_participant, kazyna_officer;
ALTER POLICY published ON study_sales
    TO kazyna_public, kazyna_taxpayer, kazyna_participant, kazyna_officer;
CREATE POLICY begins_as_draft ON rounds AS RESTRICTIVE FOR INSERT WITH CHECK (status = 'draft');
CREATE POLICY of_a_draft ON values AS RESTRICTIVE FOR INSERT
    WITH CHECK (round_id IN (SELECT round_id FROM rounds WHERE status = 'draft'));
CREATE POLICY of_a_draft ON study_sales AS RESTRICTIVE FOR INSERT
    WITH CHECK (round_id IN (SELECT round_id FROM rounds WHERE status = 'draft'));

-- The name of who acts is the transaction's, never the statement's: its column is not granted.
GRANT SELECT ON round_events TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor;
GRANT INSERT (round_id, from_status, to_status, happened_on, note, opens_on, closes_on,
              manifest_hash) ON round_events TO kazyna_valuer;
GRANT SELECT ON round_transitions, objection_transitions TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor;
GRANT SELECT ON objections, objection_events TO
    kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_auditor;
GRANT INSERT (round_id, property_id, taxpayer_id, contested_value, claimed_value, kind, grounds,
              evidence, filed_on, answer_by) ON objections TO kazyna_taxpayer, kazyna_officer;
GRANT INSERT (objection_id, from_status, to_status, happened_on, decided_value, note)
    ON objection_events TO kazyna_taxpayer, kazyna_officer, kazyna_valuer;
GRANT SELECT ON overrides, override_decisions TO kazyna_valuer, kazyna_auditor;
-- The evidence and the names stay in the office.
GRANT SELECT (override_id, round_id, property_id, previous_value, value, reason, objection_id,
              proposed_on) ON overrides
    TO kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_participant;
GRANT SELECT (override_id, decision, decided_on) ON override_decisions
    TO kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_participant;
GRANT INSERT (round_id, property_id, previous_value, value, reason, evidence, objection_id,
              proposed_on) ON overrides TO kazyna_valuer;
GRANT INSERT (override_id, proposed_by, decision, note, decided_on) ON override_decisions
    TO kazyna_valuer;
GRANT SELECT ON settled_overrides, effective_values TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor;

ALTER TABLE round_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE objections ENABLE ROW LEVEL SECURITY;
ALTER TABLE objection_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE overrides ENABLE ROW LEVEL SECURITY;
ALTER TABLE override_decisions ENABLE ROW LEVEL SECURITY;

CREATE POLICY staff ON round_events TO kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY published ON round_events FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_participant, kazyna_officer
    USING (round_id IN (SELECT round_id FROM rounds));

CREATE POLICY staff ON objections FOR SELECT
    TO kazyna_officer, kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY own ON objections FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
-- A taxpayer sees own holdings only, so this lets nobody object in another's name; an officer
-- takes objections at the counter.
CREATE POLICY filing ON objections FOR INSERT TO kazyna_taxpayer, kazyna_officer
    WITH CHECK (
        EXISTS (SELECT FROM holdings AS held
                WHERE held.property_id = objections.property_id
                  AND held.taxpayer_id = objections.taxpayer_id
                  AND held.held_from <= filed_on
                  AND (held.held_to IS NULL OR held.held_to > filed_on))
        AND EXISTS (SELECT FROM rounds
                    WHERE rounds.round_id = objections.round_id AND rounds.status = 'objections'
                      AND filed_on BETWEEN rounds.opens_on AND rounds.closes_on)
    );
CREATE POLICY staff ON objection_events FOR SELECT
    TO kazyna_officer, kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY own ON objection_events FOR SELECT TO kazyna_taxpayer
    USING (objection_id IN (SELECT objection_id FROM objections));
CREATE POLICY deciding ON objection_events FOR INSERT TO kazyna_valuer
    WITH CHECK (to_status <> 'withdrawn');
CREATE POLICY withdrawing ON objection_events FOR INSERT TO kazyna_taxpayer, kazyna_officer
    WITH CHECK (
        to_status = 'withdrawn' AND objection_id IN (SELECT objection_id FROM objections)
    );

CREATE POLICY staff ON overrides TO kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY settled ON overrides FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_participant
    USING (
        round_id IN (SELECT round_id FROM rounds)
        AND override_id IN (
            SELECT override_id FROM override_decisions WHERE decision = 'confirmed')
    );
CREATE POLICY of_an_open_round ON overrides AS RESTRICTIVE FOR INSERT
    WITH CHECK (round_id IN (
        SELECT round_id FROM rounds WHERE status IN ('frozen', 'published', 'objections')));
CREATE POLICY staff ON override_decisions TO kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY settled ON override_decisions FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_participant
    USING (decision = 'confirmed');
CREATE POLICY of_an_open_round ON override_decisions AS RESTRICTIVE FOR INSERT
    WITH CHECK (override_id IN (
        SELECT override_id FROM overrides JOIN rounds USING (round_id)
        WHERE rounds.status IN ('frozen', 'published', 'objections')));
