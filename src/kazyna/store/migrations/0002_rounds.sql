-- Valuation rounds, the values they publish, and the sales their ratio study was tested on.

CREATE TABLE rounds (
    round_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    valuation_date date NOT NULL,
    status         text NOT NULL CHECK (status IN ('draft', 'published')),
    pack           text NOT NULL,
    pack_hash      text NOT NULL,
    data_hash      text NOT NULL,
    code_version   text NOT NULL,
    seed           bigint NOT NULL,
    properties     integer NOT NULL,
    total_value    numeric(24, 2) NOT NULL,
    report         jsonb NOT NULL,
    created_by     text NOT NULL DEFAULT current_setting('kazyna.actor'),
    created_at     timestamptz NOT NULL DEFAULT now()
);
-- Two published values of one property for one date would be two truths.
CREATE UNIQUE INDEX rounds_published ON rounds (valuation_date) WHERE status = 'published';

CREATE TABLE values (
    round_id    bigint NOT NULL REFERENCES rounds,
    property_id text NOT NULL,
    value       numeric(18, 2) NOT NULL CHECK (value > 0),
    low         numeric(18, 2) NOT NULL,
    high        numeric(18, 2) NOT NULL,
    base        numeric(18, 2) NOT NULL,
    per_m2      numeric(18, 2),
    reasons     jsonb NOT NULL,
    comparables jsonb NOT NULL,
    CHECK (low <= value AND value <= high),
    PRIMARY KEY (round_id, property_id)
);

CREATE TABLE study_sales (
    round_id    bigint NOT NULL REFERENCES rounds,
    property_id text NOT NULL,
    sold_on     date NOT NULL,
    price       numeric(18, 2) NOT NULL,
    value       numeric(18, 2) NOT NULL,
    PRIMARY KEY (round_id, property_id, sold_on)
);

GRANT SELECT ON rounds, values, study_sales TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor;
GRANT INSERT ON rounds, values, study_sales TO kazyna_valuer;

ALTER TABLE rounds ENABLE ROW LEVEL SECURITY;
ALTER TABLE values ENABLE ROW LEVEL SECURITY;
ALTER TABLE study_sales ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON rounds TO kazyna_officer, kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY published ON rounds FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_participant USING (status = 'published');
-- Values and study follow their round: a draft is not for the public.
CREATE POLICY staff ON values TO kazyna_officer, kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY published ON values FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_participant
    USING (round_id IN (SELECT round_id FROM rounds));
CREATE POLICY staff ON study_sales TO kazyna_officer, kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY published ON study_sales FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_participant
    USING (round_id IN (SELECT round_id FROM rounds));
