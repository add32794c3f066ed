-- Nobody grants a relief to himself, decides his own objection or writes in another's name.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_column_privilege(role_name, 'relief_claims', 'status', 'INSERT');
        ASSERT NOT has_table_privilege(role_name, 'relief_claims', 'UPDATE');
        ASSERT NOT has_column_privilege(role_name, 'bill_objections', 'status', 'INSERT');
        ASSERT NOT has_table_privilege(role_name, 'bill_objections', 'UPDATE');
        ASSERT has_column_privilege(role_name, 'relief_events', 'document', 'INSERT')
            = (role_name = 'kazyna_officer');
    END LOOP;
END $$;
