"""Refunds, offsets, write-offs and remissions: asked for by one officer, signed by another."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import get_args

from kazyna.accounts import (
    BUCKETS,
    REFUND_INTEREST,
    TREASURY,
    Bucket,
    Credit,
    CreditKind,
    Entry,
    Posting,
    credit,
    receivable,
    remission,
    write_off,
)
from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.services import late_refunds
from kazyna.services.context import Context
from kazyna.services.ledger import amount_in_minor, crediting_order
from kazyna.store import ledger, ledger_control, taxpayers
from kazyna.store.connection import Transaction
from kazyna.store.ledger_control import RequestKind, RequestRow, RequestStatus

REQUESTS_SHOWN = 100


@dataclass(frozen=True)
class NewSettlement:
    """What is asked for."""

    kind: RequestKind
    """`refund` pays a taxpayer's credit out; `offset` settles a tax with it; `write_off` gives a
    debt up as not collectable; `remission` forgives it by law."""
    taxpayer_id: str
    amount: Decimal
    reason: str
    tax: str | None = None
    """Which tax is settled; not of a refund."""
    period: int | None = None
    """The one tax year, and with it the bucket, whose debt is given up."""
    bucket: str | None = None
    claimed_on: date | None = None
    """When the taxpayer has asked for it, if not today: the term of a refund runs from there."""


@dataclass(frozen=True)
class Settlement:
    """A request and what became of it."""

    request_id: int
    kind: RequestKind
    taxpayer_id: str
    tax: str | None
    period: int | None
    bucket: Bucket | None
    amount: Decimal
    reason: str
    status: RequestStatus
    requested_on: date
    requested_by: str
    decided_on: date | None
    decided_by: str | None
    note: str
    entry_id: int | None
    """The entry that was posted with the second signature."""
    claimed_on: date
    pay_by: date | None
    """The last day on which a refund is paid in time; None where the law names none."""
    interest: Decimal
    """Paid on top because the refund came late; of one that waits, what today would cost."""


def request(ctx: Context, new: NewSettlement) -> Settlement:
    """Ask for a refund, an offset, a write-off or a remission; nothing is posted yet.

    Raises
    ------
    InputError
        When something that is needed is missing or out of place.
    NotFound
        When there is no such taxpayer.
    """
    ctx.require("officer")
    minor = _checked(ctx, new)
    claimed_on = new.claimed_on or ctx.today
    due_on = late_refunds.pay_by(ctx, claimed_on) if new.kind == "refund" else None
    with ctx.transaction() as tx:
        if taxpayers.find_taxpayer(tx, new.taxpayer_id) is None:
            raise NotFound(f"No taxpayer has the number {new.taxpayer_id!r}.")
        number = ledger_control.insert_request(
            tx,
            {
                "kind": new.kind,
                "taxpayer_id": new.taxpayer_id,
                "tax": new.tax,
                "period": new.period,
                "bucket": new.bucket,
                "amount": minor,
                "reason": new.reason.strip(),
                "claimed_on": claimed_on,
                "pay_by": due_on,
            },
        )
        return _found(ctx, tx, number)


def approve(ctx: Context, request_id: int, *, note: str = "") -> Settlement:
    """Sign a request as the second person, and post it.

    Raises
    ------
    NotFound
        When there is no such request.
    Conflict
        When the same person asked for it, it is decided already, or the account does not hold so
        much; then nothing is posted.
    """
    ctx.require("officer")
    with ctx.transaction() as tx:
        row = _open(tx, request_id)
        late = _late(ctx, row)
        posted = (
            _repay(ctx, tx, row, late) if row.kind == "refund" else _settle(ctx, tx, row, row.kind)
        )
        ledger_control.decide(
            tx, request_id, status="approved", note=note, entry_id=posted, interest=late
        )
        return _found(ctx, tx, request_id)


def refuse(ctx: Context, request_id: int, *, note: str) -> Settlement:
    """Refuse a request as the second person; the reason is kept."""
    ctx.require("officer")
    if not note.strip():
        raise InputError(Finding("settlement", "no reason is given", "why", column="note"))
    with ctx.transaction() as tx:
        _open(tx, request_id)
        ledger_control.decide(tx, request_id, status="refused", note=note.strip(), entry_id=None)
        return _found(ctx, tx, request_id)


def settlements(ctx: Context) -> tuple[Settlement, ...]:
    """Return the requests that wait for a signature, then the latest decided."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = ledger_control.requests(tx, limit=REQUESTS_SHOWN)
    return tuple(_settlement(ctx, row) for row in rows)


def _repay(ctx: Context, tx: Transaction, row: RequestRow, late: int) -> int:
    """Pay a credit out on the day of the second signature, with interest if that day is late."""
    key, own = f"request:{row.request_id}", credit(row.taxpayer_id)
    if late:
        ledger.open_expense(tx, REFUND_INTEREST, tax=None, currency=ctx.pack.currency.code)
        owed = (Posting(REFUND_INTEREST, own, late),)
        said = f"{row.pay_by} – {ctx.today}"
        ledger.post(tx, Entry(f"{key}:interest", "refund_interest", ctx.today, said, owed))
    paid = (Posting(own, TREASURY, row.amount + late),)
    return ledger.post(tx, Entry(key, "refund", ctx.today, row.reason, paid)).entry_id


def _late(ctx: Context, row: RequestRow) -> int:
    """Return the interest of a refund that is paid today, in minor units."""
    return late_refunds.interest_on(
        ctx, row.amount, claimed_on=row.claimed_on, due_on=row.pay_by, paid_on=ctx.today
    )


def _settle(ctx: Context, tx: Transaction, row: RequestRow, kind: CreditKind) -> int:
    """Lower a debt as a request asks, on the day of the second signature."""
    key, tax = f"request:{row.request_id}", row.tax or ""
    sources = {"offset": credit(row.taxpayer_id), "write_off": write_off(tax),
               "remission": remission(tax)}  # fmt: skip
    source = sources[kind]
    if kind != "offset":
        ledger.open_expense(tx, source, tax=tax, currency=ctx.pack.currency.code)
    asked = Credit(
        key=key,
        kind=kind,
        effective_on=ctx.today,
        description=row.reason,
        source=source,
        account=receivable(tax, row.taxpayer_id),
        amount=row.amount,
        period=row.period,
        bucket=row.bucket,
        only=row.period is not None,
        surplus=False,
    )
    return ledger.post_credit(tx, asked, crediting_order(ctx, ctx.today)).entry_id


def _checked(ctx: Context, new: NewSettlement) -> int:
    minor, findings = amount_in_minor(ctx, new.amount, source="settlement")
    if new.kind not in get_args(RequestKind):
        expected = "one of " + ", ".join(get_args(RequestKind))
        findings.append(
            Finding("settlement", f"{new.kind!r} is not known", expected, column="kind")
        )
    if not new.reason.strip():
        findings.append(Finding("settlement", "no reason is given", "why", column="reason"))
    if (new.kind == "refund") != (new.tax is None):
        expected = "a tax, and none for a refund"
        findings.append(Finding("settlement", f"the tax is {new.tax}", expected, column="tax"))
    if (new.period is None) != (new.bucket is None):
        expected = "a period and a bucket, or neither"
        findings.append(Finding("settlement", "the debt is half named", expected, column="period"))
    if new.bucket is not None and new.bucket not in BUCKETS:
        expected = "one of " + ", ".join(BUCKETS)
        findings.append(
            Finding("settlement", f"{new.bucket!r} is not known", expected, column="bucket")
        )
    if new.claimed_on is not None and new.claimed_on > ctx.today:
        expected = f"a day up to {ctx.today}"
        findings.append(
            Finding("settlement", f"{new.claimed_on} is to come", expected, column="claimed_on")
        )
    if findings:
        raise InputError(findings)
    return minor


def _open(tx: Transaction, request_id: int) -> RequestRow:
    row = ledger_control.find_request(tx, request_id)
    if row is None:
        raise NotFound(f"There is no request {request_id}.")
    if row.status != "requested":
        raise Conflict(f"Request {request_id} is decided already.")
    return row


def _found(ctx: Context, tx: Transaction, request_id: int) -> Settlement:
    row = ledger_control.find_request(tx, request_id)
    if row is None:
        raise NotFound(f"There is no request {request_id}.")
    return _settlement(ctx, row)


def _settlement(ctx: Context, row: RequestRow) -> Settlement:
    return Settlement(
        request_id=row.request_id,
        kind=row.kind,
        taxpayer_id=row.taxpayer_id,
        tax=row.tax,
        period=row.period,
        bucket=row.bucket,
        amount=from_minor(row.amount, ctx.pack.currency),
        reason=row.reason,
        status=row.status,
        requested_on=row.requested_on,
        requested_by=row.requested_by,
        decided_on=row.decided_on,
        decided_by=row.decided_by,
        note=row.note,
        entry_id=row.entry_id,
        claimed_on=row.claimed_on,
        pay_by=row.pay_by,
        interest=from_minor(
            _late(ctx, row) if row.status == "requested" else row.interest, ctx.pack.currency
        ),
    )
