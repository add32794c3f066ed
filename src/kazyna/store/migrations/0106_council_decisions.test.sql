-- Decisions stay, and nobody records them in another's name.
DO $$
DECLARE
    role_name text;
    of_table text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH of_table IN ARRAY ARRAY['council_decisions', 'council_annulments'] LOOP
            ASSERT NOT has_column_privilege(role_name, of_table, 'recorded_by', 'INSERT');
            ASSERT NOT has_table_privilege(role_name, of_table, 'UPDATE');
            ASSERT NOT has_table_privilege(role_name, of_table, 'DELETE');
            ASSERT has_column_privilege(role_name, of_table, 'document', 'INSERT')
                = (role_name = 'kazyna_officer');
        END LOOP;
    END LOOP;
END $$;
