-- Nobody else sees what a participant asks for.
DO $$
BEGIN
    ASSERT (SELECT relrowsecurity FROM pg_class WHERE relname = 'epcis_queries');
    ASSERT NOT has_table_privilege('kazyna_participant', 'epcis_queries', 'UPDATE');
    ASSERT NOT has_table_privilege('kazyna_public', 'epcis_queries', 'SELECT');
END $$;
