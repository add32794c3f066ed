-- An object that is invented, as in a demonstration, says so wherever it is shown.
ALTER TABLE objects ADD COLUMN synthetic boolean NOT NULL DEFAULT false;
