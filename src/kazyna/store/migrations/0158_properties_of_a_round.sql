-- Properties as a frozen round knew them. The register goes on changing; a report or a page of the
-- round must not. What a change replaces is kept once for the last round frozen before it: the
-- states in between were seen by no round.

CREATE TABLE property_versions (
    property_id     text NOT NULL REFERENCES properties,
    -- The last freezing of a round at which the property stood so.
    seen_at         bigint NOT NULL REFERENCES round_events,
    lon             double precision,
    lat             double precision,
    characteristics jsonb NOT NULL,
    PRIMARY KEY (property_id, seen_at)
);

CREATE FUNCTION keep_property_versions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last_frozen bigint;
BEGIN
    SELECT max(event_id) INTO last_frozen FROM round_events WHERE to_status = 'frozen';
    IF last_frozen IS NOT NULL THEN
        INSERT INTO property_versions
            SELECT property_id, last_frozen, lon, lat, characteristics FROM replaced
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION keep_property_versions() FROM PUBLIC;
CREATE TRIGGER keep_property_versions AFTER UPDATE ON properties
    REFERENCING OLD TABLE AS replaced
    FOR EACH STATEMENT EXECUTE FUNCTION keep_property_versions();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON property_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- A round that is not frozen yet, or was made before rounds were frozen, sees them as they stand.
CREATE VIEW properties_of_rounds WITH (security_invoker = true) AS
    SELECT rounds.round_id, p.property_id,
           CASE WHEN before.property_id IS NULL THEN p.lon ELSE before.lon END AS lon,
           CASE WHEN before.property_id IS NULL THEN p.lat ELSE before.lat END AS lat,
           coalesce(before.characteristics, p.characteristics) AS characteristics
    FROM rounds
    LEFT JOIN round_events AS frozen
        ON frozen.round_id = rounds.round_id AND frozen.to_status = 'frozen'
    CROSS JOIN properties AS p
    LEFT JOIN LATERAL (
        SELECT * FROM property_versions AS each
        WHERE each.property_id = p.property_id AND each.seen_at >= frozen.event_id
        ORDER BY each.seen_at LIMIT 1
    ) AS before ON true;

GRANT SELECT ON property_versions, properties_of_rounds TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_participant,
    kazyna_auditor;
