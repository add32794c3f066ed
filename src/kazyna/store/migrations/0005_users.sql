-- Local accounts and sessions. Only the gate reads password hashes and sessions.

CREATE TABLE users (
    name          text PRIMARY KEY,
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (
        role IN ('taxpayer', 'officer', 'valuer', 'participant', 'auditor')),
    taxpayer_id   text REFERENCES taxpayers,
    CHECK ((role = 'taxpayer') = (taxpayer_id IS NOT NULL))
);

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    name       text NOT NULL REFERENCES users,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_end ON sessions (expires_at);

GRANT SELECT ON users TO kazyna_gate;
GRANT SELECT, INSERT, DELETE ON sessions TO kazyna_gate;
GRANT INSERT, UPDATE ON users TO kazyna_officer;
GRANT SELECT (name, role, taxpayer_id) ON users TO kazyna_officer, kazyna_auditor;
