-- How long the office has to answer an objection to a bill is the law's, and some laws say nothing.
ALTER TABLE bill_objections ALTER COLUMN answer_by DROP NOT NULL;
