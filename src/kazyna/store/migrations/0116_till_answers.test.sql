-- Answers are a list, and receipts of before have an empty one.
DO $$
BEGIN
    ASSERT (
        SELECT column_default FROM information_schema.columns
        WHERE table_name = 'till_sales' AND column_name = 'answers'
    ) = '''[]''::jsonb';
    ASSERT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'till_sales'::regclass AND contype = 'c'
          AND pg_get_constraintdef(oid) LIKE '%jsonb_typeof(answers)%'
    );
END $$;
