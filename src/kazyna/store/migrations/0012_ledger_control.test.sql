-- Closing, sealing and signatures go through their functions, and only officers call those.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN
        SELECT rolname FROM pg_roles
        WHERE rolname LIKE 'kazyna\_%' AND rolname <> 'kazyna_ledger'
    LOOP
        ASSERT NOT has_table_privilege(role_name, 'seals', 'INSERT, UPDATE, DELETE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'period_events', 'INSERT, UPDATE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'ledger_state', 'INSERT, UPDATE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'ledger_requests', 'decided_by', 'UPDATE');
        ASSERT role_name = 'kazyna_officer'
            OR NOT has_function_privilege(role_name, 'close_through(date, text)', 'EXECUTE');
    END LOOP;
END $$;
