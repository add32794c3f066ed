"""Reliefs from tax, and objections to bills."""

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
from kazyna.services import bill_objections, reliefs

router = APIRouter(prefix=PREFIX, tags=["reliefs and objections"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
MOVING = BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
NUMBER_MAX = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=LINE)]


@dataclass(frozen=True)
class NewClaim(Strict):
    """A relief that is claimed; an officer says for whom."""

    object_id: Name
    relief: Name
    value: Name
    valid_from: date
    evidence: Word
    valid_to: date | None = None
    taxpayer_id: Name | None = None


@dataclass(frozen=True)
class NewDocument(Strict):
    """By which document something is decided."""

    document: Word


@dataclass(frozen=True)
class NewEnd(NewDocument):
    """The first day on which a relief holds no more."""

    on: date


@dataclass(frozen=True)
class NewBillObjection(Strict):
    """Why a bill is wrong, and what is owed instead."""

    reference: Name
    claimed: Amount
    grounds: Paragraph
    evidence: Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")] = ""


@dataclass(frozen=True)
class NewBillDecision(Strict):
    """The answer; with characteristics that were wrong the bill is corrected."""

    reason: Paragraph
    changed: Annotated[dict[Name, Word], Field(max_length=64)] | None = None
    valid_from: date | None = None


@router.get("/reliefs", responses=BY_ROLE)
def claims(ctx: Caller) -> list[reliefs.Relief]:
    """Return the claims that the caller may see, those that wait first."""
    return list(reliefs.claims(ctx))


@router.post("/reliefs", status_code=HTTPStatus.CREATED, responses=MOVING)
def claim(ctx: Caller, new: NewClaim) -> reliefs.Relief:
    """Claim a relief for an object."""
    return reliefs.claim_relief(ctx, reliefs.NewRelief(**vars(new)))


@router.post("/reliefs/{claim_id}/grant", responses=MOVING)
def grant(ctx: Caller, claim_id: Number, new: NewDocument) -> reliefs.Relief:
    """Grant a claim: it counts in every roll drafted or corrected from now on."""
    return reliefs.grant_relief(ctx, claim_id, document=new.document)


@router.post("/reliefs/{claim_id}/refusal", responses=MOVING)
def refuse(ctx: Caller, claim_id: Number, new: NewDocument) -> reliefs.Relief:
    """Refuse a claim."""
    return reliefs.refuse_relief(ctx, claim_id, document=new.document)


@router.post("/reliefs/{claim_id}/end", responses=MOVING)
def end(ctx: Caller, claim_id: Number, new: NewEnd) -> reliefs.Relief:
    """End a relief that was granted."""
    return reliefs.end_relief(ctx, claim_id, on=new.on, document=new.document)


@router.get("/bill-objections", responses=BY_ROLE)
def objections(ctx: Caller) -> list[bill_objections.BillObjection]:
    """Return the objections to bills that the caller may see, the most urgent first."""
    return list(bill_objections.objections(ctx))


@router.post("/bill-objections", status_code=HTTPStatus.CREATED, responses=MOVING)
def file(ctx: Caller, new: NewBillObjection) -> bill_objections.BillObjection:
    """Object to a bill, in the days that the law gives for it."""
    return bill_objections.file_objection(
        ctx, reference=new.reference, claimed=Decimal(new.claimed), grounds=new.grounds,
        evidence=new.evidence,
    )  # fmt: skip


@router.post("/bill-objections/{objection_id}/decision", responses=MOVING)
def decide(
    ctx: Caller, objection_id: Number, new: NewBillDecision
) -> bill_objections.BillObjection:
    """Answer an objection to a bill."""
    return bill_objections.decide_objection(
        ctx, objection_id, reason=new.reason, changed=new.changed, valid_from=new.valid_from
    )


@router.post("/bill-objections/{objection_id}/withdrawal", responses=MOVING)
def withdraw(ctx: Caller, objection_id: Number) -> bill_objections.BillObjection:
    """Take an objection to a bill back."""
    return bill_objections.withdraw_objection(ctx, objection_id)
