"""The parts in which a tax may be paid, read from `[parts]` of a pack's accounts.toml."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import get_args

from kazyna.accounts import Missed, PartsRule, Remainder
from kazyna.core.dated import Dated
from kazyna.core.money import Currency, to_minor
from kazyna.core.text import Text
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.parameters import REPEALED, read_dated
from kazyna.packs.reading import Section


@dataclass(frozen=True)
class PartOfYear:
    """One part: its day in the tax year, and its share of the bill."""

    month: int
    day: int
    share: Decimal


@dataclass(frozen=True)
class PartsLaw:
    """In which parts a tax may be paid; amounts in units of the currency."""

    parts: tuple[PartOfYear, ...]
    divide_from: Decimal
    first_at_least: Decimal
    unit: Decimal | None
    """None for the smallest amount of the currency."""
    remainder: Remainder
    missed: Missed
    grounds: Grounds

    def rule(self, year: int, *, whole_on: date, currency: Currency) -> PartsRule:
        """Return what the engine computes with, for the bills of a tax year."""
        return PartsRule(
            whole_on=whole_on,
            due_days=tuple(date(year, part.month, part.day) for part in self.parts),
            shares=tuple(part.share for part in self.parts),
            divide_from=to_minor(self.divide_from, currency),
            first_at_least=to_minor(self.first_at_least, currency),
            unit=to_minor(self.unit, currency) if self.unit else 1,
            remainder=self.remainder,
            missed=self.missed,
        )


@dataclass(frozen=True)
class TaxParts:
    """The parts of one tax by the day from which they hold; None from when there are none."""

    label: Text
    values: Dated[PartsLaw | None]

    def on(self, day: date) -> PartsLaw | None:
        """Return the law of a day; None where bills are not divided."""
        return self.values.on(day) if day >= self.values.days[0] else None


def read_parts(section: Section) -> TaxParts | None:
    """Read the parts of one tax, each set of them from a day; None where they are wrong."""
    label = section.text("label")
    values = read_dated(section, _law)
    section.finish()
    return TaxParts(label, values) if values is not None else None


def _law(row: Section) -> PartsLaw | None:
    if "value" in row.values:
        if row.required("value", str, "") != REPEALED:
            row.fault("value", f"{row.values['value']!r} is not accepted", repr(REPEALED))
        read_grounds(row)
        return None
    remainder, missed = row.required("remainder", str, "first"), row.required("missed", str, "part")
    remainders: dict[str, Remainder] = {name: name for name in get_args(Remainder)}
    kinds: dict[str, Missed] = {name: name for name in get_args(Missed)}
    for key, given, known in (
        ("remainder", remainder, list(remainders)),
        ("missed", missed, list(kinds)),
    ):
        if given not in known:
            row.fault(key, f"{given!r} is not known", "one of " + ", ".join(known))
    law = PartsLaw(
        parts=tuple(map(_part, row.rows("parts"))),
        divide_from=row.optional("divide_from", Decimal) or Decimal(0),
        first_at_least=row.optional("first_at_least", Decimal) or Decimal(0),
        unit=row.optional("unit", Decimal),
        remainder=remainders.get(remainder, "first"),
        missed=kinds.get(missed, "part"),
        grounds=read_grounds(row),
    )
    _check(row, law)
    return law


def _part(row: Section) -> PartOfYear:
    part = PartOfYear(
        month=row.required("month", int, 1),
        day=row.required("day", int, 1),
        share=row.required("share", Decimal, Decimal(1)),
    )
    row.finish()
    try:
        date(2001, part.month, part.day)  # no 29 February: the day must exist in every year
    except ValueError as error:
        row.fault("day", f"{part.month}-{part.day}: {error}", "a day that always comes")
    return part


def _check(row: Section, law: PartsLaw) -> None:
    days = [(part.month, part.day) for part in law.parts]
    if days != sorted(set(days)):
        row.fault("parts", "the days do not rise", "each part after the one before")
    if not all(part.share.is_finite() and part.share > 0 for part in law.parts) or (
        law.parts and sum(part.share for part in law.parts) != 1
    ):
        row.fault("parts", "the shares are not together 1", "positive shares that add up to 1")
    for key, amount in (("divide_from", law.divide_from), ("first_at_least", law.first_at_least)):
        if not amount.is_finite() or amount < 0:
            row.fault(key, f"{amount} is not accepted", "an amount from 0")
    if law.unit is not None and not (law.unit.is_finite() and law.unit > 0):
        row.fault("unit", f"{law.unit} is not positive", "a unit such as 0.01 or 1")
