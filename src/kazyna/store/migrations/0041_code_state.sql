-- Where units stand (docs/methods/marking.md). These tables are on every server of the shards;
-- every statement names the bucket, every primary key begins with it, and nothing points from one
-- bucket to another by a foreign key, so that buckets can be moved and spread.

-- Units by the thousand: a status byte each, two bytes each that point into the palette.
-- `parties` are the holders and consignees of the palette and who wrote last, for row security.
CREATE TABLE code_blocks (
    bucket   smallint NOT NULL,
    batch    bigint NOT NULL,
    block    integer NOT NULL,
    version  integer NOT NULL DEFAULT 0,
    statuses bytea NOT NULL,
    slots    bytea NOT NULL,
    palette  bytea NOT NULL,
    parties  integer[] NOT NULL,
    PRIMARY KEY (bucket, batch, block)
) WITH (fillfactor = 80);
-- Everything stays in the row: a block is read and written whole.
ALTER TABLE code_blocks ALTER COLUMN statuses SET STORAGE MAIN, ALTER COLUMN slots SET STORAGE MAIN,
    ALTER COLUMN palette SET STORAGE MAIN;

-- What is known of single units. The key is the guard of the first sale.
CREATE TABLE code_facts (
    bucket         smallint NOT NULL,
    batch          bigint NOT NULL,
    index          integer NOT NULL,
    first_sold_at  timestamptz NOT NULL,
    first_seller   integer NOT NULL,
    first_document text NOT NULL,
    price          bigint,
    last_sold_at   timestamptz NOT NULL,
    sales          integer NOT NULL,
    PRIMARY KEY (bucket, batch, index)
);

-- Which code stands in the place of another.
CREATE TABLE code_replacements (
    bucket    smallint NOT NULL,
    batch     bigint NOT NULL,
    index     integer NOT NULL,
    new_batch bigint NOT NULL,
    new_index integer NOT NULL,
    PRIMARY KEY (bucket, batch, index)
);

-- Names that do not lead to an address by themselves: codes of other states, SSCCs.
CREATE TABLE unit_names (
    bucket smallint NOT NULL,
    name   text NOT NULL,
    batch  bigint NOT NULL,
    index  integer NOT NULL,
    PRIMARY KEY (bucket, name)
);

-- What was put into a package: ranges of units, packed as they come. Whether a unit is still in it
-- is said by the unit's own palette entry, so that taking one out writes nothing here.
CREATE TABLE containers (
    bucket   smallint NOT NULL,
    batch    bigint NOT NULL,
    index    integer NOT NULL,
    name     text NOT NULL,
    children bytea NOT NULL,
    PRIMARY KEY (bucket, batch, index)
);

GRANT SELECT, INSERT, UPDATE ON code_blocks, code_facts TO kazyna_participant, kazyna_officer;
GRANT SELECT, INSERT ON code_replacements, unit_names TO kazyna_participant, kazyna_officer;
GRANT SELECT, INSERT, UPDATE ON containers TO kazyna_participant, kazyna_officer;
GRANT SELECT ON code_blocks, code_facts, code_replacements, unit_names, containers
    TO kazyna_auditor, kazyna_verifier;

ALTER TABLE code_blocks ENABLE ROW LEVEL SECURITY;
ALTER TABLE code_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE code_replacements ENABLE ROW LEVEL SECURITY;
ALTER TABLE containers ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON code_blocks TO kazyna_officer, kazyna_auditor, kazyna_verifier USING (true);
CREATE POLICY staff ON code_facts TO kazyna_officer, kazyna_auditor, kazyna_verifier USING (true);
CREATE POLICY staff ON code_replacements
    TO kazyna_officer, kazyna_auditor, kazyna_verifier USING (true);
CREATE POLICY staff ON containers TO kazyna_officer, kazyna_auditor, kazyna_verifier USING (true);
-- A participant meets only blocks in which it holds something or something is on its way to it.
-- Who writes a block last is among its parties, for a row must be seen to be written.
CREATE POLICY own ON code_blocks TO kazyna_participant
    USING (acting_participant() = ANY (parties));
CREATE POLICY own ON code_facts TO kazyna_participant
    USING (EXISTS (
        SELECT FROM code_blocks AS own WHERE own.bucket = code_facts.bucket
          AND own.batch = code_facts.batch AND own.block = code_facts.index / 1000))
    WITH CHECK (true);
CREATE POLICY own ON code_replacements TO kazyna_participant
    USING (EXISTS (
        SELECT FROM code_blocks AS own WHERE own.bucket = code_replacements.bucket
          AND own.batch = code_replacements.batch
          AND own.block = code_replacements.index / 1000))
    WITH CHECK (true);
CREATE POLICY own ON containers TO kazyna_participant
    USING (EXISTS (
        SELECT FROM code_blocks AS own WHERE own.bucket = containers.bucket
          AND own.batch = containers.batch AND own.block = containers.index / 1000))
    WITH CHECK (true);
