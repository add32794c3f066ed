"""Bank files: import, and the queue of payments whose debt nobody knows yet."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Path, Query

from kazyna.api.arguments import ENTRY_MAX, PREFIX, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import bank, bank_returns

router = APIRouter(prefix=PREFIX, tags=["collection"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
CHANGING = BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@dataclass(frozen=True)
class Assignment(Strict):
    """Whose a payment is: the bill it is meant for, or a receivable account."""

    reference: Word | None = None
    account: Word | None = None


@router.post("/bank-files", status_code=HTTPStatus.CREATED, responses=CHANGING)
def import_file(
    ctx: Caller,
    content: Annotated[bytes, Body(media_type="application/octet-stream")],
    name: Annotated[
        str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/]+$")
    ] = "statement",
) -> bank.ImportedFile:
    """Import a statement, camt.053, MT940 or CSV, whole or not at all; the same file, once."""
    return bank.import_file(ctx, content, name=name)


@router.get("/bank-files", responses=BY_ROLE)
def files(ctx: Caller) -> list[bank.ImportedFile]:
    """Return the files imported last."""
    return list(bank.files(ctx))


@router.get("/bank-transactions", responses=BY_ROLE)
def transactions(
    ctx: Caller,
    status: Annotated[
        Literal["matched", "suspense", "assigned", "returned", "outgoing"] | None,
        Query(description="Only in this state."),
    ] = None,
    file_id: Annotated[
        int | None, Query(ge=1, le=ENTRY_MAX, description="Only of this file.")
    ] = None,
) -> list[bank.BankPayment]:
    """Return transactions of banks, the oldest first."""
    return list(bank.transactions(ctx, status=status, file_id=file_id))


@router.get("/bank-transactions/unmatched", responses=BY_ROLE)
def unmatched(ctx: Caller) -> bank.UnmatchedQueue:
    """Return the payments whose debt nobody knows yet, each with the likeliest debts."""
    return bank.unmatched(ctx)


@router.post("/bank-transactions/{transaction_id}/assignment", responses=CHANGING)
def assign(
    ctx: Caller,
    transaction_id: Annotated[int, Path(ge=1, le=ENTRY_MAX)],
    new: Assignment,
) -> bank.BankPayment:
    """Say whose an unmatched payment is: it counts from the day it was booked."""
    return bank.assign(
        ctx, transaction_id, reference=new.reference or "", account=new.account or ""
    )


@dataclass(frozen=True)
class Reason(Strict):
    """Why money goes back, or does not."""

    reason: Word


Number = Annotated[int, Path(ge=1, le=ENTRY_MAX)]


@router.post(
    "/bank-transactions/{transaction_id}/returns",
    status_code=HTTPStatus.CREATED,
    responses=CHANGING,
)
def request_return(ctx: Caller, transaction_id: Number, new: Reason) -> bank_returns.BankReturn:
    """Ask that an unmatched payment goes back to its sender; a second officer signs."""
    return bank_returns.request_return(ctx, transaction_id, reason=new.reason)


@router.get("/bank-returns", responses=BY_ROLE)
def returns(ctx: Caller) -> list[bank_returns.BankReturn]:
    """Return what is to go back: what waits for a signature first."""
    return list(bank_returns.returns(ctx))


@router.post("/bank-returns/{return_id}/approval", responses=CHANGING)
def approve_return(ctx: Caller, return_id: Number) -> bank_returns.BankReturn:
    """Sign as the second officer: the money leaves suspense and the treasury."""
    return bank_returns.approve_return(ctx, return_id)


@router.post("/bank-returns/{return_id}/refusal", responses=CHANGING)
def refuse_return(ctx: Caller, return_id: Number, new: Reason) -> bank_returns.BankReturn:
    """Refuse as the second officer: the payment goes on waiting."""
    return bank_returns.refuse_return(ctx, return_id, note=new.reason)
