-- Tax rolls and their bills.

CREATE TABLE rolls (
    roll_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tax         text NOT NULL,
    year        integer NOT NULL,
    round_id    bigint NOT NULL REFERENCES rounds,
    pack        text NOT NULL,
    pack_hash   text NOT NULL,
    law_on      date NOT NULL,
    due_on      date NOT NULL,
    bills       integer NOT NULL,
    total       numeric(24, 2) NOT NULL,
    issued_by   text NOT NULL DEFAULT current_setting('kazyna.actor'),
    issued_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tax, year)
);

CREATE TABLE bills (
    roll_id     bigint NOT NULL REFERENCES rolls,
    bill_no     bigint NOT NULL,
    reference   text NOT NULL UNIQUE,
    property_id text NOT NULL,
    taxpayer_id text NOT NULL,
    share       numeric(9, 8) NOT NULL,
    value       numeric(18, 2) NOT NULL,
    steps       jsonb NOT NULL,
    amount      numeric(18, 2) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (roll_id, bill_no)
);
CREATE INDEX bills_of_property ON bills (property_id);
CREATE INDEX bills_of_taxpayer ON bills (taxpayer_id);

GRANT SELECT ON rolls TO
    kazyna_public, kazyna_taxpayer, kazyna_officer, kazyna_valuer, kazyna_auditor;
GRANT SELECT ON bills TO kazyna_taxpayer, kazyna_officer, kazyna_auditor;
GRANT INSERT ON rolls, bills TO kazyna_officer;

ALTER TABLE bills ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff ON bills TO kazyna_officer, kazyna_auditor USING (true);
CREATE POLICY own ON bills FOR SELECT TO kazyna_taxpayer
    USING (taxpayer_id = acting_taxpayer());
