-- A taxpayer files and withdraws, and decides nothing; nobody rewrites or signs for another.
DO $$
DECLARE
    role_name text;
    table_name text;
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        FOREACH table_name IN ARRAY ARRAY['bill_appeals', 'bill_appeal_events'] LOOP
            ASSERT NOT has_any_column_privilege(role_name, table_name, 'UPDATE'), role_name;
            ASSERT NOT has_table_privilege(role_name, table_name, 'DELETE'), role_name;
        END LOOP;
        ASSERT NOT has_column_privilege(role_name, 'bill_appeals', 'filed_by', 'INSERT'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'bill_appeals', 'status', 'INSERT'), role_name;
        ASSERT NOT has_column_privilege(role_name, 'bill_appeal_events', 'actor', 'INSERT');
    END LOOP;
    ASSERT NOT has_column_privilege('kazyna_taxpayer', 'bill_appeal_events', 'lowered', 'INSERT');
    BEGIN
        INSERT INTO suspensions (tax, taxpayer_id, period, first_day, interest_pauses, reason,
                                 disputed)
        VALUES ('tax', 'nobody', 2020, '2020-01-01', true, 'dispute', 5);
        ASSERT false, 'interest stood still for a part of a debt';
    EXCEPTION WHEN check_violation OR foreign_key_violation THEN NULL;
    END;
END $$;
