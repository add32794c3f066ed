-- Nobody writes into the journal but its functions, and only officers may call those.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY['entries', 'postings', 'items'] LOOP
            ASSERT NOT has_table_privilege(role_name, table_name, 'DELETE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'TRUNCATE'), role_name;
            ASSERT role_name = 'kazyna_ledger'
                OR NOT has_table_privilege(role_name, table_name, 'INSERT, UPDATE'), role_name;
        END LOOP;
        ASSERT NOT has_table_privilege(role_name, 'entries', 'UPDATE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'postings', 'UPDATE'), role_name;
        ASSERT role_name IN ('kazyna_officer', 'kazyna_ledger')
            OR NOT has_function_privilege(role_name, 'post_staged()', 'EXECUTE'), role_name;
    END LOOP;
    ASSERT NOT EXISTS (
        SELECT FROM items JOIN movements USING (item_id) WHERE balance IS NOT NULL
        GROUP BY item_id, items.account, balance
        HAVING balance <> sum(amount)
            * CASE WHEN items.account LIKE 'receivable:%' THEN 1 ELSE -1 END), 'a balance is wrong';
END $$;
