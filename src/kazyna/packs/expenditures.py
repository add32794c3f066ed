"""What the law of a pack gives up: expenditures.toml.

```toml
[free_area]
label = { en = "Free area of a home", ru = "…", ky = "…" }
law = "tax-code art. 379"
by = "dwelling"             # the input by whose words the cost is told apart; may be left out
without = { free_area = 0 } # the numbers and tables of the law that would make the tax ordinary
```

A table of the law is set to the number in all its rows. Which taxes a departure is of follows from
which of them have the parameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.errors import Finding, PackError
from kazyna.core.text import Text
from kazyna.packs.pack import Pack
from kazyna.packs.reading import Section, read_file
from kazyna.packs.taxes import Tax
from kazyna.tax import Table
from kazyna.tax.law import source_key
from kazyna.tax.reform import NewRow, NewValue, Reform

FILE = "expenditures.toml"


@dataclass(frozen=True)
class Departure:
    """One way in which the law asks for less than the ordinary tax."""

    name: str
    label: Text
    law: str
    by: str | None
    """The input by whose words the cost is told apart."""
    without: Mapping[str, Decimal]
    """The parameters that would make the tax ordinary."""

    def overlay(self, tax: Tax, on: date) -> Reform | None:
        """Lay the ordinary law of a day over a tax; None where the tax does not depart."""
        held = tax.rules.on(on).parameters
        of_tax = {name: number for name, number in self.without.items() if name in held}
        tables = {name for name in of_tax if isinstance(held[name].on(on).value, Table)}
        if not of_tax:
            return None
        return Reform(
            self.name,
            {name: NewValue(on, of_tax[name]) for name in of_tax.keys() - tables},
            {name: (NewRow(on, of_tax[name]),) for name in tables},
        )


def read_departures(pack: Pack) -> tuple[Departure, ...]:
    """Read what the law of a pack gives up; none where the pack does not say.

    Raises
    ------
    PackError
        With every mistake of the file.
    """
    if not (pack.folder / FILE).is_file():
        return ()
    findings: list[Finding] = []
    file = read_file(pack.folder, FILE, findings)
    tables = file.tables() if file else ()
    found = tuple(_departure(pack, section, name) for name, section in tables)
    if findings:
        raise PackError(findings)
    return found


def _departure(pack: Pack, section: Section, name: str) -> Departure:
    numbers = section.section("without")
    without = {key: numbers.required(key, Decimal, Decimal(0)) for key in numbers.values}
    departure = Departure(
        name=name,
        label=section.text("label"),
        law=section.required("law", str, ""),
        by=section.optional("by", str),
        without=without,
    )
    section.finish()
    known = {key for tax in pack.taxes.values() for key in tax.rules.parameters}
    for key in sorted(without.keys() - known):
        numbers.fault(key, "no tax has the parameter", "one of " + ", ".join(sorted(known)))
    if departure.by is not None and departure.by not in pack.columns:
        section.fault("by", f"{departure.by!r} is no column", "a column of columns.toml")
    if source_key(departure.law) not in pack.sources:
        section.fault("law", f"{departure.law!r} cites no source", "a key of sources.toml first")
    return departure
