-- Interest that has run and stands on no taxpayer's account yet. Each day brings it into the books as
-- one line a tax; what it is made of, debt by debt, is kept so that the next day adds only its own.

DO $$
DECLARE
    found text;
BEGIN
    SELECT conname INTO STRICT found FROM pg_constraint
    WHERE conrelid = 'accounts'::regclass AND contype = 'c'
      AND pg_get_constraintdef(oid) LIKE '%write_off%';
    EXECUTE format('ALTER TABLE accounts DROP CONSTRAINT %I', found);
END $$;
ALTER TABLE accounts ADD CHECK (kind IN (
    'receivable', 'revenue', 'treasury', 'credit', 'suspense', 'write_off', 'remission', 'accrued'));

-- A run of interest touches every debt: with half of each page free its rows stay on their pages.
ALTER TABLE items SET (fillfactor = 45);

-- Where the interest on late debts stood at the end of a day; it can be dropped at any time, and
-- is computed from the journal again. Written whole by each run, as blocks in the form of Arrow.
CREATE TABLE interest_kept (
    block      integer PRIMARY KEY,
    -- All movements up to this entry are in it.
    last_entry bigint NOT NULL,
    -- Stands for the rates and the counting of days by which it came about.
    law        text NOT NULL,
    through    date NOT NULL,
    -- Accounts that were played again from their first fact instead.
    left_out   text[] NOT NULL,
    content    bytea NOT NULL
);
ALTER TABLE interest_kept ALTER content SET STORAGE EXTERNAL;

CREATE TABLE interest_accruals (
    accrual_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    through     date NOT NULL,
    debts       bigint NOT NULL,
    -- All that has run and is not charged, after it.
    accrued     bigint NOT NULL,
    entry_id    bigint,
    happened_on date NOT NULL DEFAULT business_day(),
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON interest_accruals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, DELETE ON interest_kept TO kazyna_officer;
GRANT SELECT ON interest_accruals TO kazyna_officer, kazyna_auditor;
GRANT INSERT (through, debts, accrued, entry_id) ON interest_accruals TO kazyna_officer;
ALTER TABLE interest_kept ENABLE ROW LEVEL SECURITY;
ALTER TABLE interest_accruals ENABLE ROW LEVEL SECURITY;
CREATE POLICY officers ON interest_kept TO kazyna_officer USING (true);
CREATE POLICY staff ON interest_accruals TO kazyna_officer, kazyna_auditor USING (true);
