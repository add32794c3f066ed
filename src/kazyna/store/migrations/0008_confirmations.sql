-- An officer vouches for a doubtful value of the law, by a document. The confirmation holds for
-- exactly that content: a value that changes in the pack needs a new one.
CREATE TABLE confirmations (
    value_id     text NOT NULL,
    content_hash text NOT NULL CHECK (length(content_hash) = 64),
    document     text NOT NULL CHECK (btrim(document) <> ''),
    note         text NOT NULL DEFAULT '',
    confirmed_by text NOT NULL DEFAULT current_setting('kazyna.actor'),
    confirmed_on date NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (value_id, content_hash)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON confirmations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON confirmations TO kazyna_officer, kazyna_auditor;
GRANT INSERT (value_id, content_hash, document, note, confirmed_on) ON confirmations
    TO kazyna_officer;
ALTER TABLE confirmations ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON confirmations FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY officers ON confirmations FOR INSERT TO kazyna_officer WITH CHECK (true);
