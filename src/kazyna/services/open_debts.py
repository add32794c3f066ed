"""What a taxpayer still has to pay: tax, interest, fines and costs, each part by its day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.accounts import Bucket
from kazyna.core.errors import Forbidden, NotFound
from kazyna.core.money import from_minor
from kazyna.services.context import Context
from kazyna.store import ledger, taxpayers


@dataclass(frozen=True)
class OpenDebt:
    """One debt in the books, and what is not paid of it."""

    tax: str
    period: int
    """The tax year."""
    bucket: Bucket
    due_on: date
    place: str
    amount: Decimal
    late: bool


def open_debts(
    ctx: Context, *, taxpayer_id: str, tax: str | None = None, period: int | None = None
) -> tuple[OpenDebt, ...]:
    """Return the open debts of a taxpayer in the order of their days, of one tax and year or all.

    Interest that has run since it was last charged is not among them: see `interest.interest_to`.

    Raises
    ------
    NotFound
        When there is no such taxpayer.
    Forbidden
        When a taxpayer asks for another's.
    """
    ctx.require("officer", "auditor", "taxpayer")
    if ctx.actor.role == "taxpayer" and ctx.actor.taxpayer_id != taxpayer_id:
        raise Forbidden("This is another taxpayer's account.")
    with ctx.transaction() as tx:
        if taxpayers.find_taxpayer(tx, taxpayer_id) is None:
            raise NotFound(f"No taxpayer has the number {taxpayer_id!r}.")
        rows = ledger.debts_of_taxpayer(tx, taxpayer_id)
    asked = [row for row in rows if (tax or row.tax, period or row.period) == (row.tax, row.period)]
    return tuple(
        OpenDebt(
            tax=row.tax,
            period=row.period,
            bucket=row.bucket,
            due_on=row.due_on,
            place=row.place,
            amount=from_minor(row.balance, ctx.pack.currency),
            late=row.due_on < ctx.today,
        )
        for row in sorted(asked, key=lambda row: (row.tax, row.period, row.due_on, row.bucket))
    )
