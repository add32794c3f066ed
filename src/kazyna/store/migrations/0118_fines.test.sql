-- One officer proposes, another imposes, a third decides; what is tried here is undone.
DO $$
DECLARE
    fine bigint;
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_any_column_privilege(role_name, 'fines', 'UPDATE'), role_name;
        ASSERT NOT has_any_column_privilege(role_name, 'fine_events', 'UPDATE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'fine_events', 'actor', 'INSERT'), role_name;
    END LOOP;
    INSERT INTO taxpayers VALUES ('fined', 'Fined', 'en', true);
    PERFORM set_config('kazyna.actor', 'first', true);
    INSERT INTO fines (taxpayer_id, tax, period, offence, law, grounds, amount)
    VALUES ('fined', 'tax', 2020, 'late', 'act', 'paid late', 100) RETURNING fine_id INTO fine;
    BEGIN
        INSERT INTO fine_events (fine_id, to_status, standing, due_on, entry_id, reason)
        VALUES (fine, 'imposed', 100, '2020-02-01', 1, '');
        ASSERT false, 'one officer proposed and imposed a fine';
    EXCEPTION WHEN SQLSTATE 'KZ001' THEN NULL;
    END;
    PERFORM set_config('kazyna.actor', 'second', true);
    INSERT INTO fine_events (fine_id, to_status, standing, due_on, entry_id, reason)
    VALUES (fine, 'imposed', 100, '2020-02-01', 1, '');
    INSERT INTO fine_events (fine_id, to_status, reason) VALUES (fine, 'objected', 'paid in time');
    BEGIN
        INSERT INTO fine_events (fine_id, to_status, reason) VALUES (fine, 'cancelled', 'so it is');
        ASSERT false, 'who imposed a fine decided on it';
    EXCEPTION WHEN SQLSTATE 'KZ001' THEN NULL;
    END;
    PERFORM set_config('kazyna.actor', 'third', true);
    INSERT INTO fine_events (fine_id, to_status, reason) VALUES (fine, 'cancelled', 'so it is');
    ASSERT (SELECT status = 'cancelled' AND standing = 0 FROM fines WHERE fine_id = fine);
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN NULL;
END $$;
