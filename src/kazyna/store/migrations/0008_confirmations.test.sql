-- Nobody writes in another's name, and what was confirmed stays.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_column_privilege(role_name, 'confirmations', 'confirmed_by', 'INSERT');
        ASSERT NOT has_table_privilege(role_name, 'confirmations', 'UPDATE');
        ASSERT NOT has_table_privilege(role_name, 'confirmations', 'DELETE');
        ASSERT has_column_privilege(role_name, 'confirmations', 'document', 'INSERT')
            = (role_name = 'kazyna_officer');
    END LOOP;
    BEGIN
        DELETE FROM confirmations;
        ASSERT false, 'a confirmation was deleted';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
END $$;
