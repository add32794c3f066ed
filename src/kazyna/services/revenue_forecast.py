"""The revenue of the coming months: rolls and arrears by the way such debts were paid before."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from kazyna.accounts import Cohort, Tested, back_test, forecast_months
from kazyna.core.money import from_minor_parts, round_to
from kazyna.services.context import Context
from kazyna.store import revenue_forecast as register

MONTHS = 12
TESTS_MIN = 10
"""Forecasts of the past that an interval of 80 % rests on: one of ten lies below, one above."""
OUTSIDE = Decimal("0.1")
"""Share of the outcomes beyond either end of the interval."""


@dataclass(frozen=True)
class ForecastMonth:
    """What is expected in one month."""

    month: date
    expected: Decimal
    low: Decimal | None
    """Of ten forecasts so far ahead, what came in was less than this once; None with too few."""
    high: Decimal | None
    tests: int
    """Forecasts of the past that the interval rests on."""


@dataclass(frozen=True)
class ForecastTax:
    """What is expected of one tax in all months."""

    tax: str
    expected: Decimal


@dataclass(frozen=True)
class TestedMonth:
    """A past month, as it was forecast a month before, and as it was."""

    month: date
    expected: Decimal
    actual: Decimal


@dataclass(frozen=True)
class RevenueForecast:
    """What will come in of tax, without interest, penalties and costs."""

    known_through: date
    """The first day of the last month that is over."""
    currency: str
    expected: Decimal
    months: tuple[ForecastMonth, ...]
    taxes: tuple[ForecastTax, ...]
    tested: tuple[TestedMonth, ...]
    error: Decimal | None
    """Of forecasts a month ahead: all misses, whichever way, as a share of what came in."""
    bias: Decimal | None
    """The same with misses in the two directions against each other; above 0 is too much."""


def revenue_forecast(ctx: Context, *, months: int = MONTHS) -> RevenueForecast:
    """Forecast the receipts of the coming months, and test the method on the past.

    Open debts are expected to be paid as debts of that tax and age were paid before; what was
    charged a year before is expected to be charged again. The same is done for every month of the
    last three years from what was known by then, and the interval is where the outcomes lay.

    Parameters
    ----------
    ctx
        An officer or an auditor.
    months
        How many, from the current one on; 12 at most.
    """
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = register.moved(tx)
    through = _number(ctx.today) - 1
    cohorts = _cohorts(rows)
    by_tax = forecast_months(cohorts, through=through, months=months)
    tested = back_test(cohorts, through=through, months=months)
    totals = [sum((each[ahead] for each in by_tax.values()), Decimal(0)) for ahead in range(months)]
    return RevenueForecast(
        known_through=_first(through),
        currency=ctx.pack.currency.code,
        expected=_money(ctx, sum(totals, Decimal(0))),
        months=tuple(
            _month(ctx, through + ahead, total, [each for each in tested if each.ahead == ahead])
            for ahead, total in enumerate(totals, 1)
        ),
        taxes=tuple(
            ForecastTax(tax, _money(ctx, sum(expected, Decimal(0))))
            for tax, expected in sorted(by_tax.items())
        ),
        tested=tuple(
            TestedMonth(_first(each.month), _money(ctx, each.expected), _money(ctx, each.actual))
            for each in tested
            if each.ahead == 1
        ),
        error=_missed(tested, either_way=True),
        bias=_missed(tested, either_way=False),
    )


def _cohorts(rows: list[register.MovedRow]) -> list[Cohort]:
    found = []
    for (tax, due), moved in groupby(rows, key=lambda row: (row.tax, row.due)):
        months = list(moved)
        charged = {_number(row.month): row.charged for row in months if row.charged}
        paid = {_number(row.month): row.paid for row in months if row.paid}
        found.append(Cohort(tax, _number(due), charged, paid))
    return found


def _month(ctx: Context, month: int, expected: Decimal, tested: list[Tested]) -> ForecastMonth:
    """Put the interval around a month: the spread of outcomes over forecasts so far ahead."""
    ratios = sorted(each.actual / each.expected for each in tested if each.expected > 0)
    low = high = None
    if len(ratios) >= TESTS_MIN:
        last = len(ratios) - 1
        low = _money(ctx, expected * ratios[int(last * OUTSIDE)])
        high = _money(ctx, expected * ratios[last - int(last * OUTSIDE)])
    return ForecastMonth(_first(month), _money(ctx, expected), low, high, len(ratios))


def _missed(tested: list[Tested], *, either_way: bool) -> Decimal | None:
    near = [each for each in tested if each.ahead == 1]
    came = sum(each.actual for each in near)
    misses = [each.expected - each.actual for each in near]
    missed = sum(map(abs, misses) if either_way else misses, Decimal(0))
    return round_to(missed / came, Decimal("0.0001")) if came > 0 else None


def _number(day: date) -> int:
    """Count months, so that they subtract."""
    return day.year * MONTHS + day.month - 1


def _first(month: int) -> date:
    return date(month // MONTHS, month % MONTHS + 1, 1)


def _money(ctx: Context, minor: Decimal | int) -> Decimal:
    return from_minor_parts(Decimal(minor), ctx.pack.currency)
