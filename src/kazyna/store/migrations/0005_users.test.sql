-- A password hash is read by the gate and by nobody else.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN
        SELECT rolname FROM pg_roles
        WHERE rolname LIKE 'kazyna\_%' AND rolname <> 'kazyna_gate'
    LOOP
        ASSERT NOT has_column_privilege(role_name, 'users', 'password_hash', 'SELECT'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'sessions', 'SELECT'), role_name;
    END LOOP;
    ASSERT has_column_privilege('kazyna_gate', 'users', 'password_hash', 'SELECT');
END $$;
