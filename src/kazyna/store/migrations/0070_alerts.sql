-- Alerts about marked goods, the evidence of each, and the cases in which people look into them.
-- What was raised and what happened in a case is a row that is added and never changed; the state
-- of a case follows its events, and the state of an alert follows its case.

CREATE TABLE alerts (
    alert_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule         text NOT NULL CHECK (rule ~ '^[a-z][a-z0-9_]{0,63}$'),
    -- The same finding, found again, has the same key.
    evidence_key text NOT NULL CHECK (length(evidence_key) BETWEEN 1 AND 200),
    severity     text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    title        jsonb NOT NULL CHECK (title ?& ARRAY['en', 'ru', 'ky']),
    reason       jsonb NOT NULL CHECK (reason ?& ARRAY['en', 'ru', 'ky']),
    subject_kind text NOT NULL CHECK (
        subject_kind IN ('code', 'package', 'lot', 'device', 'participant')),
    subject      text NOT NULL CHECK (btrim(subject) <> ''),
    gtin         text,
    lot          text,
    participant  text,
    facility     text,
    device       text,
    happened_at  timestamptz NOT NULL,
    raised_on    date NOT NULL,
    raised_by    text NOT NULL DEFAULT current_setting('kazyna.actor'),
    raised_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (rule, evidence_key)
);
CREATE INDEX alerts_of_participant ON alerts (participant, alert_id);
CREATE INDEX alerts_of_subject ON alerts (subject_kind, subject);

-- As it was when the alert was raised, so that the evidence outlives the log it was found in.
CREATE TABLE alert_evidence (
    alert_id    bigint NOT NULL REFERENCES alerts,
    ordinal     integer NOT NULL,
    source      text NOT NULL CHECK (source IN ('event', 'scan', 'document')),
    reference   text NOT NULL CHECK (reference <> ''),
    kind        text NOT NULL,
    happened_at timestamptz,
    participant text,
    facility    text,
    device      text,
    document    text,
    lon         double precision CHECK (lon BETWEEN -180 AND 180),
    lat         double precision CHECK (lat BETWEEN -90 AND 90),
    PRIMARY KEY (alert_id, ordinal)
);

CREATE TABLE alert_cases (
    case_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title     text NOT NULL CHECK (btrim(title) <> ''),
    status    text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'under_review', 'closed')),
    assignee  text,
    outcome   text CHECK (
        outcome IN ('fraud', 'mistake_of_participant', 'false_alert', 'not_proved')),
    opened_on date NOT NULL,
    opened_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    opened_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((status = 'closed') = (outcome IS NOT NULL)),
    CHECK (status <> 'under_review' OR assignee IS NOT NULL)
);

-- An alert is looked into once.
CREATE TABLE alert_case_alerts (
    alert_id bigint PRIMARY KEY REFERENCES alerts,
    case_id  bigint NOT NULL REFERENCES alert_cases,
    added_on date NOT NULL,
    added_by text NOT NULL DEFAULT current_setting('kazyna.actor')
);
CREATE INDEX alert_case_alerts_of_case ON alert_case_alerts (case_id);

CREATE TABLE alert_case_steps (
    kind        text NOT NULL,
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (kind, from_status, to_status)
);
INSERT INTO alert_case_steps VALUES
    ('assigned', 'open', 'under_review'), ('assigned', 'under_review', 'under_review'),
    ('commented', 'open', 'open'), ('commented', 'under_review', 'under_review'),
    ('commented', 'closed', 'closed'),
    ('closed', 'under_review', 'closed'), ('reopened', 'closed', 'under_review');

CREATE TABLE alert_case_events (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id     bigint NOT NULL REFERENCES alert_cases,
    kind        text NOT NULL,
    from_status text NOT NULL,
    to_status   text NOT NULL,
    happened_on date NOT NULL,
    note        text NOT NULL DEFAULT '',
    assignee    text,
    outcome     text,
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'assigned') = (assignee IS NOT NULL)),
    CHECK ((kind = 'closed') = (outcome IS NOT NULL)),
    CHECK (kind = 'assigned' OR btrim(note) <> ''),
    FOREIGN KEY (kind, from_status, to_status) REFERENCES alert_case_steps
);
CREATE INDEX alert_case_events_of_case ON alert_case_events (case_id);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON alerts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_case_alerts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_case_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- No role may write a state; it follows the event, which is checked here once more.
CREATE FUNCTION move_alert_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    current_status text;
BEGIN
    SELECT status INTO current_status FROM alert_cases WHERE case_id = NEW.case_id FOR UPDATE;
    IF current_status IS DISTINCT FROM NEW.from_status THEN
        RAISE EXCEPTION 'the case is %, not %', current_status, NEW.from_status
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE alert_cases
    SET status = NEW.to_status,
        assignee = coalesce(NEW.assignee, assignee),
        outcome = CASE NEW.kind WHEN 'reopened' THEN NULL ELSE coalesce(NEW.outcome, outcome) END
    WHERE case_id = NEW.case_id;
    RETURN NEW;
END $$;
CREATE TRIGGER move_alert_case BEFORE INSERT ON alert_case_events
    FOR EACH ROW EXECUTE FUNCTION move_alert_case();

-- A case that is closed takes no more alerts.
CREATE FUNCTION keep_closed_cases() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM alert_cases WHERE case_id = NEW.case_id AND status <> 'closed' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the case is closed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_closed_cases BEFORE INSERT ON alert_case_alerts
    FOR EACH ROW EXECUTE FUNCTION keep_closed_cases();

-- Raises alerts with their evidence; what stands already, by rule and key, is left as it is. A
-- participant whose tills report a conflict raises an alert and cannot read it.
CREATE FUNCTION raise_alerts(given jsonb)
RETURNS TABLE (alert_id bigint, rule text, evidence_key text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH wanted AS (
        SELECT DISTINCT ON (w.rule, w.evidence_key) w.*
        FROM jsonb_to_recordset(given) AS w(
            rule text, evidence_key text, severity text, title jsonb, reason jsonb,
            subject_kind text, subject text, gtin text, lot text, participant text, facility text,
            device text, happened_at timestamptz, raised_on date, evidence jsonb)
        ORDER BY w.rule, w.evidence_key
    ), made AS (
        INSERT INTO alerts (rule, evidence_key, severity, title, reason, subject_kind, subject,
                            gtin, lot, participant, facility, device, happened_at, raised_on)
        SELECT w.rule, w.evidence_key, w.severity, w.title, w.reason, w.subject_kind, w.subject,
               w.gtin, w.lot, w.participant, w.facility, w.device, w.happened_at, w.raised_on
        FROM wanted AS w
        ON CONFLICT (rule, evidence_key) DO NOTHING
        RETURNING alerts.alert_id, alerts.rule, alerts.evidence_key
    ), proved AS (
        INSERT INTO alert_evidence (alert_id, ordinal, source, reference, kind, happened_at,
                                    participant, facility, device, document, lon, lat)
        SELECT made.alert_id, item.ordinal, one.*
        FROM made
        JOIN wanted USING (rule, evidence_key)
        CROSS JOIN jsonb_array_elements(wanted.evidence) WITH ORDINALITY AS item(content, ordinal)
        CROSS JOIN jsonb_to_record(item.content) AS one(
            source text, reference text, kind text, happened_at timestamptz, participant text,
            facility text, device text, document text, lon double precision, lat double precision)
    )
    SELECT made.alert_id, made.rule, made.evidence_key FROM made ORDER BY made.alert_id
$$;
REVOKE EXECUTE ON FUNCTION move_alert_case(), keep_closed_cases(), raise_alerts(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION raise_alerts(jsonb) TO kazyna_officer, kazyna_participant;

-- An alert in no case is new; else it is as its case.
CREATE VIEW alert_states WITH (security_invoker = true) AS
    SELECT alerts.*, held.case_id, coalesce(cases.status, 'new') AS status, cases.outcome,
           (SELECT count(*) FROM alert_evidence AS proof
            WHERE proof.alert_id = alerts.alert_id)::integer AS evidence_count
    FROM alerts
    LEFT JOIN alert_case_alerts AS held ON held.alert_id = alerts.alert_id
    LEFT JOIN alert_cases AS cases ON cases.case_id = held.case_id;

GRANT SELECT ON alerts, alert_evidence, alert_cases, alert_case_alerts, alert_case_events,
    alert_case_steps, alert_states TO kazyna_officer, kazyna_auditor;
GRANT INSERT (title, opened_on) ON alert_cases TO kazyna_officer;
GRANT INSERT (alert_id, case_id, added_on) ON alert_case_alerts TO kazyna_officer;
GRANT INSERT (case_id, kind, from_status, to_status, happened_on, note, assignee, outcome)
    ON alert_case_events TO kazyna_officer;

ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_case_alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_case_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON alerts FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON alert_evidence FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON alert_cases FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON alert_case_alerts FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON alert_case_events FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY officers ON alert_cases FOR INSERT TO kazyna_officer WITH CHECK (true);
CREATE POLICY officers ON alert_case_alerts FOR INSERT TO kazyna_officer WITH CHECK (true);
CREATE POLICY officers ON alert_case_events FOR INSERT TO kazyna_officer WITH CHECK (true);
