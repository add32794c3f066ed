-- An objection may have no day by which it must be answered.
DO $$
BEGIN
    ASSERT (SELECT is_nullable = 'YES' FROM information_schema.columns
            WHERE table_name = 'bill_objections' AND column_name = 'answer_by');
END $$;
