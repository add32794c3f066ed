"""What will come in, month by month: what is charged times how such debts were paid before.

A cohort is all debts of one tax that are due in one month. Of what was open at the beginning of a
month so many months from the due month, a share was paid in that month; the shares of past cohorts
are the curve by which open debts and coming ones are expected to be paid. What was charged a year
before is expected to be charged again. Months are counted from the year 0, so that they subtract.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

YEAR = 12
TESTED_MONTHS = 36
"""How far back forecasts are made again: what was longer ago says little of today."""
AGES = (-YEAR, 5 * YEAR)
"""Months from the due month; what is paid earlier or later counts as at the ends."""


@dataclass(frozen=True)
class Cohort:
    """The debts of one tax due in one month, in minor units by the month in which they moved."""

    tax: str
    due: int
    charged: Mapping[int, int]
    """Charges less what was taken back or given up."""
    paid: Mapping[int, int]


@dataclass(frozen=True)
class Tested:
    """One month that was forecast from what was known so many months before."""

    month: int
    ahead: int
    expected: Decimal
    actual: int


def payment_curve(cohorts: Iterable[Cohort], *, through: int) -> dict[tuple[str, int], Decimal]:
    """Return which share of what was open was paid, by tax and months from the due month.

    Parameters
    ----------
    cohorts
        The debts.
    through
        The last month that is over.

    Returns
    -------
    dict
        The pooled share over all cohorts that have passed the age, from 0 to 1.
    """
    open_by_age: dict[tuple[str, int], int] = {}
    paid_by_age: dict[tuple[str, int], int] = {}
    for cohort in cohorts:
        for month, before in _open(cohort, through=through):
            key = cohort.tax, _age(month - cohort.due)
            open_by_age[key] = open_by_age.get(key, 0) + before
            paid_by_age[key] = paid_by_age.get(key, 0) + cohort.paid.get(month, 0)
    return {
        key: min(max(Decimal(paid_by_age[key]) / before, Decimal(0)), Decimal(1))
        for key, before in open_by_age.items()
        if before > 0
    }


def forecast_months(
    cohorts: Sequence[Cohort], *, through: int, months: int
) -> dict[str, list[Decimal]]:
    """Forecast what comes in of each tax in the months after one, from what was known by then.

    Parameters
    ----------
    cohorts
        The debts; what was paid after `through` is not looked at.
    through
        The last month that is over.
    months
        How many months, at most a year: what is charged a year before is charged again.

    Returns
    -------
    dict
        By tax, what is expected in each month, in minor units.
    """
    curve = payment_curve(cohorts, through=through)
    found: dict[str, list[Decimal]] = {}
    for cohort in (*cohorts, *_coming(cohorts, through=through, months=months)):
        left = Decimal(
            sum(amount for month, amount in cohort.charged.items() if month <= through)
            - sum(amount for month, amount in cohort.paid.items() if month <= through)
        )
        expected = found.setdefault(cohort.tax, [Decimal(0)] * months)
        for ahead in range(months):
            month = through + 1 + ahead
            left += cohort.charged.get(month, 0)
            share = curve.get((cohort.tax, _age(month - cohort.due)), Decimal(0))
            comes = max(left, Decimal(0)) * share
            expected[ahead] += comes
            left -= comes
    return found


def back_test(cohorts: Sequence[Cohort], *, through: int, months: int) -> list[Tested]:
    """Forecast every past month from what was known one and more months before it.

    Parameters
    ----------
    cohorts
        The debts.
    through
        The last month that is over.
    months
        How many months ahead.

    Returns
    -------
    list
        By month of origin and months ahead, of the last three years; the first year of all, which
        has no year before, is left out.
    """
    moved = [month for cohort in cohorts for month in (*cohort.charged, *cohort.paid)]
    if not moved:
        return []
    actual: dict[int, int] = {}
    for cohort in cohorts:
        for month, amount in cohort.paid.items():
            actual[month] = actual.get(month, 0) + amount
    tested = []
    for origin in range(max(min(moved) + YEAR, through - TESTED_MONTHS), through):
        known = [_known(cohort, through=origin) for cohort in cohorts]
        by_tax = forecast_months(known, through=origin, months=min(months, through - origin))
        totals = [sum(each, Decimal(0)) for each in zip(*by_tax.values(), strict=True)]
        tested += [
            Tested(origin + ahead, ahead, expected, actual.get(origin + ahead, 0))
            for ahead, expected in enumerate(totals, 1)
        ]
    return tested


def _known(cohort: Cohort, *, through: int) -> Cohort:
    """Forget what moved after a month."""
    return Cohort(
        cohort.tax,
        cohort.due,
        {month: amount for month, amount in cohort.charged.items() if month <= through},
        {month: amount for month, amount in cohort.paid.items() if month <= through},
    )


def _coming(cohorts: Sequence[Cohort], *, through: int, months: int) -> Iterator[Cohort]:
    """Charge again what was charged a year before, where the next year is not charged already."""
    charged = {(cohort.tax, cohort.due) for cohort in cohorts if sum(cohort.charged.values()) > 0}
    for cohort in cohorts:
        again = {
            month + YEAR: amount
            for month, amount in cohort.charged.items()
            if through < month + YEAR <= through + months
        }
        if again and (cohort.tax, cohort.due + YEAR) not in charged:
            yield Cohort(cohort.tax, cohort.due + YEAR, again, {})


def _open(cohort: Cohort, *, through: int) -> Iterator[tuple[int, int]]:
    """Yield every month from the first charge on, with what was open in it before payments."""
    moved = [*cohort.charged, *cohort.paid]
    left = 0
    for month in range(min(moved, default=through + 1), through + 1):
        left += cohort.charged.get(month, 0)
        yield month, max(left, 0)
        left -= cohort.paid.get(month, 0)


def _age(months: int) -> int:
    return min(max(months, AGES[0]), AGES[1])
