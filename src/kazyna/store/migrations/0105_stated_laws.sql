-- What bills say of the law is kept as plain data, so that an issued bill can be shown, explained
-- and printed without the files and the program that computed it.

CREATE TABLE stated_laws (
    law_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    content_hash text NOT NULL UNIQUE CHECK (length(content_hash) = 64),
    -- Text, not jsonb: the order of what it lists is the order in which a bill lists it.
    content      text NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stated_laws
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- The numbers of the rows of the law's tables that answered, by rule. Bills from before have none:
-- they are explained by computing them again.
ALTER TABLE draft_bills ADD COLUMN law_rows jsonb;
ALTER TABLE bills ADD COLUMN law_id bigint REFERENCES stated_laws, ADD COLUMN law_rows jsonb;
ALTER TABLE bill_versions
    ADD COLUMN law_id bigint REFERENCES stated_laws, ADD COLUMN law_rows jsonb;

CREATE OR REPLACE VIEW standing_bills WITH (security_invoker = true) AS
    SELECT bills.roll_id, bills.bill_no, reference, property_id, taxpayer_id, payer_name, place,
           bills.issued_on, coalesce(latest.version, 1) AS version,
           coalesce(latest.share, bills.share) AS share,
           CASE WHEN latest.version IS NULL THEN bills.value ELSE latest.value END AS value,
           coalesce(latest.inputs, bills.inputs) AS inputs,
           coalesce(latest.steps, bills.steps) AS steps,
           coalesce(latest.amount, bills.amount) AS amount,
           CASE WHEN latest.version IS NULL THEN bills.law_id ELSE latest.law_id END AS law_id,
           CASE WHEN latest.version IS NULL THEN bills.law_rows ELSE latest.law_rows END
               AS law_rows
    FROM bills LEFT JOIN (
        SELECT DISTINCT ON (roll_id, bill_no) * FROM bill_versions
        ORDER BY roll_id, bill_no, version DESC
    ) AS latest ON latest.roll_id = bills.roll_id AND latest.bill_no = bills.bill_no;

GRANT SELECT ON stated_laws TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (content_hash, content) ON stated_laws TO kazyna_officer;
