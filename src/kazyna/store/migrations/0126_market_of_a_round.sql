-- What a round says of the market: prices over time in each part of it, and where the market areas
-- lie that were found. The areas themselves are few and stand in the round's report.

CREATE TABLE round_strata_index (
    round_id bigint NOT NULL REFERENCES rounds,
    stratum  text NOT NULL,
    day      date NOT NULL,
    -- Shares of the level on the valuation date; low and high are the 90 % interval.
    level    double precision NOT NULL CHECK (level > 0),
    low      double precision NOT NULL,
    high     double precision NOT NULL,
    PRIMARY KEY (round_id, stratum, day),
    CHECK (low <= level AND level <= high)
);

CREATE TABLE round_area_places (
    round_id bigint NOT NULL REFERENCES rounds,
    lon      double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat      double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    area     integer NOT NULL CHECK (area > 0)
);
CREATE INDEX round_area_places_of_round ON round_area_places (round_id);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON round_strata_index
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON round_area_places
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON round_strata_index, round_area_places TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor;
GRANT INSERT ON round_strata_index, round_area_places TO kazyna_valuer;

-- Both follow their round, as its values do.
ALTER TABLE round_strata_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE round_area_places ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON round_strata_index TO kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY staff ON round_area_places TO kazyna_valuer, kazyna_auditor USING (true);
CREATE POLICY published ON round_strata_index FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_participant, kazyna_officer
    USING (round_id IN (SELECT round_id FROM rounds));
CREATE POLICY published ON round_area_places FOR SELECT
    TO kazyna_public, kazyna_taxpayer, kazyna_participant, kazyna_officer
    USING (round_id IN (SELECT round_id FROM rounds));
CREATE POLICY of_a_draft ON round_strata_index AS RESTRICTIVE FOR INSERT
    WITH CHECK (round_id IN (SELECT round_id FROM rounds WHERE status = 'draft'));
CREATE POLICY of_a_draft ON round_area_places AS RESTRICTIVE FOR INSERT
    WITH CHECK (round_id IN (SELECT round_id FROM rounds WHERE status = 'draft'));
