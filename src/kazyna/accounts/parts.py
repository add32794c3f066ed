"""Parts in which the law lets the tax of a year be paid, each with a day of its own.

Washington lets a tax of fifty dollars or more be paid in halves by 30 April and 31 October;
whoever misses the first owes the whole (RCW 84.56.020). Estonia asks for at least half of a land
tax, and not less than 64 euros, by 31 March, the rest by 1 October. What differs is data of a pack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kazyna.core.money import allocate

Remainder = Literal["first", "last"]
"""Which part takes what is left over when shares are rounded down."""

Missed = Literal["part", "whole"]
"""What is late when a part is not paid by its day: that part alone, or all that is not paid."""

EXACT_MAX = 2**62


@dataclass(frozen=True)
class PartsRule:
    """How the bills of one tax and year are divided; amounts in minor units."""

    whole_on: date
    """The day of a bill that is not divided."""
    due_days: tuple[date, ...]
    """The days of the parts, rising."""
    shares: tuple[Decimal, ...]
    """What each part is of the bill; together 1."""
    divide_from: int = 0
    """Smaller bills are not divided."""
    first_at_least: int = 0
    """The first part is no less than this, or the whole bill."""
    unit: int = 1
    """Each part is rounded down to a multiple of so many minor units."""
    remainder: Remainder = "first"
    missed: Missed = "part"

    def __post_init__(self) -> None:
        if len(self.due_days) != len(self.shares) or list(self.due_days) != sorted(
            set(self.due_days)
        ):
            raise ValueError("each part has a share and a day of its own, in rising order")
        if min(self.shares) <= 0 or sum(self.shares) != 1:
            raise ValueError("the shares are positive and together 1")

    @property
    def days(self) -> tuple[date, ...]:
        """Every day on which something may be due."""
        return tuple(sorted({*self.due_days, self.whole_on}))


@dataclass(frozen=True)
class Part:
    """One part of a bill, in minor units."""

    due_on: date
    amount: int


def divide_all(amounts: NDArray[np.int64], rule: PartsRule) -> NDArray[np.int64]:
    """Divide bills into their parts; the parts of each add up to it exactly.

    Parameters
    ----------
    amounts
        Minor units, not negative.
    rule
        How they are divided.

    Returns
    -------
    numpy.ndarray
        A row for each of `rule.days`, a column for each bill; nought where nothing is due.
    """
    shares = [Fraction(share) for share in rule.shares]
    largest = int(amounts.max(initial=0)) * max(share.numerator for share in shares)
    if largest > EXACT_MAX:
        raise ValueError(f"a bill of {int(amounts.max())} minor units is too large to be divided")
    parts = [
        amounts * share.numerator // (share.denominator * rule.unit) * rule.unit for share in shares
    ]
    parts[0 if rule.remainder == "first" else -1] += amounts - sum(parts)
    if rule.first_at_least:
        lacking = np.maximum(np.minimum(rule.first_at_least, amounts) - parts[0], 0)
        for number in range(len(parts) - 1, 0, -1):
            taken = np.minimum(parts[number], lacking)
            parts[number] = parts[number] - taken
            parts[0] = parts[0] + taken
            lacking = lacking - taken
    found = np.zeros((len(rule.days), len(amounts)), np.int64)
    divided = amounts >= rule.divide_from
    for day, part in zip(rule.due_days, parts, strict=True):
        found[rule.days.index(day)] += np.where(divided, part, 0)
    found[rule.days.index(rule.whole_on)] += np.where(divided, 0, amounts)
    return found


def divide(amount: int, rule: PartsRule) -> tuple[Part, ...]:
    """Divide one bill.

    Parameters
    ----------
    amount
        Minor units, not negative.
    rule
        How it is divided.

    Examples
    --------
    >>> halves = PartsRule(date(2016, 4, 30), (date(2016, 4, 30), date(2016, 10, 31)),
    ...                    (Decimal("0.5"), Decimal("0.5")), divide_from=5_000)
    >>> [part.amount for part in divide(10_001, halves)]
    [5001, 5000]
    >>> [part.amount for part in divide(4_999, halves)]
    [4999]
    """
    return parts_by_day(divide_all(np.array([amount], np.int64), rule)[:, 0].tolist(), rule)


def divide_again(
    before: Sequence[Part], amount: int, on: date, rule: PartsRule
) -> tuple[Part, ...]:
    """Divide a bill that a correction makes larger or smaller.

    Until the first day on which something is due, the bill is divided anew. From then on what is
    past stands: what is added goes to the parts that are not due yet, by their shares, or all of
    it to the last day where none is left. What is taken off comes off the parts that are not due
    yet, in proportion to what they ask for, and where that is not enough, off those before, the
    latest first.

    Parameters
    ----------
    before
        The parts as they stand.
    amount
        What the bill asks for now, in minor units.
    on
        The day of the correction; a part is due on its day, and past after it.
    rule
        How bills are divided.

    Returns
    -------
    tuple of Part
        They add up to the amount; what is nothing is not there.
    """
    if on <= rule.days[0]:
        return divide(amount, rule)
    stands = {part.due_on: part.amount for part in before}
    difference = amount - sum(stands.values())
    ahead = [day for day in rule.due_days if day >= on]
    if difference >= 0:
        if not ahead:
            ahead = [rule.days[-1]]
        shares = dict(zip(rule.due_days, rule.shares, strict=True))
        weights = [shares.get(day, Decimal(1)) for day in ahead]
        for day, more in zip(ahead, allocate(difference, weights), strict=True):
            stands[day] = stands.get(day, 0) + more
    else:
        _take_off(stands, -difference, on)
    return tuple(Part(day, left) for day, left in sorted(stands.items()) if left)


def divided_over_time(
    amounts: Sequence[tuple[date | None, int]], rule: PartsRule
) -> tuple[Part, ...]:
    """Return the parts of a bill after all its corrections.

    Parameters
    ----------
    amounts
        What the bill asked for from a day on, the first time first. Without a day it is divided as
        its roll was issued, whenever that was.
    rule
        How bills are divided.
    """
    parts: tuple[Part, ...] = ()
    for day, amount in amounts:
        parts = divide(amount, rule) if day is None else divide_again(parts, amount, day, rule)
    return parts


def parts_by_day(amounts: Sequence[int], rule: PartsRule) -> tuple[Part, ...]:
    """Give amounts for each of `rule.days` their days; what is nothing is left out."""
    return tuple(
        Part(day, amount) for day, amount in zip(rule.days, amounts, strict=True) if amount
    )


def _take_off(stands: dict[date, int], less: int, on: date) -> None:
    """Take an amount off the parts ahead in proportion, then off those past, the latest first."""
    ahead = [day for day in sorted(stands) if day >= on and stands[day]]
    asked = sum(stands[day] for day in ahead)
    of_ahead = min(less, asked)
    if of_ahead:
        left = allocate(asked - of_ahead, [Decimal(stands[day]) for day in ahead])
        stands.update(zip(ahead, left, strict=True))
    rest = less - of_ahead
    for day in sorted((day for day in stands if day < on), reverse=True):
        taken = min(rest, stands[day])
        stands[day] -= taken
        rest -= taken
