-- Which sales the screening of a round doubted, and what valuers have decided about single sales.

CREATE TABLE screened_sales (
    round_id    bigint NOT NULL REFERENCES rounds,
    property_id text NOT NULL,
    sold_on     date NOT NULL,
    price       numeric(18, 2) NOT NULL,
    kept        boolean NOT NULL,
    -- [{"reason": code, "evidence": [{"name": …, "number": …}]}], the weightiest first.
    reasons     jsonb NOT NULL,
    PRIMARY KEY (round_id, property_id, sold_on)
);

-- Of several decisions about one sale the latest counts, from the next draft on.
CREATE TABLE sale_decisions (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    property_id text NOT NULL,
    sold_on     date NOT NULL,
    -- Null leaves the sale to the screening again.
    keep        boolean,
    note        text NOT NULL CHECK (btrim(note) <> ''),
    decided_on  date NOT NULL,
    decided_by  text NOT NULL DEFAULT current_setting('kazyna.actor'),
    decided_at  timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (property_id, sold_on) REFERENCES sales
);
CREATE INDEX sale_decisions_of_sale ON sale_decisions (property_id, sold_on, decision_id DESC);

CREATE VIEW settled_sale_decisions WITH (security_invoker = true) AS
    SELECT DISTINCT ON (property_id, sold_on)
           property_id, sold_on, keep, note, decided_by, decided_on
    FROM sale_decisions
    ORDER BY property_id, sold_on, decision_id DESC;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sale_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON screened_sales
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- Doubts about a named sale are for the office; who decided is not for the statement to say.
GRANT SELECT ON screened_sales, sale_decisions, settled_sale_decisions
    TO kazyna_valuer, kazyna_auditor;
GRANT INSERT ON screened_sales TO kazyna_valuer;
GRANT INSERT (property_id, sold_on, keep, note, decided_on) ON sale_decisions TO kazyna_valuer;
