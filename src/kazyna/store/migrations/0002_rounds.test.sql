-- What is published stays: no role may change or remove a value.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_table_privilege(role_name, 'values', 'UPDATE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'values', 'DELETE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'rounds', 'DELETE'), role_name;
    END LOOP;
    ASSERT has_table_privilege('kazyna_public', 'values', 'SELECT');
    ASSERT NOT has_table_privilege('kazyna_officer', 'values', 'INSERT');
END $$;
