"""Valuation rounds: their states, their evidence, values set by hand, and their comparison."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response
from pydantic import Field

from kazyna.api.arguments import PREFIX, Amount, Paragraph, Strict
from kazyna.api.errors import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.core.errors import NotFound
from kazyna.services import (
    draft_jobs,
    overrides,
    round_comparison,
    round_files,
    round_market,
    rounds,
)

router = APIRouter(prefix=f"{PREFIX}/rounds", tags=["rounds"])
POINTS_MAX = 5_000
ROUND_MAX = 2**31 - 1
SEED_MAX = 2**31 - 1
COSTS_MAX = 500_000
NOTE_MAX = 1_000

RoundId = Annotated[int, Path(ge=1, le=ROUND_MAX, description="Number of the round.")]
OverrideId = Annotated[int, Path(ge=1, le=ROUND_MAX, description="Number of the value by hand.")]
Note = Annotated[str, Field(max_length=NOTE_MAX, pattern=r"^[^\x00]*$")]
MISSING = documented(HTTPStatus.NOT_FOUND)
MOVING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@dataclass(frozen=True)
class NewRound(Strict):
    """The valuation to make."""

    valuation_date: date
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 0
    """Decides all that is drawn at random; the same seed, the same values."""
    costs: Annotated[str, Field(max_length=COSTS_MAX)] | None = None
    """Tables of a country's costs, TOML: by them values are split into land and building."""


@dataclass(frozen=True)
class NewStep(Strict):
    """What is said for the record with a step."""

    note: Note = ""


@dataclass(frozen=True)
class NewWindow(Strict):
    """When values can be objected to; what is left out follows from today and the pack's law."""

    opens_on: date | None = None
    closes_on: date | None = None
    note: Note = ""


@dataclass(frozen=True)
class NewOverride(Strict):
    """A value set by hand."""

    property_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
    value: Amount
    reason: Paragraph
    evidence: Paragraph


@router.get("", openapi_extra=FOR_ANYONE)
def all_rounds(ctx: Caller) -> list[rounds.RoundLine]:
    """Return the rounds that the caller may see, the latest valuation date first."""
    return list(rounds.all_rounds(ctx))


@router.get("/latest", responses=MISSING, openapi_extra=FOR_ANYONE)
def latest(ctx: Caller) -> rounds.PublishedRound:
    """Return the round of the latest valuation date whose values are published."""
    found = rounds.latest(ctx)
    if found is None:
        raise NotFound("No valuation round is published.")
    return found


@router.get(
    "/drafts/{draft_id}",
    responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
def draft(
    ctx: Caller,
    draft_id: Annotated[int, Path(ge=1, le=ROUND_MAX, description="Number of the draft's job.")],
) -> draft_jobs.DraftJob:
    """Return how far a draft is that was asked for, and the number of its round when it is made."""
    return draft_jobs.find_job(ctx, draft_id)


@router.get("/{round_id}", responses=MISSING, openapi_extra=FOR_ANYONE)
def show(ctx: Caller, round_id: RoundId) -> rounds.PublishedRound:
    """Return one round with its ratio study; drafts are for valuers and auditors."""
    return rounds.find_round(ctx, round_id)


@router.get(
    "/{round_id}/market",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    openapi_extra=FOR_ANYONE,
)
def market(
    ctx: Caller,
    round_id: RoundId,
    part: Annotated[
        str | None,
        Query(max_length=200, pattern=r"^[^\x00]*$", description="Part whose index is returned."),
    ] = None,
) -> round_market.RoundMarket:
    """Return the market areas of a round, and prices over time in one part of the market."""
    return round_market.market_of_round(ctx, round_id, part=part)


@router.get("/{round_id}/state", responses=MISSING, openapi_extra=FOR_ANYONE)
def state(ctx: Caller, round_id: RoundId) -> rounds.RoundState:
    """Return what happened to a round, and what the caller may do next."""
    return rounds.state(ctx, round_id)


@router.get("/{round_id}/study", openapi_extra=FOR_ANYONE)
def study(
    ctx: Caller,
    round_id: RoundId,
    limit: Annotated[int, Query(ge=1, le=POINTS_MAX, description="Sales to return.")] = 1_000,
    offset: Annotated[int, Query(ge=0, le=ROUND_MAX, description="Sales to pass over.")] = 0,
) -> list[rounds.StudyPoint]:
    """Return the sales that a round's ratio study was made on."""
    return list(rounds.study_points(ctx, round_id)[offset : offset + limit])


@router.get(
    "/{before_id}/comparison/{after_id}",
    responses=MISSING,
    openapi_extra=FOR_ANYONE,
)
def compare(
    ctx: Caller,
    before_id: Annotated[int, Path(ge=1, le=ROUND_MAX, description="The earlier round.")],
    after_id: Annotated[int, Path(ge=1, le=ROUND_MAX, description="The later round.")],
) -> round_comparison.ComparedRounds:
    """Return who rises, who falls and why from one round to another."""
    return round_comparison.compare(ctx, before_id, after_id)


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create(
    ctx: Caller, new: NewRound, later: BackgroundTasks, response: Response
) -> draft_jobs.DraftJob:
    """Begin to value every property as of a day, as a draft; for valuers.

    A county takes a minute: the answer says where to look how far it is, also in its `Location`.
    One draft is made at a time.
    """
    begun = draft_jobs.begin_draft(
        ctx, valuation_date=new.valuation_date, seed=new.seed, costs=new.costs
    )
    later.add_task(draft_jobs.work_off, ctx, begun)
    response.headers["Location"] = f"{PREFIX}/rounds/drafts/{begun.job.draft_id}"
    return begun.job


@router.post("/{round_id}/freeze", responses=MOVING)
def freeze(ctx: Caller, round_id: RoundId, new: NewStep) -> round_files.FrozenRound:
    """Freeze a draft: write its folder with the manifest, once and for good."""
    return round_files.freeze_round(ctx, round_id, note=new.note)


@router.post("/{round_id}/objections-window", responses=MOVING)
def open_objections(ctx: Caller, round_id: RoundId, new: NewWindow) -> rounds.RoundState:
    """Open the window in which owners object to values of a published round."""
    return rounds.open_objections(
        ctx, round_id, opens_on=new.opens_on, closes_on=new.closes_on, note=new.note
    )


@router.get("/{round_id}/overrides", responses=documented(HTTPStatus.FORBIDDEN))
def overrides_of_round(ctx: Caller, round_id: RoundId) -> list[overrides.Override]:
    """Return the values set by hand: first those that wait for a second signature."""
    return list(overrides.overrides_of_round(ctx, round_id))


@router.post("/{round_id}/overrides", status_code=HTTPStatus.CREATED, responses=MOVING)
def propose_override(ctx: Caller, round_id: RoundId, new: NewOverride) -> overrides.Override:
    """Propose a value by hand; it counts when a second valuer has signed it."""
    return overrides.propose_override(
        ctx,
        round_id,
        new.property_id,
        value=Decimal(new.value),
        reason=new.reason,
        evidence=new.evidence,
    )


@router.post("/overrides/{override_id}/confirmation", responses=MOVING)
def confirm_override(ctx: Caller, override_id: OverrideId, new: NewStep) -> overrides.Override:
    """Sign a value set by hand as the second person."""
    return overrides.confirm_override(ctx, override_id, note=new.note)


@router.post("/overrides/{override_id}/refusal", responses=MOVING)
def refuse_override(ctx: Caller, override_id: OverrideId, new: NewStep) -> overrides.Override:
    """Refuse the second signature, with the reason."""
    return overrides.refuse_override(ctx, override_id, note=new.note)


@router.post("/{round_id}/publish", responses=MOVING)
def publish(ctx: Caller, round_id: RoundId, new: NewStep) -> rounds.RoundState:
    """Show the values of a frozen round to everyone."""
    return rounds.publish_round(ctx, round_id, note=new.note)


@router.post("/{round_id}/approve", responses=MOVING)
def approve(ctx: Caller, round_id: RoundId, new: NewStep) -> rounds.RoundState:
    """Approve a round as a second person, when nothing in it is open."""
    return rounds.approve_round(ctx, round_id, note=new.note)


@router.post("/{round_id}/enforce", responses=MOVING)
def enforce(ctx: Caller, round_id: RoundId, new: NewStep) -> rounds.RoundState:
    """Put an approved round in force; the one before is superseded."""
    return rounds.enforce_round(ctx, round_id, note=new.note)


@router.post("/{round_id}/withdraw", responses=MOVING)
def withdraw(ctx: Caller, round_id: RoundId, new: NewStep) -> rounds.RoundState:
    """Give up a round that is not approved yet, with the reason."""
    return rounds.withdraw_round(ctx, round_id, note=new.note)
