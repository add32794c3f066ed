"""Which column of the caller's table plays which part, and the reading of the table by it."""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.core.schema import Schema
from kazyna.core.table import as_arrow, check
from kazyna.valuation.schemas import PLACE, PROPERTIES, SALES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64] | npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
AREAS = 7
"""Market areas that are looked for where nobody says how many: as many as a map can colour."""


@dataclass(frozen=True)
class ColumnMap:
    """The names that the caller's table uses; every column not named is a characteristic."""

    id: str
    """The property's identifier."""
    price: str
    """The price of the sale."""
    date: str
    """The day of the sale."""
    lon: str | None = None
    """Longitude in degrees, if the table has coordinates."""
    lat: str | None = None
    """Latitude in degrees, if the table has coordinates."""
    ignore: tuple[str, ...] = ()
    """Columns that say nothing about the value and are to be left out."""
    rising: tuple[str, ...] = ()
    """Characteristics of which more is never worth less, in the trees."""
    segment: str | None = None
    """A characteristic that parts the market, if it has parts."""
    stratum: str | None = None
    """A characteristic for each of whose values prices are followed over time, such as districts;
    the segment where none is named."""
    areas: int = AREAS
    """How many market areas are looked for where no column tells the strata."""
    land_area: str | None = None
    """The characteristic with the plot's area, if values are to be split into land and building."""
    floor_area: str | None = None
    """The characteristic with the building's area; nought is a vacant plot."""
    building_cost: str | None = None
    """The column with the building's depreciated cost on the day of value, by which values are
    split into land and building; no model learns from it."""

    def named(self) -> dict[str, str]:
        """Return the standard name of each part with the caller's name for it."""
        parts = {name: getattr(self, name) for name in ("id", "price", "date", "lon", "lat")}
        return {name: column for name, column in parts.items() if column is not None}


@dataclass(frozen=True)
class Properties:
    """Properties as arrays: identifiers, coordinates, and a table of characteristics."""

    id: npt.NDArray[np.object_]
    lonlat: Floats
    """Shape (rows, 2) in degrees; NaN where a property has no coordinates."""
    characteristics: pa.Table

    def __len__(self) -> int:
        return len(self.id)

    def take(self, rows: Rows) -> "Properties":
        """Take the rows at these positions, or where the mask is true."""
        positions = np.arange(len(self))[rows]
        table = self.characteristics
        if table.num_columns:  # a table without columns has no rows to take
            table = table.take(positions)
        return Properties(self.id[positions], self.lonlat[positions], table)


@dataclass(frozen=True)
class Sales:
    """Market evidence as arrays, in the order of the caller's table."""

    properties: Properties
    price: Floats
    day: Ints
    """Days since 1 January 1970."""
    note: tuple[tuple[str, int], ...] = field(default=())
    """Rows that were left out, as (reason, count)."""
    remarks: tuple[str, ...] = field(default=())
    """What was mended in the rows that stay."""

    def __len__(self) -> int:
        return len(self.price)

    def take(self, rows: Rows, *, left_out: str | None = None) -> "Sales":
        """Take the rows at these positions; `left_out` records why the others went."""
        kept = replace(
            self,
            properties=self.properties.take(rows),
            price=self.price[rows],
            day=self.day[rows],
        )
        missing = len(self) - len(kept)
        if left_out is not None and missing:
            kept = replace(kept, note=(*self.note, (left_out, missing)))
        return kept


def day_number(day: date) -> int:
    """Days since 1 January 1970, the scale on which the engine counts time."""
    return day.toordinal() - EPOCH.toordinal()  # a datetime is a date, too


def read_sales(sales: object, columns: ColumnMap, *, source: str) -> Sales:
    """Check a table of sales against `SALES` and take it apart.

    Parameters
    ----------
    sales
        Any table that speaks Arrow, with the columns that `columns` names.
    columns
        The caller's column names.
    source
        The table's name in the findings.

    Raises
    ------
    InputError
        With every mistake found: wrong names, missing, impossible or repeated values.
    """
    table = as_arrow(sales)
    parts = (
        *filter(
            None,
            (
                columns.segment,
                columns.stratum,
                columns.land_area,
                columns.floor_area,
                columns.building_cost,
            ),
        ),
        *columns.rising,
    )
    _all_there(table, (*columns.named().values(), *columns.ignore, *parts), source)
    table = check(table, _in_callers_words(SALES, columns), source=source)
    day = np.asarray(table[columns.date].cast(pa.int32())).astype(np.int64)
    _no_sale_twice(table, columns, source)
    return Sales(_properties(table, columns), np.array(table[columns.price]), day)


def read_places(properties: object, columns: ColumnMap, *, source: str) -> Floats:
    """Check the coordinates of properties and return them, shape (rows, 2); NaN is unknown.

    Raises
    ------
    InputError
        When a coordinate is impossible, or its column is not there.
    """
    table = as_arrow(properties)
    named = columns.named()
    _all_there(table, tuple(named[part] for part in ("lon", "lat") if part in named), source)
    places = _in_callers_words(Schema("places", PLACE), columns)
    return _lonlat(check(table, places, source=source), columns)


def read_properties(
    properties: object, columns: ColumnMap, *, characteristics: tuple[str, ...], source: str
) -> Properties:
    """Check a table of properties against `PROPERTIES` and take out what a model needs.

    Raises
    ------
    InputError
        When an identifier is missing or stands twice, a coordinate is impossible, or a
        characteristic that the model was fitted with is not in the table.
    """
    table = as_arrow(properties)
    named = columns.named()
    wanted = [named[part] for part in ("id", "lon", "lat") if part in named]
    _all_there(table, (*wanted, *characteristics), source)
    table = check(table, _in_callers_words(PROPERTIES, columns), source=source)
    found = _properties(table, columns)
    return replace(found, characteristics=table.select(characteristics))


def _all_there(table: pa.Table, names: tuple[str, ...], source: str) -> None:
    has = ", ".join(table.column_names)
    findings = [
        Finding(source, f"there is no such column; the table has {has}", "a column by that name",
                column=name)
        for name in names
        if name not in table.column_names
    ]  # fmt: skip
    repeated = {name for name in table.column_names if table.column_names.count(name) > 1}
    findings += [
        Finding(source, "two columns have this name", "every column by its own name", column=name)
        for name in sorted(repeated)
    ]
    if findings:
        raise InputError(findings)


def _in_callers_words(schema: Schema, columns: ColumnMap) -> Schema:
    named = columns.named()
    return Schema(
        schema.name,
        tuple(replace(c, name=named[c.name]) for c in schema.columns if c.name in named),
    )


def _properties(table: pa.Table, columns: ColumnMap) -> Properties:
    taken = {*columns.named().values(), *columns.ignore}
    rest = [name for name in table.column_names if name not in taken]
    ids = np.array(table[columns.id].to_pylist(), dtype=object)
    return Properties(ids, _lonlat(table, columns), table.select(rest))


def _lonlat(table: pa.Table, columns: ColumnMap) -> Floats:
    lonlat = np.full((table.num_rows, 2), np.nan)
    for axis, name in enumerate((columns.lon, columns.lat)):
        if name is not None:
            lonlat[:, axis] = table[name].to_numpy()
    # The point where the equator meets Greenwich lies in the sea: it stands for no place at all.
    unknown = np.isnan(lonlat).any(axis=1) | (lonlat == 0).all(axis=1)
    lonlat[unknown] = np.nan
    return lonlat


def _no_sale_twice(table: pa.Table, columns: ColumnMap, source: str) -> None:
    """One property sold twice on one day is one sale written down twice."""
    pairs = pa.table({"id": table[columns.id], "date": table[columns.date]})
    counts = pairs.group_by(["id", "date"]).aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts["count_all"], 1)).slice(0, 5)
    findings = [
        Finding(
            source,
            f"property {row['id']!r} is sold {row['count_all']} times on {row['date']}",
            "one row for one sale",
            column=columns.id,
        )
        for row in repeated.to_pylist()
    ]
    if findings:
        raise InputError(findings)
