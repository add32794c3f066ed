"""The revenue gap of a year by cause: from what the law could raise to what has come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from kazyna.core.money import from_minor, round_to
from kazyna.core.text import Text
from kazyna.services import expenditures, rounds
from kazyna.services.context import Context
from kazyna.services.expenditures import TaxExpenditures
from kazyna.store import revenue_gap as register
from kazyna.store import roll_lifecycle, rolls
from kazyna.store.connection import Transaction

Cause = Literal[
    "not_in_register", "no_holder", "unknown_shares", "below_market", "relief", "given_up",
    "unpaid", "not_due",
]  # fmt: skip
"""`not_in_register`: properties of the cadastre that are no object of tax. `no_holder`: objects
that nobody is known to hold. `unknown_shares`: shares of billed objects that nobody is known to
hold. `below_market`: values below what the market pays, by the ratio study. `relief`: what the law
gives up. `given_up`: written off or forgiven. `unpaid`: assessed, past its day and not paid.
`not_due`: assessed, and its day has not come."""

RATIO_PLACES = Decimal("0.0001")
Level = tuple[Decimal, Decimal | None, Decimal | None]
"""The median of value to price, and the ends of its 95 % interval."""


@dataclass(frozen=True)
class GapPart:
    """What one cause takes."""

    cause: Cause
    cases: int | None
    """Objects, bills or debts; None where the cause is of all."""
    amount: Decimal
    low: Decimal | None = None
    """Of an estimate from a sample, its 95 % interval."""
    high: Decimal | None = None
    estimated: bool = False
    """Whether it is reckoned from means or a sample, not counted."""


@dataclass(frozen=True)
class RollGap:
    """A roll from what it could ask for to what it has brought."""

    tax: str
    tax_title: Text
    potential: Decimal
    """What has come in and all parts together."""
    billed: Decimal
    settled: Decimal
    """What was paid of the bills, in money or by offset."""
    parts: tuple[GapPart, ...]
    level: Decimal | None
    """The median of value to price in the ratio study of the roll's round; None without values."""


@dataclass(frozen=True)
class RevenueGap:
    """The revenue gap of a year."""

    year: int
    on: date
    currency: str
    potential: Decimal
    settled: Decimal
    rolls: tuple[RollGap, ...]


@dataclass(frozen=True)
class _Counted:
    """What the registers say of one roll."""

    roll: rolls.RollRow
    round_id: int | None
    bills: register.BilledRow
    missed: register.UnregisteredRow


def revenue_gap(ctx: Context, *, year: int) -> RevenueGap:
    """Split what the rolls of a year have not brought by its causes.

    What is assessed and not paid, given up or forgone by law is counted; what has no holder or is
    in no register is reckoned at the mean tax of its place, and values below the market at the
    median of the ratio study of the very round that the roll rests on.

    Raises
    ------
    NotFound
        When no roll of the year is issued.
    """
    ctx.require("officer", "auditor")
    costs = expenditures.tax_expenditures(ctx, year=year)
    with ctx.transaction() as tx:
        issued = rolls.issued_of(tx, year)
        counted = [_count(ctx, tx, roll) for roll in issued]
    found = tuple(_gap(ctx, each, costs) for each in counted)
    return RevenueGap(
        year=year,
        on=ctx.today,
        currency=ctx.pack.currency.code,
        potential=sum((each.potential for each in found), Decimal(0)),
        settled=sum((each.settled for each in found), Decimal(0)),
        rolls=found,
    )


def _count(ctx: Context, tx: Transaction, roll: rolls.RollRow) -> _Counted:
    stands = roll_lifecycle.state(tx, tax=roll.tax, year=roll.year)
    return _Counted(
        roll,
        stands.round_id if stands else None,
        register.billed(tx, roll_id=roll.roll_id, tax=roll.tax, year=roll.year, on=ctx.today),
        register.unregistered(
            tx,
            roll_id=roll.roll_id,
            on=roll.law_on,
            kinds=ctx.pack.register.kinds_of(roll.tax),
            of_cadastre=_is_of_cadastre(ctx, roll.tax),
            place=ctx.pack.register.place,
        ),
    )


def _gap(ctx: Context, counted: _Counted, costs: TaxExpenditures) -> RollGap:
    currency, tax = ctx.pack.currency, counted.roll.tax
    bills, missed = counted.bills, counted.missed
    level = _level(ctx, counted.round_id)
    relief = next((each.together for each in costs.rolls if each.tax == tax), Decimal(0))
    parts = (
        _estimate(ctx, "not_in_register", missed.properties, missed.of_properties),
        _estimate(ctx, "no_holder", missed.objects, missed.of_objects),
        _estimate(ctx, "unknown_shares", missed.shares, missed.of_shares),
        *_below_market(ctx, bills.billed, level),
        GapPart("relief", None, relief),
        GapPart("given_up", None, from_minor(bills.given_up, currency)),
        GapPart("unpaid", bills.overdue_debts, from_minor(bills.overdue, currency)),
        GapPart("not_due", None, from_minor(bills.not_due, currency)),
    )
    settled = bills.billed - from_minor(bills.given_up + bills.overdue + bills.not_due, currency)
    return RollGap(
        tax=tax,
        tax_title=ctx.pack.taxes[tax].title,
        potential=settled + sum((part.amount for part in parts), Decimal(0)),
        billed=bills.billed,
        settled=settled,
        parts=parts,
        level=level[0] if level else None,
    )


def _is_of_cadastre(ctx: Context, tax: str) -> bool:
    """Tell whether a tax is on the market values of the cadastre's properties."""
    origins = ctx.pack.register.origins
    return any(
        origins[column.name].kind == "valuation"
        for column in ctx.pack.taxes[tax].rules.columns
        if column.name in origins
    )


def _level(ctx: Context, round_id: int | None) -> Level | None:
    """Return the median ratio of the round that a roll rests on, with its interval."""
    if round_id is None:
        return None
    median = rounds.find_round(ctx, round_id).study.median_ratio
    low, high = (
        Decimal(repr(end)).quantize(RATIO_PLACES) if end is not None else None
        for end in (median.low, median.high)
    )
    return Decimal(repr(median.value)).quantize(RATIO_PLACES), low, high


def _below_market(ctx: Context, billed: Decimal, level: Level | None) -> Iterator[GapPart]:
    """Reckon what values below the market take; above it they take less than nothing."""
    if level is None:
        return
    median, low, high = level

    def taken(ratio: Decimal) -> Decimal:
        return _money(ctx, billed / ratio - billed)

    yield GapPart(
        "below_market", None, taken(median), taken(high) if high else None,
        taken(low) if low else None, True,
    )  # fmt: skip


def _estimate(ctx: Context, cause: Cause, cases: int, amount: Decimal) -> GapPart:
    return GapPart(cause, cases, _money(ctx, amount), estimated=True)


def _money(ctx: Context, amount: Decimal) -> Decimal:
    return round_to(amount, ctx.pack.currency.unit)
