-- Queries that are kept under a name.
CREATE TABLE epcis_queries (
    query_no       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Whose it is; nothing stands for the authority.
    participant_no integer REFERENCES participants,
    name           text NOT NULL CHECK (name <> ''),
    parameters     jsonb NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    created_by     text NOT NULL DEFAULT current_setting('kazyna.actor'),
    UNIQUE NULLS NOT DISTINCT (name, participant_no)
);

GRANT SELECT, INSERT, DELETE ON epcis_queries TO kazyna_participant, kazyna_officer, kazyna_auditor;
ALTER TABLE epcis_queries ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON epcis_queries TO kazyna_officer, kazyna_auditor
    USING (participant_no IS NULL);
CREATE POLICY own ON epcis_queries TO kazyna_participant
    USING (participant_no = acting_participant());
