-- Bills that the law lets be paid in parts. Each part is a debt with a due day of its own; how the
-- bills of a roll are divided is kept with it. Where a part is missed and the law says so, what is
-- not paid of the later ones falls due with it: an entry moves it to the due day of the missed one.

-- As `accounts.PartsRule` is written; none where bills are not divided.
ALTER TABLE rolls ADD COLUMN parts jsonb;
GRANT INSERT (parts) ON rolls TO kazyna_officer;
GRANT SELECT ON rolls TO kazyna_ledger;
CREATE POLICY books ON rolls FOR SELECT TO kazyna_ledger USING (true);

-- What every bill asked for in turn; without a day where it is so since its roll was issued.
CREATE VIEW bill_amounts WITH (security_invoker = true) AS
    SELECT roll_id, bill_no, 1 AS version, amount,
           CASE WHEN bills.issued_on > rolls.issued_on THEN bills.issued_on END AS since
    FROM bills JOIN rolls USING (roll_id)
    UNION ALL
    SELECT bill_versions.roll_id, bill_no, version, amount, happened_on
    FROM bill_versions JOIN roll_events USING (event_id);
GRANT SELECT ON bill_amounts TO kazyna_officer, kazyna_auditor, kazyna_taxpayer;

-- The part that is missed on a day, and each that then falls due with it.
CREATE VIEW parts_that_fall WITH (security_invoker = true) AS
    SELECT DISTINCT tax, year, missed_on::date, later_on::date
    FROM rolls, jsonb_array_elements_text(parts -> 'due_days') AS missed_on,
         jsonb_array_elements_text(parts -> 'due_days') AS later_on
    WHERE status IN ('issued', 'withdrawn') AND parts ->> 'missed' = 'whole'
      AND missed_on::date < later_on::date;
GRANT SELECT ON parts_that_fall TO kazyna_ledger, kazyna_officer, kazyna_auditor, kazyna_taxpayer;

-- Writes the staged moves from one debt of an account to another, as entries of so many lines.
CREATE FUNCTION write_falls(of_key text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    lines_max CONSTANT integer := 30000;
    written bigint;
BEGIN
    CREATE TEMPORARY TABLE fall_entries ON COMMIT DROP AS
        SELECT falls_on, chunk, nextval(pg_get_serial_sequence('entries', 'entry_id')) AS entry_id,
               lines, amount
        FROM (SELECT falls_on, number / lines_max AS chunk, count(*) AS lines, sum(amount) AS amount
              FROM staged_falls GROUP BY 1, 2 ORDER BY 1, 2) AS parts;
    INSERT INTO entries (entry_id, idempotency_key, content_hash, kind, effective_on, description,
                         booked_on)
    OVERRIDING SYSTEM VALUE
    -- What falls due is told by the books, not by a key: the number makes it the entry's own.
    SELECT entry_id, of_key || ':' || falls_on || ':' || entry_id,
           sha256(convert_to(concat_ws('|', falls_on, lines, amount), 'UTF8')),
           'correction', falls_on, '', greatest(falls_on, open_from)
    FROM fall_entries, ledger_state;
    INSERT INTO postings
    SELECT entry_id, number % lines_max + 1, debit, credit, staged_falls.amount
    FROM staged_falls JOIN fall_entries
      ON fall_entries.falls_on = staged_falls.falls_on AND chunk = number / lines_max
    ORDER BY entry_id, number;
    GET DIAGNOSTICS written = ROW_COUNT;
    UPDATE items SET balance = balance + moved.amount
    FROM (SELECT item_id, sum(amount) AS amount FROM (
              SELECT debit AS item_id, amount FROM staged_falls
              UNION ALL SELECT credit, -amount FROM staged_falls) AS sides
          GROUP BY item_id) AS moved
    WHERE items.item_id = moved.item_id;
    DROP TABLE fall_entries, staged_falls;
    RETURN written;
END $$;

-- Lets fall due what is open of later parts of which an earlier one was missed before a day; leaves
-- out some accounts, which are played again from their facts. Returns how many debts fell due.
CREATE FUNCTION let_fall_due(of_key text, through date, but text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '256MB' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM parts_that_fall WHERE missed_on < through) THEN
        RETURN 0;
    END IF;
    LOCK TABLE entries IN ROW EXCLUSIVE MODE;
    CREATE TEMPORARY TABLE staged_falls ON COMMIT DROP AS
    WITH missed AS MATERIALIZED (
        SELECT items.account, period, place, due_on, item_id, later_on
        FROM items JOIN accounts USING (account)
        JOIN parts_that_fall AS part
          ON part.tax = accounts.tax AND year = period AND missed_on = due_on
        WHERE bucket = 'tax' AND balance > 0 AND missed_on < through
          AND items.account <> ALL (but)
    ), later AS MATERIALIZED (
        -- Held, so that no payment settles meanwhile what is moved here.
        SELECT account, period, place, due_on, item_id, balance FROM items
        WHERE bucket = 'tax' AND balance > 0 AND (account, period, place, due_on)
              IN (SELECT account, period, place, later_on FROM missed)
        ORDER BY item_id FOR UPDATE
    ), falls AS (
        SELECT DISTINCT ON (later.item_id) missed.due_on + 1 AS falls_on, missed.item_id AS debit,
               later.item_id AS credit, later.balance AS amount
        FROM missed JOIN later ON later.account = missed.account AND later.period = missed.period
         AND later.place = missed.place AND later.due_on = missed.later_on
        ORDER BY later.item_id, missed.due_on
    )
    SELECT *, row_number() OVER (PARTITION BY falls_on ORDER BY credit) - 1 AS number FROM falls;
    RETURN write_falls(of_key);
END $$;

-- Takes back to its own day what has fallen due of the parts of one account, as far as it is open:
-- before a correction lowers them. What is missed falls due again with the next run of interest.
CREATE FUNCTION lift_fallen(of_key text, of_account text, of_period integer, of_place text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM lock_accounts(ARRAY[of_account]);
    CREATE TEMPORARY TABLE staged_falls ON COMMIT DROP AS
    WITH own AS (
        SELECT item_id, due_on, balance FROM items
        WHERE account = of_account AND period = of_period AND place = of_place AND bucket = 'tax'
    ), fallen AS (
        -- Runs move parts by name, and accounts that they play again by way of the credit.
        SELECT item_id, due_on, -sum(amount) AS amount
        FROM own JOIN movements USING (item_id) JOIN entries USING (entry_id)
        WHERE idempotency_key LIKE 'interest:%' GROUP BY item_id, due_on HAVING sum(amount) < 0
    ), pair AS (
        SELECT fallen.item_id AS debit, earlier.item_id AS credit, earlier.due_on + 1 AS falls_on,
               fallen.amount, earlier.balance,
               sum(fallen.amount) OVER (PARTITION BY earlier.item_id ORDER BY fallen.due_on DESC)
                   - fallen.amount AS before
        FROM fallen JOIN LATERAL (
            SELECT item_id, due_on, balance FROM own JOIN parts_that_fall AS part
              ON part.tax = split_part(of_account, ':', 2) AND year = of_period
             AND missed_on = own.due_on AND later_on = fallen.due_on
            WHERE balance > 0 ORDER BY due_on LIMIT 1) AS earlier ON true
    )
    SELECT falls_on, debit, credit, least(amount, balance - before)::bigint AS amount,
           row_number() OVER (PARTITION BY falls_on ORDER BY debit) - 1 AS number
    FROM pair WHERE least(amount, balance - before) > 0;
    RETURN write_falls(of_key);
END $$;

ALTER FUNCTION write_falls OWNER TO kazyna_ledger;
ALTER FUNCTION let_fall_due OWNER TO kazyna_ledger;
ALTER FUNCTION lift_fallen OWNER TO kazyna_ledger;
REVOKE ALL ON FUNCTION write_falls, let_fall_due, lift_fallen FROM PUBLIC;
GRANT EXECUTE ON FUNCTION let_fall_due, lift_fallen TO kazyna_officer;
