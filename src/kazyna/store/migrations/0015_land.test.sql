-- The land is never worth more than the whole.
DO $$
BEGIN
    INSERT INTO values (round_id, property_id, value, low, high, base, reasons, comparables, land)
    VALUES (-1, 'x', 1, 1, 1, 1, '[]', '[]', 2);
    ASSERT false, 'land worth more than the property was taken';
EXCEPTION WHEN check_violation THEN NULL;
END $$;
