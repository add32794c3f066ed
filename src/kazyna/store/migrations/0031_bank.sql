-- What banks report: files as they came, and every transaction in them with what became of it.

CREATE TABLE bank_files (
    file_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256       text NOT NULL UNIQUE,
    name         text NOT NULL,
    format       text NOT NULL,
    statements   text[] NOT NULL,
    transactions integer NOT NULL,
    pending      integer NOT NULL,
    repeated     integer NOT NULL,
    imported_on  date NOT NULL DEFAULT business_day(),
    actor        text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bank_transactions (
    transaction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_id        bigint NOT NULL REFERENCES bank_files,
    account        text NOT NULL,
    bank_ref       text NOT NULL,
    booked_on      date NOT NULL,
    -- Minor units; negative went out.
    amount         bigint NOT NULL CHECK (amount <> 0),
    payer          text NOT NULL,
    payer_account  text NOT NULL,
    text           text NOT NULL,
    -- `matched` to a bill when it came, `suspense` until somebody says whose it is, `assigned` by an
    -- officer, `outgoing` where the bank paid out.
    status         text NOT NULL CHECK (status IN ('matched', 'suspense', 'assigned', 'outgoing')),
    reference      text,
    tax            text,
    taxpayer_id    text REFERENCES taxpayers,
    decided_on     date,
    decided_by     text,
    UNIQUE (account, bank_ref),
    CHECK ((amount < 0) = (status = 'outgoing')),
    CHECK ((status = 'assigned') = (decided_by IS NOT NULL)),
    CHECK ((status IN ('matched', 'assigned')) = (taxpayer_id IS NOT NULL))
);
CREATE INDEX bank_transactions_of_file ON bank_transactions (file_id);
CREATE INDEX bank_transactions_open ON bank_transactions (booked_on) WHERE status = 'suspense';

GRANT SELECT, INSERT ON bank_files, bank_transactions TO kazyna_officer;
GRANT UPDATE (status, reference, tax, taxpayer_id, decided_on, decided_by) ON bank_transactions
    TO kazyna_officer;
GRANT SELECT ON bank_files, bank_transactions TO kazyna_auditor;
ALTER TABLE bank_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE bank_transactions ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON bank_files TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON bank_transactions TO kazyna_officer, kazyna_auditor USING (true);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
