-- Dunning and payment by instalments.

CREATE TABLE dunning_notices (
    notice_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account     text NOT NULL REFERENCES accounts,
    -- The oldest due day when the ladder began: a debt that is settled ends its ladder.
    late_since  date NOT NULL,
    step        integer NOT NULL CHECK (step >= 0),
    name        text NOT NULL,
    overdue     bigint NOT NULL CHECK (overdue > 0),
    sent_on     date NOT NULL DEFAULT business_day(),
    pay_by      date NOT NULL,
    actor       text NOT NULL DEFAULT current_setting('kazyna.actor'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, late_since, step)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_notices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE plans (
    plan_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account     text NOT NULL REFERENCES accounts,
    -- Paid before the plan began, so that what is paid under it can be told.
    paid_before bigint NOT NULL DEFAULT 0,
    debt        bigint NOT NULL CHECK (debt > 0),
    months      integer NOT NULL CHECK (months > 0),
    first_due   date NOT NULL,
    status      text NOT NULL CHECK (status IN
        ('applied', 'running', 'refused', 'kept', 'broken', 'withdrawn')),
    automatic   boolean NOT NULL,
    reasons     text[] NOT NULL,
    applied_on  date NOT NULL DEFAULT business_day(),
    applied_by  text NOT NULL DEFAULT current_setting('kazyna.actor'),
    decided_on  date,
    decided_by  text,
    ended_on    date,
    note        text NOT NULL DEFAULT '',
    CHECK ((status = 'applied') = (decided_on IS NULL)),
    CHECK ((status IN ('kept', 'broken', 'withdrawn')) = (ended_on IS NOT NULL))
);
CREATE UNIQUE INDEX plans_alive ON plans (account) WHERE status IN ('applied', 'running');

CREATE TABLE plan_instalments (
    plan_id  bigint NOT NULL REFERENCES plans,
    number   integer NOT NULL,
    due_on   date NOT NULL,
    amount   bigint NOT NULL CHECK (amount > 0),
    interest bigint NOT NULL DEFAULT 0 CHECK (interest >= 0),
    PRIMARY KEY (plan_id, number)
);

GRANT SELECT, INSERT ON dunning_notices, plans, plan_instalments TO kazyna_officer;
GRANT UPDATE (status, decided_on, decided_by, ended_on, note, paid_before) ON plans
    TO kazyna_officer;
GRANT SELECT ON dunning_notices, plans, plan_instalments TO kazyna_auditor, kazyna_taxpayer;
-- A taxpayer applies through this program, which lays out the plan and decides as the law does.
GRANT INSERT ON plans, plan_instalments TO kazyna_taxpayer;

-- A plan that the law grants may let interest stand still at once.
GRANT INSERT ON suspensions TO kazyna_taxpayer;
CREATE POLICY by_plan ON suspensions FOR INSERT TO kazyna_taxpayer
    WITH CHECK (taxpayer_id = acting_taxpayer() AND reason LIKE 'plan %');

ALTER TABLE dunning_notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_instalments ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON dunning_notices TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON plans TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY staff ON plan_instalments TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON dunning_notices FOR SELECT TO kazyna_taxpayer
    USING (account IN (SELECT account FROM accounts));
CREATE POLICY own ON plans TO kazyna_taxpayer USING (account IN (SELECT account FROM accounts));
CREATE POLICY own ON plan_instalments TO kazyna_taxpayer
    USING (plan_id IN (SELECT plan_id FROM plans));
