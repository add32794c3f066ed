"""Payments, reversals and the state of the books."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kazyna.api.arguments import ENTRY_MAX, PREFIX, Amount, IdempotencyKey, Strict, TaxpayerId, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import ledger, open_debts

router = APIRouter(prefix=PREFIX, tags=["ledger"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
POSTING = BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
DEBTORS_MAX = 1_000


@dataclass(frozen=True)
class NewPayment(Strict):
    """Money that came in for a bill."""

    reference: Word
    """What the payer quoted: the reference of the bill."""
    amount: Amount
    received_on: date
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """Of the amount, by ISO 4217; any but the currency of the books is refused."""


@dataclass(frozen=True)
class NewReversal(Strict):
    """Why an entry is undone."""

    reason: Word


@router.post("/payments", status_code=HTTPStatus.CREATED, responses=POSTING)
def pay(ctx: Caller, new: NewPayment, key: IdempotencyKey) -> ledger.PostedEntry:
    """Record a payment for a bill; sent twice with one key, it is posted once."""
    return ledger.record_payment(
        ctx,
        reference=new.reference,
        amount=Decimal(new.amount),
        received_on=new.received_on,
        key=key,
        currency=new.currency,
    )


@router.post("/entries/{entry_id}/reversal", status_code=HTTPStatus.CREATED, responses=POSTING)
def reverse(
    ctx: Caller,
    entry_id: Annotated[int, Path(ge=1, le=ENTRY_MAX)],
    new: NewReversal,
    key: IdempotencyKey,
) -> ledger.PostedEntry:
    """Undo an entry by posting its opposite; nothing in the journal is ever changed."""
    return ledger.reverse(ctx, entry_id, reason=new.reason, key=key)


@router.get(
    "/taxpayers/{taxpayer_id}/statement",
    responses=BY_ROLE | documented(HTTPStatus.NOT_FOUND),
)
def statement(
    ctx: Caller,
    taxpayer_id: TaxpayerId,
    on: Annotated[date | None, Query(description="What counts up to this day.")] = None,
    known_on: Annotated[
        date | None, Query(description="As it was known: what was posted up to this day.")
    ] = None,
) -> list[ledger.Statement]:
    """Return every movement on a taxpayer's accounts, and what is owed."""
    return list(ledger.statement(ctx, taxpayer_id=taxpayer_id, on=on, known_on=known_on))


@router.get(
    "/taxpayers/{taxpayer_id}/debts",
    responses=BY_ROLE | documented(HTTPStatus.NOT_FOUND),
)
def debts(
    ctx: Caller,
    taxpayer_id: TaxpayerId,
    tax: Annotated[str | None, Query(max_length=64, description="Of this tax alone.")] = None,
    period: Annotated[
        int | None, Query(ge=1900, le=2200, description="Of this tax year alone.")
    ] = None,
) -> list[open_debts.OpenDebt]:
    """Return what a taxpayer has to pay: tax, interest, fines and costs, each part by its day."""
    return list(open_debts.open_debts(ctx, taxpayer_id=taxpayer_id, tax=tax, period=period))


@router.get("/revenue", responses=BY_ROLE)
def revenue(ctx: Caller) -> ledger.Revenue:
    """Return what was charged and received, by tax and month."""
    return ledger.revenue(ctx)


@router.get("/revenue/places", responses=BY_ROLE)
def revenue_by_place(ctx: Caller) -> list[ledger.RevenuePlace]:
    """Return what was charged and received, by tax, place and month."""
    return list(ledger.revenue_by_place(ctx))


@router.get("/arrears", responses=BY_ROLE)
def arrears(
    ctx: Caller,
    limit: Annotated[int, Query(ge=1, le=DEBTORS_MAX, description="Debtors to list.")] = 50,
) -> ledger.Arrears:
    """Return what is unpaid past its due day: by age, and the largest debts first."""
    return ledger.arrears(ctx, limit)


@router.get("/trial-balance", responses=BY_ROLE)
def trial_balance(ctx: Caller) -> ledger.TrialBalance:
    """Return the totals of all accounts; debits equal credits."""
    return ledger.trial_balance(ctx)
