-- What was paid for each unit of a sale, in minor units of the currency; in rows of sales alone.
-- With it the log is all that the tax on sales and the bounds of prices are reckoned from, and no
-- shard is asked.
ALTER TABLE marking_events ADD COLUMN price bigint CHECK (price >= 0);
