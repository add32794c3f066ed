-- Nobody signs in another's name, decides alone, or rewrites what was proposed.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY['proposed_assessments', 'proposal_decisions'] LOOP
            ASSERT NOT has_any_column_privilege(role_name, table_name, 'UPDATE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'DELETE'), role_name;
            ASSERT has_any_column_privilege(role_name, table_name, 'SELECT')
                = (role_name IN ('kazyna_officer', 'kazyna_auditor')), role_name;
        END LOOP;
        ASSERT NOT has_column_privilege(role_name, 'proposed_assessments', 'proposed_by', 'INSERT'),
            role_name;
        ASSERT NOT has_column_privilege(role_name, 'proposal_decisions', 'decided_by', 'INSERT'),
            role_name;
    END LOOP;
    ASSERT (SELECT bool_and(relrowsecurity) FROM pg_class
            WHERE relkind = 'r' AND relname IN ('proposed_assessments', 'proposal_decisions'));
END $$;
