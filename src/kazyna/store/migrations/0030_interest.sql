-- Penalty interest. The interest on a debt of tax is a debt of its own, of the same period, due day
-- and place. A run charges it on all debts at once: one entry holds the lines of thousands of debts,
-- so that a day of interest is not a million entries.

ALTER TABLE items
    -- Of a debt of tax: the debt of its interest, once there is one.
    ADD COLUMN interest_item bigint,
    -- Of a debt of interest: what runs have charged on it in all.
    ADD COLUMN charged bigint CHECK (charged >= 0);

CREATE TABLE interest_runs (
    run_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    through     date NOT NULL,
    -- Facts up to here are in it.
    last_entry  bigint NOT NULL,
    debts       bigint NOT NULL,
    charged     bigint NOT NULL,
    replayed    bigint NOT NULL,
    happened_on date NOT NULL DEFAULT business_day(),
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now()
);

-- Gives every debt of tax that is late on a day, and open, its debt of interest; returns how many.
CREATE FUNCTION open_interest_items(on_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '256MB' AS $$
DECLARE
    opened bigint;
BEGIN
    WITH opened_now AS (
        INSERT INTO items (account, period, bucket, due_on, place, balance, charged)
        SELECT account, period, 'interest', due_on, place, 0, 0 FROM items
        WHERE bucket = 'tax' AND due_on < on_day AND interest_item IS NULL
        ORDER BY item_id
        ON CONFLICT (account, period, bucket, due_on, place)
            DO UPDATE SET charged = coalesce(items.charged, 0)
        RETURNING item_id, account, period, due_on, place
    )
    UPDATE items SET interest_item = opened_now.item_id FROM opened_now
    WHERE items.account = opened_now.account AND items.period = opened_now.period
      AND items.bucket = 'tax' AND items.due_on = opened_now.due_on
      AND items.place = opened_now.place;
    GET DIAGNOSTICS opened = ROW_COUNT;
    RETURN opened;
END $$;

-- The item of the revenue that the interest on a tax brings in.
CREATE FUNCTION interest_revenue_item(of_tax text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT item_of('revenue:' || of_tax || ':interest', NULL, NULL, NULL, NULL)
$$;

-- Charges the interest that is staged as the temporary table `staged_interest`: the item of the
-- interest, the item of its revenue, the amount (with a minus, interest that is taken back), and
-- the number of the entry among those of this call, with its line.
CREATE FUNCTION post_interest(of_key text, of_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '256MB' AS $$
DECLARE
    written bigint;
    asked bigint;
BEGIN
    LOCK TABLE entries IN ROW EXCLUSIVE MODE;
    CREATE TEMPORARY TABLE interest_entries ON COMMIT DROP AS
        SELECT chunk, nextval(pg_get_serial_sequence('entries', 'entry_id')) AS entry_id,
               count(*) AS lines, sum(amount) AS amount
        FROM staged_interest GROUP BY chunk;
    INSERT INTO entries (entry_id, idempotency_key, content_hash, kind, effective_on, description,
                         booked_on)
    OVERRIDING SYSTEM VALUE
    SELECT entry_id, of_key || ':' || chunk,
           sha256(convert_to(concat_ws('|', of_day, lines, amount), 'UTF8')),
           'penalty_interest', of_day, '', greatest(of_day, open_from)
    FROM interest_entries, ledger_state;
    INSERT INTO postings
    SELECT entry_id, line, CASE WHEN staged.amount > 0 THEN debit ELSE credit END,
           CASE WHEN staged.amount > 0 THEN credit ELSE debit END, abs(staged.amount)
    FROM staged_interest AS staged JOIN interest_entries USING (chunk)
    ORDER BY entry_id, line;
    UPDATE items SET balance = items.balance + staged.amount, charged = items.charged + staged.amount
    FROM staged_interest AS staged
    JOIN items AS earned ON earned.item_id = credit
    WHERE items.item_id = debit AND items.bucket = 'interest'
      AND earned.account = 'revenue:' || split_part(items.account, ':', 2) || ':interest';
    GET DIAGNOSTICS written = ROW_COUNT;
    SELECT count(*) INTO asked FROM staged_interest;
    IF written <> asked THEN
        PERFORM refuse('Interest is charged on a debt of interest, to the revenue of its tax.');
    END IF;
    DROP TABLE interest_entries;
    RETURN written;
END $$;

-- Debts that are not chased for a time, such as while they are disputed; whether they bear interest
-- meanwhile is the law's.
CREATE TABLE suspensions (
    suspension_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tax             text NOT NULL,
    taxpayer_id     text NOT NULL REFERENCES taxpayers,
    period          integer NOT NULL,
    first_day       date NOT NULL,
    last_day        date CHECK (last_day >= first_day - 1),
    interest_pauses boolean NOT NULL,
    reason          text NOT NULL CHECK (btrim(reason) <> ''),
    actor           text NOT NULL DEFAULT current_setting('kazyna.actor'),
    ended_by        text,
    recorded_at     timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX suspensions_open ON suspensions (tax, taxpayer_id, period)
    WHERE last_day IS NULL;
GRANT SELECT, INSERT ON suspensions TO kazyna_officer;
GRANT UPDATE (last_day, ended_by) ON suspensions TO kazyna_officer;
GRANT SELECT ON suspensions TO kazyna_auditor, kazyna_taxpayer;
ALTER TABLE suspensions ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON suspensions TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON suspensions FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());

GRANT SELECT, INSERT ON interest_runs TO kazyna_officer;
GRANT SELECT ON interest_runs TO kazyna_auditor;
ALTER TABLE interest_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON interest_runs TO kazyna_officer, kazyna_auditor USING (true);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON interest_runs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO kazyna_ledger',
                   pg_get_serial_sequence('entries', 'entry_id'));
END $$;
ALTER FUNCTION interest_revenue_item OWNER TO kazyna_ledger;
ALTER FUNCTION open_interest_items OWNER TO kazyna_ledger;
ALTER FUNCTION post_interest OWNER TO kazyna_ledger;
REVOKE ALL ON FUNCTION open_interest_items, interest_revenue_item, post_interest
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_interest_items, interest_revenue_item, post_interest
    TO kazyna_officer;
