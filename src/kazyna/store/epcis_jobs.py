"""Capture jobs: what was handed in, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class JobRow:
    """One capture job."""

    job_id: UUID
    participant_no: int | None
    actor: str
    source: str
    error_behaviour: str
    created_at: datetime
    finished_at: datetime | None
    success: bool | None
    events: int
    captured: int | None
    known: int | None
    errors: list[dict[str, Any]]


JOBS = sql.SQL(
    "SELECT job_id, participant_no, actor, source, error_behaviour, created_at, finished_at,"
    " success, events, captured, known, errors FROM epcis_jobs"
)


def insert_job(
    tx: Transaction,
    *,
    participant_no: int | None,
    source: str,
    error_behaviour: str,
    content: bytes,
    events: int,
) -> UUID:
    """Record that a document was handed in, and keep it until it is worked off."""
    job_id: UUID = tx.value(
        "INSERT INTO epcis_jobs (participant_no, source, error_behaviour, content, events)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING job_id",
        (participant_no, source, error_behaviour, content, events),
    )
    return job_id


def content_of(tx: Transaction, job_id: UUID) -> bytes | None:
    """Return the document of an unfinished job, or None."""
    content: bytes | None = tx.value(
        "SELECT content FROM epcis_jobs WHERE job_id = %s AND finished_at IS NULL", (job_id,)
    )
    return content


def finish_job(
    tx: Transaction,
    job_id: UUID,
    *,
    success: bool,
    captured: int,
    known: int,
    errors: list[dict[str, Any]],
) -> None:
    """Record what became of a document; it is kept no longer. The first to say it is right."""
    tx.execute(
        "UPDATE epcis_jobs SET content = NULL, finished_at = clock_timestamp(), success = %s,"
        " captured = %s, known = %s, errors = %s"
        " WHERE job_id = %s AND finished_at IS NULL",
        (success, captured, known, Jsonb(errors), job_id),
    )


def find_job(tx: Transaction, job_id: UUID) -> JobRow | None:
    """Return one job that the role may see, or None."""
    return tx.row(JobRow, JOBS + sql.SQL(" WHERE job_id = %s"), (job_id,))


def list_jobs(tx: Transaction, *, before: tuple[datetime, UUID] | None, limit: int) -> list[JobRow]:
    """Return jobs that the role may see, the latest first, behind one of them."""
    where: sql.SQL | sql.Composed = sql.SQL(
        " ORDER BY created_at DESC, job_id DESC LIMIT %(limit)s"
    )
    if before is not None:
        where = sql.SQL(" WHERE (created_at, job_id) < (%(at)s, %(id)s)") + where
    at, job_id = before or (None, None)
    return tx.rows(JobRow, JOBS + where, {"limit": limit, "at": at, "id": job_id})


def unfinished_jobs(tx: Transaction) -> list[JobRow]:
    """Return the jobs that nobody has worked off yet, the oldest first."""
    return tx.rows(JobRow, JOBS + sql.SQL(" WHERE finished_at IS NULL ORDER BY created_at"))
