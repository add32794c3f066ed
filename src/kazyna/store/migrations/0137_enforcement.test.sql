-- One officer proposes, another imposes; what is tried here is undone.
DO $$
DECLARE
    role_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT NOT has_any_column_privilege(role_name, 'enforcement_measures', 'UPDATE'), role_name;
        ASSERT NOT has_any_column_privilege(role_name, 'enforcement_events', 'UPDATE'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'enforcement_events', 'actor', 'INSERT');
    END LOOP;
    INSERT INTO taxpayers VALUES ('seized', 'Seized', 'en', true);
    INSERT INTO accounts (account, kind, tax, taxpayer_id, currency)
    VALUES ('receivable:tax:seized', 'receivable', 'tax', 'seized', 'KGS');
    PERFORM set_config('kazyna.actor', 'first', true);
    INSERT INTO enforcement_measures (measure_id, account, late_since, step, name, law, amount,
                                      two_persons, grounds)
    OVERRIDING SYSTEM VALUE
    VALUES (-1, 'receivable:tax:seized', '2020-01-01', 0, 'freeze', 'act', 1, true, 'unpaid');
    BEGIN
        INSERT INTO enforcement_events (measure_id, to_status) VALUES (-1, 'imposed');
        ASSERT false, 'one officer proposed and imposed a measure';
    EXCEPTION WHEN SQLSTATE 'KZ001' THEN NULL;
    END;
    PERFORM set_config('kazyna.actor', 'second', true);
    INSERT INTO enforcement_events (measure_id, to_status) VALUES (-1, 'imposed');
    INSERT INTO enforcement_events (measure_id, to_status, reason) VALUES (-1, 'lifted', 'paid');
    ASSERT (SELECT status = 'lifted' AND imposed_by = 'second' FROM enforcement_measures
            WHERE measure_id = -1);
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN NULL;
END $$;
