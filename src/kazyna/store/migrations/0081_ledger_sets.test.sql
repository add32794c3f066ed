-- Sets are posted by officers alone, and by the one function that checks them.
DO $$
DECLARE
    role_name text;
    step text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT role_name IN ('kazyna_officer', 'kazyna_ledger')
            OR NOT has_function_privilege(role_name, 'post_staged(text[])', 'EXECUTE'), role_name;
        FOREACH step IN ARRAY ARRAY['write_staged_entries(text[])', 'leave_out_posted(text[])',
            'make_staged_debts()', 'raise_staged_debts()', 'write_staged_postings(bigint[])'] LOOP
            ASSERT role_name = 'kazyna_ledger'
                OR NOT has_function_privilege(role_name, step, 'EXECUTE'), role_name || step;
        END LOOP;
    END LOOP;
END $$;
