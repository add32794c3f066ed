-- Nobody signs in another's name, and nothing that was asked or decided is rewritten.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY['bank_returns', 'bank_return_decisions'] LOOP
            ASSERT NOT has_any_column_privilege(role_name, table_name, 'UPDATE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'DELETE'), role_name;
            ASSERT has_any_column_privilege(role_name, table_name, 'SELECT')
                = (role_name IN ('kazyna_officer', 'kazyna_auditor')), role_name;
        END LOOP;
        ASSERT NOT has_column_privilege(role_name, 'bank_returns', 'requested_by', 'INSERT'),
            role_name;
        ASSERT NOT has_column_privilege(role_name, 'bank_return_decisions', 'decided_by', 'INSERT'),
            role_name;
    END LOOP;
END $$;
