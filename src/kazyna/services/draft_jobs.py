"""Drafts of rounds as work that goes on: asked for, followed, and told what became of.

A county takes a minute. Who asks is answered at once; the draft is made behind, one at a time, and
is recorded whole or not at all. A program that falls lets go of the lock it held: what it had
begun is known as interrupted, and is asked for again by whoever still wants it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kazyna.core.errors import Conflict, KazynaError, NotFound
from kazyna.core.progress import Progress, silent
from kazyna.services import drafts
from kazyna.services.context import Context
from kazyna.services.costs import cost_file_of
from kazyna.services.rounds import RoundLine, require_unpublished
from kazyna.store import draft_jobs
from kazyna.store.connection import HeldLock

State = Literal["running", "done", "failed", "interrupted"]

INTERRUPTED = "The program was stopped before the draft was made; nothing of it was kept."
PARTS_TOLD = 20
"""How often a step that has parts is written down, at most."""


@dataclass(frozen=True)
class DraftJob:
    """A draft that was asked for."""

    draft_id: int
    valuation_date: date
    asked_by: str
    asked_at: datetime
    state: State
    step: str | None
    """Which step is at work, or was at the end."""
    done: int
    total: int
    """Of a step in parts how many are done; a total of 0 is not known."""
    finished_at: datetime | None
    round_id: int | None
    """The draft, once it is made."""
    error: str | None
    """Why there is none; one line for each mistake."""


@dataclass(frozen=True)
class Begun:
    """A draft that was taken up; whoever has this makes it, and nobody else makes one."""

    job: DraftJob
    costs: str | None
    seed: int
    lock: HeldLock


def make_draft(
    ctx: Context,
    *,
    valuation_date: date,
    seed: int = 0,
    costs: str | None = None,
    progress: Progress = silent,
) -> RoundLine:
    """Make a draft and wait for it; others can follow how far it is.

    Raises
    ------
    Conflict
        When a round of that date is published already, or another draft is being made.
    InputError
        When the recorded sales cannot carry a valuation, or the tables of costs cannot be used.
    """
    begun = begin_draft(ctx, valuation_date=valuation_date, seed=seed, costs=costs)
    return _made(ctx, begun, progress)


def begin_draft(
    ctx: Context, *, valuation_date: date, seed: int = 0, costs: str | None = None
) -> Begun:
    """Take up a draft; `work_off` makes it.

    Parameters
    ----------
    ctx
        The actor must be a valuer.
    valuation_date
        The day of value.
    seed
        Decides all that is drawn at random.
    costs
        TOML of a country's tables of costs: by them values are split into land and building.

    Raises
    ------
    Conflict
        When a round of that date is published already, or another draft is being made.
    InputError
        When the tables of costs cannot be read.
    """
    ctx.require("valuer")
    if costs is not None:
        cost_file_of(costs, source="costs")
    lock = draft_jobs.take_up(ctx.database)
    if lock is None:
        raise Conflict("A draft is being made at this moment: wait until it is there.")
    with _let_go_on_error(lock), ctx.transaction() as tx:
        require_unpublished(tx, valuation_date)
        draft_jobs.finish_interrupted(tx, INTERRUPTED)
        draft_id = draft_jobs.insert_job(tx, valuation_date=valuation_date, seed=seed)
        row = draft_jobs.find_job(tx, draft_id)
        if row is None:
            raise NotFound("The draft was not taken up.")
        return Begun(_job_of(row), costs, seed, lock)


def work_off(ctx: Context, begun: Begun) -> DraftJob:
    """Make a draft that was taken up; what hinders it stands in its job."""
    with suppress(KazynaError):
        _made(ctx, begun, silent)
    return find_job(ctx, begun.job.draft_id)


def find_job(ctx: Context, draft_id: int) -> DraftJob:
    """Return what has become of a draft so far.

    Raises
    ------
    NotFound
        When none of that number was asked for.
    """
    ctx.require("valuer", "auditor")
    with ctx.transaction() as tx:
        row = draft_jobs.find_job(tx, draft_id)
    if row is None:
        raise NotFound(f"No draft was asked for under the number {draft_id}.")
    return _job_of(row)


def latest_job(ctx: Context) -> DraftJob | None:
    """Return the draft that was asked for last, if any was."""
    ctx.require("valuer", "auditor")
    with ctx.transaction() as tx:
        row = draft_jobs.latest_job(tx)
    return None if row is None else _job_of(row)


def _made(ctx: Context, begun: Begun, progress: Progress) -> RoundLine:
    """Make a draft, and record why when there is none."""
    draft_id = begun.job.draft_id
    with begun.lock:
        try:
            return drafts.create_round(
                ctx,
                valuation_date=begun.job.valuation_date,
                seed=begun.seed,
                costs=begun.costs,
                progress=_Follower(ctx, draft_id, progress),
                draft_id=draft_id,
            )
        except BaseException as error:
            known = isinstance(error, KazynaError)
            told = str(error) if known else f"A defect of the program: {type(error).__name__}."
            with ctx.transaction() as tx:
                draft_jobs.finish(tx, draft_id, error=told)
            raise


class _Follower:
    """A `Progress` that writes down where a draft is, and tells another as well."""

    def __init__(self, ctx: Context, draft_id: int, also: Progress) -> None:
        self._ctx, self._draft_id, self._also = ctx, draft_id, also
        self._last: tuple[str, int] | None = None

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Take note of `done` of `total` parts of a step."""
        self._also(step, done, total)
        here = (step, PARTS_TOLD * done // total if total else 0)
        if here == self._last:
            return
        self._last = here
        with self._ctx.transaction() as tx:
            draft_jobs.advance(tx, self._draft_id, step=step, done=done, total=total)


@contextmanager
def _let_go_on_error(lock: HeldLock) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with lock:
            raise


def _job_of(row: draft_jobs.DraftJobRow) -> DraftJob:
    state: State = "running"
    if row.round_id is not None:
        state = "done"
    elif row.error is not None:
        state = "interrupted" if row.error == INTERRUPTED else "failed"
    elif not row.at_work:
        state = "interrupted"
    return DraftJob(
        draft_id=row.draft_id,
        valuation_date=row.valuation_date,
        asked_by=row.actor,
        asked_at=row.created_at,
        state=state,
        step=row.step,
        done=row.done,
        total=row.total,
        finished_at=row.finished_at,
        round_id=row.round_id,
        error=INTERRUPTED if state == "interrupted" else row.error,
    )
