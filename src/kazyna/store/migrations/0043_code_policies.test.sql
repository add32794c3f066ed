-- No policy of single units joins blocks.
DO $$
BEGIN
    ASSERT NOT EXISTS (
        SELECT FROM pg_policies
        WHERE tablename IN ('code_facts', 'code_replacements', 'containers')
          AND qual ILIKE '%exists%');
    ASSERT (SELECT count(*) FROM pg_policies WHERE qual LIKE '%sees_block%') = 3;
END $$;
