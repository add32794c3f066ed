-- What a till was told of each code of a receipt that it sold without a network: a report that is
-- sent again gets the same answer.
ALTER TABLE till_sales ADD COLUMN answers jsonb NOT NULL DEFAULT '[]'
    CHECK (jsonb_typeof(answers) = 'array');
