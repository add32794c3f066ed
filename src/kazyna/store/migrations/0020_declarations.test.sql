-- Nobody files in another's name, and what was declared stays.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_column_privilege(role_name, 'declarations', 'filed_by', 'INSERT');
        ASSERT NOT has_table_privilege(role_name, 'declarations', 'UPDATE');
        ASSERT NOT has_table_privilege(role_name, 'declaration_lines', 'UPDATE');
        ASSERT has_column_privilege(role_name, 'declarations', 'amount', 'INSERT')
            = (role_name IN ('kazyna_officer', 'kazyna_taxpayer'));
    END LOOP;
    BEGIN
        DELETE FROM declarations;
        ASSERT false, 'a declaration was deleted';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    ASSERT (SELECT bool_and(relrowsecurity) FROM pg_class
            WHERE relname IN ('declarations', 'declaration_lines'));
END $$;
