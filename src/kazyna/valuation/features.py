"""Characteristics as a matrix of numbers, learnt from the sales and repeated for any property."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.schema import Column, Schema
from kazyna.core.table import check
from kazyna.valuation.columns import Floats, Ints, Properties
from kazyna.valuation.location import Plane

Kind = Literal["number", "boolean", "date", "category"]

LEVEL_SALES_MIN = 3
"""A text that stands in fewer sales is not told apart from other rare ones."""
LEVELS_MAX = 300
"""Texts told apart in one column, the most frequent first."""
PROBE_ROWS = 2000
"""Rows on which leakage is looked for; a formula that holds on these is no coincidence."""
NO_VALUE = "no sale has a value"
LEAKAGE = "leakage: "
"""Begins the reason of a column that is left out since it gives the price away."""
PROBE_ROWS_MIN = 20
"""Below this many sales a high correlation with the price may be chance."""
LEAK_CORRELATION = 0.995
"""Rank correlation with the price beyond which a column cannot be a mere characteristic."""
DIGITS = re.compile(r"\d{1,15}(?:[\u00a0\u202f ,.]\d{3})*")
"""A number in a text, its thousands marked or not."""
NUMBERS_IN_TEXT = 4
"""Numbers looked at in one text, such as the parts of a contract's number."""
LEAK_SPREAD = 0.005
"""Log deviation within which a product of two columns counts as the price itself."""
DAYS_PER_YEAR = 365.25
CHANCE_MIN = 20
"""Sales expected to differ from others of their month, so that it is no chance if none does."""


@dataclass(frozen=True)
class Characteristic:
    """One column of the caller's table and how it becomes a number."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    """The texts of a category in the order of their codes."""
    rising: bool = False
    """Whether more of it is never worth less."""


@dataclass(frozen=True)
class Encoder:
    """What was learnt about the characteristics."""

    characteristics: tuple[Characteristic, ...]
    left_out: tuple[tuple[str, str], ...]
    """Columns that are not used, each with its reason."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are used."""
        return tuple(item.name for item in self.characteristics)

    def without(self, name: str, reason: str) -> "Encoder":
        """Say of one more column why it is not used."""
        return replace(self, left_out=(*self.left_out, (name, reason)))


@dataclass(frozen=True)
class Design:
    """Properties as the models see them."""

    values: Floats
    """Shape (rows, characteristics); NaN is unknown."""
    km: Floats
    """Kilometres east and north, shape (rows, 2); NaN is unknown."""
    owner: npt.NDArray[np.object_]
    """The identifier of each row's property."""
    categories: npt.NDArray[np.bool_]
    """Which characteristics are codes without an order."""
    rising: npt.NDArray[np.bool_]
    """Which characteristics are never worth less for being more."""

    def __len__(self) -> int:
        return len(self.owner)

    def __getitem__(self, rows: slice) -> "Design":
        """Take some of the properties."""
        return replace(self, values=self.values[rows], km=self.km[rows], owner=self.owner[rows])


def design_of(
    properties: Properties, encoder: Encoder, plane: Plane | None, *, source: str
) -> Design:
    """Express properties as the models see them."""
    unknown = np.full_like(properties.lonlat, np.nan)
    return Design(
        encode(encoder, properties.characteristics, rows=len(properties), source=source),
        plane.km(properties.lonlat) if plane is not None else unknown,
        properties.id,
        np.array([item.kind == "category" for item in encoder.characteristics], dtype=np.bool_),
        np.array([item.rising for item in encoder.characteristics], dtype=np.bool_),
    )


def learn_encoder(
    characteristics: pa.Table,
    price: Floats,
    *,
    day: Ints | None = None,
    rising: tuple[str, ...] = (),
    source: str = "sales",
) -> Encoder:
    """Decide how each column is used, and leave out those that cannot or must not be.

    Left out are columns without any value, with one value only, of a type that is neither
    number, truth, date nor text, texts that hardly repeat, columns that give the price away, and,
    if the days of the sales are given, numbers that follow from the month.
    """
    used: list[Characteristic] = []
    left_out: list[tuple[str, str]] = []
    for name in characteristics.column_names:
        item, reason = _described(name, characteristics[name])
        if item is not None:
            used.append(replace(item, rising=name in rising and item.kind == "number"))
        else:
            left_out.append((name, reason))
    matrix = encode(Encoder(tuple(used), ()), characteristics, rows=len(price), source=source)
    leaks = dict(_leaks(used, matrix, price))
    leaks |= dict(_written_prices(characteristics, price))
    leaks |= dict(_summands(used, matrix, price))
    if day is not None:
        leaks = dict(_told_by_month(used, matrix, day)) | leaks
    left_out = [(name, reason) for name, reason in left_out if name not in leaks]
    left_out += leaks.items()
    return Encoder(tuple(item for item in used if item.name not in leaks), tuple(left_out))


def encode(encoder: Encoder, table: pa.Table, *, rows: int, source: str) -> Floats:
    """Express the characteristics as numbers, shape (rows, characteristics); NaN is unknown.

    A category becomes the position of its level; a text that is not among the levels becomes
    the position after the last.

    Raises
    ------
    InputError
        When a column cannot be read as the kind it had in the sales.
    """
    schema = Schema(
        "characteristics",
        tuple(
            Column(item.name, "number", "a characteristic that the model uses", required=False)
            for item in encoder.characteristics
            if item.kind == "number"
        ),
    )
    if rows and schema.columns:
        table = check(table, schema, source=source)
    matrix = np.full((rows, len(encoder.characteristics)), np.nan)
    for position, item in enumerate(encoder.characteristics):
        matrix[:, position] = _numbers(item, table[item.name])
    return matrix


def _described(name: str, values: pa.ChunkedArray) -> tuple[Characteristic | None, str]:
    """How a column is used, or else why it is not."""
    kind = _kind(values.type)
    if kind is None:
        other = f"type {values.type} is not a number, truth, date or text"
        return None, NO_VALUE if pa.types.is_null(values.type) else other
    known = _text(values).drop_null() if kind == "category" else values.drop_null()
    if len(known) == 0:
        return None, NO_VALUE
    counts = known.value_counts()
    if len(counts) == 1 and len(known) == len(values):
        return None, f"constant: every sale has {_told(counts[0].as_py()['values'])}"
    if kind != "category":
        return Characteristic(name, kind), ""
    repeated = counts.filter(pc.greater_equal(pc.struct_field(counts, "counts"), LEVEL_SALES_MIN))
    frequent = sorted((-row["counts"], row["values"]) for row in repeated.to_pylist())
    if not frequent:
        return None, f"{len(counts)} texts, none in {LEVEL_SALES_MIN} or more sales"
    return Characteristic(name, kind, tuple(text for _, text in frequent[:LEVELS_MAX])), ""


def _told(value: object) -> str:
    """Write a value as people do, not as Python does."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _kind(kind: pa.DataType) -> Kind | None:
    types = pa.types
    if types.is_dictionary(kind):
        return _kind(kind.value_type)
    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_date(kind) or types.is_timestamp(kind):
        return "date"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "category"
    return None


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts without the spaces around them; an empty one is a missing one."""
    trimmed = pc.utf8_trim_whitespace(values.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _numbers(item: Characteristic, values: pa.ChunkedArray) -> Floats:
    if item.kind == "category":
        text = _text(values)
        found = pc.index_in(text, value_set=pa.array(item.levels, pa.string()))
        codes = pc.if_else(text.is_null(), None, pc.fill_null(found, len(item.levels)))
        return _as_floats(codes)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if item.kind == "date":
        days = values.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
        return _as_floats(days) / (86_400 * DAYS_PER_YEAR)
    return _as_floats(values)


def _as_floats(values: pa.ChunkedArray) -> Floats:
    numbers = np.array(values.cast(pa.float64()).to_numpy(), dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _leaks(items: list[Characteristic], matrix: Floats, price: Floats) -> Iterator[tuple[str, str]]:
    """Columns that are the price in another dress: alone, or multiplied by another column."""
    rows = np.unique(np.linspace(0, len(price) - 1, PROBE_ROWS).astype(int))
    wanted = np.log(price[rows])
    if len(rows) < PROBE_ROWS_MIN or np.ptp(wanted) == 0:
        return
    numbers: list[tuple[str, Floats]] = []
    for item, column in zip(items, matrix[rows].T, strict=True):
        if item.kind != "number" or (~np.isnan(column)).sum() < PROBE_ROWS_MIN:
            continue
        if abs(_rank_correlation(column, wanted)) > LEAK_CORRELATION:
            yield item.name, f"{LEAKAGE}it orders the sales as the price does"
        elif (column > 0).mean() > 0.5:  # noqa: PLR2004
            logs = np.log(np.where(column > 0, column, np.nan))
            numbers.append((item.name, logs))
    for i, (name, logs) in enumerate(numbers):
        for other, other_logs in numbers[:i]:
            if _spread(wanted - logs - other_logs) < LEAK_SPREAD:
                # Of the two the quotient has more values, and stands after what it divides by.
                finer = _distinct(logs) >= _distinct(other_logs)
                leak, factor = (name, other) if finer else (other, name)
                yield leak, f"{LEAKAGE}multiplied by {factor} it is the price"


def _told_by_month(
    items: list[Characteristic], matrix: Floats, day: Ints
) -> Iterator[tuple[str, str]]:
    """Numbers with one value in each month, such as a rate of interest: they are of the time.

    The index follows the market over time; such a column would hide from it what has moved, and
    has values after the last sale that no model has seen.
    """
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    _, first, number = np.unique(month, return_index=True, return_inverse=True)
    for item, column in zip(items, matrix.T, strict=True):
        if item.kind != "number" or not np.array_equal(
            column, column[first][number], equal_nan=True
        ):
            continue
        _, counts = np.unique(column, return_counts=True)
        alike = float(((counts / len(column)) ** 2).sum())
        if (len(column) - len(first)) * (1 - alike) >= CHANCE_MIN:
            yield item.name, "told by the date: all sales of a month have the same"


def _summands(
    items: list[Characteristic], matrix: Floats, price: Floats
) -> Iterator[tuple[str, str]]:
    """Two columns that add up to the price, such as that of the land and of the building."""
    rows = np.unique(np.linspace(0, len(price) - 1, PROBE_ROWS).astype(int))
    wanted = price[rows]
    if len(rows) < PROBE_ROWS_MIN or np.ptp(wanted) == 0:
        return
    numbers = [
        (item.name, column)
        for item, column in zip(items, matrix[rows].T, strict=True)
        if item.kind == "number" and _median(np.abs(column) / wanted) > LEAK_SPREAD
    ]
    for i, (name, column) in enumerate(numbers):
        for other, rest in numbers[:i]:
            off = np.abs(column + rest - wanted) / wanted
            if np.isnan(off).mean() <= 0.5 and np.nanmedian(off) < LEAK_SPREAD:  # noqa: PLR2004
                yield name, f"{LEAKAGE}with {other} it adds up to the price"
                yield other, f"{LEAKAGE}with {name} it adds up to the price"


def _written_prices(table: pa.Table, price: Floats) -> Iterator[tuple[str, str]]:
    """Texts whose digits order the sales as the price does."""
    for name in table.column_names:
        if _kind(table.schema.field(name).type) == "category" and tells_price(table[name], price):
            yield name, f"{LEAKAGE}its digits order the sales as the price does"


def tells_price(texts: pa.ChunkedArray, price: Floats) -> bool:
    """Whether the digits in texts, such as those of a contract's number, give the price away."""
    rows = np.unique(np.linspace(0, len(price) - 1, PROBE_ROWS).astype(int))
    if len(rows) < PROBE_ROWS_MIN or np.ptp(price[rows]) == 0:
        return False
    numbers = [
        [float(re.sub(r"\D", "", part)) for part in DIGITS.findall(text or "")]
        for text in texts.take(rows).cast(pa.string()).to_pylist()
    ]
    for position in range(NUMBERS_IN_TEXT):
        number = np.array([each[position] if position < len(each) else np.nan for each in numbers])
        if np.isnan(number).mean() > 0.5:  # noqa: PLR2004
            return False
        if abs(_rank_correlation(number, price[rows])) > LEAK_CORRELATION:
            return True
    return False


def _rank_correlation(left: Floats, right: Floats) -> float:
    known = ~np.isnan(left)
    ranks = [np.unique(side[known], return_inverse=True)[1] for side in (left, right)]
    if min(side.max(initial=0) for side in ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _spread(values: Floats) -> float:
    middle = np.nanmedian(values)
    return float(np.nanmedian(np.abs(values - middle)))


def _median(values: Floats) -> float:
    """Median of what is known; nought where nothing is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 0.0


def _distinct(values: npt.NDArray[np.float64]) -> int:
    return len(np.unique(values[~np.isnan(values)]))
