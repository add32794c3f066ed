-- Who makes accounts: administrators those of the office, and nothing else, so that no officer can
-- give himself a second name to sign with; officers those of taxpayers and participants. Every
-- change is kept, and ends the sessions of the account.

DO $$
BEGIN
    CREATE ROLE kazyna_administrator NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
-- What everybody may see, an administrator may; of taxes, values and goods no more than that.
GRANT kazyna_public TO kazyna_administrator;

ALTER TABLE users
    DROP CONSTRAINT users_role_check,
    ADD CONSTRAINT users_role_check CHECK (
        role IN ('taxpayer', 'officer', 'valuer', 'participant', 'auditor', 'administrator')),
    ADD COLUMN ended_at timestamptz;

CREATE FUNCTION is_of_the_office(role text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT role IN ('officer', 'valuer', 'auditor', 'administrator')
$$;

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY signing_in ON users FOR SELECT TO kazyna_gate USING (true);
CREATE POLICY own_password ON users FOR UPDATE TO kazyna_gate
    USING (name = current_setting('kazyna.actor')) WITH CHECK (name = current_setting('kazyna.actor'));
CREATE POLICY listed ON users FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY outsiders_made ON users FOR INSERT TO kazyna_officer
    WITH CHECK (NOT is_of_the_office(role));
CREATE POLICY outsiders_changed ON users FOR UPDATE TO kazyna_officer
    USING (NOT is_of_the_office(role)) WITH CHECK (NOT is_of_the_office(role));
CREATE POLICY office ON users TO kazyna_administrator
    USING (is_of_the_office(role)) WITH CHECK (is_of_the_office(role));
GRANT UPDATE (password_hash) ON users TO kazyna_gate;
GRANT INSERT, UPDATE ON users TO kazyna_administrator;
GRANT SELECT (name, role, taxpayer_id, participant_no, ended_at) ON users TO kazyna_administrator;
GRANT SELECT (ended_at) ON users TO kazyna_officer, kazyna_auditor;
GRANT SELECT (participant_no, participant_id) ON participants TO kazyna_administrator;

CREATE TABLE account_changes (
    change_no  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL REFERENCES users,
    kind       text NOT NULL CHECK (kind IN ('made', 'renewed', 'password', 'ended')),
    role       text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_changes_of ON account_changes (name);
ALTER TABLE account_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY listed ON account_changes FOR SELECT TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY office ON account_changes FOR SELECT TO kazyna_administrator
    USING (is_of_the_office(role));
GRANT SELECT ON account_changes TO kazyna_officer, kazyna_auditor, kazyna_administrator;

CREATE FUNCTION keep_account_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO account_changes (name, kind, role, changed_by)
    VALUES (
        NEW.name,
        CASE
            WHEN TG_OP = 'INSERT' THEN 'made'
            WHEN NEW.ended_at IS NOT NULL THEN 'ended'
            WHEN OLD.ended_at IS NOT NULL OR NEW.role <> OLD.role THEN 'renewed'
            ELSE 'password'
        END,
        NEW.role, current_setting('kazyna.actor')
    );
    DELETE FROM sessions WHERE name = NEW.name;
    RETURN NULL;
END $$;
CREATE TRIGGER kept AFTER INSERT OR UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION keep_account_change();
