-- Drafts of rounds that were asked for: a county takes a minute, and whoever asked wants to know how
-- far it is and what became of it. The draft itself is a round, recorded whole or not at all.

CREATE TABLE draft_jobs (
    draft_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor          text NOT NULL DEFAULT current_setting('kazyna.actor'),
    valuation_date date NOT NULL,
    seed           integer NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- How far it is: the step, and of a step in parts how many of them are done.
    step           text,
    done           integer NOT NULL DEFAULT 0,
    total          integer NOT NULL DEFAULT 0,
    -- Where it is not set and nobody holds the lock of drafts, the program fell while it worked.
    finished_at    timestamptz,
    round_id       bigint REFERENCES rounds,
    error          text,
    CHECK ((finished_at IS NOT NULL) = (round_id IS NOT NULL OR error IS NOT NULL)),
    CHECK (round_id IS NULL OR error IS NULL)
);

GRANT SELECT ON draft_jobs TO kazyna_valuer, kazyna_auditor;
GRANT INSERT (valuation_date, seed) ON draft_jobs TO kazyna_valuer;
GRANT UPDATE (step, done, total, finished_at, round_id, error) ON draft_jobs TO kazyna_valuer;
