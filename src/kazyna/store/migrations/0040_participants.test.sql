-- Nobody overwrites a version, and a participant writes only of itself.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY[
            'participant_versions', 'facility_versions', 'product_versions'
        ] LOOP
            ASSERT NOT has_table_privilege(role_name, table_name, 'UPDATE, DELETE, TRUNCATE'),
                role_name;
        END LOOP;
    END LOOP;
    ASSERT NOT has_table_privilege('kazyna_participant', 'participant_versions', 'INSERT');
    ASSERT NOT has_column_privilege('kazyna_verifier', 'participants', 'taxpayer_id', 'SELECT');
    ASSERT NOT has_table_privilege('kazyna_public', 'participants', 'SELECT');
    ASSERT acting_participant() IS NULL;
    ASSERT (SELECT bool_and(relrowsecurity) FROM pg_class
            WHERE relname IN ('facilities', 'facility_versions', 'products', 'product_versions')
              AND relkind = 'r');
END $$;
