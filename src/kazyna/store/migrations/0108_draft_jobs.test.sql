-- A draft that was asked for ends with a round or with the reason why there is none; both never.
DO $$
BEGIN
    PERFORM set_config('kazyna.actor', 'test', true);
    INSERT INTO draft_jobs (valuation_date, seed) VALUES ('2001-01-01', 0);
    BEGIN
        UPDATE draft_jobs SET finished_at = now();
        ASSERT false, 'a draft ended without an outcome';
    EXCEPTION WHEN check_violation THEN NULL;
    END;
    UPDATE draft_jobs SET finished_at = now(), error = 'no sales';
    RAISE EXCEPTION 'undo' USING ERRCODE = 'triggered_action_exception';
EXCEPTION WHEN triggered_action_exception THEN NULL;
END $$;
DO $$
BEGIN
    ASSERT NOT has_table_privilege('kazyna_officer', 'draft_jobs', 'SELECT'),
        'drafts are for valuers and auditors';
    ASSERT NOT has_any_column_privilege('kazyna_auditor', 'draft_jobs', 'UPDATE'),
        'an auditor only looks';
END $$;
