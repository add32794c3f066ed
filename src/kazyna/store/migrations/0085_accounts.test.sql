-- Officers touch accounts of outsiders only, administrators those of the office only.
DO $$
DECLARE
    touched integer;
BEGIN
    PERFORM set_config('kazyna.actor', 'test', true);
    INSERT INTO taxpayers (taxpayer_id, name, language, synthetic)
    VALUES ('T-accounts', 'Somebody', 'en', true);
    SET LOCAL ROLE kazyna_administrator;
    INSERT INTO users (name, password_hash, role) VALUES ('test-officer', 'x', 'officer');
    BEGIN
        INSERT INTO users (name, password_hash, role, taxpayer_id)
        VALUES ('test-payer', 'x', 'taxpayer', 'T-accounts');
        RAISE 'an administrator made the account of a taxpayer';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    SET LOCAL ROLE kazyna_officer;
    INSERT INTO users (name, password_hash, role, taxpayer_id)
    VALUES ('test-payer', 'x', 'taxpayer', 'T-accounts');
    UPDATE users SET password_hash = 'mine' WHERE name = 'test-officer';
    GET DIAGNOSTICS touched = ROW_COUNT;
    ASSERT touched = 0, 'an officer changed the password of a colleague';
    BEGIN
        INSERT INTO users (name, password_hash, role) VALUES ('test-second', 'x', 'officer');
        RAISE 'an officer made a second officer';
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;
    END;
    ASSERT (SELECT array_agg(kind ORDER BY change_no) FROM account_changes
            WHERE name LIKE 'test-%') = ARRAY['made', 'made'];
    ASSERT NOT has_any_column_privilege('kazyna_administrator', 'account_changes', 'INSERT');
    ASSERT NOT has_any_column_privilege('kazyna_administrator', 'bills', 'SELECT');
    RAISE EXCEPTION 'undo' USING ERRCODE = 'triggered_action_exception';
EXCEPTION WHEN triggered_action_exception THEN
    RESET ROLE;
END $$;
