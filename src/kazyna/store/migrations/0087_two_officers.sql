-- A roll is drafted by one officer and issued by another: the one who looks is not the one who made.
ALTER TABLE rolls RENAME COLUMN issued_by TO drafted_by;
ALTER TABLE rolls RENAME COLUMN issued_at TO drafted_at;

CREATE FUNCTION require_second_officer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM rolls WHERE roll_id = NEW.roll_id AND drafted_by = NEW.actor) THEN
        RAISE EXCEPTION 'a roll is issued by another officer than the one who drafted it'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION require_second_officer() FROM PUBLIC;
CREATE TRIGGER issued_by_another BEFORE INSERT ON roll_events
    FOR EACH ROW WHEN (NEW.from_status = 'draft' AND NEW.to_status = 'issued')
    EXECUTE FUNCTION require_second_officer();
