"""Dated values of the law, read from a pack: parameters of taxes and days on which tax is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from kazyna.core.dated import Dated
from kazyna.core.money import ROUNDING, RoundingMode
from kazyna.packs.reading import Section
from kazyna.packs.tables import CONFIDENCES, read_table
from kazyna.tax import Parameter, ParameterValue, Rounding
from kazyna.tax.table import Confidence

T = TypeVar("T")

REPEALED = "repealed"
"""Written as the value from the day on which the law stops."""


@dataclass(frozen=True)
class DueDay:
    """The day on which a tax is due, by an article of law."""

    month: int | None
    """The month of the tax year; None of a tax that is declared every month, which is due in the
    month after."""
    day: int
    law: str
    checked: date | None
    doubt: str | None


def read_parameter(section: Section, name: str, folder: Path) -> Parameter | None:
    """Read one parameter: its label, its unit, and its dated values or the file of its table."""
    label, unit = section.text("label"), section.required("unit", str, "")
    if "file" in section.values:
        values = read_table(section, name, folder)
    else:
        values = read_dated(section, _parameter_value)
    section.finish()
    if not name.isidentifier():
        section.fault("", "the name cannot be a rule's argument", "letters, digits and _")
    return None if values is None else Parameter(name, label, unit, values)


def read_due(section: Section) -> Dated[DueDay] | None:
    """Read the days on which a tax is due."""
    section.text("label")
    days = read_dated(section, _due_day)
    section.finish()
    return days


def read_dated(section: Section, read: Callable[[Section], T]) -> Dated[T] | None:
    """Read `[[values]]`, each from a day; a mistake in one is a finding, and no value at all."""
    pairs: list[tuple[date, T]] = []
    before = len(section.findings)
    for row in section.rows("values"):
        start = row.required("from", date, date.min)
        pairs.append((start, read(row)))
        row.finish()
    if len(section.findings) > before:
        return None
    try:
        return Dated.of(pairs)
    except ValueError as error:
        section.fault("values", str(error), "one value from each day")
        return None


def _parameter_value(row: Section) -> ParameterValue:
    return ParameterValue(
        value=_value(row),
        law=row.required("law", str, ""),
        checked=row.optional("checked", date),
        doubt=row.optional("doubt", str),
        source=row.optional("source", str),
        confidence=_confidence(row),
    )


def _confidence(row: Section) -> Confidence | None:
    given = row.optional("confidence", str)
    if given is not None and given not in CONFIDENCES:
        row.fault("confidence", f"{given!r} is not known", "one of " + ", ".join(CONFIDENCES))
    return CONFIDENCES.get(given or "")


def _value(row: Section) -> Decimal | Rounding | None:
    given = row.values.get("value")
    if given == REPEALED:
        row.asked.add("value")
        return None
    if isinstance(given, dict):
        return _rounding(row.section("value"))
    value = row.required("value", Decimal, Decimal(0))
    if not value.is_finite():
        row.fault("value", f"{value} is not finite", "a number")
    return value


def _rounding(section: Section) -> Rounding:
    unit = section.required("unit", Decimal, Decimal(1))
    mode = section.required("mode", str, "half_up")
    section.finish()
    known: dict[str, RoundingMode] = {name: name for name in ROUNDING}
    if mode not in known:
        section.fault("mode", f"{mode!r} is not known", "one of " + ", ".join(known))
    if not (unit.is_finite() and unit > 0):
        section.fault("unit", f"{unit} is not positive", "a unit such as 0.01 or 100")
        unit = Decimal(1)
    return Rounding(unit, known.get(mode, "half_up"))


def _due_day(row: Section) -> DueDay:
    month, day = row.optional("month", int), row.required("day", int, 1)
    try:
        date(2001, month or 2, day)  # no 29 February: the day must exist in every year and month
    except ValueError as error:
        row.fault("day", f"{month or 'every month'}-{day}: {error}", "a day that always comes")
    return DueDay(
        month=month,
        day=day,
        law=row.required("law", str, ""),
        checked=row.optional("checked", date),
        doubt=row.optional("doubt", str),
    )
