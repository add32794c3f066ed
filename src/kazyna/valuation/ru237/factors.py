"""How each factor was measured: from which column or layer, by which parser, in which unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from kazyna.valuation.evidence.column_reading import Reading
from kazyna.valuation.evidence.parsers import PARSERS
from kazyna.valuation.evidence.table_map import TableMap
from kazyna.valuation.evidence.units import UNITS

Way = Literal["as it stands", "read from text", "distance", "count near by", "measured at", "area"]
FACTOR_SOURCES = pa.schema(
    [(name, pa.string()) for name in ("factor", "way", "source", "detail", "unit")]
    + [("minimum", pa.float64()), ("maximum", pa.float64())]
)
"""Of the table of all `FactorSource`s."""
PLAIN = ("area", "length")
"""Parsers that give numbers in a unit of their own, whatever the table has."""


@dataclass(frozen=True)
class FactorSource:
    """Where the values of one factor come from."""

    factor: str
    way: Way
    source: str
    """The column of the table, or the file of the layer."""
    detail: str = ""
    """The parser, the label or part that is read, the radius, the column of the layer."""
    unit: str = ""
    """Of the values as they are used."""
    minimum: float | None = None
    maximum: float | None = None
    """Values beyond these count as not known."""


def factor_sources(table_map: TableMap | None, factors: Sequence[str]) -> tuple[FactorSource, ...]:
    """Say of each factor how it was measured.

    Parameters
    ----------
    table_map
        By which the tables were made clean; None where their columns were taken as they stand.
    factors
        Names of the factors, in the order in which they are told.
    """
    known = {} if table_map is None else {each.factor: each for each in _declared(table_map)}
    return tuple(
        known.get(name) or _item_of(name, known) or FactorSource(name, "as it stands", name)
        for name in factors
    )


def _declared(table_map: TableMap) -> Iterator[FactorSource]:
    for name, reading in table_map.characteristics:
        yield _read(name, reading)
    for name, near in table_map.near:
        yield FactorSource(f"{name}_distance_m", "distance", near.file, unit="m")
        if near.radius_m is not None:
            within = f"{name}_within_{near.radius_m:g}_m"
            yield FactorSource(within, "count near by", near.file, f"{near.radius_m:g} m")
    for name, measured in table_map.measured:
        yield FactorSource(name, "measured at", measured.file, measured.column or "")
    if (area := table_map.area_name()) is not None and not isinstance(table_map.areas, int | None):
        yield FactorSource(area, "area", table_map.areas.file, area)


def _read(name: str, reading: Reading) -> FactorSource:
    if reading.parser is None:
        return FactorSource(name, "as it stands", reading.column)
    options = reading.options
    told = [reading.parser]
    if options.part is not None:
        told.append(options.part)
    if options.index is not None:
        told.append(str(options.index + 1))
    unit = next(iter(UNITS[reading.parser])) if reading.parser in PLAIN else ""
    if options.unit is not None:
        told.append(f"{options.unit} → {unit}" if unit else options.unit)
    return FactorSource(
        name, "read from text", reading.column, ", ".join(told), unit,
        reading.minimum, reading.maximum,
    )  # fmt: skip


def _item_of(name: str, known: dict[str, FactorSource]) -> FactorSource | None:
    """Find the list that a factor is an item of; its columns are named `list: item`."""
    whole, _, item = name.partition(": ")
    found = known.get(whole)
    if not item or found is None or not found.detail.startswith(PARSERS["items"].name):
        return None
    return FactorSource(name, found.way, found.source, f"{found.detail}, {item}")
