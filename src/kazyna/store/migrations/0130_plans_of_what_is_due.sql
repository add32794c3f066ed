-- A plan of instalments is about what is due when it is applied for: parts of bills that the law lets
-- be paid later stay outside, and what settles them is no payment under the plan.

-- None of plans from before, which took in all that was open.
ALTER TABLE plans ADD COLUMN due_through date;
