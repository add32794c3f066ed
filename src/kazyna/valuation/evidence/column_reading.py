"""One raw column to typed values by a declared parser, with a count of what was not understood."""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.valuation.evidence.parsers import (
    PARSERS,
    YEAR_MAX,
    YEAR_MIN,
    Fate,
    Options,
    Value,
    is_known,
    learn_options,
    reader,
)
from kazyna.valuation.evidence.units import UNITS

EXAMPLES_MAX = 5
"""Unread texts shown for one column, the most frequent first."""
UNREAD_SHARE_MAX = 0.5
"""Beyond this share of unread texts the parser does not fit the column."""
ITEM_SHARE_MIN = 0.02
"""An item that stands in a smaller share of the rows gets no column of its own."""
ITEMS_MAX = 40

READ, ABSENT, UNREAD, IMPOSSIBLE, MISSING = range(5)
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Reading:
    """Which raw column holds a characteristic, and how it is read."""

    column: str
    parser: str | None = None
    """A name in `parsers.PARSERS`; none takes the column as it stands."""
    options: Options = field(default_factory=Options)
    minimum: float | None = None
    maximum: float | None = None
    """Values beyond these are taken as not known, and counted."""
    required: bool = False
    """A sale without it is no evidence, such as one of land whose area is not known."""
    because: str = field(default="", compare=False)
    """Why it was guessed so; a comment in the map."""


@dataclass(frozen=True)
class Example:
    """A text that could not be read, and where it first stands."""

    text: str
    rows: int
    first_row: int


@dataclass(frozen=True)
class ColumnReading:
    """How far a column was understood; the five counts add up to the rows of the table."""

    name: str
    column: str
    parser: str
    read: int
    absent: int
    """Texts that say nothing about what is asked, such as a house without a year."""
    unread: int
    """Texts that the parser does not understand; their values are missing."""
    impossible: int
    """Values beyond the limits that the map gives; they are taken as missing."""
    missing: int
    """Empty cells, and words such as «нет данных»."""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A column that was read: its values and what was not understood."""

    columns: tuple[tuple[str, pa.Array], ...]
    """One column under its name, or for a list one for each item."""
    reading: ColumnReading
    options: Options
    """With what was learnt from the column: its currency, the frequent items of a list."""


def parse_column(name: str, values: pa.ChunkedArray, reading: Reading, *, source: str) -> Parsed:
    """Read a raw column.

    Parameters
    ----------
    name
        What the characteristic is called; the items of a list stand behind it: `name: item`.
    values
        The raw column. A column of numbers, truths or days needs no reading: its unit is
        converted and its limits are applied.
    reading
        The parser, its options and the limits.
    source
        The table, for the finding.

    Raises
    ------
    InputError
        When the parser does not fit the type of the column, or more than half of its texts cannot
        be read.
    """
    flat = values.combine_chunks()
    typed = flat if reading.parser is None else _already_typed(flat, reading)
    if typed is not None:
        return _limited(name, flat, typed, reading)
    flat = _as_text(flat, name, reading, source)
    return _parsed_texts(name, flat, reading, source)


def _already_typed(values: pa.Array, reading: Reading) -> pa.Array | None:
    """Convert a column that is no text; None where its texts must be parsed."""
    kind, parser = values.type, reading.parser
    if parser == "date" and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return pc.cast(values, pa.date32(), safe=False)
    if parser == "boolean" and pa.types.is_boolean(kind):
        return values
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _from_numbers(values.cast(pa.float64()), reading)
    return None


def _from_numbers(numbers: pa.Array, reading: Reading) -> pa.Array | None:
    if reading.parser in ("number", "number_in", "money"):
        return numbers
    if reading.parser in UNITS:
        units = UNITS[reading.parser]
        return pc.multiply(numbers, units[reading.options.unit or next(iter(units))])
    if reading.parser == "boolean":
        known = pc.is_in(numbers, pa.array([0.0, 1.0]))
        return pc.if_else(known, pc.equal(numbers, 1), None)
    if reading.parser == "year":
        given = pc.and_(pc.greater_equal(numbers, YEAR_MIN), pc.less_equal(numbers, YEAR_MAX))
        return pc.if_else(given, numbers, None).cast(pa.int64(), safe=False)
    return None


def _limited(name: str, raw: pa.Array, values: pa.Array, reading: Reading) -> Parsed:
    """Count what is missing or beyond the limits in a column that needs no parsing."""
    missing = raw.is_null(nan_is_null=True)
    beyond = _beyond(values, reading)
    values = pc.if_else(beyond, pa.scalar(None, values.type), values)
    state = np.where(np.asarray(values.is_null(nan_is_null=True)), IMPOSSIBLE, READ)
    state[np.asarray(missing)] = MISSING
    shown = np.flatnonzero(state == IMPOSSIBLE)[:EXAMPLES_MAX].tolist()
    examples = tuple(Example(str(raw[row].as_py()), 1, row + 1) for row in shown)
    parser = reading.parser or "as it is"
    told = _counted(name, reading.column, parser, state, examples)
    return Parsed(((name, values),), told, reading.options)


def _beyond(values: pa.Array, reading: Reading) -> pa.Array:
    """Mark the values that the map calls impossible."""
    beyond = pa.array(np.zeros(len(values), dtype=bool))
    if reading.minimum is not None:
        below = pc.less(values.cast(pa.float64()), reading.minimum)
        beyond = pc.or_(beyond, pc.fill_null(below, False))
    if reading.maximum is not None:
        above = pc.greater(values.cast(pa.float64()), reading.maximum)
        beyond = pc.or_(beyond, pc.fill_null(above, False))
    return beyond


def _as_text(values: pa.Array, name: str, reading: Reading, source: str) -> pa.Array:
    kind = values.type
    if pa.types.is_null(kind):
        return values.cast(pa.string())
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind) and pc.all(pc.equal(values, pc.floor(values))).as_py():
        values, kind = values.cast(pa.int64(), safe=False), pa.int64()
    if pa.types.is_primitive(kind) and reading.parser in ("text", "date", "year", "part"):
        return values.cast(pa.string())
    raise InputError(
        Finding(
            source,
            f"the parser {reading.parser} cannot read a column of type {kind}",
            f"a column of text, or another parser for {name}",
            column=reading.column,
        )
    )


def _parsed_texts(name: str, values: pa.Array, reading: Reading, source: str) -> Parsed:
    """Read each distinct text once and hand the result to all rows that hold it."""
    coded = pc.utf8_trim_whitespace(values).dictionary_encode()
    texts: list[str] = coded.dictionary.to_pylist()
    parser = reading.parser or "text"
    learnt = learn_options(parser, reading.options, [text for text in texts if is_known(text)])
    read = reader(parser, learnt)
    results = [read(text) if is_known(text) else None for text in texts]
    found = [None if isinstance(value, Fate) else value for value in results]
    fates = np.array([_fate_of(value, reading) for value in results] + [MISSING])
    codes = pc.fill_null(coded.indices, len(texts)).to_numpy(zero_copy_only=False)
    state = fates[codes]
    unread = _examples(texts, codes, fates)
    told = _counted(name, reading.column, parser, state, unread)
    _fits(told, source)
    if parser == "items":
        return _items_apart(name, found, codes, learnt, told)
    kept = [v if fate == READ else None for v, fate in zip(found, fates[:-1], strict=True)]
    column = pa.array(kept, PARSERS[parser].type).take(coded.indices)
    return Parsed(((name, column),), told, learnt)


def _fate_of(value: Value | Fate | None, reading: Reading) -> int:
    if value is None:
        return MISSING
    if isinstance(value, Fate):
        return UNREAD if value is Fate.UNREAD else ABSENT
    if isinstance(value, int | float) and (
        (reading.minimum is not None and value < reading.minimum)
        or (reading.maximum is not None and value > reading.maximum)
    ):
        return IMPOSSIBLE
    return READ


def _examples(texts: list[str], codes: Codes, fates: Codes) -> tuple[Example, ...]:
    """Return the most frequent texts that gave no value, each with its first row."""
    faulty = np.flatnonzero((fates[:-1] == UNREAD) | (fates[:-1] == IMPOSSIBLE))
    rows = np.bincount(codes, minlength=len(fates))
    worst = sorted(faulty, key=lambda code: (-rows[code], texts[code]))[:EXAMPLES_MAX]
    return tuple(
        Example(texts[code], int(rows[code]), int(np.argmax(codes == code)) + 1) for code in worst
    )


def _counted(
    name: str, column: str, parser: str, state: Codes, examples: tuple[Example, ...]
) -> ColumnReading:
    counts = np.bincount(state, minlength=MISSING + 1).tolist()
    return ColumnReading(
        name,
        column,
        parser,
        read=counts[READ],
        absent=counts[ABSENT],
        unread=counts[UNREAD],
        impossible=counts[IMPOSSIBLE],
        missing=counts[MISSING],
        examples=examples,
    )


def _fits(told: ColumnReading, source: str) -> None:
    """Refuse a parser that does not understand most of what the column says."""
    given = told.read + told.absent + told.unread + told.impossible
    if told.unread <= given * UNREAD_SHARE_MAX:
        return
    shown = ", ".join(repr(example.text) for example in told.examples)
    raise InputError(
        Finding(
            source,
            f"the parser {told.parser} cannot read {told.unread} of {given} texts, such as {shown}",
            PARSERS[told.parser].meaning,
            row=told.examples[0].first_row,
            column=told.column,
        )
    )


def _items_apart(
    name: str, found: list[Value | None], codes: Codes, learnt: Options, told: ColumnReading
) -> Parsed:
    """Give each frequent item of a list its own column of yes and no."""
    lists = [items if isinstance(items, tuple) else () for items in found]
    items = _frequent(lists, codes) if learnt.items is None else learnt.items
    missing = np.array([items is None for items in found] + [True])[codes]
    columns = []
    for item in items:
        has = np.array([item.casefold() in listed for listed in lists] + [False])[codes]
        columns.append((f"{name}: {item}", pa.array(has, mask=missing)))
    return Parsed(tuple(columns), told, replace(learnt, items=items))


def _frequent(lists: list[tuple[str, ...]], codes: Codes) -> tuple[str, ...]:
    rows = np.bincount(codes, minlength=len(lists) + 1)
    counts: Counter[str] = Counter()
    for listed, count in zip(lists, rows, strict=False):
        for item in listed:
            counts[item] += int(count)
    least = max(ITEM_SHARE_MIN * len(codes), 1)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(item for item, count in ordered[:ITEMS_MAX] if least <= count < len(codes))
