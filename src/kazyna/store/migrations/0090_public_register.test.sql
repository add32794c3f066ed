-- The public counts objects, and reads none of them.
DO $$
BEGIN
    ASSERT has_function_privilege('kazyna_public', 'count_objects()', 'EXECUTE');
    ASSERT NOT has_table_privilege('kazyna_public', 'object_facts', 'SELECT');
END $$;
