-- Only officers run interest, and nobody rewrites what a run has recorded.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN
        SELECT rolname FROM pg_roles
        WHERE rolname LIKE 'kazyna\_%' AND rolname <> 'kazyna_ledger'
    LOOP
        ASSERT role_name = 'kazyna_officer'
            OR NOT has_function_privilege(role_name, 'post_interest(text, date)', 'EXECUTE');
        ASSERT NOT has_table_privilege(role_name, 'interest_runs', 'UPDATE, DELETE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'items', 'charged', 'UPDATE'), role_name;
    END LOOP;
END $$;
