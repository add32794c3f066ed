"""What a table holds, column by column, before anything is modelled on it.

Made for tables of millions of rows: each column is looked at once, by vectors.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.progress import Progress, silent
from kazyna.valuation.columns import EPOCH, ColumnMap, Floats
from kazyna.valuation.evidence.duplicates import in_groups, mix, no_codes, repeats
from kazyna.valuation.evidence.plain_table import plain_table
from kazyna.valuation.evidence.profile_issues import (
    RARE_ROWS_MAX,
    Issue,
    issues_of_column,
    issues_of_pairs,
    issues_of_places,
    issues_of_rows,
    leaks,
)

Kind = Literal["number", "whole number", "text", "boolean", "date", "other"]

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 24
FREQUENT_MAX = 10
LOG_SPREAD = 50.0
"""Ratio of the 99 % to the 1 % quantile beyond which bins are equal on a scale of logarithms."""


@dataclass(frozen=True)
class Histogram:
    """How often what occurs between the 1 % and the 99 % quantile; the end bins hold the rest."""

    edges: tuple[float, ...]
    """Shape (bars + 1,), rising; of dates in days since 1 January 1970."""
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Frequent:
    """A value and the rows that hold it."""

    value: str
    rows: int


@dataclass(frozen=True)
class ColumnProfile:
    """One column: what it is, what is missing, how its values are spread."""

    name: str
    kind: Kind
    missing: int
    distinct: int
    minimum: float | date | None = None
    maximum: float | date | None = None
    quantiles: tuple[tuple[float, float | date], ...] = ()
    """Pairs of share and value."""
    mean: float | None = None
    histogram: Histogram | None = None
    frequent: tuple[Frequent, ...] = ()
    """Of texts, truths and numbers of few values: the most frequent."""
    rare: int = 0
    """Of texts: values in fewer than three rows, which a model cannot tell apart."""
    rare_rows: int = 0


@dataclass(frozen=True)
class Profile:
    """A whole table."""

    source: str
    rows: int
    duplicate_rows: int
    """Rows that equal an earlier one in every column."""
    duplicate_ids: int
    """Rows whose identifier stands in an earlier row."""
    near_duplicates: int
    """Rows that equal another in all but identifier, day and place: one sale under two numbers?"""
    columns: tuple[ColumnProfile, ...]
    issues: tuple[Issue, ...]


def profile(
    table: object,
    *,
    source: str,
    today: date,
    columns: ColumnMap | None = None,
    progress: Progress = silent,
) -> Profile:
    """Describe every column of a table and name what looks wrong.

    Parameters
    ----------
    table
        Any table that speaks Arrow.
    source
        The table's name.
    today
        Days after this one, and years well after it, are impossible.
    columns
        Which columns play a part; what is known only of prices, identifiers and places is then
        looked at too. Names that the table does not have are passed over.
    progress
        Told of each column.

    Raises
    ------
    InputError
        When two columns have one name.
    """
    raw = plain_table(table, source=source)
    parts = _parts(raw, columns)
    whole, like = no_codes(raw.num_rows), no_codes(raw.num_rows)
    found: list[ColumnProfile] = []
    issues: list[Issue] = []
    same_id = np.zeros(raw.num_rows, dtype=np.bool_)
    named = {parts.get(part) for part in ("id", "date", "lon", "lat")}
    for number, name in enumerate(raw.column_names):
        progress("profile", number, raw.num_columns)
        described, codes, values = _described(name, raw.column(number))
        found.append(described)
        part = _part_of(name, parts)
        issues += issues_of_column(name, values, part=part, today=today)
        issues += _issues_of_values(described, raw.num_rows, part)
        whole = mix(whole, codes)
        like = like if name in named else mix(like, codes)
        if name == parts.get("id"):
            same_id = repeats(no_codes(len(codes)) ^ codes.astype(np.uint64))
    same = repeats(whole)
    near = in_groups(like) & ~in_groups(whole) if "id" in parts else np.zeros(0, dtype=bool)
    issues += issues_of_pairs(raw)
    issues += issues_of_places(raw, parts)
    issues += leaks(raw, parts)
    if "price" not in parts:
        issues.append(Issue("no price", "look", raw.num_rows))
    issues += issues_of_rows(same, same_id, near)
    order = {name: position for position, name in enumerate(raw.column_names)}
    issues.sort(key=lambda issue: (issue.level != "wrong", order.get(issue.column or "", -1)))
    return Profile(
        source, raw.num_rows, int(same.sum()), int(same_id.sum()), int(near.sum()), tuple(found),
        tuple(issues),
    )  # fmt: skip


def _parts(raw: pa.Table, columns: ColumnMap | None) -> dict[str, str]:
    named = columns.named() if columns is not None else {}
    return {part: name for part, name in named.items() if name in raw.column_names}


def _part_of(name: str, parts: dict[str, str]) -> str | None:
    return next((part for part, column in parts.items() if column == name), None)


def _described(
    name: str, values: pa.ChunkedArray
) -> tuple[ColumnProfile, npt.NDArray[np.int64], Floats | None]:
    """Describe a column; also return the codes of its values, and its numbers if it has any."""
    flat = values.combine_chunks()
    kind = _kind(flat.type)
    if kind == "other":
        missing = ColumnProfile(name, kind, flat.null_count, 0)
        return missing, np.zeros(len(flat), dtype=np.int64), None
    if kind == "text":
        trimmed = pc.utf8_trim_whitespace(flat)
        flat = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    coded = flat.dictionary_encode()
    codes = np.asarray(coded.indices.cast(pa.int64()).fill_null(-1))
    counts = np.bincount(codes[codes >= 0], minlength=len(coded.dictionary))
    described = ColumnProfile(name, kind, flat.null_count, len(coded.dictionary))
    described = _with_frequent(described, coded.dictionary, counts)
    if kind in ("text", "boolean"):
        return described, codes, None
    numbers = _numbers(flat, kind)
    return _with_spread(described, numbers[~np.isnan(numbers)]), codes, numbers


def _kind(kind: pa.DataType) -> Kind:
    types = pa.types
    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind):
        return "whole number"
    if types.is_floating(kind):
        return "number"
    if types.is_date(kind) or types.is_timestamp(kind):
        return "date"
    if types.is_string(kind):
        return "text"
    return "other"


def _numbers(flat: pa.Array, kind: Kind) -> Floats:
    """Return numbers, or days since 1 January 1970; NaN is missing."""
    if kind == "date":
        flat = pc.cast(flat, pa.date32(), safe=False).cast(pa.int32())
    return np.array(flat.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _with_frequent(
    described: ColumnProfile, distinct: pa.Array, counts: npt.NDArray[np.int64]
) -> ColumnProfile:
    if described.kind == "date" or (described.kind == "number" and len(distinct) > BINS):
        return described
    top = np.argsort(-counts, kind="stable")[:FREQUENT_MAX]
    frequent = tuple(Frequent(str(distinct[int(i)].as_py()), int(counts[i])) for i in top)
    if described.kind != "text":
        return replace(described, frequent=frequent)
    rare = counts < RARE_ROWS_MAX
    rows = int(counts[rare].sum())
    return replace(described, frequent=frequent, rare=int(rare.sum()), rare_rows=rows)


def _with_spread(described: ColumnProfile, known: Floats) -> ColumnProfile:
    """Add limits, quantiles and a histogram."""
    if len(known) == 0:
        return described
    known = np.sort(known)
    at = np.round(np.array(QUANTILES) * (len(known) - 1)).astype(int)

    def plain(value: float) -> float | date:
        return EPOCH + timedelta(days=int(value)) if described.kind == "date" else float(value)

    return replace(
        described,
        minimum=plain(known[0]),
        maximum=plain(known[-1]),
        quantiles=tuple(zip(QUANTILES, map(plain, known[at]), strict=True)),
        mean=float(known.mean()) if described.kind != "date" else None,
        histogram=_histogram(known),
    )


def _histogram(known: Floats) -> Histogram:
    """Count sorted values in bins; whole numbers of a short range get a bin each."""
    low, high = known[round(0.01 * (len(known) - 1))], known[round(0.99 * (len(known) - 1))]
    whole = bool((known == np.round(known)).all())
    if whole and high - low < BINS:
        edges = np.arange(low - 0.5, high + 1)
    elif low > 0 and high / low > LOG_SPREAD:
        edges = np.geomspace(low, high, BINS + 1)
    else:
        edges = np.linspace(low, max(high, np.nextafter(low, np.inf)), BINS + 1)
    inner = np.searchsorted(known, edges[1:-1])
    counts = np.diff(np.concatenate([[0], inner, [len(known)]]))
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()))


def _issues_of_values(described: ColumnProfile, rows: int, part: str | None) -> Iterator[Issue]:
    """Name what the counts of a column tell; identifiers are rare, and one day may be all."""
    name, known = described.name, rows - described.missing
    if known == 0:
        yield Issue("empty", "look", rows, name)
    elif described.distinct == 1 and part != "date":
        detail = described.frequent[0].value if described.frequent else str(described.minimum)
        yield Issue("constant", "look", known, name, detail[:60])
    elif described.missing > rows / 2:
        yield Issue("mostly missing", "look", described.missing, name)
    if described.kind == "text" and described.rare_rows and part not in ("id", "date"):
        detail = f"{described.rare} / {described.distinct}"
        yield Issue("rare categories", "look", described.rare_rows, name, detail)
