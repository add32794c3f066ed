-- A bill is between the office and its taxpayer, and an issued bill does not change.
DO $$
BEGIN
    ASSERT NOT has_table_privilege('kazyna_public', 'bills', 'SELECT');
    ASSERT NOT has_table_privilege('kazyna_valuer', 'bills', 'SELECT');
    ASSERT NOT has_table_privilege('kazyna_officer', 'bills', 'UPDATE');
    ASSERT (SELECT relrowsecurity FROM pg_class WHERE relname = 'bills' AND relkind = 'r');
END $$;
