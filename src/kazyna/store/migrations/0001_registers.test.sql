-- The public reads the cadastre but no owner; nobody but the officer writes owners.
DO $$
BEGIN
    ASSERT has_table_privilege('kazyna_public', 'properties', 'SELECT');
    ASSERT NOT has_table_privilege('kazyna_public', 'taxpayers', 'SELECT');
    ASSERT NOT has_table_privilege('kazyna_auditor', 'taxpayers', 'INSERT');
    ASSERT NOT has_table_privilege('kazyna_gate', 'holdings', 'SELECT');
    ASSERT (SELECT bool_and(relrowsecurity) FROM pg_class
            WHERE relname IN ('taxpayers', 'holdings') AND relkind = 'r');
END $$;
