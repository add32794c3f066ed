-- A participant cannot say that it was told, nor see to whom others have events sent.
DO $$
BEGIN
    ASSERT (SELECT relrowsecurity FROM pg_class WHERE relname = 'epcis_subscriptions');
    ASSERT NOT has_any_column_privilege('kazyna_participant', 'epcis_subscriptions', 'UPDATE');
    ASSERT NOT has_table_privilege('kazyna_public', 'epcis_subscriptions', 'SELECT');
END $$;
