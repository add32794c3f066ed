-- Sets of charges, second form: the usual set, all of it new, is written straight, in the order of
-- its debts; what stands in the books already is looked for only where a key is refused
-- (decision 0081). Sets are staged as two temporary tables: `staged`, the charges, and
-- `staged_debts`, what they make or raise, both with the numbers that their rows will have.

DROP FUNCTION post_staged, leave_out_repeated;

CREATE FUNCTION write_staged_entries(credit_accounts text[]) RETURNS bigint
LANGUAGE plpgsql SET work_mem = '256MB' AS $$
DECLARE
    written bigint;
BEGIN
    -- What is one for all is asked for once, not by the default of each row.
    INSERT INTO entries (entry_id, idempotency_key, content_hash, kind, effective_on, description,
                         posted_at, actor, posted_on, booked_on)
    OVERRIDING SYSTEM VALUE
    SELECT entry_id, idempotency_key, hash_of_charge(kind, effective_on, debit_account,
               credit_accounts[credit_no], staged.amount, period, bucket, due_on, place),
           kind, effective_on, description, moment, actor, today,
           greatest(effective_on, open_from)
    FROM staged JOIN staged_debts USING (debt_no), (
        SELECT now() AS moment, current_setting('kazyna.actor') AS actor, business_day() AS today,
               open_from
        FROM ledger_state OFFSET 0) AS common;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;

-- Takes out of a set what stands in the journal already, or refuses where it says something else.
-- It looks up key by key: a plan of the whole would rest on statistics that know nothing of what
-- was posted a moment ago.
CREATE FUNCTION leave_out_posted(credit_accounts text[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET work_mem = '256MB' AS $$
DECLARE
    strange text;
    posted bigint[];
BEGIN
    SELECT min(staged.idempotency_key) FILTER (WHERE known.content_hash <> hash_of_charge(
               staged.kind, staged.effective_on, debit_account, credit_accounts[credit_no],
               staged.amount, period, bucket, due_on, place)),
           array_agg(staged.entry_id)
    INTO strange, posted
    FROM staged JOIN staged_debts USING (debt_no), LATERAL (
        SELECT content_hash FROM entries
        WHERE entries.idempotency_key = staged.idempotency_key LIMIT 1) AS known;
    IF strange IS NOT NULL THEN
        PERFORM refuse(format('The key %L was used for another entry.', strange));
    END IF;
    DELETE FROM staged WHERE entry_id = ANY (posted);
    UPDATE staged_debts SET amount = 0;
    UPDATE staged_debts SET amount = left_over.amount
    FROM (SELECT debt_no, sum(amount) AS amount FROM staged GROUP BY debt_no) AS left_over
    WHERE left_over.debt_no = staged_debts.debt_no;
END $$;

-- Makes the debts of a set, all of them new.
CREATE FUNCTION make_staged_debts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO items (item_id, account, period, bucket, due_on, place, balance)
    OVERRIDING SYSTEM VALUE
    SELECT debit, debit_account, period, bucket, due_on, place, amount FROM staged_debts
    WHERE amount > 0;
END $$;

-- The same where some of them stand already: those are raised, and staged by their own number. They
-- are taken as they are written, never looked up by a join with their table: its statistics know
-- nothing of what this transaction has added.
CREATE FUNCTION raise_staged_debts() RETURNS void LANGUAGE plpgsql SET work_mem = '256MB' AS $$
BEGIN
    WITH raised AS (
        INSERT INTO items (item_id, account, period, bucket, due_on, place, balance)
        OVERRIDING SYSTEM VALUE
        SELECT debit, debit_account, period, bucket, due_on, place, amount FROM staged_debts
        WHERE amount > 0
        ON CONFLICT (account, period, bucket, due_on, place)
            DO UPDATE SET balance = items.balance + excluded.balance
        RETURNING item_id, account, period, bucket, due_on, place
    )
    UPDATE staged_debts SET debit = raised.item_id FROM raised
    WHERE raised.account = debit_account AND raised.period = staged_debts.period
      AND raised.bucket = staged_debts.bucket AND raised.due_on = staged_debts.due_on
      AND raised.place = staged_debts.place AND raised.item_id <> debit;
END $$;

CREATE FUNCTION write_staged_postings(credits bigint[]) RETURNS void
LANGUAGE plpgsql SET work_mem = '256MB' AS $$
BEGIN
    INSERT INTO postings
    SELECT entry_id, 1, debit, credits[credit_no], staged.amount
    FROM staged JOIN staged_debts USING (debt_no);
END $$;

-- Posts a staged set of charges of one posting each, to the credit of the accounts given; returns
-- how many were new. Sets are posted one after the other; single payments go on beside them.
CREATE FUNCTION post_staged(credit_accounts text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    strange text;
    created bigint;
BEGIN
    LOCK TABLE entries IN ROW EXCLUSIVE MODE;
    SELECT min(side) INTO strange FROM (
        SELECT debit_account FROM staged_debts UNION ALL SELECT unnest(credit_accounts)
    ) AS sides (side) WHERE NOT EXISTS (SELECT FROM accounts WHERE account = side);
    IF strange IS NOT NULL THEN
        PERFORM refuse(format('No account is open under the name %L.', strange));
    END IF;
    BEGIN
        created := write_staged_entries(credit_accounts);
    EXCEPTION WHEN unique_violation THEN
        PERFORM leave_out_posted(credit_accounts);
        created := write_staged_entries(credit_accounts);
    END;
    IF created = 0 THEN
        RETURN 0;
    END IF;
    BEGIN
        PERFORM make_staged_debts();
    EXCEPTION WHEN unique_violation THEN
        PERFORM raise_staged_debts();
    END;
    PERFORM write_staged_postings(ARRAY(
        SELECT item_of(account, NULL, NULL, NULL, NULL)
        FROM unnest(credit_accounts) WITH ORDINALITY AS named (account, place) ORDER BY place));
    RETURN created;
END $$;

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO kazyna_officer',
                   pg_get_serial_sequence('items', 'item_id'));
END $$;
ALTER FUNCTION write_staged_entries OWNER TO kazyna_ledger;
ALTER FUNCTION leave_out_posted OWNER TO kazyna_ledger;
ALTER FUNCTION make_staged_debts OWNER TO kazyna_ledger;
ALTER FUNCTION raise_staged_debts OWNER TO kazyna_ledger;
ALTER FUNCTION write_staged_postings OWNER TO kazyna_ledger;
ALTER FUNCTION post_staged OWNER TO kazyna_ledger;
REVOKE ALL ON FUNCTION write_staged_entries, leave_out_posted, make_staged_debts,
    raise_staged_debts, write_staged_postings, post_staged FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_staged TO kazyna_officer;
