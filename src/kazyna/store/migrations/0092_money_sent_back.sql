-- Money that nobody owes goes back to whom it came from, when two officers have signed; and an
-- assignment that was wrong is undone, so that the payment waits again.

DO $$
DECLARE
    found text;
BEGIN
    FOR found IN SELECT conname FROM pg_constraint
                 WHERE conrelid = 'bank_transactions'::regclass AND contype = 'c'
                   AND pg_get_constraintdef(oid) LIKE '%assigned%' LOOP
        EXECUTE format('ALTER TABLE bank_transactions DROP CONSTRAINT %I', found);
    END LOOP;
END $$;
ALTER TABLE bank_transactions
    ADD CHECK (status IN ('matched', 'suspense', 'assigned', 'returned', 'outgoing')),
    ADD CHECK ((status IN ('assigned', 'returned')) = (decided_by IS NOT NULL)),
    ADD CHECK ((status IN ('matched', 'assigned')) = (taxpayer_id IS NOT NULL)),
    -- How often an assignment was undone: the next one is another request.
    ADD COLUMN undone integer NOT NULL DEFAULT 0;
GRANT UPDATE (undone) ON bank_transactions TO kazyna_officer;

CREATE TABLE bank_returns (
    return_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id bigint NOT NULL REFERENCES bank_transactions,
    reason         text NOT NULL CHECK (btrim(reason) <> ''),
    requested_on   date NOT NULL DEFAULT business_day(),
    requested_by   text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (return_id, requested_by)
);
CREATE INDEX bank_returns_of_transaction ON bank_returns (transaction_id);

-- `requested_by` stands here again so that the two names can be compared in the row itself.
CREATE TABLE bank_return_decisions (
    return_id    bigint PRIMARY KEY,
    requested_by text NOT NULL,
    decision     text NOT NULL CHECK (decision IN ('approved', 'refused')),
    note         text NOT NULL DEFAULT '',
    entry_id     bigint CHECK ((decision = 'approved') = (entry_id IS NOT NULL)),
    decided_on   date NOT NULL DEFAULT business_day(),
    decided_by   text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    CHECK (decision = 'approved' OR btrim(note) <> ''),
    CONSTRAINT second_person CHECK (decided_by <> requested_by),
    FOREIGN KEY (return_id, requested_by) REFERENCES bank_returns (return_id, requested_by)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_returns
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_return_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT ON bank_returns, bank_return_decisions TO kazyna_officer, kazyna_auditor;
GRANT INSERT (transaction_id, reason) ON bank_returns TO kazyna_officer;
GRANT INSERT (return_id, requested_by, decision, note, entry_id) ON bank_return_decisions
    TO kazyna_officer;
ALTER TABLE bank_returns ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_return_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON bank_returns FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY officers ON bank_returns FOR INSERT TO kazyna_officer WITH CHECK (true);
CREATE POLICY staff ON bank_return_decisions FOR SELECT TO kazyna_officer, kazyna_auditor
    USING (true);
CREATE POLICY officers ON bank_return_decisions FOR INSERT TO kazyna_officer WITH CHECK (true);
