"""What looks wrong in a table: each kind of mistake by its own rule.

Columns are understood by their names in English and Russian, as `column_guess` reads them; a rule
that a name does not call for is not applied.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.valuation.columns import Floats, day_number
from kazyna.valuation.evidence.stray_places import GAP_KM, stray_places
from kazyna.valuation.features import LEAKAGE, learn_encoder

IssueKind = Literal[
    "empty", "constant", "mostly missing", "rare categories", "negative", "zero",
    "impossible year", "future day", "impossible place", "place of nought", "part above whole",
    "place astray", "outlier", "leakage", "duplicate rows", "duplicate identifiers",
    "near duplicates", "one price", "no price",
]  # fmt: skip
Level = Literal["wrong", "look"]
"""`wrong` cannot be true; `look` may be, and a person should decide."""

RARE_ROWS_MAX = 3
FIRST_ROWS = 5
ZERO_SHARE_MAX = 0.01
"""Noughts in fewer rows than this are taken for missing values written as 0."""
YEAR_MIN, YEARS_AHEAD = 1700, 5
"""Flats are sold before the house stands, but not longer before than this."""
OUTLIER_Z, OUTLIER_DISTINCT_MIN = 6.0, 30
MAD_TO_SIGMA = 1.4826
"""The standard deviation of a normal law over its median absolute deviation."""
PROBED_ROWS = 2000
MARKED_MIN = 10_000

MEASURE = re.compile(
    r"price|цена|area|площад|аянт|sq_?ft|_sf\b|m2|м2|rooms|bed|bath|комнат|height|высот|lot", re.I
)
AREA = re.compile(r"area|площад|аянт|sq_?ft|_sf\b|m2|м2", re.I)
YEAR = re.compile(r"(^|_|\b)(year|yr|год)", re.I)
WHOLE_AND_PART = (
    (r"floors|этажность|.*этажей", r"floor|этаж"),
    (r"floor_area_m2|square|общая площадь|площадь", r"living_area_m2|жилая площадь|площадь: жилая"),
    (r"floor_area_m2|square|общая площадь|площадь", r"kitchen_area_m2|площадь: кухня"),
)
"""Names of a whole and of what cannot be more than it."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Issue:
    """Something in the table that a person should look at."""

    kind: IssueKind
    level: Level
    rows: int
    """How many rows it touches."""
    column: str | None = None
    detail: str = ""
    first_rows: tuple[int, ...] = ()
    """The first of them, counted from 1 after the header."""


def issues_of_column(
    name: str, values: Floats | None, *, part: str | None, today: date
) -> Iterator[Issue]:
    """Find impossible and outlying values of a column of numbers or days.

    Parameters
    ----------
    values
        Numbers, or days since 1 January 1970; NaN is missing; None for a column of texts.
    part
        Which part the column plays: `price`, `date`, `lon`, `lat`.
    today
        The first day that is not in the future.
    """
    if values is None or np.isnan(values).all():
        return
    if part == "date":
        yield from _marked(
            "future day", "wrong", values > day_number(today), name, values, day=True
        )
        return
    if part in ("lon", "lat"):
        limit = 180 if part == "lon" else 90
        yield from _marked("impossible place", "wrong", np.abs(values) > limit, name, values)
        yield from _marked("place of nought", "wrong", values == 0, name, values)
        return
    if part == "price" or MEASURE.search(name):
        yield from _marked("negative", "wrong", values < 0, name, values)
    zero = values == 0
    if (part == "price" or AREA.search(name)) and 0 < zero.mean() < ZERO_SHARE_MAX:
        yield from _marked("zero", "wrong", zero, name, values)
    if YEAR.search(name):
        wrong = ((values < YEAR_MIN) & ~zero) | (values > today.year + YEARS_AHEAD)
        wrong |= zero if zero.mean() < ZERO_SHARE_MAX else False
        yield from _marked("impossible year", "wrong", wrong, name, values)
        return
    if part == "price" and len(values) > 1 and np.nanmin(values) == np.nanmax(values):
        yield Issue("one price", "wrong", len(values), name)
    yield from _marked("outlier", "look", _outliers(values), name, values)


def _marked(
    kind: IssueKind, level: Level, mask: Mask, name: str, values: Floats, *, day: bool = False
) -> Iterator[Issue]:
    rows = np.flatnonzero(mask)
    if len(rows) == 0:
        return
    ends = dict.fromkeys(_said(end) for end in (values[rows].min(), values[rows].max()))
    detail = "" if day else " … ".join(ends)
    yield Issue(kind, level, len(rows), name, detail, _first(rows))


def _said(number: float) -> str:
    """Write a number as people do: a year has no mark of thousands."""
    return f"{number:,.6g}" if abs(number) >= MARKED_MIN else f"{number:.6g}"


def _first(rows: npt.NDArray[np.int64]) -> tuple[int, ...]:
    return tuple((rows[:FIRST_ROWS] + 1).tolist())


def _outliers(values: Floats) -> Mask:
    """Mark what lies far from the median by the median deviation, in logarithms where positive."""
    known = values[~np.isnan(values)]
    none = np.zeros(len(values), dtype=np.bool_)
    if len(known) < OUTLIER_DISTINCT_MIN:
        return none
    if known.min() > 0:
        values, known = np.log(values), np.log(known)
    middle = np.median(known)
    spread = MAD_TO_SIGMA * np.median(np.abs(known - middle))
    if spread == 0 or len(np.unique(known[:: max(1, len(known) // PROBED_ROWS)])) <= (
        OUTLIER_DISTINCT_MIN
    ):
        return none
    return np.asarray(np.abs(values - middle) > OUTLIER_Z * spread)


def issues_of_pairs(table: pa.Table) -> Iterator[Issue]:
    """Find parts that are more than their whole, such as a floor above the top one."""
    numbers = [field.name for field in table.schema if _is_number(field.type)]
    for wholes, parts in WHOLE_AND_PART:
        whole = next((n for n in numbers if re.fullmatch(wholes, n.strip().casefold())), None)
        part = next((n for n in numbers if re.fullmatch(parts, n.strip().casefold())), None)
        if whole is None or part is None:
            continue
        above = pc.fill_null(pc.greater(table[part], table[whole]), False)
        rows = np.flatnonzero(np.asarray(above))
        if len(rows):
            yield Issue("part above whole", "wrong", len(rows), part, f"> {whole}", _first(rows))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def leaks(table: pa.Table, parts: dict[str, str]) -> Iterator[Issue]:
    """Find columns that give the price away, an identifier that encodes it among them."""
    price = parts.get("price")
    if price is None or not _is_number(table.schema.field(price).type) or table.num_rows == 0:
        return
    places = {parts.get("lon"), parts.get("lat"), parts.get("date"), price}
    rows = np.unique(np.linspace(0, table.num_rows - 1, PROBED_ROWS).astype(int))
    probe = table.take(rows)
    prices = np.asarray(probe[price].cast(pa.float64()))
    priced = prices > 0
    others = {n: _as_number(probe[n]) for n in table.column_names if n not in places}
    if not others or not priced.any():
        return
    encoder = learn_encoder(pa.table(others).filter(pa.array(priced)), prices[priced])
    for name, reason in encoder.left_out:
        if reason.startswith(LEAKAGE):
            yield Issue("leakage", "wrong", table.num_rows, name, reason.removeprefix(LEAKAGE))


def _as_number(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take texts that are all digits, such as an identifier, for numbers."""
    if pa.types.is_string(values.type) and values.null_count == 0:
        digits = pc.all(pc.match_substring_regex(values, r"^\d{1,15}$")).as_py()
        return values.cast(pa.float64()) if digits else values
    return values


def issues_of_places(table: pa.Table, parts: dict[str, str]) -> Iterator[Issue]:
    """Find places that are none of this market's, such as those with swapped coordinates."""
    names = [parts[axis] for axis in ("lon", "lat") if axis in parts]
    if len(names) != len(("lon", "lat")) or not all(
        _is_number(table.schema.field(name).type) for name in names
    ):
        return
    lonlat = np.column_stack([np.asarray(table[name].cast(pa.float64())) for name in names])
    lonlat[~np.isfinite(lonlat).all(axis=1) | (lonlat == 0).all(axis=1)] = np.nan
    found = stray_places(lonlat)
    kinds: tuple[tuple[Level, Mask, str], ...] = (
        ("wrong", found.mirrored, f"{names[0]} ↔ {names[1]}, ±"),
        ("look", found.far, f"> {GAP_KM:,.0f} km"),
    )
    for level, mask, detail in kinds:
        rows = np.flatnonzero(mask)
        if len(rows):
            yield Issue("place astray", level, len(rows), names[0], detail, _first(rows))


def issues_of_rows(whole: Mask, identifiers: Mask, near: Mask) -> Iterator[Issue]:
    """Name rows that stand more than once: each mask has them."""
    kinds: tuple[tuple[IssueKind, Level, Mask], ...] = (
        ("duplicate rows", "wrong", whole),
        ("duplicate identifiers", "look", identifiers),
        ("near duplicates", "look", near),
    )
    for kind, level, mask in kinds:
        rows = np.flatnonzero(mask)
        if len(rows):
            yield Issue(kind, level, len(rows), first_rows=_first(rows))
