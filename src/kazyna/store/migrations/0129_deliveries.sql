-- Proof of service: how and when a paper reached its taxpayer. What is recorded stays; a letter that
-- came back is a record of its own, and takes away what its tracking number has proved.

CREATE TABLE deliveries (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('bill', 'notice', 'fine', 'decision')),
    number      text NOT NULL,
    taxpayer_id text NOT NULL REFERENCES taxpayers,
    how         text NOT NULL
        CHECK (how IN ('post', 'handed_over', 'portal', 'published', 'returned')),
    served_on   date NOT NULL,
    tracking    text NOT NULL DEFAULT '',
    evidence    text NOT NULL DEFAULT '',
    recorded_on date NOT NULL DEFAULT business_day(),
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (how NOT IN ('post', 'returned') OR btrim(tracking) <> ''),
    UNIQUE (kind, number, how, served_on, tracking)
);
-- What was read in the portal is recorded when it is opened first.
CREATE UNIQUE INDEX deliveries_read ON deliveries (kind, number) WHERE how = 'portal';
CREATE INDEX deliveries_of_taxpayer ON deliveries (taxpayer_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON deliveries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- The papers that can be served.
CREATE VIEW papers WITH (security_invoker = true) AS
    SELECT 'bill' AS kind, reference AS number, bills.taxpayer_id,
           coalesce(bills.issued_on, rolls.issued_on) AS issued_on
    FROM bills JOIN rolls USING (roll_id)
    UNION ALL
    SELECT 'notice', notice_id::text, taxpayer_id, sent_on
    FROM dunning_notices JOIN accounts USING (account)
    UNION ALL
    SELECT 'fine', fine_id::text, taxpayer_id, imposed_on FROM fines WHERE imposed_on IS NOT NULL
    UNION ALL
    SELECT 'decision', objection_id::text, taxpayer_id, happened_on
    FROM bill_objections JOIN bill_objection_events USING (objection_id)
    WHERE to_status <> 'withdrawn';

-- When a paper was served: first of all that did not come back.
CREATE VIEW served_papers WITH (security_invoker = true) AS
    SELECT kind, number, min(served_on) AS served_on
    FROM deliveries AS sent
    WHERE how <> 'returned' AND NOT EXISTS (
        SELECT FROM deliveries AS back
        WHERE back.how = 'returned' AND sent.how = 'post' AND back.kind = sent.kind
          AND back.number = sent.number AND back.tracking = sent.tracking)
    GROUP BY kind, number;

GRANT SELECT ON deliveries, papers, served_papers
    TO kazyna_officer, kazyna_auditor, kazyna_taxpayer;
GRANT INSERT (kind, number, taxpayer_id, how, served_on, tracking, evidence) ON deliveries
    TO kazyna_officer;
GRANT INSERT (kind, number, taxpayer_id, how, served_on) ON deliveries TO kazyna_taxpayer;
ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON deliveries TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON deliveries FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
-- A taxpayer proves only that it reads its own papers now.
CREATE POLICY reads ON deliveries FOR INSERT TO kazyna_taxpayer
    WITH CHECK (how = 'portal' AND taxpayer_id = acting_taxpayer() AND served_on = business_day());
