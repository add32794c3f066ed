"""Dated parameters: what the law sets, from which day, by which article."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.dated import Dated
from kazyna.core.errors import Finding, InputError
from kazyna.core.text import Text
from kazyna.tax.exact import Rounding
from kazyna.tax.table import Confidence, Table

ParameterKind = Decimal | Rounding | Table
"""A number, the way in which amounts are rounded, or a table."""


@dataclass(frozen=True)
class ParameterValue:
    """What holds from a day until the next value begins."""

    value: ParameterKind | None
    """None where the law has stopped: nothing can be computed with it."""
    law: str
    checked: date | None = None
    """The day on which a person last compared the value with the act."""
    doubt: str | None = None
    """Why the value may be wrong; it is shown with every bill that uses it."""
    source: str | None = None
    """Where the value was read, beside the act that sets it."""
    confidence: Confidence | None = None


@dataclass(frozen=True)
class Parameter:
    """A named value of the law and its history."""

    name: str
    label: Text
    unit: str
    values: Dated[ParameterValue]

    def on(self, day: date) -> ParameterValue:
        """Return what holds on a day.

        Raises
        ------
        InputError
            If the law had not begun on that day, or had stopped.
        """
        try:
            held = self.values.on(day)
        except LookupError as error:
            expected = f"a day from {self.values.days[0]}"
            raise InputError(Finding(self.name, str(error), expected)) from error
        if held.value is None:
            since = self.values.since(day)
            reason = f"the law that set it stopped on {since} ({held.law})"
            raise InputError(Finding(self.name, reason, f"a day before {since}"))
        return held


def days_of_change(parameters: Iterable[Parameter]) -> tuple[date, ...]:
    """Return the days on which all parameters hold and one of them begins, in order."""
    histories = [parameter.values for parameter in parameters]
    if not histories:
        return ()
    first = max(history.days[0] for history in histories)
    stopped = {
        day
        for history in histories
        for day, held in zip(history.days, history.values, strict=True)
        if held.value is None
    }
    days = {day for history in histories for day in history.days if day >= first}
    return tuple(sorted(days - stopped))
