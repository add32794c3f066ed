-- Sets are posted by officers alone, and by the one function that checks them; what is known of
-- them never changes.
DO $$
DECLARE
    role_name text;
    step text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT role_name IN ('kazyna_officer', 'kazyna_ledger')
            OR NOT has_function_privilege(
                role_name, 'post_staged(bytea, text[], date[], text[])', 'EXECUTE'), role_name;
        FOREACH step IN ARRAY ARRAY['write_staged_entries(text[], date[])', 'leave_out_posted()',
            'write_staged_postings(bigint[])'] LOOP
            ASSERT role_name = 'kazyna_ledger'
                OR NOT has_function_privilege(role_name, step, 'EXECUTE'), role_name || step;
        END LOOP;
        ASSERT NOT has_table_privilege(role_name, 'posted_sets', 'UPDATE, DELETE, TRUNCATE'),
            role_name;
        ASSERT role_name = 'kazyna_ledger'
            OR NOT has_table_privilege(role_name, 'posted_sets', 'INSERT'), role_name;
    END LOOP;
    BEGIN
        DELETE FROM posted_sets;
        ASSERT false, 'a set that was posted is forgotten';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
END $$;
