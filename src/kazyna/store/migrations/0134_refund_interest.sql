-- A refund has a day by which it must be paid; what it costs to be late is posted to an account of
-- its own and paid with it.

DO $$
DECLARE
    found text;
BEGIN
    SELECT conname INTO STRICT found FROM pg_constraint
    WHERE conrelid = 'accounts'::regclass AND contype = 'c'
      AND pg_get_constraintdef(oid) LIKE '%write_off%';
    EXECUTE format('ALTER TABLE accounts DROP CONSTRAINT %I', found);
    SELECT conname INTO STRICT found FROM pg_constraint WHERE contypid = 'entry_kind'::regtype;
    EXECUTE format('ALTER DOMAIN entry_kind DROP CONSTRAINT %I', found);
END $$;
ALTER TABLE accounts ADD CHECK (kind IN (
    'receivable', 'revenue', 'treasury', 'credit', 'suspense', 'write_off', 'remission', 'accrued',
    'refund_interest'));
ALTER DOMAIN entry_kind ADD CHECK (VALUE IN (
    'charge', 'penalty_interest', 'fine', 'fee', 'correction', 'payment', 'refund',
    'refund_interest', 'offset', 'write_off', 'remission', 'transfer', 'reversal'));

ALTER TABLE ledger_requests
    -- When the taxpayer has asked for it: the term runs from there, not from the officer's typing.
    ADD COLUMN claimed_on date NOT NULL DEFAULT business_day(),
    -- The last day on which a refund is paid in time; NULL where the law names none.
    ADD COLUMN pay_by date,
    -- What was paid on top because it came later.
    ADD COLUMN interest bigint NOT NULL DEFAULT 0 CHECK (interest >= 0),
    ADD CHECK (kind = 'refund' OR (pay_by IS NULL AND interest = 0));
-- Requests from before keep their own day: no term is made up for them.
UPDATE ledger_requests SET claimed_on = requested_on;
ALTER TABLE ledger_requests ADD CHECK (claimed_on <= requested_on);
GRANT UPDATE (interest) ON ledger_requests TO kazyna_officer;
