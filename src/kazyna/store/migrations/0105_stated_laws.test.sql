-- What bills say of the law stays as it was written.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_table_privilege(role_name, 'stated_laws', 'UPDATE');
        ASSERT NOT has_table_privilege(role_name, 'stated_laws', 'DELETE');
    END LOOP;
    ASSERT NOT has_table_privilege('kazyna_public', 'stated_laws', 'SELECT');
    BEGIN
        UPDATE stated_laws SET content = '{}';
        ASSERT false, 'a stated law was altered';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
END $$;
