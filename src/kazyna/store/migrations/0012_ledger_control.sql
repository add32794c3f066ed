-- What two persons must sign, the closing of periods, and the seals that make tampering visible.

CREATE TABLE ledger_requests (
    request_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('refund', 'offset', 'write_off', 'remission')),
    taxpayer_id  text NOT NULL REFERENCES taxpayers,
    tax          text,
    period       integer,
    bucket       debt_bucket,
    amount       bigint NOT NULL CHECK (amount > 0),
    reason       text NOT NULL CHECK (btrim(reason) <> ''),
    requested_on date NOT NULL DEFAULT business_day(),
    requested_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    requested_at timestamptz NOT NULL DEFAULT now(),
    status       text NOT NULL DEFAULT 'requested'
        CHECK (status IN ('requested', 'approved', 'refused')),
    decided_on   date,
    decided_by   text,
    note         text NOT NULL DEFAULT '',
    entry_id     bigint,
    CHECK ((kind = 'refund') = (tax IS NULL)),
    CHECK ((period IS NULL) = (bucket IS NULL)),
    CHECK ((status = 'requested') = (decided_by IS NULL)),
    CHECK ((status = 'approved') = (entry_id IS NOT NULL)),
    CHECK (decided_by <> requested_by)
);
CREATE INDEX ledger_requests_open ON ledger_requests (request_id) WHERE status = 'requested';

-- The name on a signature is the actor's own, and a decision is made once.
CREATE FUNCTION sign_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.requested_by := current_setting('kazyna.actor');
        RETURN NEW;
    END IF;
    IF OLD.status <> 'requested' THEN
        PERFORM refuse(format('Request %s is decided already.', OLD.request_id));
    END IF;
    NEW.decided_by := current_setting('kazyna.actor');
    NEW.decided_on := business_day();
    IF NEW.decided_by = OLD.requested_by THEN
        PERFORM refuse('Who asked for it does not decide: a second person must sign.');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signed BEFORE INSERT OR UPDATE ON ledger_requests
    FOR EACH ROW EXECUTE FUNCTION sign_request();

CREATE TABLE period_events (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    closed_from date NOT NULL,
    closed_to   date NOT NULL,
    event       text NOT NULL CHECK (event IN ('closed', 'reopening_asked', 'reopened')),
    reason      text NOT NULL,
    totals      jsonb,
    digest      bytea,
    happened_on date NOT NULL DEFAULT business_day(),
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (closed_from <= closed_to),
    CHECK ((event = 'closed') = (totals IS NOT NULL)),
    CHECK (event = 'closed' OR btrim(reason) <> '')
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON period_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The signed totals of what is booked in a period: debits less credits by account, a taxpayer's
-- accounts together by kind and tax.
CREATE FUNCTION period_totals(first_day date, last_day date) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(account, total::text ORDER BY account), '{}') FROM (
        SELECT concat_ws(':', accounts.kind, tax) AS account, sum(amount) AS total
        FROM entries JOIN movements USING (entry_id) JOIN items USING (item_id)
        JOIN accounts USING (account)
        WHERE booked_on BETWEEN first_day AND last_day GROUP BY 1
    ) AS sums
$$;

-- Closes everything up to a day: later facts are booked from the day after. Postings under way
-- are waited for; those that come meanwhile wait and find the period closed.
CREATE FUNCTION close_through(last_day date, of_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_day date;
    sums jsonb;
    written bigint;
BEGIN
    LOCK TABLE entries IN SHARE MODE;
    SELECT open_from INTO first_day FROM ledger_state FOR UPDATE;
    IF last_day < first_day THEN
        PERFORM refuse(format('The books are closed through %s already.', first_day - 1));
    END IF;
    IF first_day = '-infinity' THEN
        SELECT least(min(booked_on), last_day) INTO first_day FROM entries;
    END IF;
    sums := period_totals(first_day, last_day);
    INSERT INTO period_events (closed_from, closed_to, event, reason, totals, digest)
    VALUES (first_day, last_day, 'closed', of_reason, sums,
            sha256(convert_to(first_day || '|' || last_day || '|' || sums, 'UTF8')))
    RETURNING event_id INTO written;
    UPDATE ledger_state SET open_from = last_day + 1;
    RETURN written;
END $$;

-- The last closed period opens again when a second person signs what the first has asked for.
CREATE FUNCTION reopen_period(of_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before period_events;
    written bigint;
    step text := 'reopening_asked';
BEGIN
    LOCK TABLE entries IN SHARE MODE;
    SELECT * INTO before FROM period_events ORDER BY event_id DESC LIMIT 1;
    IF before.event = 'reopened' THEN
        SELECT * INTO before FROM period_events AS closing
        WHERE event = 'closed' AND closed_to < before.closed_from
        ORDER BY event_id DESC LIMIT 1;
    END IF;
    IF before IS NULL OR before.event_id IS NULL THEN
        PERFORM refuse('No period is closed.');
    END IF;
    IF before.event = 'reopening_asked' THEN
        IF before.actor = current_setting('kazyna.actor') THEN
            PERFORM refuse('Who asked for it does not decide: a second person must sign.');
        END IF;
        step := 'reopened';
        UPDATE ledger_state SET open_from = before.closed_from;
    END IF;
    INSERT INTO period_events (closed_from, closed_to, event, reason)
    VALUES (before.closed_from, before.closed_to, step, of_reason)
    RETURNING event_id INTO written;
    RETURN written;
END $$;

-- A seal covers a block of entries: the digest of each, and a digest of them all and of the seal
-- before. Entries are sealed after they are posted, so that single payments never wait for a chain.
CREATE TABLE seals (
    seal_no     bigint PRIMARY KEY,
    after_entry bigint NOT NULL,
    last_entry  bigint NOT NULL,
    leaves      bytea NOT NULL,
    previous    bytea NOT NULL,
    digest      bytea NOT NULL,
    sealed_on   date NOT NULL DEFAULT business_day(),
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    sealed_at   timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE seals ALTER COLUMN leaves SET STORAGE EXTERNAL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Everything that an entry says, postings and their debts included, as one digest.
CREATE FUNCTION leaves_between(after_entry bigint, last_entry bigint)
RETURNS TABLE (entry_id bigint, leaf bytea) LANGUAGE sql STABLE AS $$
    WITH line AS (
        SELECT postings.entry_id, string_agg(ROW(line, debited.account, debited.period,
            debited.bucket, debited.due_on, debited.place, credited.account, credited.period,
            credited.bucket, credited.due_on, credited.place, amount)::text, ';' ORDER BY line)
            AS written
        FROM postings JOIN items AS debited ON debited.item_id = debit
        JOIN items AS credited ON credited.item_id = credit
        WHERE postings.entry_id > after_entry AND postings.entry_id <= last_entry GROUP BY 1
    )
    SELECT entries.entry_id, sha256(convert_to(ROW(entries.entry_id, idempotency_key,
        content_hash, kind, effective_on, booked_on, posted_on, extract(epoch FROM posted_at),
        description, reverses, actor, written)::text, 'UTF8'))
    FROM entries LEFT JOIN line USING (entry_id)
    WHERE entries.entry_id > after_entry AND entries.entry_id <= last_entry
$$;

-- The last entry below which no number can still be posted: postings under way are waited for.
CREATE FUNCTION last_settled_entry() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4921015);
    LOCK TABLE entries IN SHARE MODE;
    RETURN coalesce((SELECT max(entry_id) FROM entries), 0);
END $$;

CREATE FUNCTION seal_through(settled bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last_seal seals;
    upto bigint;
    every bytea;
    made bigint := 0;
BEGIN
    LOCK TABLE seals IN SHARE ROW EXCLUSIVE MODE;
    LOOP
        SELECT * INTO last_seal FROM seals ORDER BY seal_no DESC LIMIT 1;
        SELECT max(entry_id) INTO upto FROM (
            SELECT entry_id FROM entries
            WHERE entry_id > coalesce(last_seal.last_entry, 0) AND entry_id <= settled
            ORDER BY entry_id LIMIT 50000) AS block;
        EXIT WHEN upto IS NULL;
        SELECT string_agg(leaf, ''::bytea ORDER BY entry_id) INTO every
        FROM leaves_between(coalesce(last_seal.last_entry, 0), upto);
        INSERT INTO seals (seal_no, after_entry, last_entry, leaves, previous, digest)
        VALUES (coalesce(last_seal.seal_no, 0) + 1, coalesce(last_seal.last_entry, 0), upto, every,
                coalesce(last_seal.digest, ''::bytea),
                sha256(coalesce(last_seal.digest, ''::bytea) || sha256(every)));
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- The first thing that is not as it was sealed; no row where all is.
CREATE FUNCTION first_altered() RETURNS TABLE (seal_no bigint, entry_id bigint, reason text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    seal seals;
    before seals;
BEGIN
    FOR seal IN SELECT * FROM seals ORDER BY seals.seal_no LOOP
        IF seal.previous <> coalesce(before.digest, ''::bytea)
            OR seal.after_entry <> coalesce(before.last_entry, 0)
            OR seal.digest <> sha256(seal.previous || sha256(seal.leaves)) THEN
            RETURN QUERY SELECT seal.seal_no, NULL::bigint, 'the seal is altered';
            RETURN;
        END IF;
        RETURN QUERY
        SELECT seal.seal_no, coalesce(now.entry_id, seal.last_entry),
               CASE WHEN now.entry_id IS NULL THEN 'an entry is missing'
                    ELSE 'the entry is altered, added, or one before it is missing' END
        FROM (SELECT entry_id, leaf, row_number() OVER (ORDER BY entry_id) AS place
              FROM leaves_between(seal.after_entry, seal.last_entry)) AS now
        FULL JOIN generate_series(1, length(seal.leaves) / 32) AS sealed (place) USING (place)
        WHERE leaf IS DISTINCT FROM substring(seal.leaves FROM (place::integer - 1) * 32 + 1 FOR 32)
            OR sealed.place IS NULL
        ORDER BY place LIMIT 1;
        IF FOUND THEN
            RETURN;
        END IF;
        before := seal;
    END LOOP;
END $$;

GRANT SELECT, INSERT ON ledger_requests TO kazyna_officer;
GRANT UPDATE (status, note, entry_id) ON ledger_requests TO kazyna_officer;
GRANT SELECT ON ledger_requests TO kazyna_auditor;
GRANT SELECT ON period_events, seals TO kazyna_officer, kazyna_auditor;
GRANT SELECT, INSERT ON period_events, seals TO kazyna_ledger;
GRANT SELECT ON movements TO kazyna_ledger;
-- LOCK TABLE in SHARE MODE asks for more than reading; the trigger still refuses every change.
GRANT UPDATE, DELETE, TRUNCATE ON entries, seals TO kazyna_ledger;

ALTER TABLE ledger_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON ledger_requests TO kazyna_officer, kazyna_auditor USING (true);

ALTER FUNCTION close_through OWNER TO kazyna_ledger;
ALTER FUNCTION reopen_period OWNER TO kazyna_ledger;
ALTER FUNCTION last_settled_entry OWNER TO kazyna_ledger;
ALTER FUNCTION seal_through OWNER TO kazyna_ledger;
REVOKE ALL ON FUNCTION close_through, reopen_period, last_settled_entry, seal_through FROM PUBLIC;
GRANT EXECUTE ON FUNCTION close_through, reopen_period, last_settled_entry, seal_through
    TO kazyna_officer;
