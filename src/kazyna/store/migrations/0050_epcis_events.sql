-- The repository of EPCIS events: what was captured, as it was captured, and by what it is found.

CREATE SEQUENCE epcis_event_numbers;

-- A document that was handed in. What is not worked off yet is kept, so that a promise outlives
-- the program that gave it.
CREATE TABLE epcis_jobs (
    job_id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- Whose events they are; nothing stands for the authority.
    participant_no  integer REFERENCES participants,
    actor           text NOT NULL DEFAULT current_setting('kazyna.actor'),
    source          text NOT NULL,
    error_behaviour text NOT NULL CHECK (error_behaviour IN ('rollback', 'proceed')),
    content         bytea,
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    success         boolean,
    events          integer NOT NULL,
    captured        integer,
    known           integer,
    errors          jsonb NOT NULL DEFAULT '[]',
    CHECK ((finished_at IS NULL) = (success IS NULL)),
    CHECK ((finished_at IS NULL) = (content IS NOT NULL))
);
CREATE INDEX epcis_jobs_of_participant ON epcis_jobs (participant_no, created_at DESC, job_id);
CREATE INDEX epcis_jobs_unfinished ON epcis_jobs (created_at) WHERE finished_at IS NULL;

CREATE TABLE epcis_events (
    event_no       bigint PRIMARY KEY,
    job_id         uuid REFERENCES epcis_jobs,
    participant_no integer REFERENCES participants,
    -- Participants named as parties, who see the event besides the one that captured it.
    seen_by        integer[] NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    event_id       text NOT NULL,
    -- An event that is taken back is captured again with its declaration: both stand.
    declares_error boolean NOT NULL,
    event_hash     bytea NOT NULL CHECK (length(event_hash) = 32),
    event_type     text NOT NULL,
    event_time     timestamptz NOT NULL,
    action         text,
    biz_step       text,
    disposition    text,
    event          jsonb NOT NULL,
    namespaces     jsonb NOT NULL,
    UNIQUE NULLS NOT DISTINCT (event_id, declares_error, participant_no)
);
CREATE INDEX epcis_events_time ON epcis_events (event_time, event_no);
CREATE INDEX epcis_events_recorded ON epcis_events (recorded_at, event_no);
CREATE INDEX epcis_events_step ON epcis_events (biz_step, event_time);
CREATE INDEX epcis_events_disposition ON epcis_events (disposition, event_time);

-- Every identifier in an event, by the number of its place (kazyna.marking.epcis.facts.PLACES).
CREATE TABLE epcis_identifiers (
    event_no       bigint NOT NULL,
    participant_no integer,
    place          smallint NOT NULL,
    identifier     text COLLATE "C" NOT NULL,
    -- As it is written in the event, where that differs.
    written        text COLLATE "C",
    kind           text
);
CREATE INDEX epcis_identifiers_found ON epcis_identifiers (identifier, place, event_no);
CREATE INDEX epcis_identifiers_written ON epcis_identifiers (written) WHERE written IS NOT NULL;
CREATE INDEX epcis_identifiers_event ON epcis_identifiers (event_no);

-- Every value of a user's own member.
CREATE TABLE epcis_extensions (
    event_no       bigint NOT NULL,
    participant_no integer,
    place          smallint NOT NULL,
    inside         boolean NOT NULL,
    namespace      text NOT NULL,
    name           text NOT NULL,
    text           text,
    number         numeric,
    moment         timestamptz
);
-- Texts have no end, so only their beginnings stand in the index.
CREATE INDEX epcis_extensions_found ON epcis_extensions (name, namespace, left(text, 100));
CREATE INDEX epcis_extensions_event ON epcis_extensions (event_no);

-- What documents say of places and parties; a later document replaces what an earlier one said.
CREATE TABLE epcis_master_data (
    participant_no integer REFERENCES participants,
    vocabulary     text NOT NULL,
    identifier     text NOT NULL,
    attributes     jsonb NOT NULL,
    children       text[] NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (vocabulary, identifier, participant_no)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON epcis_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT, INSERT ON epcis_jobs, epcis_events, epcis_identifiers, epcis_extensions
    TO kazyna_participant, kazyna_officer;
GRANT UPDATE (content, finished_at, success, captured, known, errors) ON epcis_jobs
    TO kazyna_participant, kazyna_officer;
GRANT SELECT, INSERT, UPDATE ON epcis_master_data TO kazyna_participant, kazyna_officer;
GRANT SELECT ON epcis_jobs, epcis_events, epcis_identifiers, epcis_extensions, epcis_master_data
    TO kazyna_auditor;
GRANT USAGE ON SEQUENCE epcis_event_numbers TO kazyna_participant, kazyna_officer;

DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY[
        'epcis_jobs', 'epcis_events', 'epcis_identifiers', 'epcis_extensions', 'epcis_master_data'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
        EXECUTE format('CREATE POLICY staff ON %I TO kazyna_officer, kazyna_auditor USING (true)',
                       table_name);
        EXECUTE format('CREATE POLICY own ON %I TO kazyna_participant
                        USING (participant_no = acting_participant())', table_name);
    END LOOP;
END $$;
-- Who is named as a party sees the event and all by which it is found.
CREATE POLICY named ON epcis_events FOR SELECT TO kazyna_participant
    USING (acting_participant() = ANY (seen_by));
CREATE POLICY named ON epcis_identifiers FOR SELECT TO kazyna_participant
    USING (EXISTS (SELECT FROM epcis_events e WHERE e.event_no = epcis_identifiers.event_no));
CREATE POLICY named ON epcis_extensions FOR SELECT TO kazyna_participant
    USING (EXISTS (SELECT FROM epcis_events e WHERE e.event_no = epcis_extensions.event_no));
