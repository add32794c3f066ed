-- Only officers let parts fall due, and nobody writes such moves but the functions that find them.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT role_name = 'kazyna_ledger'
            OR NOT has_function_privilege(role_name, 'write_falls(text)', 'EXECUTE'), role_name;
        ASSERT role_name IN ('kazyna_officer', 'kazyna_ledger')
            OR NOT has_function_privilege(
                role_name, 'let_fall_due(text, date, text[])', 'EXECUTE'), role_name;
        ASSERT role_name IN ('kazyna_officer', 'kazyna_ledger')
            OR NOT has_function_privilege(
                role_name, 'lift_fallen(text, text, integer, text)', 'EXECUTE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'rolls', 'parts', 'UPDATE'), role_name;
    END LOOP;
END $$;
