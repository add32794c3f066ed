"""What controls the books: requests that two persons sign, closing, sealing, auditing, exports."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from kazyna.api.arguments import ENTRY_MAX, PREFIX, Amount, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import books, budgets, settlements

router = APIRouter(prefix=PREFIX, tags=["books"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
DECIDING = BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

RequestId = Annotated[int, Path(ge=1, le=ENTRY_MAX, description="Number of the request.")]
Year = Annotated[int, Field(ge=1900, le=2200)]
First = Annotated[date, Query(alias="from", description="First day, by booking date.")]
Last = Annotated[date, Query(alias="to", description="Last day, by booking date.")]


@dataclass(frozen=True)
class NewRequest(Strict):
    """What is asked for; a second person must sign it."""

    kind: Literal["refund", "offset", "write_off", "remission"]
    taxpayer_id: Word
    amount: Amount
    reason: Word
    tax: Word | None = None
    period: Year | None = None
    bucket: Literal["tax", "interest", "penalty", "cost"] | None = None
    claimed_on: date | None = None


@dataclass(frozen=True)
class Decision(Strict):
    """Why a request is signed or refused."""

    approved: bool
    note: Word


@dataclass(frozen=True)
class Closing(Strict):
    """Up to which day the books are closed."""

    through: date
    reason: Word


@dataclass(frozen=True)
class Reopening(Strict):
    """Why the last closed period is opened again."""

    reason: Word


@router.post("/settlements", status_code=HTTPStatus.CREATED, responses=DECIDING)
def request(ctx: Caller, new: NewRequest) -> settlements.Settlement:
    """Ask for a refund, an offset, a write-off or a remission."""
    asked = settlements.NewSettlement(
        kind=new.kind,
        taxpayer_id=new.taxpayer_id,
        amount=Decimal(new.amount),
        reason=new.reason,
        tax=new.tax,
        period=new.period,
        bucket=new.bucket,
        claimed_on=new.claimed_on,
    )
    return settlements.request(ctx, asked)


@router.get("/settlements", responses=BY_ROLE)
def requests(ctx: Caller) -> list[settlements.Settlement]:
    """Return the requests that wait for a signature, then the latest decided."""
    return list(settlements.settlements(ctx))


@router.post("/settlements/{request_id}/decision", responses=DECIDING)
def decide(ctx: Caller, request_id: RequestId, decision: Decision) -> settlements.Settlement:
    """Sign a request as the second person, and post it; or refuse it."""
    if decision.approved:
        return settlements.approve(ctx, request_id, note=decision.note)
    return settlements.refuse(ctx, request_id, note=decision.note)


@router.post("/periods", status_code=HTTPStatus.CREATED, responses=DECIDING)
def close(ctx: Caller, closing: Closing) -> books.PeriodEvent:
    """Close the books up to a day."""
    return books.close(ctx, through=closing.through, reason=closing.reason)


@router.post("/periods/reopening", status_code=HTTPStatus.CREATED, responses=DECIDING)
def reopen(ctx: Caller, reopening: Reopening) -> books.PeriodEvent:
    """Ask to open the last closed period, or sign it as the second person."""
    return books.reopen(ctx, reason=reopening.reason)


@router.get("/periods", responses=BY_ROLE)
def periods(ctx: Caller) -> list[books.PeriodEvent]:
    """Return every closing and reopening, the latest first."""
    return list(books.periods(ctx))


@router.get("/audit", responses=BY_ROLE)
def audit(
    ctx: Caller,
    digest: Annotated[
        str | None, Query(pattern="^[0-9a-f]{64}$", description="A digest noted down elsewhere.")
    ] = None,
) -> books.Audit:
    """Prove the books: entries against seals, balances and closed totals against entries."""
    return books.audit(ctx, digest=digest)


@router.get(
    "/journal.csv",
    responses=BY_ROLE | {HTTPStatus.OK: {"content": {"text/csv": {}}}},
    response_class=Response,
)
def journal_csv(ctx: Caller, first: First, last: Last) -> Response:
    """Return the journal of a period as CSV."""
    return Response(books.export_csv(ctx, first=first, last=last), media_type="text/csv")


@router.get(
    "/journal.xml",
    responses=BY_ROLE | {HTTPStatus.OK: {"content": {"application/xml": {}}}},
    response_class=Response,
)
def journal_xml(ctx: Caller, first: First, last: Last) -> Response:
    """Return the journal of a period as an audit file in OECD SAF-T."""
    return Response(books.export_saft(ctx, first=first, last=last), media_type="application/xml")


@router.get("/revenue/budgets", responses=BY_ROLE)
def divided(ctx: Caller, first: First, last: Last) -> budgets.DividedReceipts:
    """Divide what came in among budgets, each receipt to the last minor unit."""
    return budgets.divided_receipts(ctx, first=first, last=last)
