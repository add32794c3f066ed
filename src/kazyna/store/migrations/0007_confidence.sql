-- How far each value may be leant on, and the intervals of the hold-out; unknown in earlier rounds.
ALTER TABLE values ADD COLUMN confidence double precision
    CHECK (confidence BETWEEN 0 AND 1);
ALTER TABLE study_sales ADD COLUMN low numeric(18, 2), ADD COLUMN high numeric(18, 2),
    ADD CHECK (low <= value AND value <= high);
