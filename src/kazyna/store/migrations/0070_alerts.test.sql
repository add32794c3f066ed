-- Nobody writes a state or another's name, nobody rewrites what happened, and alerts are the
-- office's own: a participant can raise one and read none.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY[
            'alerts', 'alert_evidence', 'alert_cases', 'alert_case_alerts', 'alert_case_events'
        ] LOOP
            ASSERT NOT has_any_column_privilege(role_name, table_name, 'UPDATE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'DELETE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'TRUNCATE'), role_name;
            ASSERT has_any_column_privilege(role_name, table_name, 'SELECT')
                = (role_name IN ('kazyna_officer', 'kazyna_auditor')), role_name;
        END LOOP;
        ASSERT NOT has_any_column_privilege(role_name, 'alerts', 'INSERT'), role_name;
        ASSERT NOT has_any_column_privilege(role_name, 'alert_evidence', 'INSERT'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'alert_cases', 'status', 'INSERT'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'alert_case_events', 'actor', 'INSERT'),
            role_name;
        ASSERT has_function_privilege(role_name, 'raise_alerts(jsonb)', 'EXECUTE')
            = (role_name IN ('kazyna_officer', 'kazyna_participant')), role_name;
    END LOOP;
    ASSERT (SELECT bool_and(relrowsecurity) FROM pg_class
            WHERE relkind = 'r' AND relname IN (
                'alerts', 'alert_evidence', 'alert_cases', 'alert_case_alerts',
                'alert_case_events'));
    BEGIN
        UPDATE alerts SET severity = 'low';
        ASSERT false, 'the owner rewrote what happened';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
END $$;
