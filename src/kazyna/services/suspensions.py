"""Debts that are not chased for a time: while they are disputed, or paid by instalments."""

from dataclasses import dataclass
from datetime import date

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.services.context import Context
from kazyna.store import suspensions, taxpayers
from kazyna.store.connection import Transaction
from kazyna.store.suspensions import SuspensionRow


@dataclass(frozen=True)
class Suspension:
    """A suspension of the debts of a taxpayer for a tax and year."""

    suspension_id: int
    tax: str
    taxpayer_id: str
    period: int
    first_day: date
    last_day: date | None
    """None while it lasts."""
    interest_pauses: bool
    """Whether the debt bears no interest meanwhile; as the pack said when it began."""
    reason: str
    actor: str


def suspend(
    ctx: Context, *, taxpayer_id: str, tax: str, period: int, reason: str, since: date | None = None
) -> Suspension:
    """Stop chasing a debt, such as while an objection is open: no dunning, interest by the law.

    Raises
    ------
    InputError
        When no reason is given or the day lies in the future.
    NotFound
        When there is no such taxpayer.
    Conflict
        When the debt is suspended already.
    """
    ctx.require("officer")
    first_day = since or ctx.today
    if not reason.strip():
        raise InputError(Finding("suspension", "no reason is given", "why", column="reason"))
    if first_day > ctx.today:
        expected = f"a day up to {ctx.today}"
        raise InputError(
            Finding("suspension", f"it begins on {first_day}", expected, column="since")
        )
    if tax not in ctx.pack.taxes:
        known = ", ".join(ctx.pack.taxes)
        raise NotFound(f"The pack {ctx.pack.name} has no tax {tax!r}; it has {known}.")
    with ctx.transaction() as tx:
        if taxpayers.find_taxpayer(tx, taxpayer_id) is None:
            raise NotFound(f"No taxpayer has the number {taxpayer_id!r}.")
        number = suspensions.insert(
            tx,
            {
                "tax": tax,
                "taxpayer_id": taxpayer_id,
                "period": period,
                "first_day": first_day,
                "interest_pauses": ctx.pack.accounts.collection.dispute_of(tax).pauses_interest,
                "reason": reason.strip(),
            },
        )
        if number is None:
            raise Conflict(f"The debt of {taxpayer_id} for {tax} {period} is suspended already.")
        row = suspensions.find(tx, number)
    if row is None:
        raise AssertionError("the suspension was written a moment ago")
    return _suspension(row)


def suspend_disputed(
    tx: Transaction, ctx: Context, *, taxpayer_id: str, tax: str, period: int, reason: str
) -> None:
    """Stop chasing a debt while an objection is open, where the law says so."""
    law = ctx.pack.accounts.collection.dispute_of(tax)
    if law.stops_dunning:
        # A taxpayer objects, and the office acts on it; a debt that is suspended already stays so.
        with tx.office():
            suspensions.insert(
                tx,
                {
                    "tax": tax,
                    "taxpayer_id": taxpayer_id,
                    "period": period,
                    "first_day": ctx.today,
                    "interest_pauses": law.pauses_interest,
                    "reason": reason,
                },
            )


def resume_disputed(tx: Transaction, ctx: Context, *, reason: str) -> None:
    """Chase a debt again from tomorrow, since the objection to it is closed."""
    with tx.office():
        suspensions.end_by_reason(tx, reason, last_day=ctx.today)


def resume(ctx: Context, suspension_id: int, *, last_day: date | None = None) -> Suspension:
    """Chase a debt again; the last day that was suspended is the day before, or as given.

    Raises
    ------
    NotFound
        When there is no such suspension.
    Conflict
        When it has ended already, or would end before it began.
    """
    ctx.require("officer")
    last = last_day or ctx.today
    with ctx.transaction() as tx:
        before = suspensions.find(tx, suspension_id)
        if before is None:
            raise NotFound(f"There is no suspension {suspension_id}.")
        if last < before.first_day or last > ctx.today:
            raise Conflict(f"It cannot end on {last}: it began on {before.first_day}.")
        if not suspensions.end(tx, suspension_id, last_day=last):
            raise Conflict(f"Suspension {suspension_id} has ended already.")
        row = suspensions.find(tx, suspension_id)
    return _suspension(row or before)


def suspensions_of(ctx: Context, taxpayer_id: str) -> tuple[Suspension, ...]:
    """Return every suspension of a taxpayer's debts, the latest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = suspensions.of_taxpayer(tx, taxpayer_id)
    return tuple(_suspension(row) for row in rows)


def _suspension(row: SuspensionRow) -> Suspension:
    return Suspension(
        suspension_id=row.suspension_id,
        tax=row.tax,
        taxpayer_id=row.taxpayer_id,
        period=row.period,
        first_day=row.first_day,
        last_day=row.last_day,
        interest_pauses=row.interest_pauses,
        reason=row.reason,
        actor=row.actor,
    )
