-- A confidence is a share.
DO $$
BEGIN
    INSERT INTO values (round_id, property_id, value, low, high, base, reasons, comparables,
                        confidence)
    VALUES (-1, 'x', 1, 1, 1, 1, '[]', '[]', 1.5);
    ASSERT false, 'a confidence above one was taken';
EXCEPTION WHEN check_violation THEN NULL;
END $$;
