-- What a debtor was told stays told, and a taxpayer does not change a plan.
DO $$
BEGIN
    ASSERT NOT has_table_privilege('kazyna_officer', 'dunning_notices', 'UPDATE, DELETE');
    ASSERT NOT has_column_privilege('kazyna_taxpayer', 'plans', 'status', 'UPDATE');
    ASSERT NOT has_column_privilege('kazyna_officer', 'plans', 'debt', 'UPDATE');
END $$;
