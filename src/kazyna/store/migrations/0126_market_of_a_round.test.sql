-- A part's index is written once, by a valuer, and its interval holds its level.
DO $$
DECLARE
    made bigint := -1;  -- Takes no number from the sequence.
BEGIN
    PERFORM set_config('kazyna.actor', 'test', true);
    INSERT INTO rounds (round_id, valuation_date, status, pack, pack_hash, data_hash,
                        code_version, seed, properties, total_value, report)
        OVERRIDING SYSTEM VALUE
        VALUES (made, '2001-01-01', 'draft', 'test', '', '', '', 0, 0, 0, '{}');
    INSERT INTO round_strata_index VALUES (made, 'north', '2000-01-01', 0.9, 0.8, 1.0);
    BEGIN
        INSERT INTO round_strata_index VALUES (made, 'south', '2000-01-01', 0.9, 0.95, 1.0);
        ASSERT false, 'a level outside its interval was taken';
    EXCEPTION WHEN check_violation THEN NULL;
    END;
    BEGIN
        UPDATE round_strata_index SET level = 0.95 WHERE round_id = made;
        ASSERT false, 'an index was rewritten';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    RAISE EXCEPTION 'undo' USING ERRCODE = 'triggered_action_exception';
EXCEPTION WHEN triggered_action_exception THEN NULL;
END $$;
DO $$
BEGIN
    ASSERT NOT has_table_privilege('kazyna_public', 'round_strata_index', 'INSERT'),
        'anyone writes an index';
    ASSERT (SELECT bool_and(relrowsecurity) FROM pg_class
            WHERE relname IN ('round_strata_index', 'round_area_places')),
        'drafts are open to everyone';
END $$;
