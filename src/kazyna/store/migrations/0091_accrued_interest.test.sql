-- What has accrued is recorded by officers, in their own name, and never rewritten.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_any_column_privilege(role_name, 'interest_accruals', 'UPDATE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'interest_accruals', 'DELETE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'interest_accruals', 'actor', 'INSERT'),
            role_name;
        ASSERT role_name = 'kazyna_officer'
            OR NOT has_any_column_privilege(role_name, 'interest_kept', 'SELECT'), role_name;
    END LOOP;
END $$;
