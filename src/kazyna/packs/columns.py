"""What each input column of a jurisdiction's tables means."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from kazyna.core.schema import ColumnType
from kazyna.packs.reading import Section
from kazyna.tax import InputColumn


@dataclass(frozen=True)
class FloorArea:
    """The column by which value per square metre is reckoned."""

    column: str
    m2_per_unit: Decimal
    """Square metres in one unit of the column: exactly 0.09290304 for square feet."""


@dataclass(frozen=True)
class Columns:
    """All declared columns, and those that play a part of their own."""

    by_name: Mapping[str, InputColumn]
    floor_area: FloorArea | None
    neighbourhood: str | None
    """The column by which neighbouring properties belong together."""
    land_area: str | None
    """The column with the plot's area, where values are split into land and building."""


def read_columns(file: Section) -> Columns:
    """Read columns.toml."""
    columns = {
        name: read_column(section, name) for name, section in file.section("columns").tables()
    }
    area = _floor_area(file.section("floor_area"), columns) if "floor_area" in file.values else None
    neighbourhood, land_area = (
        _named(file, part, columns) for part in ("neighbourhood", "land_area")
    )
    file.finish()
    return Columns(columns, area, neighbourhood, land_area)


def read_column(section: Section, name: str) -> InputColumn:
    """Read what one column means and accepts."""
    kind, known = section.required("type", str, "text"), get_args(ColumnType)
    if kind not in known:
        section.fault("type", f"{kind!r} is not known", "one of " + ", ".join(known))
    types: dict[str, ColumnType] = {item: item for item in known}
    low, high = section.optional("minimum", Decimal), section.optional("maximum", Decimal)
    if low is not None and high is not None and low > high:
        section.fault("minimum", f"{low} is above the maximum {high}", f"at most {high}")
    decimals = section.optional("decimals", int)
    column = InputColumn(
        name=name,
        type=types.get(kind, "text"),
        meaning=section.required("meaning", str, ""),
        unit=section.optional("unit", str),
        minimum=low,
        maximum=high,
        allowed=section.strings("allowed") if "allowed" in section.values else None,
        label=section.text("label"),
        decimals=decimals or 0,
    )
    section.finish()
    return column


def _named(file: Section, part: str, columns: Mapping[str, InputColumn]) -> str | None:
    """Read which column plays a part, where one does."""
    column = file.optional(part, str)
    if column is not None and column not in columns:
        file.fault(part, f"{column!r} is not declared", "one of " + ", ".join(columns))
    return column


def _floor_area(section: Section, columns: Mapping[str, InputColumn]) -> FloorArea:
    column = section.required("column", str, "")
    factor = section.required("m2_per_unit", Decimal, Decimal(1))
    section.finish()
    if column and column not in columns:
        section.fault("column", f"{column!r} is not declared", "one of " + ", ".join(columns))
    if factor <= 0:
        section.fault("m2_per_unit", f"{factor} is not positive", "square metres in one unit")
    return FloorArea(column, factor)
