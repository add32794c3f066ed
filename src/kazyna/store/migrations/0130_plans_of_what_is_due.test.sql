-- What a plan is about is said once, when it is applied for.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_column_privilege(role_name, 'plans', 'due_through', 'UPDATE'), role_name;
    END LOOP;
END $$;
