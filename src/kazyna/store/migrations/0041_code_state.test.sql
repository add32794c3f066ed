-- Keys begin with the bucket, no foreign key leaves a table, no trigger slows a write.
DO $$
DECLARE
    table_name text;
BEGIN
    FOREACH table_name IN ARRAY ARRAY[
        'code_blocks', 'code_facts', 'code_replacements', 'unit_names', 'containers'
    ] LOOP
        ASSERT (SELECT conkey[1] = 1 FROM pg_constraint
                WHERE conrelid = table_name::regclass AND contype = 'p'), table_name;
        ASSERT NOT EXISTS (SELECT FROM pg_constraint
                           WHERE conrelid = table_name::regclass AND contype = 'f'), table_name;
        ASSERT NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = table_name::regclass), table_name;
        ASSERT NOT has_table_privilege('kazyna_public', table_name, 'SELECT'), table_name;
        ASSERT NOT has_table_privilege('kazyna_verifier', table_name, 'INSERT, UPDATE, DELETE');
        ASSERT NOT has_table_privilege('kazyna_participant', table_name, 'DELETE'), table_name;
    END LOOP;
END $$;
