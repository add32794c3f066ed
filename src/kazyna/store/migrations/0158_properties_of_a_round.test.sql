-- A frozen round sees a property as it stood when it was frozen, whatever was changed since.
DO $$
DECLARE
    made bigint := -158;  -- Takes no number from the sequence.
BEGIN
    PERFORM set_config('kazyna.actor', 'test', true);
    INSERT INTO properties VALUES ('test-0158', 1, 2, '{"area": 100}');
    INSERT INTO rounds (round_id, valuation_date, status, pack, pack_hash, data_hash,
                        code_version, seed, properties, total_value, report)
        OVERRIDING SYSTEM VALUE
        VALUES (made, '2001-01-01', 'draft', 'test', '', '', '', 0, 0, 0, '{}');
    UPDATE properties SET characteristics = '{"area": 110}' WHERE property_id = 'test-0158';
    INSERT INTO round_events (round_id, to_status, happened_on) VALUES (made, 'draft', '2001-01-01');
    INSERT INTO round_events (round_id, from_status, to_status, happened_on, manifest_hash)
        VALUES (made, 'draft', 'frozen', '2001-01-02', 'hash');
    UPDATE properties SET lon = NULL, lat = NULL, characteristics = '{"area": 120}'
        WHERE property_id = 'test-0158';
    UPDATE properties SET characteristics = '{"area": 130}' WHERE property_id = 'test-0158';
    ASSERT (SELECT (lon, lat, characteristics ->> 'area') FROM properties_of_rounds
            WHERE round_id = made AND property_id = 'test-0158') = (1::float8, 2::float8, '110'::text),
        'a frozen round sees what was changed since';
    BEGIN
        UPDATE property_versions SET lon = 3 WHERE property_id = 'test-0158';
        ASSERT false, 'a version was rewritten';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    RAISE EXCEPTION 'undo' USING ERRCODE = 'triggered_action_exception';
EXCEPTION WHEN triggered_action_exception THEN NULL;
END $$;
DO $$
BEGIN
    ASSERT NOT has_table_privilege('kazyna_valuer', 'property_versions', 'INSERT'),
        'a valuer writes what a round has seen';
END $$;
