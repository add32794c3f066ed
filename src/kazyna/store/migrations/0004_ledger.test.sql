-- Nobody changes the journal, and a posting cannot unbalance it.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY['entries', 'postings'] LOOP
            ASSERT NOT has_table_privilege(role_name, table_name, 'UPDATE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'DELETE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'TRUNCATE'), role_name;
        END LOOP;
    END LOOP;
    BEGIN
        UPDATE postings SET amount = 1;
        ASSERT false, 'the owner changed the journal';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    ASSERT (SELECT count(*) FROM pg_attribute
            WHERE attrelid = 'postings'::regclass AND attnotnull
              AND attname IN ('debit_account', 'credit_account', 'amount')) = 3;
END $$;
