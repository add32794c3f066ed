-- Values of codes are an object, and nothing else.
DO $$
BEGIN
    ASSERT (
        SELECT column_default FROM information_schema.columns
        WHERE table_name = 'marking_batches' AND column_name = 'code_values'
    ) = '''{}''::jsonb';
    BEGIN
        INSERT INTO marking_batches (batch, kind, participant_no, goods, template, key_id, codes,
                                     country, made_on, code_values)
        VALUES (1, 'container', 1, '', '', '', 1, '', '2026-01-01', '[1]');
        ASSERT false, 'values that are no object were taken';
    EXCEPTION WHEN check_violation THEN
        NULL;
    END;
END $$;
