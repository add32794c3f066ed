-- What was captured stays as it is, and nobody but staff reads without row security.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_table_privilege(role_name, 'epcis_events', 'UPDATE, DELETE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'epcis_identifiers', 'UPDATE, DELETE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'epcis_jobs', 'participant_no', 'UPDATE');
    END LOOP;
    FOREACH table_name IN ARRAY ARRAY[
        'epcis_jobs', 'epcis_events', 'epcis_identifiers', 'epcis_extensions', 'epcis_master_data'
    ] LOOP
        ASSERT (SELECT relrowsecurity FROM pg_class WHERE relname = table_name), table_name;
        ASSERT NOT has_table_privilege('kazyna_public', table_name, 'SELECT'), table_name;
        ASSERT NOT has_table_privilege('kazyna_taxpayer', table_name, 'SELECT'), table_name;
    END LOOP;
    BEGIN
        DELETE FROM epcis_events;
        ASSERT false, 'an event was deleted';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
END $$;
