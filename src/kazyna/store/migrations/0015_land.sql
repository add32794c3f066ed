-- What of each value is the plot's; the rest is the building's. Unknown in earlier rounds, and where
-- the pack names no area of the plot.
ALTER TABLE values ADD COLUMN land numeric(18, 2) CHECK (land BETWEEN 0 AND value);

-- A value set by hand keeps the share of the land that the model saw.
CREATE OR REPLACE VIEW effective_values WITH (security_invoker = true) AS
    SELECT v.round_id, v.property_id, coalesce(o.value, v.value) AS value,
           v.value AS model_value, v.low, v.high, v.base,
           CASE WHEN o.value IS NULL THEN v.per_m2 ELSE round(v.per_m2 * o.value / v.value, 2) END
               AS per_m2,
           v.reasons, v.comparables, o.override_id, o.reason AS override_reason, v.confidence,
           CASE WHEN o.value IS NULL THEN v.land ELSE round(v.land * o.value / v.value, 2) END
               AS land
    FROM values AS v
    LEFT JOIN settled_overrides AS o
        ON o.round_id = v.round_id AND o.property_id = v.property_id;
