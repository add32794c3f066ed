-- No object of before is taken for invented.
DO $$
BEGIN
    ASSERT NOT EXISTS (SELECT FROM objects WHERE synthetic);
END $$;
