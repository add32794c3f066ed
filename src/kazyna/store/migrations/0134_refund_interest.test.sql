-- A term and interest belong to refunds alone, and nobody asks for a day to come.
DO $$
BEGIN
    INSERT INTO taxpayers VALUES ('repaid', 'Repaid', 'en', true);
    PERFORM set_config('kazyna.actor', 'first', true);
    INSERT INTO ledger_requests (request_id, kind, taxpayer_id, amount, reason, pay_by, claimed_on)
    OVERRIDING SYSTEM VALUE
    VALUES (-1, 'refund', 'repaid', 100, 'paid twice', business_day() + 30, business_day());
    ASSERT (SELECT claimed_on = requested_on AND interest = 0 FROM ledger_requests
            WHERE taxpayer_id = 'repaid');
    BEGIN
        INSERT INTO ledger_requests (request_id, kind, taxpayer_id, tax, amount, reason, pay_by)
        OVERRIDING SYSTEM VALUE
        VALUES (-2, 'offset', 'repaid', 'tax', 100, 'paid twice', business_day());
        ASSERT false, 'an offset has a day of payment';
    EXCEPTION WHEN check_violation THEN NULL;
    END;
    BEGIN
        INSERT INTO ledger_requests (request_id, kind, taxpayer_id, amount, reason, claimed_on)
        OVERRIDING SYSTEM VALUE VALUES (-3, 'refund', 'repaid', 100, 'paid twice', business_day() + 1);
        ASSERT false, 'a refund was claimed tomorrow';
    EXCEPTION WHEN check_violation THEN NULL;
    END;
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN raise_exception THEN NULL;
END $$;
