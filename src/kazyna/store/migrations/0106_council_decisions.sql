-- Decisions of local councils, in their own words: they lie over the tables of the law in every
-- roll that is drafted or corrected from now on. Nothing is taken back: a decision that was annulled,
-- or recorded by mistake, says by which document.

CREATE TABLE council_decisions (
    decision_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place       text NOT NULL CHECK (btrim(place) <> ''),
    parameter   text NOT NULL CHECK (btrim(parameter) <> ''),
    keys        text NOT NULL,
    since       date NOT NULL,
    until       date CHECK (until >= since),
    value       numeric NOT NULL,
    document    text NOT NULL CHECK (btrim(document) <> ''),
    source      text NOT NULL,
    recorded_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_on date NOT NULL DEFAULT business_day(),
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE council_annulments (
    decision_no bigint PRIMARY KEY REFERENCES council_decisions,
    document    text NOT NULL CHECK (btrim(document) <> ''),
    recorded_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_on date NOT NULL DEFAULT business_day(),
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON council_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON council_annulments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Acts are public; who recorded them is the office's.
GRANT SELECT (decision_no, place, parameter, keys, since, until, value, document, source)
    ON council_decisions TO kazyna_public, kazyna_taxpayer, kazyna_valuer;
GRANT SELECT (decision_no, document) ON council_annulments
    TO kazyna_public, kazyna_taxpayer, kazyna_valuer;
GRANT SELECT ON council_decisions, council_annulments TO kazyna_officer, kazyna_auditor;
GRANT INSERT (place, parameter, keys, since, until, value, document, source)
    ON council_decisions TO kazyna_officer;
GRANT INSERT (decision_no, document) ON council_annulments TO kazyna_officer;
