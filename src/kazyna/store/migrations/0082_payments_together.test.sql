-- Only officers post payments.
DO $$
DECLARE
    role_name text;
    signature text := 'post_payments(text[], text[], text[], text[], date[], bigint[], text[],'
        ' text[], boolean)';
BEGIN
    FOR role_name IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'kazyna\_%' LOOP
        ASSERT has_function_privilege(role_name, signature, 'EXECUTE')
            = (role_name IN ('kazyna_officer', 'kazyna_ledger')), role_name;
    END LOOP;
END $$;
