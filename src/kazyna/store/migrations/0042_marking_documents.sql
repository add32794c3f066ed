-- Orders, batches, lots, documents and the log of what they moved; on the registry's server.

CREATE SEQUENCE marking_batch_numbers;

CREATE TABLE marking_orders (
    order_no       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant_no integer NOT NULL REFERENCES participants,
    document_id    text NOT NULL,
    content_hash   bytea NOT NULL,
    ordered_on     date NOT NULL,
    units          bigint NOT NULL CHECK (units > 0),
    -- In minor units of the pack's currency; 0 where nothing is charged.
    fee            bigint NOT NULL CHECK (fee >= 0),
    due_on         date NOT NULL,
    cancelled_on   date,
    ordered_by     text NOT NULL DEFAULT current_setting('kazyna.actor'),
    ordered_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (participant_no, document_id)
);

CREATE TABLE marking_releases (
    order_no    bigint PRIMARY KEY REFERENCES marking_orders,
    released_on date NOT NULL,
    released_at timestamptz NOT NULL DEFAULT now()
);

-- A batch is one row, however many codes it has. What is written here never changes.
CREATE TABLE marking_batches (
    batch          bigint PRIMARY KEY,
    kind           text NOT NULL CHECK (kind IN ('own', 'foreign', 'container')),
    participant_no integer NOT NULL REFERENCES participants,
    order_no       bigint REFERENCES marking_orders,
    gtin           bigint REFERENCES products,
    goods          text NOT NULL,
    template       text NOT NULL,
    key_id         text NOT NULL,
    -- The number from which serials were made; short serials count it by product.
    issue_number   bigint,
    codes          integer NOT NULL CHECK (codes > 0),
    country        text NOT NULL,
    made_on        date NOT NULL,
    CHECK ((kind = 'own') = (order_no IS NOT NULL AND issue_number IS NOT NULL)),
    CHECK ((kind = 'container') = (gtin IS NULL)),
    UNIQUE (gtin, issue_number)
);
CREATE INDEX marking_batches_of_order ON marking_batches (order_no);
CREATE INDEX marking_batches_of_participant ON marking_batches (participant_no, made_on);

CREATE TABLE marking_lots (
    lot_no         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gtin           bigint NOT NULL REFERENCES products,
    lot            text NOT NULL,
    participant_no integer NOT NULL REFERENCES participants,
    produced_on    date,
    expires_on     date,
    CHECK (expires_on >= produced_on),
    UNIQUE (gtin, lot, participant_no)
);

-- Where to look for the units of a lot; what a unit's lot is, the unit itself says.
CREATE TABLE marking_lot_ranges (
    lot_no      integer NOT NULL,
    batch       bigint NOT NULL,
    first_index integer NOT NULL,
    last_index  integer NOT NULL,
    PRIMARY KEY (lot_no, batch, first_index)
);

-- One row a document that was accepted, for ever.
CREATE TABLE marking_documents (
    document_no     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Whose document it is; nothing stands for the authority.
    participant_no  integer REFERENCES participants,
    document_id     text NOT NULL,
    kind            text NOT NULL,
    content_hash    bytea NOT NULL,
    happened_at     timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    recorded_by     text NOT NULL DEFAULT current_setting('kazyna.actor'),
    facility_no     integer REFERENCES facilities,
    counterparty_no integer REFERENCES participants,
    attributes      jsonb NOT NULL,
    lines           integer NOT NULL,
    units           bigint NOT NULL,
    event_hash      text,
    epcis           jsonb,
    UNIQUE NULLS NOT DISTINCT (participant_no, document_id)
);
CREATE INDEX marking_documents_recorded ON marking_documents (recorded_at);
CREATE INDEX marking_documents_counterparty ON marking_documents (counterparty_no, recorded_at);
CREATE INDEX marking_documents_hash ON marking_documents (event_hash) WHERE event_hash IS NOT NULL;

-- What a document moved: a row for each range of neighbouring units, or for scattered units of a
-- batch with their indices. Partitions are by the month of recording.
CREATE TABLE marking_events (
    recorded_at     timestamptz NOT NULL,
    document_no     bigint NOT NULL,
    line            integer NOT NULL,
    kind            text NOT NULL,
    biz_step        text NOT NULL,
    disposition     text,
    happened_at     timestamptz NOT NULL,
    participant_no  integer,
    facility_no     integer,
    counterparty_no integer,
    gtin            bigint,
    lot_no          integer,
    batch           bigint NOT NULL,
    first_index     integer NOT NULL,
    last_index      integer NOT NULL,
    units           integer NOT NULL,
    indices         integer[],
    parent_batch    bigint,
    parent_index    integer,
    reason          text,
    PRIMARY KEY (document_no, line, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX marking_events_units ON marking_events (batch, first_index);
CREATE INDEX marking_events_time ON marking_events USING brin (recorded_at);

CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of marking is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON marking_documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON marking_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();

-- Opens the partition of a month, if it is not open yet. Whoever writes first in a month calls it.
CREATE FUNCTION open_event_month(of_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_day date := date_trunc('month', of_day);
    name text := 'marking_events_' || to_char(of_day, 'YYYY_MM');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext(name));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF marking_events FOR VALUES FROM (%L) TO (%L)',
                   name, first_day, (first_day + interval '1 month')::date);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()', name);
END $$;

-- Buckets that are not on the registry's server.
CREATE TABLE marking_buckets (
    bucket   smallint PRIMARY KEY CHECK (bucket BETWEEN 0 AND 4095),
    server   text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
);

-- What an order costs is owed to the books: the one entry that a participant can bring about.
CREATE FUNCTION charge_marking_order(of_order bigint, of_currency text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ordered record;
    owed_by text;
    of_year integer;
    written bigint;
BEGIN
    SELECT * INTO STRICT ordered FROM marking_orders WHERE order_no = of_order;
    IF ordered.participant_no <> acting_participant() THEN
        PERFORM refuse('This is the order of another participant.');
    END IF;
    SELECT taxpayer_id INTO owed_by FROM participants
    WHERE participant_no = ordered.participant_no;
    IF owed_by IS NULL THEN
        PERFORM refuse('The participant is linked to no taxpayer who could be charged.');
    END IF;
    of_year := date_part('year', ordered.ordered_on);
    INSERT INTO accounts (account, kind, tax, taxpayer_id, currency) VALUES
        ('receivable:marking_fee:' || owed_by, 'receivable', 'marking_fee', owed_by, of_currency),
        ('revenue:marking_fee', 'revenue', 'marking_fee', NULL, of_currency),
        ('treasury', 'treasury', NULL, NULL, of_currency)
    ON CONFLICT DO NOTHING;
    SELECT entry_id INTO written FROM post_entry(
        'marking-order:' || of_order,
        hash_of_charge('charge', ordered.ordered_on, 'receivable:marking_fee:' || owed_by,
                       'revenue:marking_fee', ordered.fee, of_year, 'tax', ordered.due_on, ''),
        'charge', ordered.ordered_on, 'codes, order ' || of_order, NULL,
        ARRAY['receivable:marking_fee:' || owed_by], ARRAY['revenue:marking_fee'],
        ARRAY[ordered.fee], ARRAY[of_year], ARRAY['tax'], ARRAY[ordered.due_on], ARRAY['']);
    RETURN written;
END $$;

-- What is still owed of fees by the taxpayer of a participant.
CREATE FUNCTION marking_fees_owed(of_participant integer) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(balance), 0)::bigint FROM items
    WHERE account = 'receivable:marking_fee:' || (
        SELECT taxpayer_id FROM participants WHERE participant_no = of_participant)
$$;

REVOKE ALL ON FUNCTION open_event_month, charge_marking_order, marking_fees_owed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_event_month, charge_marking_order, marking_fees_owed
    TO kazyna_participant, kazyna_officer;

GRANT USAGE ON SEQUENCE marking_batch_numbers TO kazyna_participant, kazyna_officer;
GRANT SELECT, INSERT ON marking_orders, marking_releases, marking_batches, marking_lots,
    marking_lot_ranges, marking_documents, marking_events TO kazyna_participant, kazyna_officer;
GRANT UPDATE (cancelled_on) ON marking_orders TO kazyna_participant, kazyna_officer;
GRANT SELECT ON marking_orders, marking_releases, marking_batches, marking_lots,
    marking_lot_ranges, marking_documents, marking_events TO kazyna_auditor;
GRANT SELECT ON marking_batches, marking_lots, marking_buckets TO kazyna_verifier;
GRANT SELECT ON marking_buckets TO kazyna_participant, kazyna_officer, kazyna_auditor;
GRANT INSERT, UPDATE, DELETE ON marking_buckets TO kazyna_officer;

DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY[
        'marking_orders', 'marking_batches', 'marking_lots', 'marking_documents', 'marking_events'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
        EXECUTE format('CREATE POLICY staff ON %I TO kazyna_officer, kazyna_auditor USING (true)',
                       table_name);
        EXECUTE format('CREATE POLICY own_insert ON %I FOR INSERT TO kazyna_participant
                        WITH CHECK (participant_no = acting_participant())', table_name);
    END LOOP;
END $$;
CREATE POLICY own ON marking_orders FOR SELECT TO kazyna_participant
    USING (participant_no = acting_participant());
CREATE POLICY own_cancel ON marking_orders FOR UPDATE TO kazyna_participant
    USING (participant_no = acting_participant());
-- What a batch or a lot is, is printed on the goods; who ordered how many is seen in no order.
CREATE POLICY traded ON marking_batches FOR SELECT TO kazyna_participant, kazyna_verifier
    USING (true);
CREATE POLICY traded ON marking_lots FOR SELECT TO kazyna_participant, kazyna_verifier USING (true);
CREATE POLICY own ON marking_documents FOR SELECT TO kazyna_participant
    USING (acting_participant() IN (participant_no, counterparty_no));
CREATE POLICY own ON marking_events FOR SELECT TO kazyna_participant
    USING (acting_participant() IN (participant_no, counterparty_no));

-- Documents over several servers that are decided (store/shards.py). A row is kept until all
-- servers have followed; what is prepared without a row is undone.
CREATE TABLE marking_decisions (
    gid        text PRIMARY KEY,
    decided_at timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT ON marking_decisions TO kazyna_participant, kazyna_officer;
