-- A decision needs its reason, stays as it was made, and the latest one counts.
DO $$
BEGIN
    PERFORM set_config('kazyna.actor', 'test', true);
    INSERT INTO properties (property_id, characteristics) VALUES ('screening-test', '{}');
    INSERT INTO sales (property_id, sold_on, price) VALUES ('screening-test', '2015-01-01', 1);
    BEGIN
        INSERT INTO sale_decisions (property_id, sold_on, keep, note, decided_on)
            VALUES ('screening-test', '2015-01-01', true, ' ', '2015-02-01');
        ASSERT false, 'a decision without a reason was taken';
    EXCEPTION WHEN check_violation THEN NULL;
    END;
    INSERT INTO sale_decisions (property_id, sold_on, keep, note, decided_on) VALUES
        ('screening-test', '2015-01-01', true, 'first', '2015-02-01'),
        ('screening-test', '2015-01-01', false, 'second', '2015-02-01');
    ASSERT (SELECT NOT keep AND note = 'second' FROM settled_sale_decisions
            WHERE property_id = 'screening-test'), 'the latest decision does not count';
    BEGIN
        UPDATE sale_decisions SET keep = true WHERE property_id = 'screening-test';
        ASSERT false, 'a decision was rewritten';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    RAISE EXCEPTION 'undo' USING ERRCODE = 'triggered_action_exception';
EXCEPTION WHEN triggered_action_exception THEN NULL;
END $$;
DO $$
BEGIN
    ASSERT NOT has_table_privilege('kazyna_public', 'screened_sales', 'SELECT'),
        'the public sees doubts about sales';
    ASSERT NOT has_column_privilege('kazyna_valuer', 'sale_decisions', 'decided_by', 'INSERT'),
        'a valuer can sign as another';
END $$;
