-- Sets of charges, third form. A set that was posted whole is known by its digest, so that the same
-- request again is answered without a look at its charges. Charges carry the hash of what they say,
-- as single entries do, and the number of their act: the kind, day and credited account that many
-- charges share. So entries are written without a join with the debts (decision 0083).

DROP FUNCTION post_staged, write_staged_entries, leave_out_posted, write_staged_postings;

CREATE TABLE posted_sets (
    digest    bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    charges   bigint NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    actor     text NOT NULL DEFAULT current_setting('kazyna.actor')
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posted_sets
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT ON posted_sets TO kazyna_officer, kazyna_auditor;
GRANT SELECT, INSERT ON posted_sets TO kazyna_ledger;

CREATE FUNCTION write_staged_entries(kinds text[], days date[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    -- What is one for many is asked for once, not by the default of each row.
    INSERT INTO entries (entry_id, idempotency_key, content_hash, kind, effective_on, description,
                         posted_at, actor, posted_on, booked_on)
    OVERRIDING SYSTEM VALUE
    SELECT entry_id, idempotency_key, content_hash, kind, effective_on, description, moment, actor,
           today, booked_on
    FROM staged JOIN (
        SELECT act_no, kind::entry_kind, effective_on, now() AS moment,
               current_setting('kazyna.actor') AS actor, business_day() AS today,
               greatest(effective_on, open_from) AS booked_on
        FROM unnest(kinds, days) WITH ORDINALITY AS act (kind, effective_on, act_no), ledger_state
        OFFSET 0) AS acts USING (act_no);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;

-- Takes out of a set what stands in the journal already, or refuses where it says something else.
-- It looks up key by key: a plan of the whole would rest on statistics that know nothing of what
-- was posted a moment ago.
CREATE FUNCTION leave_out_posted() RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET work_mem = '256MB' AS $$
DECLARE
    strange text;
    posted bigint[];
BEGIN
    SELECT min(staged.idempotency_key) FILTER (WHERE known.content_hash <> staged.content_hash),
           array_agg(staged.entry_id)
    INTO strange, posted
    FROM staged, LATERAL (
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

CREATE FUNCTION write_staged_postings(credits bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- Debts are numbered from 1; an array finds one in less time than a join.
    debits bigint[] := ARRAY(SELECT debit FROM staged_debts ORDER BY debt_no);
BEGIN
    INSERT INTO postings SELECT entry_id, 1, debits[debt_no], credits[act_no], amount FROM staged;
END $$;

-- Posts a staged set of charges of one posting each, whose acts are given; returns how many were
-- new. Sets are posted one after the other; single payments go on beside them.
CREATE FUNCTION post_staged(
    set_digest bytea, kinds text[], days date[], credit_accounts text[]
) RETURNS bigint
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
        created := write_staged_entries(kinds, days);
    EXCEPTION WHEN unique_violation THEN
        PERFORM leave_out_posted();
        created := write_staged_entries(kinds, days);
    END;
    IF created > 0 THEN
        BEGIN
            PERFORM make_staged_debts();
        EXCEPTION WHEN unique_violation THEN
            PERFORM raise_staged_debts();
        END;
        PERFORM write_staged_postings(ARRAY(
            SELECT item_of(account, NULL, NULL, NULL, NULL)
            FROM unnest(credit_accounts) WITH ORDINALITY AS act (account, act_no) ORDER BY act_no));
    END IF;
    INSERT INTO posted_sets (digest, charges) VALUES (set_digest, created) ON CONFLICT DO NOTHING;
    RETURN created;
END $$;

ALTER FUNCTION write_staged_entries OWNER TO kazyna_ledger;
ALTER FUNCTION leave_out_posted OWNER TO kazyna_ledger;
ALTER FUNCTION write_staged_postings OWNER TO kazyna_ledger;
ALTER FUNCTION post_staged OWNER TO kazyna_ledger;
REVOKE ALL ON FUNCTION write_staged_entries, leave_out_posted, write_staged_postings, post_staged
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_staged TO kazyna_officer;
