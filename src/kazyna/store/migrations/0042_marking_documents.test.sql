-- The log only grows, and a participant charges nobody but itself.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    PERFORM open_event_month('2020-02-29');
    PERFORM open_event_month('2020-02-01');
    ASSERT to_regclass('marking_events_2020_02') IS NOT NULL;
    BEGIN
        DELETE FROM marking_events_2020_02;
        ASSERT false, 'the owner changed the log';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY['marking_documents', 'marking_events', 'marking_batches']
        LOOP
            ASSERT NOT has_table_privilege(role_name, table_name, 'UPDATE, DELETE, TRUNCATE'),
                role_name || ' ' || table_name;
        END LOOP;
        ASSERT role_name IN ('kazyna_participant', 'kazyna_officer')
            OR NOT has_function_privilege(role_name, 'charge_marking_order(bigint, text)',
                                          'EXECUTE'), role_name;
    END LOOP;
    DROP TABLE marking_events_2020_02;
END $$;
