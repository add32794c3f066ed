-- The register of objects of tax and of who holds them, in two times: since when a fact holds, and
-- since which change of the register the office knows it. Nothing is overwritten: what turns out
-- wrong is closed by a change and stays, so that any answer can be given again as it was given.

CREATE TABLE register_changes (
    change_no   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN (
        'load', 'registration', 'transfer', 'inheritance', 'merge', 'split', 'demolition',
        'correction', 'relief', 'decision')),
    reason      text NOT NULL DEFAULT '',
    document    text NOT NULL DEFAULT '',
    recorded_on date NOT NULL DEFAULT business_day(),
    recorded_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    -- A bulk load speaks for itself; a single act is recorded by a document or a reason.
    CHECK (kind = 'load' OR btrim(reason) <> '' OR btrim(document) <> '')
);
CREATE INDEX register_changes_day ON register_changes (recorded_on);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON register_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE objects (
    object_id text PRIMARY KEY CHECK (btrim(object_id) <> '')
);

CREATE TABLE object_facts (
    object_id       text NOT NULL REFERENCES objects,
    kind            text NOT NULL,
    characteristics jsonb NOT NULL CHECK (jsonb_typeof(characteristics) = 'object'),
    valid_from      date NOT NULL,
    valid_to        date,
    known_from      bigint NOT NULL REFERENCES register_changes,
    known_to        bigint REFERENCES register_changes,
    PRIMARY KEY (object_id, valid_from, known_from),
    CHECK (valid_to > valid_from),
    CHECK (known_to > known_from)
);
CREATE UNIQUE INDEX object_facts_known ON object_facts (object_id, valid_from)
    WHERE known_to IS NULL;
CREATE INDEX object_facts_of_kind ON object_facts (kind);
CREATE INDEX object_facts_learnt ON object_facts (known_from);
CREATE INDEX object_facts_ended ON object_facts (known_to) WHERE known_to IS NOT NULL;

-- A share whose holder nobody knows, such as that of heirs, has no taxpayer; `estate_of` is whose
-- it was.
CREATE TABLE holding_facts (
    holding_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    object_id   text NOT NULL REFERENCES objects,
    taxpayer_id text REFERENCES taxpayers,
    estate_of   text REFERENCES taxpayers,
    share       numeric(9, 8) NOT NULL CHECK (share > 0 AND share <= 1),
    held_from   date NOT NULL,
    held_to     date,
    known_from  bigint NOT NULL REFERENCES register_changes,
    known_to    bigint REFERENCES register_changes,
    CHECK (held_to > held_from),
    CHECK (known_to > known_from),
    CHECK (taxpayer_id IS NULL OR estate_of IS NULL)
);
CREATE UNIQUE INDEX holding_facts_known ON holding_facts (object_id, taxpayer_id, held_from)
    WHERE known_to IS NULL;
CREATE INDEX holding_facts_of_taxpayer ON holding_facts (taxpayer_id);
CREATE INDEX holding_facts_learnt ON holding_facts (known_from);
CREATE INDEX holding_facts_ended ON holding_facts (known_to) WHERE known_to IS NOT NULL;

ALTER TABLE taxpayers ADD COLUMN merged_into text REFERENCES taxpayers,
    ADD CHECK (merged_into <> taxpayer_id);
CREATE TABLE taxpayer_facts (
    taxpayer_id text NOT NULL REFERENCES taxpayers,
    name        text NOT NULL,
    language    text NOT NULL,
    merged_into text,
    known_from  bigint NOT NULL REFERENCES register_changes,
    known_to    bigint REFERENCES register_changes,
    PRIMARY KEY (taxpayer_id, known_from),
    CHECK (known_to > known_from)
);
CREATE UNIQUE INDEX taxpayer_facts_known ON taxpayer_facts (taxpayer_id) WHERE known_to IS NULL;

-- What was there before the register kept its history.
INSERT INTO register_changes (kind, reason, recorded_by)
    SELECT 'load', 'before the register kept its history', 'migration'
    WHERE EXISTS (SELECT FROM taxpayers);
INSERT INTO taxpayer_facts (taxpayer_id, name, language, known_from)
    SELECT taxpayer_id, name, language, max(change_no) FROM taxpayers, register_changes
    GROUP BY taxpayer_id;
INSERT INTO objects SELECT DISTINCT property_id FROM holdings;
INSERT INTO object_facts (object_id, kind, characteristics, valid_from, known_from)
    SELECT property_id, 'property', '{}', min(held_from), max(change_no)
    FROM holdings, register_changes GROUP BY property_id;
INSERT INTO holding_facts (object_id, taxpayer_id, share, held_from, held_to, known_from)
    SELECT property_id, taxpayer_id, share, held_from, held_to,
           (SELECT max(change_no) FROM register_changes)
    FROM holdings ORDER BY property_id, taxpayer_id, held_from;

DROP POLICY filing ON objections;
DROP TABLE holdings;
-- Who holds what, as it is known now.
CREATE VIEW holdings WITH (security_invoker = true) AS
    SELECT object_id AS property_id, taxpayer_id, share, held_from, held_to FROM holding_facts
    WHERE known_to IS NULL AND taxpayer_id IS NOT NULL;
CREATE POLICY filing ON objections FOR INSERT TO kazyna_taxpayer, kazyna_officer
    WITH CHECK (
        EXISTS (SELECT FROM holdings AS held
                WHERE held.property_id = objections.property_id
                  AND held.taxpayer_id = objections.taxpayer_id
                  AND held.held_from <= filed_on
                  AND (held.held_to IS NULL OR held.held_to > filed_on))
        AND EXISTS (SELECT FROM rounds
                    WHERE rounds.round_id = objections.round_id AND rounds.status = 'objections'
                      AND filed_on BETWEEN rounds.opens_on AND rounds.closes_on)
    );

-- A fact is closed once, by a later change, and never altered otherwise.
CREATE FUNCTION close_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.known_to IS NOT NULL THEN
        RAISE EXCEPTION 'a fact that is closed does not change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER close_once BEFORE UPDATE ON object_facts
    FOR EACH ROW EXECUTE FUNCTION close_once();
CREATE TRIGGER close_once BEFORE UPDATE ON holding_facts
    FOR EACH ROW EXECUTE FUNCTION close_once();
CREATE TRIGGER close_once BEFORE UPDATE ON taxpayer_facts
    FOR EACH ROW EXECUTE FUNCTION close_once();

-- Of one object no two facts that are known now hold on the same day.
CREATE FUNCTION refuse_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    twice text;
BEGIN
    SELECT object_id INTO twice FROM (
        SELECT object_id, valid_from,
               lag(coalesce(valid_to, 'infinity')) OVER (
                   PARTITION BY object_id ORDER BY valid_from) AS before_to
        FROM object_facts
        WHERE known_to IS NULL AND object_id IN (SELECT object_id FROM added)
    ) AS known WHERE before_to > valid_from LIMIT 1;
    IF twice IS NOT NULL THEN
        RAISE EXCEPTION 'two facts of the object % hold on one day', twice;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_overlap AFTER INSERT ON object_facts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_overlap();

GRANT SELECT ON register_changes, objects, object_facts, holding_facts, taxpayer_facts, holdings
    TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT (kind, reason, document) ON register_changes TO kazyna_officer;
GRANT INSERT ON objects, object_facts, holding_facts, taxpayer_facts TO kazyna_officer;
GRANT UPDATE (known_to) ON object_facts, holding_facts, taxpayer_facts TO kazyna_officer;

ALTER TABLE register_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE object_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE holding_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE taxpayer_facts ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON register_changes TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON object_facts TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON holding_facts TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON taxpayer_facts TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON holding_facts FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
CREATE POLICY own ON object_facts FOR SELECT TO kazyna_taxpayer
    USING (object_id IN (SELECT object_id FROM holding_facts));
CREATE POLICY own ON taxpayer_facts FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
CREATE POLICY own ON register_changes FOR SELECT TO kazyna_taxpayer
    USING (EXISTS (SELECT FROM holding_facts WHERE known_from = change_no)
           OR EXISTS (SELECT FROM object_facts WHERE known_from = change_no));
