"""Fines: proposed, imposed by a second officer, objected to, decided, waived."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from kazyna.api.arguments import ENTRY_MAX, PREFIX, Amount, Paragraph, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.core.text import Language
from kazyna.services import fines, settlements

router = APIRouter(prefix=PREFIX, tags=["collection"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
MOVING = BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

Number = Annotated[int, Path(ge=1, le=ENTRY_MAX, description="Number of the fine.")]


@dataclass(frozen=True)
class NewFine(Strict):
    """A fine that is proposed."""

    taxpayer_id: Word
    tax: Word
    period: Annotated[int, Field(ge=1900, le=2200)]
    offence: Word
    """By its name in the pack."""
    amount: Amount
    grounds: Paragraph


@dataclass(frozen=True)
class Reason(Strict):
    """Why."""

    reason: Paragraph


@dataclass(frozen=True)
class Outcome(Strict):
    """What stands of a fine, and why; with 0 it is cancelled."""

    amount: Amount
    reason: Paragraph


@router.get("/fines", responses=BY_ROLE)
def listed(ctx: Caller) -> list[fines.Fine]:
    """Return the fines that the caller may see; what waits for somebody comes first."""
    return list(fines.fines(ctx))


@router.post("/fines", status_code=HTTPStatus.CREATED, responses=MOVING)
def propose(ctx: Caller, new: NewFine) -> fines.Fine:
    """Propose a fine for an offence that the law names; another officer imposes it."""
    return fines.propose(
        ctx,
        fines.NewFine(
            new.taxpayer_id, new.tax, new.period, new.offence, Decimal(new.amount), new.grounds
        ),
    )


@router.get(
    "/fines/{fine_id}.pdf",
    response_class=Response,
    responses=MOVING | {200: {"content": {"application/pdf": {}}}},
)
def printed(
    ctx: Caller,
    fine_id: Number,
    language: Annotated[Language | None, Query(description="That of the taxpayer without.")] = None,
) -> Response:
    """Return the printed decision of a fine."""
    pdf = fines.fine_pdf(ctx, fine_id, language=language)
    return Response(pdf, media_type="application/pdf")


@router.get("/fines/{fine_id}", responses=MOVING)
def find(ctx: Caller, fine_id: Number) -> fines.Fine:
    """Return one fine."""
    return fines.find_fine(ctx, fine_id)


@router.post("/fines/{fine_id}/imposition", responses=MOVING)
def impose(ctx: Caller, fine_id: Number) -> fines.Fine:
    """Sign as the second officer: the fine is charged."""
    return fines.impose(ctx, fine_id)


@router.post("/fines/{fine_id}/refusal", responses=MOVING)
def refuse(ctx: Caller, fine_id: Number, new: Reason) -> fines.Fine:
    """Refuse a proposal as the second officer."""
    return fines.refuse(ctx, fine_id, reason=new.reason)


@router.post("/fines/{fine_id}/objection", responses=MOVING)
def object_to(ctx: Caller, fine_id: Number, new: Reason) -> fines.Fine:
    """Object to a fine in the days of the law."""
    return fines.object_to(ctx, fine_id, grounds=new.reason)


@router.post("/fines/{fine_id}/decision", responses=MOVING)
def decide(ctx: Caller, fine_id: Number, new: Outcome) -> fines.Fine:
    """Answer an objection, as an officer who neither proposed nor imposed the fine."""
    return fines.decide(ctx, fine_id, amount=Decimal(new.amount), reason=new.reason)


@router.post("/fines/{fine_id}/waiver", status_code=HTTPStatus.CREATED, responses=MOVING)
def waive(ctx: Caller, fine_id: Number, new: Reason) -> settlements.Settlement:
    """Ask that what is open of a fine is forgiven; a second officer signs."""
    return fines.waive(ctx, fine_id, reason=new.reason)
