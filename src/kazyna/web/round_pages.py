"""Valuation rounds: their list, the page of one, its steps, and two compared."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Path, Query, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services import (
    draft_jobs,
    objections,
    overrides,
    round_comparison,
    round_files,
    round_market,
    round_studies,
    rounds,
)
from kazyna.services.context import Context, Role
from kazyna.services.costs import cost_text
from kazyna.web import charts, drawings, market_drawings, round_drawings
from kazyna.web.forms import read_amount
from kazyna.web.pages import page
from kazyna.web.round_words import (
    draft_step_words,
    kind_words,
    status_words,
    step_words,
    waiting_words,
)
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

STAFF: tuple[Role, ...] = ("valuer", "officer", "auditor")
INSIDE: tuple[Role, ...] = ("valuer", "auditor")
NUMBER_MAX = 2**31 - 1
TEXT_MAX = 4_000

Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
Note = Annotated[str, Form(max_length=TEXT_MAX)]
STEPS: dict[str, Callable[[Context, int, str], object]] = {
    "freeze": lambda ctx, number, note: round_files.freeze_round(ctx, number, note=note),
    "publish": lambda ctx, number, note: rounds.publish_round(ctx, number, note=note),
    "approve": lambda ctx, number, note: rounds.approve_round(ctx, number, note=note),
    "enforce": lambda ctx, number, note: rounds.enforce_round(ctx, number, note=note),
    "withdraw": lambda ctx, number, note: rounds.withdraw_round(ctx, number, note=note),
}


@router.get("/rounds")
def all_rounds(visit: Visiting) -> HTMLResponse:
    """List the rounds that the visitor may see."""
    return page(
        visit,
        "rounds/all.html",
        rounds=rounds.all_rounds(visit.ctx),
        statuses=status_words(visit.write),
        job=draft_jobs.latest_job(visit.ctx) if visit.ctx.actor.role in INSIDE else None,
        job_steps=draft_step_words(visit.write),
    )


@router.post("/rounds")
def create(
    visit: Visiting,
    later: BackgroundTasks,
    valuation_date: Annotated[date, Form()],
    costs: UploadFile | None = None,
) -> RedirectResponse:
    """Begin a draft as of a day, by the tables of costs where a file is given."""
    given = costs.file.read() if costs is not None else b""
    begun = draft_jobs.begin_draft(
        visit.ctx, valuation_date=valuation_date, costs=cost_text(given) if given else None
    )
    later.add_task(draft_jobs.work_off, visit.ctx, begun)
    return RedirectResponse(f"/rounds/drafts/{begun.job.draft_id}", HTTPStatus.SEE_OTHER)


@router.get("/rounds/drafts/{draft_id}")
def draft(visit: Visiting, draft_id: Number) -> Response:
    """Show how far a draft is; the page asks again by itself, and goes to the draft when made."""
    job = draft_jobs.find_job(visit.ctx, draft_id)
    if job.round_id is None:
        return page(visit, "rounds/draft.html", job=job, job_steps=draft_step_words(visit.write))
    made = f"/rounds/{job.round_id}"
    if "hx-request" in visit.request.headers:
        return Response(headers={"HX-Redirect": made})
    return RedirectResponse(made, HTTPStatus.SEE_OTHER)


@router.get("/rounds/comparison")
def compare(
    visit: Visiting,
    before: Annotated[int, Query(ge=1, le=NUMBER_MAX)],
    after: Annotated[int, Query(ge=1, le=NUMBER_MAX)],
) -> HTMLResponse:
    """Show who rises, who falls and why from one round to another."""
    found = round_comparison.compare(visit.ctx, before, after)
    return page(
        visit,
        "rounds/comparison.html",
        found=found,
        c=found.comparison,
        why=round_drawings.why(visit.write, visit.ctx, found),
        classes=round_drawings.classes(visit.write, found.comparison),
        deciles=round_drawings.deciles(visit.write, found.comparison),
        places=round_drawings.places(visit.write, found.comparison),
        map=round_drawings.change_map(visit.write, found.comparison),
        signed=market_drawings.signed_percent,
        reason=lambda name: visit.write.text(round_comparison.reason_label(visit.ctx, name)),
    )


@router.get("/rounds/{round_id}")
def show(
    visit: Visiting, round_id: Number, part: Annotated[str | None, Query(max_length=200)] = None
) -> HTMLResponse:
    """Show one round: where it stands, what comes next, its totals and its evidence."""
    return _round(visit, round_id, part=part)


@router.post("/rounds/{round_id}/objections")
def open_objections(
    visit: Visiting,
    round_id: Number,
    closes_on: Annotated[date | None, Form()] = None,
    note: Note = "",
) -> HTMLResponse:
    """Open the window in which owners object."""
    return _stepped(
        visit,
        round_id,
        lambda: rounds.open_objections(visit.ctx, round_id, closes_on=closes_on, note=note),
    )


@router.post("/rounds/{round_id}/overrides")
def propose(
    visit: Visiting,
    round_id: Number,
    *,
    property_id: Annotated[str, Form(max_length=64)],
    value: Annotated[str, Form(max_length=30)],
    reason: Note,
    evidence: Note,
) -> HTMLResponse:
    """Propose a value by hand."""

    def work() -> object:
        return overrides.propose_override(
            visit.ctx,
            round_id,
            property_id.strip(),
            value=read_amount(value, "value"),
            reason=reason,
            evidence=evidence,
        )

    return _stepped(visit, round_id, work)


@router.post("/rounds/{round_id}/overrides/{override_id}")
def sign(
    visit: Visiting,
    round_id: Number,
    override_id: Number,
    decision: Annotated[str, Form(pattern="^(confirm|refuse)$")],
    note: Note = "",
) -> HTMLResponse:
    """Sign a value set by hand as the second person, or refuse to."""
    decide = overrides.confirm_override if decision == "confirm" else overrides.refuse_override
    return _stepped(visit, round_id, lambda: decide(visit.ctx, override_id, note=note))


@router.post("/rounds/{round_id}/{step}")
def move(visit: Visiting, round_id: Number, step: str, note: Note = "") -> HTMLResponse:
    """Take a step with a round."""
    if step not in STEPS:
        raise NotFound(f"There is no step {step!r}.")
    return _stepped(visit, round_id, lambda: STEPS[step](visit.ctx, round_id, note))


def _stepped(visit: Visit, round_id: int, work: Callable[[], object]) -> HTMLResponse:
    """Do something with a round and show it; a refusal is said on the same page."""
    try:
        work()
    except (InputError, Refused) as error:
        if isinstance(error, NotFound) or visit.ctx.actor.role != "valuer":
            raise
        return _round(visit, round_id, refusal=error)
    return _round(visit, round_id, done=True)


def _round(
    visit: Visit,
    round_id: int,
    *,
    refusal: Exception | None = None,
    done: bool = False,
    part: str | None = None,
) -> HTMLResponse:
    ctx, write = visit.ctx, visit.write
    round_ = rounds.find_round(ctx, round_id)
    state = rounds.state(ctx, round_id)
    inside = ctx.actor.role in INSIDE
    market = round_market.market_of_round(ctx, round_id, part=part)
    others = [line for line in rounds.all_rounds(ctx) if line.round_id != round_id]
    return page(
        visit,
        "rounds/round.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        round=round_,
        state=state,
        waiting=waiting_words(write, state.waiting_for),
        statuses=status_words(write),
        steps=step_words(write),
        kinds_of_objection=kind_words(write),
        stages=round_drawings.stages(round_.status),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
        done=done,
        overrides=overrides.overrides_of_round(ctx, round_id) if inside else (),
        takes_overrides=ctx.actor.role == "valuer" and round_.status in overrides.OPEN,
        check=objections.objection_check(ctx, round_id) if ctx.actor.role in STAFF else None,
        others=others,
        inside=inside,
        notes=rounds.notes_in_words(ctx, round_),
        leaks=rounds.leaks_in_words(ctx, round_),
        gauges=drawings.gauges(write, round_studies.study_of_round(ctx, round_id).study),
        index=charts.index(write, round_),
        market=market,
        areas=market_drawings.area_map(write, market),
        part_index=market_drawings.part_index(write, market),
        importance=drawings.importance(write, round_),
        weights=drawings.weights(write, round_),
    )
