"""Penalty interest: what a tax costs that is paid late, by the day.

Interest is linear in what is owed, so it is the sum over the movements of a debt of the amount that
moved times the *weight* of the days from that movement on. The weights are whole numbers over one
common denominator, whatever the law counts by, and nothing is rounded before the end:

    interest = round( sum of amount x (W(end) - W(first day it counts)) / denominator )

Interest bears on the tax alone, never on interest (HMRC Compliance Handbook CH140220). Splitting an
interval of days anywhere changes nothing; one case and a million are computed from the same weights
(`interest_set.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import lcm
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kazyna.core.dated import Dated
from kazyna.core.money import RoundingMode

DayCount = Literal["days", "thirty_360", "actual_actual", "started_months"]
"""What is counted. `days`: calendar days. `thirty_360`: days of months that all have 30.
`actual_actual`: years, a day of a leap year being the 366th part. `started_months`: calendar months
that have begun since the debt was late."""

YEAR, LEAP_YEAR = 365, 366
LAST_OF_MONTH = 30
"""The day of the month from which a month of 30 days stands still."""


@dataclass(frozen=True)
class InterestRate:
    """A share of the debt for so many units of what is counted.

    0.0009 for 1 day; 0.03 for 365 days; the key rate for 300 days.
    """

    share: Decimal
    per: int = 1

    @property
    def exact(self) -> Fraction:
        """The share for one unit."""
        return Fraction(self.share) / self.per


NO_INTEREST = InterestRate(Decimal(0))


@dataclass(frozen=True)
class InterestRule:
    """How penalty interest is charged; amounts in minor units."""

    rates: Dated[InterestRate]
    """By the day on which a rate begins; 0 where the law pauses interest for all."""
    count: DayCount = "days"
    first_day: int = 1
    """The first day that counts, in days after the due day."""
    last_day_counts: bool = True
    """Whether the day of payment itself counts."""
    later: Dated[InterestRate] | None = None
    """The rates of a debt that is late for more than `later_after` units of days."""
    later_after: int = 0
    cap: Decimal | None = None
    """The most that interest can come to, as a share of the largest sum that was late."""
    at_least: int = 0
    """Interest that is owed at all is no less than this."""
    at_most: int | None = None
    claim_from: int = 0
    """Interest below this is not charged."""
    unit: int = 1
    """Interest is a multiple of so many minor units."""
    mode: RoundingMode = "half_up"


@dataclass(frozen=True)
class Move:
    """What raised or lowered a debt, and on which day it did."""

    day: date
    amount: int
    """Minor units; positive raises the debt, negative lowers it."""


@dataclass(frozen=True)
class InterestSegment:
    """Days during which both the debt and the rate stood still: what a statement shows."""

    first: date
    last: date
    principal: int
    share: Decimal
    per: int
    units: Fraction
    interest: Fraction
    """Minor units, not rounded."""


@dataclass(frozen=True)
class Weights:
    """The weight of all days before a day, as whole numbers over one denominator."""

    first: date
    ordinary: NDArray[np.int64]
    late: NDArray[np.int64]
    """The same for debts that are late for long; equal to `ordinary` where the law knows none."""
    month: NDArray[np.int64]
    """With started months: the weight of a month that begins on the day; else zeros."""
    denominator: int

    def at(self, day: date, *, late: bool = False) -> int:
        """Return the weight of all days before a day."""
        table = self.late if late else self.ordinary
        place = (day - self.first).days
        return int(table[min(max(place, 0), len(table) - 1)])

    @cached_property
    def last(self) -> date:
        """The last day that the weights know."""
        return self.first + timedelta(days=len(self.ordinary) - 2)


def weights(rule: InterestRule, through: date) -> Weights:
    """Lay out the weights of every day from the first rate to a day.

    Parameters
    ----------
    rule
        What the law says.
    through
        The last day that any debt will be asked for.

    Examples
    --------
    >>> daily = InterestRule(Dated.of([(date(2024, 1, 1), InterestRate(Decimal("0.0009")))]))
    >>> table = weights(daily, date(2024, 1, 10))
    >>> table.at(date(2024, 1, 11)) - table.at(date(2024, 1, 1)), table.denominator
    (90, 10000)
    """
    first = rule.rates.days[0]
    days = max((through - first).days + 1, 0)
    units, per_unit = _units(rule.count, first, days)
    later = rule.later or rule.rates
    every = [rate.exact for rates in (rule.rates, later) for rate in rates.values]
    common = lcm(*(rate.denominator for rate in every))
    ordinary = _rate_of_days(rule.rates, first, days, common)
    late = _rate_of_days(later, first, days, common)
    months = rule.count == "started_months"
    return Weights(
        first=first,
        ordinary=_summed(ordinary * units),
        late=_summed(late * units),
        month=ordinary if months else np.zeros_like(ordinary),
        denominator=common * per_unit,
    )


def interest(
    moves: Iterable[Move], due_on: date, through: date, rule: InterestRule, table: Weights,
    *, pauses: Sequence[tuple[date, date]] = (),
) -> int:  # fmt: skip
    """Return the interest on one debt from its due day through a day, in minor units.

    Parameters
    ----------
    moves
        Everything that raised or lowered the debt, in any order.
    due_on
        The last day on which it could be paid in time.
    through
        The day up to which interest is asked for; it counts itself.
    rule, table
        What the law says, and its weights at least through that day.
    pauses
        First and last days during which this debt bears no interest, such as while it is disputed.

    Examples
    --------
    >>> daily = InterestRule(Dated.of([(date(2024, 1, 1), InterestRate(Decimal("0.0009")))]))
    >>> day = date(2024, 2, 14)
    >>> interest([Move(date(2024, 1, 1), 300_000)], date(2023, 12, 31), day, daily,
    ...          weights(daily, day))
    12150
    """
    known = sorted(moves, key=lambda move: move.day)
    first = due_on + timedelta(days=rule.first_day)
    exact = sum(
        (move.amount * _weight(_counts_from(move, rule), through, first, rule, table)
         for move in known), 0,
    )  # fmt: skip
    for begins, ends in disjoint(pauses):
        exact -= sum(
            move.amount * _weight(max(begins, _counts_from(move, rule)), min(ends, through), first,
                                  rule, table)
            for move in known
        )  # fmt: skip
    return limited(exact, table.denominator, largest_late(known, first, through, rule), rule)


def limited(exact: int, denominator: int, largest: int, rule: InterestRule) -> int:
    """Round exact interest, and hold it within the limits of the law.

    Parameters
    ----------
    exact, denominator
        Interest in minor units is `exact / denominator`.
    largest
        The largest sum that was late: what the cap is a share of.
    rule
        What the law says.
    """
    amount = round_fraction(max(exact, 0), denominator * rule.unit, rule.mode) * rule.unit
    if amount and rule.at_least:
        amount = max(amount, rule.at_least)
    if rule.at_most is not None:
        amount = min(amount, rule.at_most)
    if rule.cap is not None:
        share = Fraction(rule.cap)
        cap = largest * share.numerator
        amount = min(amount, round_fraction(cap, share.denominator * rule.unit, "down") * rule.unit)
    return amount if amount >= rule.claim_from else 0


def round_fraction(numerator: int, denominator: int, mode: RoundingMode) -> int:
    """Round a fraction that is not negative to a whole number.

    Parameters
    ----------
    numerator, denominator
        The fraction; the denominator is positive.
    mode
        What decides a remainder.

    Examples
    --------
    >>> [round_fraction(5, 2, mode) for mode in ("half_up", "half_even", "down", "up")]
    [3, 2, 2, 3]
    """
    whole, rest = divmod(numerator, denominator)
    half = 2 * rest
    goes_up = {
        "half_up": half >= denominator,
        "half_even": half > denominator or (half == denominator and whole % 2 == 1),
        "down": False,
        "up": rest > 0,
    }
    return whole + goes_up[mode]


def segments(
    moves: Iterable[Move], due_on: date, through: date, rule: InterestRule
) -> tuple[InterestSegment, ...]:
    """Show how interest came about: one line for each stretch of days with one debt and one rate.

    Parameters
    ----------
    moves
        Everything that raised or lowered the debt.
    due_on
        The last day on which it could be paid in time.
    through
        The day up to which interest is asked for.
    rule
        What the law says.

    Returns
    -------
    tuple of InterestSegment
        Their interest adds up to what `interest` rounds, before pauses and limits.
    """
    known = sorted(moves, key=lambda move: move.day)
    first = due_on + timedelta(days=rule.first_day)
    long_late = first + timedelta(days=rule.later_after)
    breaks = {first, *rule.rates.days, *(_counts_from(move, rule) for move in known)}
    if rule.later is not None:
        breaks |= {long_late, *rule.later.days}
    table = weights(rule, through)
    starts = sorted(day for day in breaks if max(first, table.first) <= day <= through)
    found = []
    for begin, end in pairwise([*starts, through + timedelta(days=1)]):
        principal = sum(move.amount for move in known if _counts_from(move, rule) <= begin)
        rates = rule.later if rule.later is not None and begin >= long_late else rule.rates
        rate = rates.on(begin) if begin >= rates.days[0] else NO_INTEREST
        last = end - timedelta(days=1)
        weight = Fraction(_weight(begin, last, first, rule, table), table.denominator)
        if principal and rate.share:
            units, cost = weight / rate.exact, principal * weight
            found.append(InterestSegment(begin, last, principal, rate.share, rate.per, units, cost))
    return tuple(found)


def largest_late(moves: Sequence[Move], first: date, through: date, rule: InterestRule) -> int:
    """Return the largest sum that was owed on any day from the first late one through a day.

    Parameters
    ----------
    moves
        In the order of their days.
    first, through
        The first day that counts, and the last.
    rule
        Whether the day of payment still counts as owed.
    """
    standing, largest, day = 0, 0, first
    for move in sorted(moves, key=lambda move: _counts_from(move, rule)):
        counts = max(_counts_from(move, rule), first)
        if counts > through:
            break
        if counts > day:
            largest, day = max(largest, standing), counts
        standing += move.amount
    return max(largest, standing) if first <= through else 0


def disjoint(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join spans of days that overlap or touch, so that no day stands in two.

    Examples
    --------
    >>> [(a.day, b.day) for a, b in disjoint([(date(2024, 1, 5), date(2024, 1, 9)),
    ...                                       (date(2024, 1, 1), date(2024, 1, 6))])]
    [(1, 9)]
    """
    joined: list[tuple[date, date]] = []
    for first, last in sorted(span for span in spans if span[0] <= span[1]):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _counts_from(move: Move, rule: InterestRule) -> date:
    """Return the first day on which interest sees a movement."""
    paid = move.amount < 0 and rule.last_day_counts
    return move.day + timedelta(days=1) if paid else move.day


def _weight(begin: date, last: date, first: date, rule: InterestRule, table: Weights) -> int:
    """Return the weight of the days from `begin` through `last` of a debt late since `first`."""
    if last > table.last:
        raise ValueError(f"the weights end on {table.last}, before {last}")
    start, end = max(begin, first), last + timedelta(days=1)
    if start >= end:
        return 0
    if rule.later is None:
        weight = table.at(end) - table.at(start)
    else:
        turn = min(max(first + timedelta(days=rule.later_after), start), end)
        weight = table.at(turn) - table.at(start) + table.at(end, late=True) - table.at(
            turn, late=True)  # fmt: skip
    place = (first - table.first).days
    # The month in which the debt became late counts whole, though its first day was before.
    if start == first and first.day != 1 and 0 <= place < len(table.month):
        weight += int(table.month[place])
    return weight


def _units(count: DayCount, first: date, days: int) -> tuple[NDArray[np.int64], int]:
    """Return how many units each day adds, times what the second value says."""
    every = np.datetime64(first) + np.arange(days + 1)
    if count == "days":
        return np.ones(days, np.int64), 1
    month = every.astype("datetime64[M]")
    day_of_month = (every - month).astype(np.int64) + 1
    if count == "started_months":
        return (day_of_month[:-1] == 1).astype(np.int64), 1
    if count == "thirty_360":
        serial = month.astype(np.int64) * 30 + np.minimum(day_of_month, LAST_OF_MONTH)
        return np.diff(serial), 1
    years = every[:-1].astype("datetime64[Y]")
    length = ((years + 1).astype("datetime64[D]") - years.astype("datetime64[D]")).astype(np.int64)
    return np.where(length == LEAP_YEAR, YEAR, LEAP_YEAR), YEAR * LEAP_YEAR


def _rate_of_days(
    rates: Dated[InterestRate], first: date, days: int, common: int
) -> NDArray[np.int64]:
    """Return the rate of each day as a numerator over the common denominator."""
    found = np.zeros(days, np.int64)
    for day, rate in zip(rates.days, rates.values, strict=True):
        exact = rate.exact
        found[max((day - first).days, 0) :] = exact.numerator * (common // exact.denominator)
    return found


def _summed(weight: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(weight)])
