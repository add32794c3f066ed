-- Who is told of the events that a saved query finds, and what was told.
CREATE TABLE epcis_subscriptions (
    subscription_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    query_no        bigint NOT NULL REFERENCES epcis_queries ON DELETE CASCADE,
    -- Whose it is; nothing stands for the authority.
    participant_no  integer REFERENCES participants,
    actor           text NOT NULL DEFAULT current_setting('kazyna.actor'),
    dest            text NOT NULL,
    -- Signs what is sent. The program needs it as it is; nobody gets it back.
    signature_token text,
    -- Nothing stands for a stream: every event at once.
    schedule        jsonb,
    report_if_empty boolean NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    initial_record_time timestamptz NOT NULL,
    -- Events recorded before it were told, but for a transaction that takes longer than a minute.
    told_until      timestamptz NOT NULL,
    -- The numbers of those told of the last minute.
    told_lately     bigint[] NOT NULL DEFAULT '{}',
    last_notified_at timestamptz,
    next_at         timestamptz NOT NULL,
    failures        integer NOT NULL DEFAULT 0,
    last_error      text
);
CREATE INDEX epcis_subscriptions_of_query ON epcis_subscriptions (query_no, created_at);
CREATE INDEX epcis_subscriptions_due ON epcis_subscriptions (next_at);

GRANT SELECT, INSERT, DELETE ON epcis_subscriptions
    TO kazyna_participant, kazyna_officer, kazyna_auditor;
GRANT UPDATE (told_until, told_lately, last_notified_at, next_at, failures, last_error)
    ON epcis_subscriptions TO kazyna_officer;
ALTER TABLE epcis_subscriptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON epcis_subscriptions TO kazyna_auditor USING (participant_no IS NULL);
-- The office sends for all.
CREATE POLICY sends ON epcis_subscriptions TO kazyna_officer USING (true);
CREATE POLICY own ON epcis_subscriptions TO kazyna_participant
    USING (participant_no = acting_participant());
