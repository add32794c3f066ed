"""Receipts divided among budgets, for the treasury: what goes to each, by tax, place and month."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kazyna.accounts import divide_receipts
from kazyna.core.errors import Finding, InputError
from kazyna.core.money import from_minor
from kazyna.core.text import Text
from kazyna.packs.division import Division
from kazyna.services.context import Context
from kazyna.store import ledger_books

UNDIVIDED = ""
"""The budget of receipts whose division the pack does not know."""


@dataclass(frozen=True)
class BudgetReceipt:
    """What came in for one budget from one tax and place in a month."""

    month: date
    """In which it is booked."""
    tax: str
    place: str
    """The district whose budget it is, where the law knows districts."""
    budget: str
    """Empty where the pack does not say to whom the tax belongs."""
    amount: Decimal


@dataclass(frozen=True)
class DivisionLaw:
    """By what a tax is divided from a day on."""

    tax: str
    since: date
    shares: dict[str, Decimal]
    law: str
    source: str | None
    doubt: str | None


@dataclass(frozen=True)
class BudgetTotal:
    """What came in for one budget in the period."""

    budget: str
    label: Text | None
    amount: Decimal


@dataclass(frozen=True)
class DividedReceipts:
    """The receipts of a period, divided.

    The totals and what waits add up to what came in and the interest that went out.
    """

    first: date
    last: date
    currency: str
    received: Decimal
    """Into the treasury, less what left it."""
    totals: tuple[BudgetTotal, ...]
    waiting: Decimal
    """Received, and settling no tax yet: paid beyond all debts, or not matched."""
    refund_interest: Decimal
    """Owed to taxpayers whose refund came late; no tax has brought it in."""
    receipts: tuple[BudgetReceipt, ...]
    laws: tuple[DivisionLaw, ...]


def divided_receipts(ctx: Context, *, first: date, last: date) -> DividedReceipts:
    """Divide the receipts of a period among budgets, by the law of the day on which each counts.

    Raises
    ------
    InputError
        When the period ends before it begins.
    """
    ctx.require("officer", "auditor")
    if first > last:
        expected = f"a day from {first}"
        raise InputError(Finding("budgets", f"it ends on {last}", expected, column="last"))
    with ctx.transaction() as tx:
        table = ledger_books.receipts(tx, first, last)
        received = ledger_books.money_received(tx, first, last)
        cost = ledger_books.refund_interest_paid(tx, first, last)
    divided = pa.concat_tables(
        [_LINES.empty_table(), *(part for tax in _names(table) for part in _parts(ctx, tax, table))]
    )
    keys = ["month", "tax", "place", "budget"]
    sums = divided.group_by(keys).aggregate([("amount", "sum")])
    sums = sums.sort_by([(name, "ascending") for name in keys])
    currency = ctx.pack.currency
    receipts = tuple(
        BudgetReceipt(
            row["month"], row["tax"], row["place"], row["budget"],
            from_minor(row["amount_sum"], currency),
        )
        for row in sums.to_pylist() if row["amount_sum"]
    )  # fmt: skip
    labels = ctx.pack.accounts.budgets.labels
    totals = {name: Decimal(0) for name in (*labels, UNDIVIDED)}
    for each in receipts:
        totals[each.budget] += each.amount
    came, lost = from_minor(received, currency), from_minor(cost, currency)
    return DividedReceipts(
        first=first,
        last=last,
        currency=currency.code,
        received=came,
        totals=tuple(BudgetTotal(n, labels.get(n), amount) for n, amount in totals.items()),
        waiting=came + lost - sum(totals.values(), Decimal(0)),
        refund_interest=lost,
        receipts=receipts,
        laws=tuple(_laws(ctx, {each.tax for each in receipts})),
    )


def export_budgets(ctx: Context, *, first: date, last: date) -> bytes:
    """Write the divided receipts of a period as CSV, a line for each month, tax, place, budget."""
    return csv_of(divided_receipts(ctx, first=first, last=last))


def csv_of(found: DividedReceipts) -> bytes:
    """Write divided receipts as CSV, as `export_budgets` does."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["month", "tax", "place", "budget", "amount", "currency"])
    for each in found.receipts:
        month = f"{each.month:%Y-%m}"
        writer.writerow([month, each.tax, each.place, each.budget, each.amount, found.currency])
    return text.getvalue().encode()


_LINES = pa.schema(
    [
        ("month", pa.date32()),
        ("tax", pa.string()),
        ("place", pa.string()),
        ("budget", pa.string()),
        ("amount", pa.int64()),
    ]
)


def _names(table: pa.Table) -> list[str]:
    return sorted(pc.unique(table["tax"]).to_pylist())


def _parts(ctx: Context, tax: str, table: pa.Table) -> Iterator[pa.Table]:
    """Divide the receipts of one tax, span by span of one law."""
    own = table.filter(pc.equal(table["tax"], tax))
    law = ctx.pack.accounts.budgets.divisions.get(tax)
    days = [date.min] if law is None else [date.min, *law.days]
    for since, until in zip(days, [*days[1:], None], strict=True):
        within = pc.greater_equal(own["effective_on"], pa.scalar(since, pa.date32()))
        if until is not None:
            within = pc.and_(within, pc.less(own["effective_on"], pa.scalar(until, pa.date32())))
        span = own.filter(within)
        shares = {UNDIVIDED: Decimal(1)}
        if law is not None and since >= law.days[0]:
            shares = dict(law.on(since).shares)
        parts = divide_receipts(span["amount"].to_numpy(), list(shares.values()))
        for budget, amounts in zip(shares, parts, strict=True):
            yield _lines(span, budget, amounts)


def _lines(span: pa.Table, budget: str, amounts: NDArray[np.int64]) -> pa.Table:
    month = pc.cast(pc.floor_temporal(span["booked_on"], unit="month"), pa.date32())
    names = pa.array([budget] * span.num_rows, pa.string())
    return pa.table(
        [month, span["tax"], span["place"], names, pa.array(amounts, pa.int64())], schema=_LINES
    )


def _laws(ctx: Context, taxes: set[str]) -> Iterator[DivisionLaw]:
    for tax, law in ctx.pack.accounts.budgets.divisions.items():
        if tax in taxes:
            for since, division in zip(law.days, law.values, strict=True):
                yield _law(tax, since, division)


def _law(tax: str, since: date, division: Division) -> DivisionLaw:
    grounds = division.grounds
    return DivisionLaw(
        tax, since, dict(division.shares), grounds.law, grounds.source, grounds.doubt
    )
