-- Payments that come at the same time are posted by one call and one commit: each keeps its key,
-- its order of debts and its answer (decision 0082).

DROP FUNCTION pay_bill_as;

-- The same as post_credit writes for a payment that names no debt.
CREATE FUNCTION hash_of_payment(of_day date, of_account text, of_amount bigint) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(
        'payment|' || of_day || '|treasury|' || of_account || '|' || of_amount || '||', 'UTF8'))
$$;

-- Posts payments for bills: each array says of every payment one thing, and where no account is
-- known, nothing is posted. A payment meets the debts that those before it have left open: payments
-- and debts of an account lie along one line of money, and what overlaps is settled. (post_credit
-- goes step by step to the same end, which is tested.) No key stands twice in a call.
CREATE FUNCTION post_payments(
    of_accounts text[], of_taxpayers text[], of_bills text[], of_keys text[], of_days date[],
    of_amounts bigint[], of_actors text[], bucket_order text[], oldest_first boolean
) RETURNS TABLE (payment_no bigint, entry_id bigint, created boolean, balance bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    numbers bigint[];
    fresh boolean[] := array_fill(true, ARRAY[cardinality(of_keys)]);
    asked bigint;
    written bigint;
    strange text;
    treasury bigint;
    paid record;
BEGIN
    PERFORM lock_accounts(of_accounts);
    SELECT array_agg(CASE WHEN account IS NOT NULL
                     THEN nextval('entries_entry_id_seq') END ORDER BY line), count(account)
    INTO numbers, asked FROM unnest(of_accounts) WITH ORDINALITY AS given (account, line);
    INSERT INTO entries (entry_id, idempotency_key, content_hash, kind, effective_on, description,
                         booked_on, actor)
    OVERRIDING SYSTEM VALUE
    SELECT number, key, hash_of_payment(day, account, amount), 'payment', day, bill,
           greatest(day, open_from), actor
    FROM unnest(numbers, of_keys, of_days, of_accounts, of_amounts, of_bills, of_actors)
        AS given (number, key, day, account, amount, bill, actor), ledger_state
    WHERE number IS NOT NULL
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < asked THEN
        SELECT array_agg(coalesce(entries.entry_id, number) ORDER BY line),
               array_agg(entries.entry_id = number ORDER BY line),
               min(key) FILTER (WHERE content_hash <> hash_of_payment(day, account, amount))
        INTO numbers, fresh, strange
        FROM unnest(numbers, of_keys, of_days, of_accounts, of_amounts) WITH ORDINALITY
            AS given (number, key, day, account, amount, line)
        LEFT JOIN entries ON idempotency_key = key AND number IS NOT NULL;
        IF strange IS NOT NULL THEN
            PERFORM refuse(format(
                'The key %L was used for another entry; every request needs its own.', strange));
        END IF;
    END IF;
    treasury := item_of('treasury', NULL, NULL, NULL, NULL);
    -- By taxpayer, so that rows of credit are held in one order by all.
    FOR paid IN
        WITH spent AS MATERIALIZED (
            SELECT *, sum(amount) OVER (PARTITION BY account ORDER BY line) AS spent_to
            FROM (SELECT line, number, new, account, taxpayer,
                         CASE WHEN new THEN amount ELSE 0 END AS amount
                  FROM unnest(numbers, fresh, of_accounts, of_taxpayers, of_amounts)
                      WITH ORDINALITY AS given (number, new, account, taxpayer, amount, line)
                  WHERE account IS NOT NULL) AS known
        ), owed AS MATERIALIZED (
            SELECT item_id, account, balance, sum(balance) OVER (
                PARTITION BY account
                ORDER BY CASE WHEN oldest_first THEN period END,
                         array_position(bucket_order, bucket::text), period, due_on,
                         place COLLATE "C", item_id) AS owed_to
            FROM items WHERE account = ANY (of_accounts) AND balance > 0 AND period IS NOT NULL
        ), part AS MATERIALIZED (
            SELECT line, number, item_id, owed_to,
                   (least(spent_to, owed_to)
                    - greatest(spent_to - amount, owed_to - balance))::bigint AS amount
            FROM spent JOIN owed USING (account)
            WHERE amount > 0 AND spent_to - amount < owed_to AND owed_to - balance < spent_to
        ), moved AS (
            INSERT INTO postings
            SELECT number, row_number() OVER (PARTITION BY line ORDER BY owed_to), treasury, item_id,
                   amount
            FROM part
        ), lowered AS (
            UPDATE items SET balance = items.balance - settled.amount
            FROM (SELECT item_id, sum(amount)::bigint AS amount FROM part GROUP BY item_id) AS settled
            WHERE items.item_id = settled.item_id
        )
        SELECT spent.line, number, new, spent.account, taxpayer,
               (amount - coalesce(settled.settled, 0))::bigint AS surplus,
               coalesce(settled.lines, 0)::integer AS lines,
               (coalesce(standing.owed, 0) - coalesce(credit.balance, 0) - spent_to)::bigint AS rest
        FROM spent
        LEFT JOIN (SELECT account, sum(balance) AS owed FROM owed GROUP BY account) AS standing
            ON standing.account = spent.account
        LEFT JOIN (SELECT line, sum(amount) AS settled, count(*) AS lines FROM part GROUP BY line)
            AS settled ON settled.line = spent.line
        LEFT JOIN items AS credit
            ON credit.account = 'credit:' || taxpayer AND credit.period IS NULL
        ORDER BY taxpayer, spent.line
    LOOP
        IF paid.surplus > 0 THEN
            IF NOT EXISTS (SELECT FROM accounts WHERE account = paid.account) THEN
                PERFORM refuse(format('No account is open under the name %L.', paid.account));
            END IF;
            PERFORM write_posting(paid.number, paid.lines + 1, treasury,
                item_of('credit:' || paid.taxpayer, NULL, NULL, NULL, NULL), paid.surplus);
        END IF;
        RETURN QUERY SELECT paid.line, paid.number, paid.new, paid.rest;
    END LOOP;
END $$;

-- Payments for the accounts of the bills with given references, as one transaction of one statement:
-- it takes the rights of an officer first, as every transaction does. No row where no bill has one.
CREATE FUNCTION pay_bills_as(
    acting_role text, acting_today text, of_bills text[], of_keys text[], of_days date[],
    of_amounts bigint[], of_actors text[], bucket_order text[], oldest_first boolean
) RETURNS TABLE (payment_no bigint, entry_id bigint, created boolean, balance bigint)
LANGUAGE plpgsql AS $$
DECLARE
    accounts text[];
    taxpayers text[];
BEGIN
    PERFORM set_config('role', acting_role, true), set_config('kazyna.actor', of_actors[1], true),
            set_config('kazyna.today', acting_today, true);
    SELECT array_agg('receivable:' || tax || ':' || taxpayer_id ORDER BY line),
           array_agg(taxpayer_id ORDER BY line)
    INTO accounts, taxpayers
    FROM unnest(of_bills) WITH ORDINALITY AS given (reference, line)
    LEFT JOIN bills USING (reference) LEFT JOIN rolls USING (roll_id);
    IF cardinality(of_bills) = 1 THEN  -- for one, going step by step costs less
        RETURN QUERY SELECT 1::bigint, posted.* FROM post_credit(
            of_keys[1], 'payment', of_days[1], of_bills[1], 'treasury', accounts[1], of_amounts[1],
            NULL, NULL, false, true, bucket_order, oldest_first) AS posted
        WHERE accounts[1] IS NOT NULL;
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM post_payments(accounts, taxpayers, of_bills, of_keys, of_days,
        of_amounts, of_actors, bucket_order, oldest_first);
END $$;

ALTER FUNCTION post_payments OWNER TO kazyna_ledger;
REVOKE ALL ON FUNCTION post_payments FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_payments TO kazyna_officer;
