-- Who drafted a roll cannot issue it, whatever the program says; what is tried here is undone.
DO $$
DECLARE
    roll bigint;
BEGIN
    PERFORM set_config('kazyna.actor', 'first', true);
    INSERT INTO rolls (tax, year, pack, pack_hash, law_on, due_on, bills, total)
    VALUES ('test_tax', 1900, 'test', '', '1900-01-01', '1900-12-01', 0, 0)
    RETURNING roll_id INTO roll;
    BEGIN
        INSERT INTO roll_events (roll_id, from_status, to_status, known_change, pack_hash, bills,
                                 difference)
        VALUES (roll, 'draft', 'issued', 0, '', 0, 0);
        ASSERT false, 'one officer drafted and issued a roll';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    PERFORM set_config('kazyna.actor', 'second', true);
    INSERT INTO roll_events (roll_id, from_status, to_status, known_change, pack_hash, bills,
                             difference)
    VALUES (roll, 'draft', 'issued', 0, '', 0, 0);
    ASSERT (SELECT status FROM rolls WHERE roll_id = roll) = 'issued';
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN NULL;
END $$;
