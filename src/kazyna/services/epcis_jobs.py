"""Capture jobs: what was handed in, and what became of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast
from uuid import UUID

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.services.context import Context
from kazyna.store import epcis_jobs
from kazyna.store.epcis_jobs import JobRow

Behaviour = Literal["rollback", "proceed"]
"""What happens to the good events of a document in which others are wrong."""

ERRORS_MAX = 100
"""Told of one job; how many more there are is said."""
JOBS_MAX = 1_000
"""On one page of the list."""


@dataclass(frozen=True)
class CaptureError:
    """Why an event was not captured."""

    path: str
    """Where in the document, such as `eventList[3].bizStep`."""
    reason: str
    expected: str


@dataclass(frozen=True)
class CaptureJob:
    """What became of a document that was handed in."""

    capture_id: str
    source: str
    created_at: datetime
    finished_at: datetime | None
    running: bool
    success: bool
    """Whether no mistake was met so far."""
    error_behaviour: Behaviour
    events: int
    captured: int
    """Events that are new in the repository."""
    known: int
    """Events that were there already and say the same."""
    errors: tuple[CaptureError, ...] = ()


@dataclass(frozen=True)
class JobPage:
    """Some of the capture jobs, the latest first."""

    jobs: tuple[CaptureJob, ...]
    next_token: str | None
    """Asks for the jobs before these; none where these are the first."""


def find_job(ctx: Context, capture_id: str) -> CaptureJob:
    """Return one capture job.

    Raises
    ------
    NotFound
        If there is none of that name, or it is somebody else's.
    """
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        row = epcis_jobs.find_job(tx, job_number(capture_id))
    if row is None:
        raise NotFound(f"There is no capture job {capture_id!r}.")
    return job_of(row)


def list_jobs(ctx: Context, *, per_page: int = 30, token: str | None = None) -> JobPage:
    """Return capture jobs, the latest first; of a participant its own."""
    ctx.require("participant", "officer", "auditor")
    before = None if token is None else _position(token)
    with ctx.transaction() as tx:
        rows = epcis_jobs.list_jobs(tx, before=before, limit=min(per_page, JOBS_MAX) + 1)
    shown = rows[:per_page]
    more = len(rows) > per_page
    last = f"{shown[-1].created_at.isoformat()}~{shown[-1].job_id}" if more else None
    return JobPage(tuple(map(job_of, shown)), last)


def _position(token: str) -> tuple[datetime, UUID]:
    moment, _, job_id = token.partition("~")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(job_id)
    except (ValueError, OverflowError):
        reason = f"{token!r} stands here"
        finding = Finding("query", reason, "the token of a page of jobs", column="nextPageToken")
        raise InputError(finding) from None


def job_number(capture_id: str) -> UUID:
    """Read the name of a capture job.

    Raises
    ------
    NotFound
        If no job can have that name.
    """
    try:
        return UUID(capture_id)
    except ValueError:
        raise NotFound(f"There is no capture job {capture_id!r}.") from None


def job_of(row: JobRow) -> CaptureJob:
    """Tell of a recorded job."""
    return CaptureJob(
        capture_id=str(row.job_id),
        source=row.source,
        created_at=row.created_at,
        finished_at=row.finished_at,
        running=row.finished_at is None,
        success=row.success is not False,
        error_behaviour=cast(Behaviour, row.error_behaviour),
        events=row.events,
        captured=row.captured or 0,
        known=row.known or 0,
        errors=tuple(CaptureError(**error) for error in row.errors),
    )


def errors_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Write findings as a job keeps them; beyond the first hundred only their number."""
    every = [CaptureError(f.column or "", f.reason, f.expected) for f in findings]
    more = len(every) - ERRORS_MAX
    if more > 0:
        every[ERRORS_MAX:] = [CaptureError("", f"and {more:,} more mistakes", "none")]
    return [asdict(error) for error in every]
