-- What the bank said is kept as it came, and no taxpayer reads of others' payments.
DO $$
BEGIN
    ASSERT NOT has_table_privilege('kazyna_taxpayer', 'bank_transactions', 'SELECT');
    ASSERT NOT has_column_privilege('kazyna_officer', 'bank_transactions', 'amount', 'UPDATE');
    ASSERT NOT has_table_privilege('kazyna_officer', 'bank_transactions', 'DELETE');
END $$;
