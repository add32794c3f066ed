"""What a table map says: which raw column plays which part, and how it is read."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kazyna.valuation.evidence.column_reading import Reading

Evidence = Literal["sale", "asking"]
Rest = Literal["keep", "drop"]

ROLES = {"id": "text", "price": "money", "date": "date", "lon": "number", "lat": "number"}
"""The parts that a column can play, each with the parser it has if the map names none."""
MEANINGS = {
    "id": "the property's number",
    "price": "what was paid or asked",
    "date": "the day of the sale or offer",
    "lon": "longitude, WGS 84",
    "lat": "latitude, WGS 84",
}


@dataclass(frozen=True)
class RowNumber:
    """Rows are known by their numbers, where a table names its properties in no column."""

    row_number: bool = True


@dataclass(frozen=True)
class FixedDate:
    """One day for all rows of a table that was taken down on a day and tells none itself."""

    fixed: date


YEARS, MONTHS = (1900, 2100), 12
"""Of sales; a number beyond them tells no day."""


@dataclass(frozen=True)
class SoldIn:
    """Columns of numbers that tell the year of a sale, and perhaps the month, but no day.

    A sale is taken to be of the first of its month, or of the first of July.
    """

    year: str
    month: str | None = None

    def columns(self) -> tuple[str, ...]:
        """Return the columns that are read."""
        return (self.year,) if self.month is None else (self.year, self.month)


@dataclass(frozen=True)
class Near:
    """A file of points or lines whose nearness is a characteristic."""

    file: str
    """GeoJSON or GeoPackage, its path taken from the map's folder."""
    radius_m: float | None = None
    """Also count the points within this distance."""


@dataclass(frozen=True)
class Measured:
    """A file of points or a grid at which something was measured, such as the elevation."""

    file: str
    """Points: GeoJSON or GeoPackage, or CSV or Parquet with lon and lat; or a grid: .tif, .asc,
    .hgt."""
    column: str | None = None
    """What was measured at points; a grid has nothing else."""


@dataclass(frozen=True)
class Areas:
    """A file of polygons that divide the market."""

    file: str
    name: str
    """The property of each polygon that names it; also the name of the new column."""


@dataclass(frozen=True)
class Ignored:
    """A column that is left out, and why."""

    column: str
    because: str = field(default="", compare=False)


@dataclass(frozen=True)
class TableMap:
    """How a raw table becomes a clean one."""

    id: Reading | RowNumber
    price: Reading | None = None
    """May be missing in a map of properties."""
    date: Reading | FixedDate | SoldIn | None = None
    lon: Reading | None = None
    lat: Reading | None = None
    evidence: Evidence = "sale"
    bargaining_discount: float = 0.0
    """Share by which asking prices are lowered to what is paid."""
    bargaining_source: str = ""
    """Where the discount comes from; reports cite it."""
    segment: str | None = None
    """Clean column by which results are reported."""
    stratum: str | None = None
    """Clean column for each of whose values prices are followed over time; the areas, where they
    are given and this is not."""
    land_area: str | None = None
    """Clean column with the plot's area, if values are to be split into land and building."""
    floor_area: str | None = None
    """Clean column with the building's area."""
    rising: tuple[str, ...] = ()
    """Clean columns of which more is never worth less."""
    ignore: tuple[Ignored, ...] = ()
    rest: Rest = "keep"
    characteristics: tuple[tuple[str, Reading], ...] = ()
    near: tuple[tuple[str, Near], ...] = ()
    measured: tuple[tuple[str, Measured], ...] = ()
    areas: Areas | int | None = None
    """Polygons that divide the market, or how many areas are to be found in it."""

    def area_name(self) -> str | None:
        """Return the column that names the area of each row, where areas are given."""
        return self.areas.name if isinstance(self.areas, Areas) else None

    def markets(self) -> dict[str, tuple[str, ...]]:
        """Return the keys that name clean columns, each with the columns that it names."""
        single = ("segment", "stratum", "land_area", "floor_area")
        named: dict[str, tuple[str, ...]] = {
            key: (getattr(self, key),) for key in single if getattr(self, key) is not None
        }
        return {**named, "rising": self.rising} if self.rising else named

    def roles(self) -> dict[str, Reading]:
        """Return the parts that are read from a column."""
        parts = {role: getattr(self, role) for role in ROLES}
        return {role: part for role, part in parts.items() if isinstance(part, Reading)}
