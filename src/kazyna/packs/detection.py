"""Limits of the rules of detection, read from `detection.toml` of a pack, and least prices.

A pack without the file leaves every limit as its rule says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from kazyna.core.dated import Dated
from kazyna.core.errors import Finding, PackError
from kazyna.marking.detection import MINIMUM_PRICES, RULES
from kazyna.marking.detection.events import INTRODUCED
from kazyna.packs.pack import Pack
from kazyna.packs.parameters import read_dated
from kazyna.packs.reading import Section, read_file
from kazyna.tax import Parameter, Table

FILE = "detection.toml"
EXCISE, LEAST_PRICE = "excise", "minimum_retail_price"
ANY_GOODS = "*"
RECONCILIATION = "reconciliation"


@dataclass(frozen=True)
class DetectionRules:
    """What a jurisdiction sets of detection, by day."""

    limits: Mapping[str, Mapping[str, Dated[Decimal]]] = field(default_factory=dict)
    """By rule and name of the limit."""
    minimum_prices: pa.Table = field(default_factory=MINIMUM_PRICES.empty_table)

    def on(self, day: date) -> dict[str, dict[str, Decimal]]:
        """Return the limits that the pack sets on a day."""
        return {
            rule: {name: dated.on(day) for name, dated in limits.items() if dated.days[0] <= day}
            for rule, limits in self.limits.items()
        }


def read_detection_rules(pack: Pack) -> DetectionRules:
    """Read the limits and the least prices of a pack.

    Raises
    ------
    PackError
        If the file is wrong, with every mistake by its key.
    """
    prices = minimum_prices(pack)
    if not (pack.folder / FILE).is_file():
        return DetectionRules(minimum_prices=prices)
    return DetectionRules(_limits(pack.folder), prices)


def minimum_prices(pack: Pack) -> pa.Table:
    """Return the least retail prices of the pack's excise goods, as detection reads them."""
    tax = pack.taxes.get(EXCISE)
    parameter = tax.rules.parameters.get(LEAST_PRICE) if tax else None
    return MINIMUM_PRICES.empty_table() if parameter is None else _price_table(parameter)


def reconciled_kinds(pack: Pack) -> tuple[str, ...]:
    """Return the operations on which excise is owed and declared by the month.

    Raises
    ------
    PackError
        If the file is wrong.
    """
    if not (pack.folder / FILE).is_file():
        return INTRODUCED
    findings: list[Finding] = []
    file = read_file(pack.folder, FILE, findings)
    section = file.section(RECONCILIATION) if file else None
    kinds = section.strings("excise_on") if section else ()
    if section and not set(kinds) <= set(INTRODUCED):
        section.fault("excise_on", f"{kinds!r} are not all known", "of " + ", ".join(INTRODUCED))
    if findings:
        raise PackError(findings)
    return kinds


def _price_table(parameter: Parameter) -> pa.Table:
    """Spread a dated table into rows of goods, first day, last day and price."""
    rows = []
    days = parameter.values.days
    for number, (since, held) in enumerate(zip(days, parameter.values.values, strict=True)):
        until = days[number + 1] - timedelta(days=1) if number + 1 < len(days) else None
        if not isinstance(held.value, Table):
            continue
        for row in held.value.rows:
            goods = str(row.keys[0])
            if goods != ANY_GOODS and row.value:
                rows.append({"goods": goods, "since": since, "until": until, "price": row.value})
    return pa.Table.from_pylist(rows, schema=MINIMUM_PRICES)


def _limits(folder: Path) -> dict[str, dict[str, Dated[Decimal]]]:
    findings: list[Finding] = []
    file = read_file(folder, FILE, findings)
    if file is None:
        raise PackError(findings)
    known = {rule.name: {limit.name for limit in rule.limits} for rule in RULES}
    limits: dict[str, dict[str, Dated[Decimal]]] = {}
    file.asked.add(RECONCILIATION)
    for name, section in file.tables():
        if name not in known:
            file.fault(name, "no rule has this name", "one of " + ", ".join(sorted(known)))
            continue
        limits[name] = _of_rule(section, known[name])
    if findings:
        raise PackError(findings)
    return limits


def _of_rule(section: Section, known: set[str]) -> dict[str, Dated[Decimal]]:
    read: dict[str, Dated[Decimal]] = {}
    for name, limit in section.tables():
        if name not in known:
            expected = "one of " + ", ".join(sorted(known)) if known else "none: it has no limits"
            section.fault(name, "the rule has no such limit", expected)
            continue
        dated = read_dated(limit, _value)
        limit.finish()
        if dated is not None:
            read[name] = dated
    return read


def _value(row: Section) -> Decimal:
    value = row.required("value", Decimal, Decimal(0))
    row.required("why", str, "")
    if not (value.is_finite() and value >= 0):
        row.fault("value", f"{value} is not accepted", "a number of 0 or more")
        return Decimal(0)
    return value
