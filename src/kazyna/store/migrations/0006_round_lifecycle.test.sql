-- Nobody writes a state or another's name, nobody rewrites what happened, and owners' objections
-- are not for the public.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_any_column_privilege(role_name, 'rounds', 'UPDATE'), role_name;
        ASSERT NOT has_any_column_privilege(role_name, 'objections', 'UPDATE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'round_events', 'actor', 'INSERT'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'objection_events', 'actor', 'INSERT'),
            role_name;
        ASSERT NOT has_column_privilege(role_name, 'objections', 'status', 'INSERT'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'overrides', 'proposed_by', 'INSERT'),
            role_name;
        ASSERT NOT has_column_privilege(role_name, 'override_decisions', 'decided_by', 'INSERT'),
            role_name;
        FOREACH table_name IN ARRAY ARRAY[
            'round_events', 'objection_events', 'overrides', 'override_decisions'
        ] LOOP
            ASSERT NOT has_any_column_privilege(role_name, table_name, 'UPDATE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'DELETE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'TRUNCATE'), role_name;
        END LOOP;
    END LOOP;
    ASSERT NOT has_any_column_privilege('kazyna_public', 'objections', 'SELECT');
    ASSERT NOT has_any_column_privilege('kazyna_participant', 'objections', 'SELECT');
    ASSERT NOT has_column_privilege('kazyna_public', 'overrides', 'evidence', 'SELECT');
    ASSERT NOT has_any_column_privilege('kazyna_officer', 'round_events', 'INSERT');
    ASSERT NOT has_any_column_privilege('kazyna_officer', 'overrides', 'INSERT');
    ASSERT (SELECT bool_and(relrowsecurity) FROM pg_class
            WHERE relkind = 'r' AND relname IN (
                'round_events', 'objections', 'objection_events', 'overrides',
                'override_decisions'));
    ASSERT (SELECT count(*) FROM rounds) = (SELECT count(DISTINCT round_id) FROM round_events);
    BEGIN
        UPDATE round_events SET actor = 'another';
        ASSERT false, 'the owner rewrote what happened';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
END $$;
