-- The books. A posting moves one amount from the account it credits to the account it debits, so
-- debits equal credits in every row that can exist: no trigger has to check it (decision 0030).

CREATE TABLE accounts (
    account     text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('receivable', 'revenue', 'treasury')),
    tax         text,
    taxpayer_id text REFERENCES taxpayers,
    currency    text NOT NULL,
    CHECK ((kind = 'receivable') = (taxpayer_id IS NOT NULL))
);
CREATE INDEX accounts_of_taxpayer ON accounts (taxpayer_id);

CREATE TABLE entries (
    entry_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    idempotency_key text NOT NULL UNIQUE,
    content_hash    bytea NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('charge', 'payment', 'reversal')),
    effective_on    date NOT NULL,
    due_on          date,
    posted_at       timestamptz NOT NULL DEFAULT now(),
    description     text NOT NULL,
    reverses        bigint UNIQUE REFERENCES entries,
    actor           text NOT NULL DEFAULT current_setting('kazyna.actor'),
    CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    CHECK (kind <> 'charge' OR due_on IS NOT NULL)
);

-- No foreign keys here: they triple the time of a roll (measured in benchmarks/ledger_posting.py).
-- The statements that post check the accounts as a set.
CREATE TABLE postings (
    entry_id       bigint NOT NULL,
    line           smallint NOT NULL,
    debit_account  text NOT NULL,
    credit_account text NOT NULL,
    amount         bigint NOT NULL CHECK (amount > 0),
    CHECK (debit_account <> credit_account),
    PRIMARY KEY (entry_id, line)
);
CREATE INDEX postings_debit ON postings (debit_account);
CREATE INDEX postings_credit ON postings (credit_account);

-- The journal only grows: not even its owner changes what was posted.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: post a reversal instead'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One line an account and posting: positive is a debit, negative a credit.
CREATE VIEW movements WITH (security_invoker = true) AS
    SELECT debit_account AS account, entry_id, line, amount FROM postings
    UNION ALL
    SELECT credit_account, entry_id, line, -amount FROM postings;

GRANT SELECT ON accounts, entries, postings, movements TO
    kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT ON accounts, entries, postings TO kazyna_officer;

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE postings ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON accounts TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON entries TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON postings TO kazyna_officer, kazyna_auditor USING (true);
-- A taxpayer sees the accounts, postings and entries that touch what the taxpayer owes.
CREATE POLICY own ON accounts FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
CREATE POLICY own ON postings FOR SELECT TO kazyna_taxpayer
    USING (
        debit_account IN (SELECT account FROM accounts)
        OR credit_account IN (SELECT account FROM accounts)
    );
CREATE POLICY own ON entries FOR SELECT TO kazyna_taxpayer
    USING (EXISTS (SELECT FROM postings WHERE postings.entry_id = entries.entry_id));
