-- What was scanned, by whom a check was asked and what it answered. Only what a pattern of copies
-- needs is kept: of people who scan for themselves nothing but a number that lives for a day.

CREATE TABLE marking_scans (
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    scan_no        bigint GENERATED ALWAYS AS IDENTITY,
    scanned_at     timestamptz NOT NULL,
    purpose        text NOT NULL CHECK (purpose IN ('till', 'inspector', 'public', 'offline')),
    verdict        text NOT NULL,
    reason         text NOT NULL,
    gtin           bigint,
    batch          bigint,
    index          integer,
    -- Of texts that lead to no unit: tells them apart and gives none of them away.
    code_hash      bytea CHECK (length(code_hash) = 16),
    device         text CHECK (length(device) BETWEEN 1 AND 64),
    participant_no integer,
    facility_no    integer,
    lon            double precision CHECK (lon BETWEEN -180 AND 180),
    lat            double precision CHECK (lat BETWEEN -90 AND 90),
    -- The same device within minutes: no sign of a copy.
    repeat         boolean NOT NULL,
    CHECK ((batch IS NULL) = (index IS NULL)),
    PRIMARY KEY (scan_no, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX marking_scans_units ON marking_scans (batch, index, scanned_at);
CREATE INDEX marking_scans_time ON marking_scans USING brin (recorded_at);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON marking_scans
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();

-- Opens the partition of this month, if it is not open yet. Old months are dropped whole.
CREATE FUNCTION open_scan_month() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', now());
    name text := 'marking_scans_' || to_char(now(), 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext(name));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF marking_scans FOR VALUES FROM (%L) TO (%L)',
                   name, first_day, (first_day + interval '1 month')::date);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()', name);
END $$;
REVOKE EXECUTE ON FUNCTION open_scan_month() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_scan_month() TO kazyna_verifier;
GRANT INSERT ON marking_scans TO kazyna_verifier;
-- What was ever held back is in every offline kit.
GRANT SELECT ON marking_events TO kazyna_verifier;
CREATE POLICY held_back ON marking_events FOR SELECT TO kazyna_verifier
    USING (kind IN ('block', 'quarantine', 'recall'));
GRANT SELECT ON marking_scans TO kazyna_officer, kazyna_auditor;

-- What a till sold without a network, by the number that it counts up; a number is reported once.
CREATE TABLE till_sales (
    participant_no integer NOT NULL REFERENCES participants,
    device         text NOT NULL CHECK (length(device) BETWEEN 1 AND 64),
    counter        bigint NOT NULL CHECK (counter > 0),
    sold_at        timestamptz NOT NULL,
    content_hash   bytea NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('sold', 'conflict', 'refused')),
    reason         text NOT NULL,
    reported_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (participant_no, device, counter)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON till_sales
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
GRANT SELECT, INSERT ON till_sales TO kazyna_participant;
GRANT SELECT ON till_sales TO kazyna_officer, kazyna_auditor;
ALTER TABLE till_sales ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON till_sales FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON till_sales TO kazyna_participant
    USING (participant_no = acting_participant());
