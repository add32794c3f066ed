"""A value that changes by date, such as a rate of tax."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Dated(Generic[T]):
    """Values in the order of the days from which they hold; each holds until the next begins."""

    days: tuple[date, ...]
    values: tuple[T, ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[date, T]]) -> "Dated[T]":
        """Build from (first day, value) pairs in any order; two values for one day are an error."""
        ordered = sorted(pairs, key=lambda pair: pair[0])
        days = tuple(day for day, _ in ordered)
        if not days:
            raise ValueError("no value is given for any day")
        for day, following in pairwise(days):
            if day == following:
                raise ValueError(f"two values begin on {day}")
        return cls(days, tuple(value for _, value in ordered))

    def on(self, day: date) -> T:
        """Return the value that holds on `day`; raise LookupError before the first one begins."""
        position = bisect_right(self.days, day)
        if position == 0:
            raise LookupError(f"no value holds on {day}: the first begins on {self.days[0]}")
        return self.values[position - 1]

    def since(self, day: date) -> date:
        """Return the day from which the value that holds on `day` has held."""
        self.on(day)
        return self.days[bisect_right(self.days, day) - 1]
