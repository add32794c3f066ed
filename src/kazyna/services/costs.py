"""Values by cost: the tables of a country in one TOML file, buildings from a file. No database."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kazyna.core.dated import Dated
from kazyna.core.errors import Finding, InputError
from kazyna.core.money import RoundingMode
from kazyna.core.text import Language
from kazyna.store import files
from kazyna.valuation.land_and_cost.building_cost import cost_column
from kazyna.valuation.land_and_cost.cost import (
    NOT_CALIBRATED,
    Building,
    Calibration,
    CostFactor,
    CostTables,
    CostValue,
    Curve,
    UnitCost,
    calibrate_cost,
    depreciated_cost,
    value_by_cost,
)

MONEY = pa.decimal128(18, 2)
AMOUNTS = ("size", "age", "year_built", "functional", "external", "land")
NAMES = ("kind", "condition", "location")

BUILDING_COST = "building_cost"
"""The column of depreciated costs that is put beside sales and properties."""

Positive = Annotated[Decimal, Field(gt=0)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


class _Part(BaseModel):
    """A part of the file: a key that means nothing is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(_Part):
    """What a unit of size of one class of buildings costs new, and how long it lasts."""

    cost: Positive
    on: date
    life: Annotated[int, Field(gt=0)]
    source: str


class Condition(_Part):
    """The share of what age has left that a condition takes."""

    share: Share
    source: str


class Location(_Part):
    """The factor on the cost new at a place."""

    factor: Positive
    source: str


class Level(_Part):
    """The level of building costs from a day."""

    since: Annotated[date, Field(alias="from")]
    level: Positive


class BuildingColumns(_Part):
    """Which column of the table of buildings plays which part."""

    kind: str
    size: str
    age: str | None = None
    year_built: str | None = None
    condition: str | None = None
    location: str | None = None
    functional: str | None = None
    external: str | None = None
    land: str | None = None


class CostFile(_Part):
    """The whole file; docs/methods/land-and-cost.md shows one."""

    columns: BuildingColumns
    kinds: Mapping[str, Kind]
    conditions: Mapping[str, Condition] = {}
    locations: Mapping[str, Location] = {}
    cost_index: tuple[Level, ...] = ()
    curve: Curve = "ross"
    physical_max: Share = Decimal("0.8")
    rounding: Positive = Decimal(1)
    rounding_mode: RoundingMode = "half_up"

    @property
    def tables(self) -> CostTables:
        """The numbers as the engine takes them."""
        levels = [(each.since, each.level) for each in self.cost_index]
        return CostTables(
            unit_costs={k: UnitCost(v.cost, v.on, v.source) for k, v in self.kinds.items()},
            lives={name: kind.life for name, kind in self.kinds.items()},
            conditions={k: CostFactor(v.share, v.source) for k, v in self.conditions.items()},
            locations={k: CostFactor(v.factor, v.source) for k, v in self.locations.items()},
            cost_index=Dated.of(levels) if levels else None,
            curve=self.curve,
            physical_max=self.physical_max,
        )


@dataclass(frozen=True)
class CostReport:
    """What a valuation by cost wrote."""

    buildings: int
    total_value: Decimal
    calibration: Decimal
    """The market's factor on depreciated cost; 1 where no sales gave one."""
    calibrated_on: int
    """Sales that gave it."""
    note: str | None
    """Why the factor is one."""
    files: tuple[str, ...]


@dataclass(frozen=True)
class CostSales:
    """Sales of like buildings by which cost is calibrated."""

    source: Path | str
    price: str = "price"
    sold_on: str = "date"


def read_cost_file(path: Path) -> CostFile:
    """Read the tables of a country.

    Raises
    ------
    InputError
        With every key that is missing, unknown or impossible.
    """
    return cost_file_of(files.read_text(path), source=str(path))


def read_cost_text(path: Path) -> str:
    """Return the text of a file of costs that can be used, to be kept with what it values."""
    text = files.read_text(path)
    cost_file_of(text, source=str(path))
    return text


def cost_text(content: bytes) -> str:
    """Return the text of a file of costs that was sent.

    Raises
    ------
    InputError
        When it is no text in UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Finding("costs", str(error), "TOML in UTF-8")) from error


def cost_file_of(text: str, *, source: str) -> CostFile:
    """Take the tables of a country from a text; `source` is named in the findings.

    Raises
    ------
    InputError
        With every key that is missing, unknown or impossible.
    """
    try:
        given = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        expected = 'TOML; names in other letters stand in quotes: [kinds."дом"]'
        raise InputError(Finding(source, str(error), expected)) from error
    try:
        found = CostFile.model_validate(given)
        _ = found.tables
    except ValidationError as error:
        raise InputError(
            Finding(source, f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}",
                    "see docs/methods/land-and-cost.md")
            for fault in error.errors()
        ) from error  # fmt: skip
    except ValueError as error:
        raise InputError(Finding(source, str(error), "one level from each day")) from error
    parts = found.columns
    if (parts.age is None) == (parts.year_built is None):
        reason = "columns: the age is not given, or given twice"
        raise InputError(Finding(source, reason, "one of age and year_built"))
    return found


def cost_files(
    buildings: Path | str,
    tables: Path,
    *,
    as_of: date,
    out: Path,
    id_column: str = "id",
    sales: CostSales | None = None,
    language: Language = "en",
) -> CostReport:
    """Value the buildings of a file by their cost as of a day.

    Writes cost.parquet (a value and its steps for every building) and cost.csv (the values alone).

    Parameters
    ----------
    buildings
        A table with the columns that the file of tables names.
    tables
        The numbers of the country, TOML.
    sales
        Sales of like buildings up to the day, with the same columns: their median of
        (price - land) / depreciated cost is applied to all.
    language
        Of the steps' words.

    Raises
    ------
    InputError
        With every building that cannot be valued, by row and column.
    """
    plan = read_cost_file(tables)
    table = files.read_table(buildings)
    given = list(buildings_of(plan, table, on=as_of, id_column=id_column,
                              source=files.name_of(buildings)))  # fmt: skip
    calibration = _calibrated(plan, sales, as_of, id_column) if sales else NOT_CALIBRATED
    values = values_of(plan, given, on=as_of, calibration=calibration)
    written = pa.table(
        {
            "id": pa.array([each.id for each in values], pa.string()),
            "value": pa.array([each.value for each in values], MONEY),
            "steps": pa.array(
                [[{"step": s.words(language), "amount": s.amount, "source": s.source}
                  for s in each.steps] for each in values],
                pa.list_(pa.struct([("step", pa.string()), ("amount", MONEY),
                                    ("source", pa.string())])),
            ),
        }
    )  # fmt: skip
    paths = (out / "cost.parquet", out / "cost.csv")
    files.write_tables(
        [written], {paths[0]: lambda whole: whole, paths[1]: lambda whole: whole.drop(["steps"])}
    )
    return CostReport(
        buildings=len(values),
        total_value=sum((each.value for each in values), Decimal(0)),
        calibration=calibration.factor,
        calibrated_on=calibration.sales,
        note=calibration.fallback,
        files=tuple(map(str, paths)),
    )


def values_of(
    plan: CostFile,
    buildings: Iterable[Building],
    *,
    on: date,
    calibration: Calibration = NOT_CALIBRATED,
) -> list[CostValue]:
    """Value buildings by the tables of a file."""
    return value_by_cost(
        buildings, plan.tables, on=on, unit=plan.rounding, calibration=calibration,
        rounding=plan.rounding_mode,
    )  # fmt: skip


def beside_market_values(values: Iterable[CostValue], schema: pa.Schema) -> pa.Table:
    """Lay values by cost out as the market's are; what only the market tells is empty.

    The base is nothing, and the reasons are the steps; they add up to the value.
    """
    rows = [
        {
            "id": each.id,
            "value": each.value,
            "base": Decimal(0),
            "reasons": [
                {"reason": step.name, "amount": step.amount} for step in each.steps if step.amount
            ],
            "comparables": [],
            "land": (land := sum((s.amount for s in each.steps if s.name == "land"), Decimal(0))),
            "building": each.value - land,
            "method": "cost",
        }
        for each in values
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def buildings_of(
    plan: CostFile,
    table: pa.Table,
    *,
    on: date,
    id_column: str,
    source: str,
    land: pa.Array | None = None,
) -> Iterable[Building]:
    """Read the buildings of a table.

    Parameters
    ----------
    land
        Land values beside the table, where it has no column of its own for them.

    Raises
    ------
    InputError
        With every column that is missing and every cell that is empty or no number.
    """
    named = {part: name for part, name in plan.columns if name is not None}
    lacking = [name for name in (id_column, *named.values()) if name not in table.column_names]
    if lacking:
        has = ", ".join(table.column_names)
        raise InputError(
            Finding(source, "there is no such column", f"one of {has}", column=name)
            for name in lacking
        )
    findings: list[Finding] = []
    read: dict[str, list[Any]] = {
        part: _cells(table[name], part, name, source, findings) for part, name in named.items()
    }
    if findings:
        raise InputError(findings)
    if land is not None and "land" not in read:
        read["land"] = land.to_pylist()
    ids = table[id_column].cast(pa.string()).to_pylist()
    return (
        _building(number, {part: cells[row] for part, cells in read.items()}, on)
        for row, number in enumerate(ids)
    )


def with_building_cost(
    table: pa.Table, plan: CostFile, *, on: date, sold_on: str | None = None
) -> pa.Table:
    """Put the depreciated cost of buildings on a day beside a table that tells of them.

    A table without the columns of the cost file stays as it is. A building that the tables do not
    know gets no cost: then its floor area speaks for it.

    Parameters
    ----------
    sold_on
        The column of the day of the sale: a building sold earlier was younger then.
    """
    named = {part: name for part, name in plan.columns if name is not None and part != "land"}
    if any(name not in table.column_names for name in named.values()):
        return table
    parts: dict[str, pa.ChunkedArray] = {}
    for part, name in named.items():
        column = table[name]
        if part in AMOUNTS:
            parts[part] = pc.cast(column, pa.float64(), safe=False)
        else:
            parts[part] = pc.cast(column, pa.string())
    if "year_built" in parts:
        day = table[sold_on] if sold_on else pa.chunked_array([[on] * table.num_rows], pa.date32())
        year = pc.cast(pc.year(day), pa.float64())
        parts["age"] = pc.max_element_wise(pc.subtract(year, parts.pop("year_built")), 0.0,
                                           skip_nulls=False)  # fmt: skip
    cost = cost_column(pa.table(parts), plan.tables, on=on)
    return table.append_column(BUILDING_COST, cost)


def _cells(
    column: pa.ChunkedArray, part: str, name: str, source: str, findings: list[Finding]
) -> list[Any]:
    """Read one column; what may be left empty is read as nothing."""
    kind: Literal["a number", "a name"] = "a number" if part in AMOUNTS else "a name"
    try:
        typed = pa.decimal128(28, 6) if part in AMOUNTS else pa.string()
        cells: list[Any] = pc.cast(column, typed).to_pylist()
    except pa.ArrowInvalid as error:
        findings.append(Finding(source, str(error), kind, column=name))
        return []
    if part not in {"functional", "external", "land"}:
        findings += [
            Finding(source, "the cell is empty", kind, row=row, column=name)
            for row, cell in enumerate(cells, start=1)
            if cell is None
        ]
    return cells


def _building(number: str, cells: dict[str, Any], on: date) -> Building:
    age = cells.get("age")
    if age is None:
        age = max(on.year - int(cells["year_built"]), 0)
    return Building(
        id=number,
        kind=cells["kind"],
        size=cells["size"].normalize(),
        age=int(age),
        condition=cells.get("condition"),
        location=cells.get("location"),
        functional=cells.get("functional") or Decimal(0),
        external=cells.get("external") or Decimal(0),
        land=cells.get("land") or Decimal(0),
    )


def _calibrated(plan: CostFile, sales: CostSales, on: date, id_column: str) -> Calibration:
    """Learn from sales up to the day how the market sees depreciated cost."""
    table, source = files.read_table(sales.source), files.name_of(sales.source)
    for name in (sales.price, sales.sold_on):
        if name not in table.column_names:
            raise InputError(Finding(source, "there is no such column", "it", column=name))
    table = table.filter(pc.less_equal(table[sales.sold_on].cast(pa.date32()), pa.scalar(on)))
    sold = list(buildings_of(plan, table, on=on, id_column=id_column, source=source))
    prices = pc.cast(table[sales.price], pa.decimal128(28, 6)).to_pylist()
    return calibrate_cost(
        prices,
        [each.land for each in sold],
        [depreciated_cost(each, plan.tables, on) for each in sold],
    )
