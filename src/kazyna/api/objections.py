"""Objections to values."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, Amount, Paragraph, Strict
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import objections
from kazyna.services.objections import ObjectionCheck

router = APIRouter(prefix=f"{PREFIX}/objections", tags=["objections"])
NUMBER_MAX = 2**31 - 1
TEXT_MAX = 4_000

ObjectionId = Annotated[int, Path(ge=1, le=NUMBER_MAX, description="Number of the objection.")]
BY_ROLE = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
MOVING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
Number = Annotated[str, Field(min_length=1, max_length=64, pattern=LINE)]
Text = Annotated[str, Field(max_length=TEXT_MAX, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class NewObjection(Strict):
    """What an owner says; an officer at the counter adds who it is."""

    property_id: Number
    claimed_value: Amount
    kind: objections.Kind
    grounds: Paragraph
    evidence: Text = ""
    taxpayer_id: Number | None = None


@dataclass(frozen=True)
class NewDecision(Strict):
    """The answer to an objection: with a value it is upheld, wholly or in part, else rejected."""

    reason: Paragraph
    value: Amount | None = None


@dataclass(frozen=True)
class NewNote(Strict):
    """What is said for the record with a step."""

    note: Text = ""


@router.get("", responses=BY_ROLE)
def of_round(
    ctx: Caller,
    round_id: Annotated[int, Query(ge=1, le=NUMBER_MAX, description="Number of the round.")],
) -> list[objections.Objection]:
    """Return the objections to a round that the caller may see, the most urgent first."""
    return list(objections.objections_of_round(ctx, round_id))


@router.get("/mine", responses=documented(HTTPStatus.FORBIDDEN))
def mine(ctx: Caller) -> list[objections.Objection]:
    """Return the objections of the taxpayer who asks."""
    return list(objections.my_objections(ctx))


@router.get("/check", responses=BY_ROLE)
def check(
    ctx: Caller,
    round_id: Annotated[int, Query(ge=1, le=NUMBER_MAX, description="Number of the round.")],
) -> ObjectionCheck:
    """Return what the objections to a round say about its model."""
    return objections.objection_check(ctx, round_id)


@router.get("/{objection_id}", responses=BY_ROLE)
def show(ctx: Caller, objection_id: ObjectionId) -> objections.Objection:
    """Return one objection with its events."""
    return objections.find_objection(ctx, objection_id)


@router.post("", status_code=HTTPStatus.CREATED, responses=MOVING)
def file(ctx: Caller, new: NewObjection) -> objections.Objection:
    """Object to the value of a property, in the window; for who holds it, or an officer."""
    said = objections.NewObjection(Decimal(new.claimed_value), new.kind, new.grounds, new.evidence)
    return objections.file_objection(ctx, new.property_id, said, taxpayer_id=new.taxpayer_id)


@router.post("/{objection_id}/review", responses=MOVING)
def review(ctx: Caller, objection_id: ObjectionId, new: NewNote) -> objections.Objection:
    """Take an objection into review."""
    return objections.review_objection(ctx, objection_id, note=new.note)


@router.post("/{objection_id}/decision", responses=MOVING)
def decide(ctx: Caller, objection_id: ObjectionId, new: NewDecision) -> objections.Objection:
    """Decide an objection; a new value counts from the second signature on."""
    value = None if new.value is None else Decimal(new.value)
    return objections.decide_objection(ctx, objection_id, value=value, reason=new.reason)


@router.post("/{objection_id}/withdrawal", responses=MOVING)
def withdraw(ctx: Caller, objection_id: ObjectionId, new: NewNote) -> objections.Objection:
    """Take an objection back before it is decided."""
    return objections.withdraw_objection(ctx, objection_id, note=new.note)
