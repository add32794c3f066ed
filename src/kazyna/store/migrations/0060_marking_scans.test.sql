-- Scans and reports of tills only grow; who scans for himself reads none of them.
DO $$
DECLARE
    role_name text;
    table_name text;
    partition text := 'marking_scans_' || to_char(now(), 'YYYY_MM');
BEGIN
    PERFORM open_scan_month();
    PERFORM open_scan_month();
    ASSERT to_regclass(partition) IS NOT NULL;
    BEGIN
        EXECUTE format('DELETE FROM %I', partition);
        ASSERT false, 'the owner changed the log';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY['marking_scans', 'till_sales'] LOOP
            ASSERT NOT has_table_privilege(role_name, table_name, 'UPDATE, DELETE, TRUNCATE'),
                role_name || ' ' || table_name;
        END LOOP;
        ASSERT role_name IN ('kazyna_officer', 'kazyna_auditor')
            OR NOT has_table_privilege(role_name, 'marking_scans', 'SELECT'), role_name;
    END LOOP;
    ASSERT (SELECT relrowsecurity FROM pg_class WHERE relname = 'till_sales');
    EXECUTE format('DROP TABLE %I', partition);
END $$;
