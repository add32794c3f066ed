-- What all codes of a batch say beside GTIN, serial, key and tail, by the names of the template's
-- parts: {"8005": "012300"}, {"17": "270131", "10": "L7"}. The codes are computed again with it.
ALTER TABLE marking_batches ADD COLUMN code_values jsonb NOT NULL DEFAULT '{}'
    CHECK (jsonb_typeof(code_values) = 'object');
