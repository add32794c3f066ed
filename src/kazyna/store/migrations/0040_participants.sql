-- Registers of goods marking: participants, facilities, products. Nothing is overwritten: what
-- changes gets a new version, valid from a day, and a correction of a version a higher revision.

CREATE FUNCTION acting_participant() RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('kazyna.participant', true), '')::integer
$$;

-- Reads where any unit stands, for checks at tills and by the public; nothing of people or money.
DO $$
BEGIN
    CREATE ROLE kazyna_verifier NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
GRANT USAGE ON SCHEMA public TO kazyna_verifier;

CREATE TABLE participants (
    participant_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant_id text NOT NULL UNIQUE,
    taxpayer_id    text REFERENCES taxpayers
);
CREATE INDEX participants_of_taxpayer ON participants (taxpayer_id);

CREATE TABLE participant_versions (
    participant_no integer NOT NULL REFERENCES participants,
    valid_from     date NOT NULL,
    revision       integer NOT NULL,
    name           text NOT NULL,
    kinds          text[] NOT NULL CHECK (kinds <> '{}' AND kinds <@ ARRAY[
        'manufacturer', 'importer', 'wholesaler', 'retailer', 'export_operator', 'authority']),
    country        text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    gln            text CHECK (gln ~ '^[0-9]{13}$'),
    ended          boolean NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    recorded_by    text NOT NULL DEFAULT current_setting('kazyna.actor'),
    PRIMARY KEY (participant_no, valid_from, revision)
);

CREATE TABLE facilities (
    facility_no    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    facility_id    text NOT NULL UNIQUE,
    participant_no integer NOT NULL REFERENCES participants
);
CREATE INDEX facilities_of_participant ON facilities (participant_no);

CREATE TABLE facility_versions (
    facility_no integer NOT NULL REFERENCES facilities,
    valid_from  date NOT NULL,
    revision    integer NOT NULL,
    name        text NOT NULL,
    kind        text NOT NULL CHECK (
        kind IN ('factory', 'warehouse', 'customs_warehouse', 'shop', 'office')),
    address     text NOT NULL,
    lon         double precision CHECK (lon BETWEEN -180 AND 180),
    lat         double precision CHECK (lat BETWEEN -90 AND 90),
    ended       boolean NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    CHECK ((lon IS NULL) = (lat IS NULL)),
    PRIMARY KEY (facility_no, valid_from, revision)
);

CREATE TABLE products (
    gtin           bigint PRIMARY KEY CHECK (gtin BETWEEN 1 AND 99999999999999),
    participant_no integer NOT NULL REFERENCES participants
);
CREATE INDEX products_of_participant ON products (participant_no);

CREATE TABLE product_versions (
    gtin        bigint NOT NULL REFERENCES products,
    valid_from  date NOT NULL,
    revision    integer NOT NULL,
    name        text NOT NULL,
    goods       text NOT NULL,
    -- What excise is computed from, by the names of the pack: litres, strength, pieces.
    attributes  jsonb NOT NULL,
    ended       boolean NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    PRIMARY KEY (gtin, valid_from, revision)
);

-- What is valid on a day: of the versions that begin up to it the last, of its revisions the last.
CREATE FUNCTION participants_on(of_day date) RETURNS TABLE (
    participant_no integer, participant_id text, valid_from date, name text, kinds text[],
    country text, gln text, ended boolean
) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (participant_no) participant_no, participant_id, valid_from, name,
           kinds, country, gln, ended
    FROM participants JOIN participant_versions USING (participant_no)
    WHERE valid_from <= of_day
    ORDER BY participant_no, valid_from DESC, revision DESC
$$;
CREATE FUNCTION facilities_on(of_day date) RETURNS TABLE (
    facility_no integer, facility_id text, participant_no integer, valid_from date, name text,
    kind text, address text, lon double precision, lat double precision, ended boolean
) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (facility_no) facility_no, facility_id, participant_no, valid_from, name,
           kind, address, lon, lat, ended
    FROM facilities JOIN facility_versions USING (facility_no)
    WHERE valid_from <= of_day
    ORDER BY facility_no, valid_from DESC, revision DESC
$$;
CREATE FUNCTION products_on(of_day date) RETURNS TABLE (
    gtin bigint, participant_no integer, valid_from date, name text, goods text,
    attributes jsonb, ended boolean
) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (gtin) gtin, participant_no, valid_from, name, goods, attributes, ended
    FROM products JOIN product_versions USING (gtin)
    WHERE valid_from <= of_day
    ORDER BY gtin, valid_from DESC, revision DESC
$$;

CREATE VIEW participants_now WITH (security_invoker = true) AS
    SELECT * FROM participants_on(business_day());
CREATE VIEW facilities_now WITH (security_invoker = true) AS
    SELECT * FROM facilities_on(business_day());
CREATE VIEW products_now WITH (security_invoker = true) AS
    SELECT * FROM products_on(business_day());

-- Who signs in for a participant.
ALTER TABLE users ADD COLUMN participant_no integer REFERENCES participants,
    ADD CHECK (participant_no IS NULL OR role = 'participant');
GRANT SELECT (participant_no) ON users TO kazyna_officer, kazyna_auditor;

-- Names and kinds of participants, their places and products are known to all who trade; which
-- taxpayer stands behind one is not.
GRANT SELECT (participant_no, participant_id) ON participants TO kazyna_participant, kazyna_verifier;
GRANT SELECT ON participants TO kazyna_officer, kazyna_auditor, kazyna_gate;
GRANT SELECT ON participant_versions, facilities, facility_versions, products, product_versions,
    participants_now, facilities_now, products_now
    TO kazyna_participant, kazyna_officer, kazyna_auditor, kazyna_verifier;
GRANT INSERT, UPDATE ON participants TO kazyna_officer;
GRANT INSERT ON facilities, products, participant_versions, facility_versions, product_versions
    TO kazyna_officer;
GRANT INSERT ON facilities, facility_versions, products, product_versions TO kazyna_participant;

ALTER TABLE facilities ENABLE ROW LEVEL SECURITY;
ALTER TABLE facility_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE product_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON facilities FOR SELECT USING (true);
CREATE POLICY seen ON facility_versions FOR SELECT USING (true);
CREATE POLICY seen ON products FOR SELECT USING (true);
CREATE POLICY seen ON product_versions FOR SELECT USING (true);
CREATE POLICY staff ON facilities TO kazyna_officer USING (true);
CREATE POLICY staff ON facility_versions TO kazyna_officer USING (true);
CREATE POLICY staff ON products TO kazyna_officer USING (true);
CREATE POLICY staff ON product_versions TO kazyna_officer USING (true);
CREATE POLICY own ON facilities FOR INSERT TO kazyna_participant
    WITH CHECK (participant_no = acting_participant());
CREATE POLICY own ON facility_versions FOR INSERT TO kazyna_participant
    WITH CHECK (facility_no IN (
        SELECT f.facility_no FROM facilities f WHERE f.participant_no = acting_participant()));
CREATE POLICY own ON products FOR INSERT TO kazyna_participant
    WITH CHECK (participant_no = acting_participant());
CREATE POLICY own ON product_versions FOR INSERT TO kazyna_participant
    WITH CHECK (gtin IN (
        SELECT p.gtin FROM products p WHERE p.participant_no = acting_participant()));
