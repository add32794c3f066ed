"""Valuation rounds and their ratio studies."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kazyna.api.arguments import PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.core.errors import NotFound
from kazyna.services import rounds

router = APIRouter(prefix=f"{PREFIX}/rounds", tags=["rounds"])
POINTS_MAX = 5_000
ROUND_MAX = 2**31 - 1
SEED_MAX = 2**31 - 1


@dataclass(frozen=True)
class NewRound:
    """The valuation to make."""

    valuation_date: date
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 0
    """Decides all that is drawn at random; the same seed, the same values."""


@router.get("/latest", responses=documented(HTTPStatus.NOT_FOUND), openapi_extra=FOR_ANYONE)
def latest(ctx: Caller) -> rounds.PublishedRound:
    """Return the published round of the latest valuation date, with its ratio study."""
    found = rounds.latest(ctx)
    if found is None:
        raise NotFound("No valuation round is published.")
    return found


@router.get("/{round_id}/study", openapi_extra=FOR_ANYONE)
def study(
    ctx: Caller,
    round_id: Annotated[int, Path(ge=1, le=ROUND_MAX)],
    limit: Annotated[int, Query(ge=1, le=POINTS_MAX, description="Sales to return.")] = 1_000,
    offset: Annotated[int, Query(ge=0, le=ROUND_MAX, description="Sales to pass over.")] = 0,
) -> list[rounds.StudyPoint]:
    """Return the sales that a round's ratio study was made on."""
    return list(rounds.study_points(ctx, round_id)[offset : offset + limit])


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def publish(ctx: Caller, new: NewRound) -> rounds.PublishedRound:
    """Value every property as of a day and publish the values; for valuers, takes a minute."""
    return rounds.publish_round(ctx, valuation_date=new.valuation_date, seed=new.seed)
