"""Drafts of rounds that were asked for: how far each is, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from kazyna.store.connection import Database, HeldLock, Transaction
from kazyna.store.rounds import LOCKS

AT_WORK = (LOCKS, 0)
"""Held by the program that makes a draft; no round has the number 0."""


@dataclass(frozen=True)
class DraftJobRow:
    """One draft that was asked for."""

    draft_id: int
    actor: str
    valuation_date: date
    seed: int
    created_at: datetime
    step: str | None
    done: int
    total: int
    finished_at: datetime | None
    round_id: int | None
    error: str | None
    at_work: bool
    """Whether somebody makes a draft at this moment."""


JOBS = sql.SQL(
    """
    SELECT draft_id, actor, valuation_date, seed, created_at, step, done, total, finished_at,
           round_id, error, finished_at IS NULL AND EXISTS (
               SELECT FROM pg_locks
               WHERE locktype = 'advisory' AND classid = {} AND objid = {} AND objsubid = 2
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           ) AS at_work
    FROM draft_jobs
    """
).format(*map(sql.Literal, AT_WORK))


def take_up(database: Database) -> HeldLock | None:
    """Become the one who makes a draft, until the lock is let go or the program falls."""
    return database.hold(AT_WORK)


def insert_job(tx: Transaction, *, valuation_date: date, seed: int) -> int:
    """Record that a draft was asked for, and return its number."""
    draft_id: int = tx.value(
        "INSERT INTO draft_jobs (valuation_date, seed) VALUES (%s, %s) RETURNING draft_id",
        (valuation_date, seed),
    )
    return draft_id


def advance(tx: Transaction, draft_id: int, *, step: str, done: int, total: int) -> None:
    """Record how far a draft is."""
    tx.execute(
        "UPDATE draft_jobs SET step = %s, done = %s, total = %s WHERE draft_id = %s",
        (step, done, total, draft_id),
    )


def finish(
    tx: Transaction, draft_id: int, *, round_id: int | None = None, error: str | None = None
) -> None:
    """Record the round that was made, or why none was."""
    tx.execute(
        "UPDATE draft_jobs SET finished_at = clock_timestamp(), round_id = %s, error = %s"
        " WHERE draft_id = %s AND finished_at IS NULL",
        (round_id, error, draft_id),
    )


def finish_interrupted(tx: Transaction, error: str) -> None:
    """Close what nobody works on; only whoever has taken up the work can know."""
    tx.execute(
        "UPDATE draft_jobs SET finished_at = clock_timestamp(), error = %s"
        " WHERE finished_at IS NULL",
        (error,),
    )


def find_job(tx: Transaction, draft_id: int) -> DraftJobRow | None:
    """Return one draft that was asked for, or None."""
    return tx.row(DraftJobRow, JOBS + sql.SQL(" WHERE draft_id = %s"), (draft_id,))


def latest_job(tx: Transaction) -> DraftJobRow | None:
    """Return the draft that was asked for last, or None."""
    return tx.row(DraftJobRow, JOBS + sql.SQL(" ORDER BY draft_id DESC LIMIT 1"))
