-- A sale says what was paid; a price below nought is refused.
DO $$
BEGIN
    PERFORM open_event_month('2020-02-01');
    INSERT INTO marking_events (recorded_at, document_no, line, kind, biz_step, happened_at, batch,
                                first_index, last_index, units, price)
    VALUES ('2020-02-01', 1, 1, 'sell', '', '2020-02-01', 1, 0, 9, 10, 4500);
    BEGIN
        INSERT INTO marking_events (recorded_at, document_no, line, kind, biz_step, happened_at,
                                    batch, first_index, last_index, units, price)
        VALUES ('2020-02-01', 1, 2, 'sell', '', '2020-02-01', 1, 0, 9, 10, -1);
        ASSERT false, 'a price below nought was taken';
    EXCEPTION WHEN check_violation THEN
        NULL;
    END;
    DROP TABLE marking_events_2020_02;
END $$;
