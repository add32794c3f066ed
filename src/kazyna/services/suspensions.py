"""Debts that are not chased for a time: while they are disputed, or paid by instalments."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.money import from_minor, to_minor
from kazyna.packs.disputes import DisputeLaw
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
    disputed: Decimal | None
    """The part that is left alone; None of all."""


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
        if suspensions.is_under_way(tx, tax=tax, taxpayer_id=taxpayer_id, period=period):
            raise Conflict(f"The debt of {taxpayer_id} for {tax} {period} is suspended already.")
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
    return _suspension(ctx, row)


def suspend_disputed(
    tx: Transaction, ctx: Context, *, taxpayer_id: str, tax: str, period: int, reason: str,
    disputed: Decimal | None = None, law: DisputeLaw | None = None,
) -> None:  # fmt: skip
    """Stop chasing a debt, or its disputed part, while a dispute is open, where the law says so.

    Parameters
    ----------
    tx, ctx
        Whose transaction, and the pack.
    taxpayer_id, tax, period
        Whose debt.
    reason
        What names the dispute.
    disputed
        The part that is in dispute; left alone as such where the law knows parts.
    law
        Of an appeal its own; without it the law of objections to the tax.
    """
    law = law or ctx.pack.accounts.collection.dispute_of(tax)
    part = to_minor(disputed, ctx.pack.currency) if law.part_only and disputed is not None else None
    if law.stops_dunning and part != 0:
        # A taxpayer objects, and the office acts on it.
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
                    "disputed": part,
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
    return _suspension(ctx, row or before)


def suspensions_of(ctx: Context, taxpayer_id: str) -> tuple[Suspension, ...]:
    """Return every suspension of a taxpayer's debts, the latest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = suspensions.of_taxpayer(tx, taxpayer_id)
    return tuple(_suspension(ctx, row) for row in rows)


def _suspension(ctx: Context, row: SuspensionRow) -> Suspension:
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
        disputed=None if row.disputed is None else from_minor(row.disputed, ctx.pack.currency),
    )
