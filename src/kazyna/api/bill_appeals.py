"""Appeals from the decisions on objections to bills."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, Amount, Paragraph, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import bill_appeals
from kazyna.services.bill_appeals import Appeal, BodyDecision, NewAppeal, NextBody

router = APIRouter(prefix=PREFIX, tags=["reliefs and objections"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
KNOWN = BY_ROLE | documented(HTTPStatus.NOT_FOUND)
MOVING = KNOWN | documented(HTTPStatus.CONFLICT)
NUMBER_MAX = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=LINE)]


@dataclass(frozen=True)
class AppealSaid(Strict):
    """To whom a taxpayer appeals, and what is owed in its view."""

    body: Name
    claimed: Amount
    grounds: Paragraph
    evidence: Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")] = ""


@dataclass(frozen=True)
class DecisionSaid(Strict):
    """What a body decided: facts that were wrong, an amount, or neither where it rejected."""

    document: Word
    reason: Paragraph
    decided_on: date | None = None
    changed: Annotated[dict[Name, Word], Field(max_length=64)] | None = None
    amount: Amount | None = None


@router.get("/bill-appeals", responses=BY_ROLE)
def appeals(ctx: Caller) -> list[Appeal]:
    """Return the appeals that the caller may see, those that wait first."""
    return list(bill_appeals.appeals(ctx))


@router.get("/bill-objections/{objection_id}/bodies", responses=KNOWN)
def bodies(ctx: Caller, objection_id: Number) -> list[NextBody]:
    """Return to whom a taxpayer can appeal from the last decision today, and until when."""
    return list(bill_appeals.next_bodies(ctx, objection_id))


@router.post(
    "/bill-objections/{objection_id}/appeals", status_code=HTTPStatus.CREATED, responses=MOVING
)
def file(ctx: Caller, objection_id: Number, new: AppealSaid) -> Appeal:
    """Appeal against the last decision, in the days that the law gives for it."""
    said = NewAppeal(new.body, Decimal(new.claimed), new.grounds, new.evidence)
    return bill_appeals.file_appeal(ctx, objection_id, said)


@router.post("/bill-appeals/{appeal_id}/decision", responses=MOVING)
def decide(ctx: Caller, appeal_id: Number, new: DecisionSaid) -> Appeal:
    """Record what the body decided, and bring bill and account to it."""
    amount = None if new.amount is None else Decimal(new.amount)
    said = BodyDecision(new.document, new.reason, new.decided_on, new.changed, amount)
    return bill_appeals.record_decision(ctx, appeal_id, said)


@router.post("/bill-appeals/{appeal_id}/withdrawal", responses=MOVING)
def withdraw(ctx: Caller, appeal_id: Number) -> Appeal:
    """Take an appeal back: the decision before it stands."""
    return bill_appeals.withdraw_appeal(ctx, appeal_id)
