-- Nobody changes a proof of service or records it under another's name, and a letter that came back
-- proves nothing; what is tried here is undone.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_any_column_privilege(role_name, 'deliveries', 'UPDATE'), role_name;
        ASSERT NOT has_table_privilege(role_name, 'deliveries', 'DELETE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'deliveries', 'actor', 'INSERT'), role_name;
    END LOOP;
    ASSERT NOT has_column_privilege('kazyna_taxpayer', 'deliveries', 'evidence', 'INSERT');
    INSERT INTO taxpayers VALUES ('served', 'Served', 'en', true);
    PERFORM set_config('kazyna.actor', 'clerk', true);
    INSERT INTO deliveries (kind, number, taxpayer_id, how, served_on, tracking)
    VALUES ('fine', '1', 'served', 'post', '2020-02-01', 'RR1'),
           ('fine', '1', 'served', 'handed_over', '2020-03-01', '');
    ASSERT (SELECT served_on = '2020-02-01' FROM served_papers WHERE number = '1');
    INSERT INTO deliveries (kind, number, taxpayer_id, how, served_on, tracking)
    VALUES ('fine', '1', 'served', 'returned', '2020-02-10', 'RR1');
    ASSERT (SELECT served_on = '2020-03-01' FROM served_papers WHERE number = '1');
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN NULL;
END $$;
