-- The books, second form. An account is made up of items: of a receivable each debt by period,
-- bucket, due day and place is one; every other account has one. A posting moves an amount between
-- two items, by number, and what a taxpayer owes or has in credit stands beside the item, never
-- below nothing. Only the functions below write: nobody has the right to add a row by hand.

DO $$
BEGIN
    CREATE ROLE kazyna_ledger NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
GRANT USAGE ON SCHEMA public TO kazyna_ledger;

ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check, DROP CONSTRAINT accounts_check;
ALTER TABLE accounts
    ADD CHECK (kind IN ('receivable', 'revenue', 'treasury', 'credit', 'suspense', 'write_off',
                        'remission')),
    ADD CHECK ((kind IN ('receivable', 'credit')) = (taxpayer_id IS NOT NULL));

-- Domains, not CHECKs of the tables: those are read from text again by every statement, which was a
-- tenth of the time of a payment.
CREATE DOMAIN debt_bucket AS text CHECK (VALUE IN ('tax', 'interest', 'penalty', 'cost'));
CREATE DOMAIN entry_kind AS text CHECK (VALUE IN (
    'charge', 'penalty_interest', 'fine', 'fee', 'correction', 'payment', 'refund', 'offset',
    'write_off', 'remission', 'transfer', 'reversal'));

-- Of a receivable all four of period, bucket, due day and place are given, of others none.
CREATE TABLE items (
    item_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    period  integer,
    bucket  debt_bucket,
    due_on  date,
    place   text,
    -- Of a receivable what is owed, of a credit what is owed to the taxpayer. The balance of every
    -- other account is the sum of its postings: thousands of payments a minute share those rows.
    balance bigint CHECK (balance >= 0)
) WITH (fillfactor = 70);

-- What the books looked like before: one due day an account, one posting a line.
DROP VIEW movements;
DROP POLICY own ON entries;
ALTER TABLE postings RENAME TO postings_before;
ALTER TABLE postings_before RENAME CONSTRAINT postings_pkey TO postings_before_pkey;
ALTER TABLE entries RENAME COLUMN due_on TO charge_due_on;

INSERT INTO accounts (account, kind, taxpayer_id, currency)
    SELECT DISTINCT ON (taxpayer_id) 'credit:' || taxpayer_id, 'credit', taxpayer_id, currency
    FROM accounts WHERE kind = 'receivable'
    ON CONFLICT DO NOTHING;
INSERT INTO items (account, period, bucket, due_on, place, balance)
    SELECT account, date_part('year', coalesce(min(effective_on), '2000-01-01')), 'tax',
           coalesce(min(charge_due_on), min(effective_on), '2000-01-01'), '', 0
    FROM accounts LEFT JOIN postings_before ON account IN (debit_account, credit_account)
    LEFT JOIN entries USING (entry_id)
    WHERE accounts.kind = 'receivable' GROUP BY account;
INSERT INTO items (account, balance)
    SELECT account, CASE WHEN kind = 'credit' THEN 0 END FROM accounts WHERE kind <> 'receivable';
CREATE UNIQUE INDEX items_identity ON items (account, period, bucket, due_on, place)
    NULLS NOT DISTINCT;

CREATE TABLE postings (
    entry_id bigint NOT NULL,
    line     smallint NOT NULL,
    debit    bigint NOT NULL,
    credit   bigint NOT NULL,
    amount   bigint NOT NULL,
    CHECK (amount > 0 AND debit <> credit)
);
INSERT INTO postings
    SELECT entry_id, line, debit.item_id, credit.item_id, amount FROM postings_before
    JOIN items AS debit ON debit.account = debit_account
    JOIN items AS credit ON credit.account = credit_account
    ORDER BY entry_id, line;
DROP TABLE postings_before;

ALTER TABLE entries DROP COLUMN charge_due_on, DROP CONSTRAINT entries_kind_check;
ALTER TABLE entries DROP CONSTRAINT entries_reverses_key,
    DROP CONSTRAINT entries_reverses_fkey;
ALTER TABLE entries
    ALTER COLUMN kind TYPE entry_kind,
    -- The day of the office, not of the machine: what was known on a day is asked by it.
    ADD COLUMN posted_on date,
    -- The day in whose period the entry stands: the first open one where its own is closed.
    ADD COLUMN booked_on date;
ALTER TABLE entries DISABLE TRIGGER append_only;
UPDATE entries SET posted_on = posted_at::date, booked_on = effective_on;
ALTER TABLE entries ENABLE TRIGGER append_only;
ALTER TABLE entries ALTER COLUMN posted_on SET NOT NULL, ALTER COLUMN booked_on SET NOT NULL;
CREATE UNIQUE INDEX entries_reverses ON entries (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE ledger_state (
    open_from date NOT NULL
);
INSERT INTO ledger_state VALUES ('-infinity');
CREATE UNIQUE INDEX ledger_state_one ON ledger_state ((true));

-- The day of the office in this transaction, as `Context.transaction` sets it.
CREATE FUNCTION business_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('kazyna.today', true), '')::date, current_date)
$$;
ALTER TABLE entries ALTER COLUMN posted_on SET DEFAULT business_day();

-- Refusals carry this state, so that the program tells them from faults.
CREATE FUNCTION refuse(reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', reason USING ERRCODE = 'KZ001';
END $$;

-- The item of an account, opened at need. The credit account of a taxpayer opens by itself.
CREATE FUNCTION item_of(
    of_account text, of_period integer, of_bucket text, of_due_on date, of_place text
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    known bigint;
BEGIN
    SELECT item_id INTO known FROM items
    WHERE account = of_account AND period IS NOT DISTINCT FROM of_period
      AND (of_period IS NULL
           OR (bucket = of_bucket AND due_on = of_due_on AND place = of_place));
    IF known IS NOT NULL THEN
        RETURN known;
    END IF;
    IF of_account LIKE 'credit:%' THEN
        INSERT INTO accounts (account, kind, taxpayer_id, currency)
        SELECT of_account, 'credit', taxpayer_id,
               (SELECT min(currency) FROM accounts WHERE kind = 'treasury')
        FROM taxpayers WHERE taxpayer_id = substr(of_account, 8)
        ON CONFLICT DO NOTHING;
    END IF;
    PERFORM FROM accounts WHERE account = of_account;
    IF NOT FOUND THEN
        PERFORM refuse(format('No account is open under the name %L.', of_account));
    END IF;
    INSERT INTO items (account, period, bucket, due_on, place, balance)
    VALUES (of_account, of_period, of_bucket, of_due_on, of_place,
            CASE WHEN of_account LIKE 'receivable:%' OR of_account LIKE 'credit:%' THEN 0 END)
    ON CONFLICT DO NOTHING RETURNING item_id INTO known;
    RETURN coalesce(known, item_of(of_account, of_period, of_bucket, of_due_on, of_place));
END $$;

-- One entry's header: its number, or nothing where the same request stands already.
CREATE FUNCTION write_entry(
    of_key text, of_hash bytea, of_kind text, of_day date, of_description text, of_reverses bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO entries (idempotency_key, content_hash, kind, effective_on, description, reverses,
                         booked_on)
    SELECT of_key, of_hash, of_kind, of_day, of_description, of_reverses,
           greatest(of_day, open_from)
    FROM ledger_state
    ON CONFLICT DO NOTHING RETURNING entry_id INTO written;
    IF written IS NULL AND NOT EXISTS (
        SELECT FROM entries WHERE idempotency_key = of_key AND content_hash = of_hash
    ) THEN
        IF EXISTS (SELECT FROM entries WHERE reverses = of_reverses) THEN
            PERFORM refuse(format('Entry %s is reversed already.', of_reverses));
        END IF;
        PERFORM refuse(format(
            'The key %L was used for another entry; every request needs its own.', of_key));
    END IF;
    RETURN written;
END $$;

-- Moves an amount, and with it what is owed or in credit.
CREATE FUNCTION write_posting(
    of_entry bigint, of_line integer, of_debit bigint, of_credit bigint, of_amount bigint
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO postings VALUES (of_entry, of_line, of_debit, of_credit, of_amount);
    UPDATE items SET balance = balance + CASE WHEN period IS NULL THEN -of_amount ELSE of_amount END
    WHERE item_id = of_debit AND balance IS NOT NULL;
    UPDATE items SET balance = balance + CASE WHEN period IS NULL THEN of_amount ELSE -of_amount END
    WHERE item_id = of_credit AND balance IS NOT NULL;
END $$;

-- Holds accounts until the commit, in one order for all. A lock of a name writes nothing and wakes
-- one waiter at a time, where locks of a hot row made 16 clients slower than one.
CREATE FUNCTION lock_accounts(names text[]) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(name) FROM (
        SELECT DISTINCT hashtextextended(unnest, 0) AS name FROM unnest(names)
        WHERE unnest LIKE 'receivable:%' ORDER BY 1) AS owed
$$;

-- Any entry, line by line. The receivable accounts are locked first, by everyone who posts: nobody
-- waits for somebody who waits for him.
CREATE FUNCTION post_entry(
    of_key text, of_hash bytea, of_kind text, of_day date, of_description text, of_reverses bigint,
    debits text[], credits text[], amounts bigint[], periods integer[], buckets text[],
    due_days date[], places text[]
) RETURNS TABLE (entry_id bigint, created boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    written bigint;
    posting record;
BEGIN
    PERFORM lock_accounts(debits || credits);
    written := write_entry(of_key, of_hash, of_kind, of_day, of_description, of_reverses);
    IF written IS NULL THEN
        RETURN QUERY SELECT entries.entry_id, false FROM entries WHERE idempotency_key = of_key;
        RETURN;
    END IF;
    FOR posting IN
        SELECT * FROM unnest(debits, credits, amounts, periods, buckets, due_days, places)
            WITH ORDINALITY AS line (debit, credit, amount, period, bucket, due_on, place, number)
    LOOP
        PERFORM write_posting(
            written, posting.number::integer,
            CASE WHEN posting.debit LIKE 'receivable:%' THEN item_of(posting.debit,
                posting.period, posting.bucket, posting.due_on, posting.place)
            ELSE item_of(posting.debit, NULL, NULL, NULL, NULL) END,
            CASE WHEN posting.credit LIKE 'receivable:%' THEN item_of(posting.credit,
                posting.period, posting.bucket, posting.due_on, posting.place)
            ELSE item_of(posting.credit, NULL, NULL, NULL, NULL) END,
            posting.amount);
    END LOOP;
    RETURN QUERY SELECT written, true;
END $$;

-- Lowers debts in the order that the law gives (accounts/crediting.py says the same in Python and
-- is tested against this); what is left over becomes the taxpayer's credit, or is refused.
CREATE FUNCTION post_credit(
    of_key text, of_kind text, of_day date, of_description text, of_source text, of_account text,
    of_amount bigint, named_period integer, named_bucket text, named_only boolean,
    keep_surplus boolean, bucket_order text[], oldest_first boolean
) RETURNS TABLE (entry_id bigint, created boolean, balance bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    owner text;
    source bigint;
    written bigint;
    rest bigint := of_amount;
    part bigint;
    number integer := 0;
    debt record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(of_account, 0));
    SELECT taxpayer_id, source_item.item_id, coalesce(-surplus.balance, 0)
    INTO owner, source, balance
    FROM accounts LEFT JOIN items AS source_item ON source_item.account = of_source
    LEFT JOIN items AS surplus ON surplus.account = 'credit:' || taxpayer_id
    WHERE accounts.account = of_account AND kind = 'receivable';
    IF owner IS NULL THEN
        PERFORM refuse(format('No account is open under the name %L.', of_account));
    END IF;
    written := write_entry(
        of_key, sha256(convert_to(concat_ws('|', of_kind, of_day, of_source, of_account, of_amount,
            coalesce(named_period::text, ''), coalesce(named_bucket, '')), 'UTF8')),
        of_kind, of_day, of_description, NULL);
    IF written IS NULL THEN
        SELECT entries.entry_id INTO entry_id FROM entries WHERE idempotency_key = of_key;
        SELECT balance + coalesce(sum(items.balance), 0) INTO balance FROM items
        WHERE account = of_account;
        created := false;
        RETURN NEXT;
        RETURN;
    END IF;
    source := coalesce(source, item_of(of_source, NULL, NULL, NULL, NULL));
    FOR debt IN
        SELECT item_id, items.balance AS owed,
               NOT named_only OR (period = named_period AND bucket = named_bucket) AS meant
        FROM items WHERE account = of_account AND items.balance > 0
        ORDER BY period IS DISTINCT FROM named_period,
                 CASE WHEN oldest_first THEN period END,
                 array_position(bucket_order, bucket::text), period, due_on, place COLLATE "C",
                 item_id
    LOOP
        part := CASE WHEN debt.meant THEN least(rest, debt.owed) ELSE 0 END;
        balance := balance + debt.owed - part;
        IF part > 0 THEN
            number := number + 1;
            INSERT INTO postings VALUES (written, number, source, debt.item_id, part);
            UPDATE items SET balance = items.balance - part WHERE item_id = debt.item_id;
            rest := rest - part;
        END IF;
    END LOOP;
    IF of_source LIKE 'credit:%' THEN
        UPDATE items SET balance = items.balance - (of_amount - rest) WHERE item_id = source;
        balance := balance + of_amount - rest;
    END IF;
    IF rest > 0 AND (NOT keep_surplus OR of_source LIKE 'credit:%') THEN
        PERFORM refuse('The amount is more than what is owed.');
    ELSIF rest > 0 THEN
        PERFORM write_posting(written, number + 1, source,
            item_of('credit:' || owner, NULL, NULL, NULL, NULL), rest);
        balance := balance - rest;
    END IF;
    entry_id := written;
    created := true;
    RETURN NEXT;
END $$;

-- A payment for the account of the bill with a reference, as one transaction of one statement: it
-- takes the rights of its actor first, as every transaction does. No row where no bill has it.
CREATE FUNCTION pay_bill_as(
    acting_role text, acting_name text, acting_today text, of_reference text, of_key text,
    of_day date, of_amount bigint, bucket_order text, oldest_first boolean
) RETURNS TABLE (entry_id bigint, created boolean, balance bigint) LANGUAGE plpgsql AS $$
DECLARE
    of_account text;
BEGIN
    PERFORM set_config('role', acting_role, true), set_config('kazyna.actor', acting_name, true),
            set_config('kazyna.today', acting_today, true);
    SELECT 'receivable:' || tax || ':' || taxpayer_id INTO of_account
    FROM bills JOIN rolls USING (roll_id) WHERE reference = of_reference;
    IF of_account IS NOT NULL THEN
        RETURN QUERY SELECT * FROM post_credit(
            of_key, 'payment', of_day, of_reference, 'treasury', of_account, of_amount,
            NULL, NULL, false, true, string_to_array(bucket_order, ','), oldest_first);
    END IF;
END $$;

-- The same text as accounts.entry.content_of, so that one by one and as a set are one request.
CREATE FUNCTION hash_of_charge(
    kind text, effective_on date, debit text, credit text, amount bigint, period integer,
    bucket text, due_on date, place text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(kind || '|' || effective_on || '|' || debit || '<' || credit || ':'
        || amount || ':' || period || ':' || bucket || ':' || due_on || ':' || place, 'UTF8'))
$$;

-- Takes out of a set what stands in the journal already, or refuses where it says something else.
CREATE FUNCTION leave_out_repeated(asked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    strange text;
BEGIN
    -- Statistics that are older than a roll make the planner compare every row with every row.
    PERFORM set_config('enable_nestloop', CASE WHEN asked > 10000 THEN 'off' ELSE 'on' END, true);
    SELECT staged.idempotency_key INTO strange
    FROM staged JOIN entries USING (idempotency_key) JOIN staged_debts USING (debt_no)
    WHERE entries.entry_id <> staged.entry_id
      AND entries.content_hash <> hash_of_charge(staged.kind, staged.effective_on, debit_account,
            credit_account, staged.amount, period, bucket, due_on, place) LIMIT 1;
    IF strange IS NOT NULL THEN
        PERFORM refuse(format('The key %L was used for another entry.', strange));
    END IF;
    DELETE FROM staged USING entries
    WHERE entries.idempotency_key = staged.idempotency_key AND entries.entry_id <> staged.entry_id;
    UPDATE staged_debts SET amount = 0;
    UPDATE staged_debts SET amount = left_over.amount
    FROM (SELECT debt_no, sum(amount) AS amount FROM staged GROUP BY debt_no) AS left_over
    WHERE left_over.debt_no = staged_debts.debt_no;
    PERFORM set_config('enable_nestloop', 'on', true);
END $$;

-- A set of charges of one posting each, staged as the temporary tables `staged` and, for the debts
-- they make or raise, `staged_debts`; returns how many were new. Sets are posted one after the
-- other; single payments go on beside them.
CREATE FUNCTION post_staged() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    strange text;
    booked_from date;
    asked bigint;
    created bigint;
BEGIN
    LOCK TABLE entries IN ROW EXCLUSIVE MODE;
    SELECT side INTO strange FROM (
        SELECT debit_account FROM staged_debts UNION SELECT credit_account FROM staged_debts
    ) AS sides (side) WHERE NOT EXISTS (SELECT FROM accounts WHERE account = side) LIMIT 1;
    IF strange IS NOT NULL THEN
        PERFORM refuse(format('No account is open under the name %L.', strange));
    END IF;
    SELECT count(*) INTO asked FROM staged;
    SELECT open_from INTO booked_from FROM ledger_state;
    INSERT INTO entries (entry_id, idempotency_key, content_hash, kind, effective_on, description,
                         booked_on)
    OVERRIDING SYSTEM VALUE
    SELECT entry_id, idempotency_key, hash_of_charge(kind, effective_on, debit_account,
               credit_account, staged.amount, period, bucket, due_on, place),
           kind, effective_on, description, greatest(effective_on, booked_from)
    FROM staged JOIN staged_debts USING (debt_no)
    ON CONFLICT (idempotency_key) DO NOTHING;
    GET DIAGNOSTICS created = ROW_COUNT;
    IF created < asked THEN
        PERFORM leave_out_repeated(asked);
    END IF;
    IF created = 0 THEN
        RETURN 0;
    END IF;
    -- The items are taken as they are written, never looked up by a join with their table: its
    -- statistics know nothing of what this transaction has added.
    WITH raised AS (
        INSERT INTO items (account, period, bucket, due_on, place, balance)
        SELECT debit_account, period, bucket, due_on, place, sum(amount) FROM staged_debts
        WHERE amount > 0 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (account, period, bucket, due_on, place)
            DO UPDATE SET balance = items.balance + excluded.balance
        RETURNING item_id, account, period, bucket, due_on, place
    ), credited AS MATERIALIZED (
        SELECT account, item_of(account, NULL, NULL, NULL, NULL) AS item_id
        FROM (SELECT DISTINCT credit_account AS account FROM staged_debts) AS named
    )
    UPDATE staged_debts SET debit = raised.item_id, credit = credited.item_id
    FROM raised, credited
    WHERE raised.account = debit_account AND raised.period = staged_debts.period
      AND raised.bucket = staged_debts.bucket AND raised.due_on = staged_debts.due_on
      AND raised.place = staged_debts.place AND credited.account = credit_account;
    INSERT INTO postings
    SELECT entry_id, 1, debit, credit, staged.amount
    FROM staged JOIN staged_debts USING (debt_no);
    RETURN created;
END $$;

ALTER TABLE postings ADD PRIMARY KEY (entry_id, line);
CREATE INDEX postings_debit ON postings (debit);
CREATE INDEX postings_credit ON postings (credit);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One line an item and posting: positive is a debit, negative a credit.
CREATE VIEW movements WITH (security_invoker = true) AS
    SELECT debit AS item_id, entry_id, line, amount FROM postings
    UNION ALL
    SELECT credit, entry_id, line, -amount FROM postings;

REVOKE INSERT ON entries FROM kazyna_officer;
GRANT SELECT ON items, postings, movements TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT SELECT ON ledger_state TO kazyna_officer, kazyna_auditor;
GRANT SELECT, INSERT, UPDATE ON accounts TO kazyna_ledger;
GRANT SELECT, INSERT ON entries, postings TO kazyna_ledger;
GRANT SELECT, INSERT, UPDATE ON items, ledger_state TO kazyna_ledger;
GRANT SELECT ON taxpayers TO kazyna_ledger;
DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO kazyna_officer',
                   pg_get_serial_sequence('entries', 'entry_id'));
END $$;

ALTER TABLE items ENABLE ROW LEVEL SECURITY;
ALTER TABLE postings ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger ON accounts TO kazyna_ledger USING (true);
CREATE POLICY ledger ON entries TO kazyna_ledger USING (true);
CREATE POLICY ledger ON postings TO kazyna_ledger USING (true);
CREATE POLICY ledger ON items TO kazyna_ledger USING (true);
CREATE POLICY ledger ON taxpayers FOR SELECT TO kazyna_ledger USING (true);
CREATE POLICY staff ON postings TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON items TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON items FOR SELECT TO kazyna_taxpayer
    USING (account IN (SELECT account FROM accounts));
CREATE POLICY own ON postings FOR SELECT TO kazyna_taxpayer
    USING (
        debit IN (SELECT item_id FROM items) OR credit IN (SELECT item_id FROM items)
    );

CREATE POLICY own ON entries FOR SELECT TO kazyna_taxpayer
    USING (EXISTS (SELECT FROM postings WHERE postings.entry_id = entries.entry_id));

-- The functions act with the rights of the ledger; who may call them is decided here.
ALTER FUNCTION lock_accounts OWNER TO kazyna_ledger;
ALTER FUNCTION item_of OWNER TO kazyna_ledger;
ALTER FUNCTION write_entry OWNER TO kazyna_ledger;
ALTER FUNCTION write_posting OWNER TO kazyna_ledger;
ALTER FUNCTION post_entry OWNER TO kazyna_ledger;
ALTER FUNCTION post_credit OWNER TO kazyna_ledger;
ALTER FUNCTION post_staged OWNER TO kazyna_ledger;
REVOKE ALL ON FUNCTION item_of, write_entry, write_posting, post_entry, post_credit, post_staged
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_entry, post_credit, post_staged TO kazyna_officer;

-- What was owed before and paid beyond it becomes credit; the rest is what is open.
CREATE TEMPORARY TABLE standing ON COMMIT DROP AS
    SELECT item_id, account, sum(amount)::bigint AS amount FROM movements
    JOIN items USING (item_id) WHERE account LIKE 'receivable:%' GROUP BY item_id, account;
UPDATE items SET balance = standing.amount FROM standing
    WHERE standing.item_id = items.item_id AND standing.amount > 0;
WITH entry AS (
    INSERT INTO entries (idempotency_key, content_hash, kind, effective_on, description, booked_on,
                         actor)
    SELECT 'surplus:' || account, sha256(convert_to(account, 'UTF8')), 'transfer', current_date,
           'surplus', current_date, 'migration'
    FROM standing WHERE amount < 0 RETURNING entry_id, idempotency_key
), moved AS (
    INSERT INTO postings
    SELECT entry_id, 1, standing.item_id, surplus.item_id, -standing.amount
    FROM entry JOIN standing ON idempotency_key = 'surplus:' || standing.account
    JOIN accounts USING (account)
    JOIN items AS surplus ON surplus.account = 'credit:' || taxpayer_id
    RETURNING credit, amount
)
UPDATE items SET balance = balance + moved.amount
FROM (SELECT credit, sum(amount) AS amount FROM moved GROUP BY credit) AS moved
WHERE item_id = moved.credit;
DROP TABLE standing;
