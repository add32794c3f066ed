-- States follow events, bills and their versions stay.
DO $$
DECLARE
    role_name text;
    of_table text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_column_privilege(role_name, 'rolls', 'status', 'INSERT');
        ASSERT NOT has_table_privilege(role_name, 'rolls', 'UPDATE');
        ASSERT NOT has_column_privilege(role_name, 'roll_events', 'actor', 'INSERT');
        FOREACH of_table IN ARRAY ARRAY['bills', 'bill_versions', 'roll_events', 'laws'] LOOP
            ASSERT NOT has_table_privilege(role_name, of_table, 'UPDATE');
            ASSERT NOT has_table_privilege(role_name, of_table, 'DELETE');
        END LOOP;
    END LOOP;
    ASSERT NOT has_table_privilege('kazyna_taxpayer', 'draft_bills', 'SELECT');
    BEGIN
        DELETE FROM bills;
        ASSERT false, 'a bill was deleted';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
END $$;
