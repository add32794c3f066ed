-- Roles of people, and the registers of properties, sales, taxpayers and holdings.

-- Roles belong to the server, not to one database: another database may have made them already.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'kazyna_public', 'kazyna_taxpayer', 'kazyna_officer', 'kazyna_valuer',
        'kazyna_participant', 'kazyna_auditor', 'kazyna_gate'
    ] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor, kazyna_gate;

-- Who acts for which taxpayer in this transaction; empty for everyone else.
CREATE FUNCTION acting_taxpayer() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT current_setting('kazyna.taxpayer', true) $$;

CREATE TABLE properties (
    property_id     text PRIMARY KEY,
    lon             double precision CHECK (lon BETWEEN -180 AND 180),
    lat             double precision CHECK (lat BETWEEN -90 AND 90),
    characteristics jsonb NOT NULL,
    CHECK ((lon IS NULL) = (lat IS NULL))
);
CREATE INDEX properties_place ON properties USING gist (point(lon, lat));
CREATE INDEX properties_prefix ON properties (property_id text_pattern_ops);

CREATE TABLE sales (
    property_id text NOT NULL REFERENCES properties,
    sold_on     date NOT NULL,
    price       numeric(18, 2) NOT NULL CHECK (price > 0),
    PRIMARY KEY (property_id, sold_on)
);

CREATE TABLE taxpayers (
    taxpayer_id text PRIMARY KEY,
    name        text NOT NULL,
    language    text NOT NULL CHECK (language IN ('en', 'ru', 'ky')),
    synthetic   boolean NOT NULL
);

-- Shares of one property may not exceed the whole on any day; `register_holdings` checks the set.
CREATE TABLE holdings (
    property_id text NOT NULL REFERENCES properties,
    taxpayer_id text NOT NULL REFERENCES taxpayers,
    share       numeric(9, 8) NOT NULL CHECK (share > 0 AND share <= 1),
    held_from   date NOT NULL,
    held_to     date,
    CHECK (held_to > held_from),
    PRIMARY KEY (property_id, taxpayer_id, held_from)
);
CREATE INDEX holdings_of_taxpayer ON holdings (taxpayer_id);

ALTER TABLE taxpayers ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdings ENABLE ROW LEVEL SECURITY;

CREATE POLICY staff ON taxpayers TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON taxpayers FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
CREATE POLICY staff ON holdings TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON holdings FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());

GRANT SELECT ON properties, sales TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor;
GRANT INSERT, UPDATE ON properties, sales TO kazyna_valuer;
GRANT SELECT ON taxpayers, holdings TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT, UPDATE ON taxpayers, holdings TO kazyna_officer;
