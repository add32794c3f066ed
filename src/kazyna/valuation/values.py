"""Values of properties with their intervals, reasons, comparables and confidence."""

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kazyna.core.errors import InputError
from kazyna.valuation import models
from kazyna.valuation.columns import Floats, Ints, Properties, day_number
from kazyna.valuation.explanation import CENTS, in_money, money, reason_lists
from kazyna.valuation.features import Design
from kazyna.valuation.land_and_cost.land import split_value
from kazyna.valuation.market import Market
from kazyna.valuation.models import comparables

BLOCK_ROWS = 8_000
WORKERS = 2
"""Blocks valued side by side; NumPy and LightGBM let go of the interpreter while they work."""
COMPARABLES_SHOWN = 5
HALF_EVIDENCE = 0.25
"""Share of the usual evidence near by with which confidence is half of what it could be."""
UNUSUAL_FACTOR = 0.7
"""What confidence is multiplied by for each characteristic beyond the usual."""
WHOLE_UNITS_FROM = 1_000
"""Median price from which values are rounded to whole currency units rather than to cents."""


Part = TypeVar("Part")


def predicted(
    market: Market, properties: Properties, day: Ints, *, source: str
) -> tuple[Floats, Floats, Floats]:
    """Value, low and high end in currency units, each property on its own day."""
    segment = market.segments.of(properties)
    log_value, down, up = (np.empty(len(properties)) for _ in range(3))
    for position in np.unique(segment):
        rows = segment == position
        design = market.design(properties.take(rows), source=source)
        seen = models.look(market.fitted, design)
        stack = models.predict(market.fitted, seen, market.segments.each[position].weights)
        spread = market.margins.spread.at(seen.tree_columns)
        log_value[rows] = market.equity.apply(stack, spread)
        down[rows], up[rows] = market.margins.of(
            spread, market.index.deviation_at(day[rows]), int(position)
        )
    log_value += market.index.at(day) + market.segments.level(segment, day)
    age = market.ageing.at(day)
    return np.exp(log_value), np.exp(log_value - age * down), np.exp(log_value + age * up)


def valued(market: Market, properties: Properties, *, source: str) -> Iterator[pa.Table]:
    """Value properties block by block, in their order."""
    blocks = (
        properties.take(np.arange(start, min(start + BLOCK_ROWS, len(properties))))
        for start in range(0, len(properties), BLOCK_ROWS)
    )
    yield from in_order(lambda block: valued_block(market, block, source=source), blocks)


def valued_block(market: Market, properties: Properties, *, source: str) -> pa.Table:
    """Value a few thousand properties, each segment by its own weights."""
    segment = market.segments.of(properties)
    groups = [np.flatnonzero(segment == position) for position in np.unique(segment)]
    tables = [
        _valued(market, properties.take(rows), int(segment[rows[0]]), source) for rows in groups
    ]
    if len(tables) == 1:
        return tables[0]
    order = np.argsort(np.concatenate(groups), kind="stable")
    return pa.concat_tables(tables).take(order)


def in_order(work: Callable[[Part], pa.Table], parts: Iterable[Part]) -> Iterator[pa.Table]:
    """Work on a few parts at a time; return what comes of them in their order."""
    left = iter(parts)
    for part in left:
        yield work(part)  # alone, since it fills the tables that the others look up
        break
    with ThreadPoolExecutor(WORKERS) as pool:
        yield from _few_ahead(lambda part: pool.submit(work, part), left, WORKERS)


class Values(Protocol):
    """A market that values tables."""

    def value(self, properties: object, *, source: str = ...) -> pa.Table:
        """Value properties."""
        ...


class Batch(NamedTuple):
    """Some rows of a table, and how many stand before them."""

    before: int
    rows: pa.Table


def numbered_batches(tables: Iterable[pa.Table]) -> Iterator[Batch]:
    """Count the rows before each batch."""
    before = 0
    for table in tables:
        yield Batch(before, table)
        before += table.num_rows


def value_batch(market: Values, batch: Batch, *, source: str) -> pa.Table:
    """Value one batch; a mistake is named by its row in the whole table."""
    try:
        return market.value(batch.rows, source=source)
    except InputError as error:
        raise error.below(batch.before) from error


def in_processes(
    market: Values, batches: Iterable[Batch], *, processes: int, source: str
) -> Iterator[pa.Table]:
    """Value batches in processes of their own, each with the market in its memory, in order.

    The many small steps of an explanation hold Python's lock half of the time: threads share one
    processor then, and processes do not.
    """
    sent = pickle.dumps(market)
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_keep, initargs=(sent, source)
    ) as pool:
        yield from _few_ahead(lambda batch: pool.submit(_value_kept, batch), batches, processes)


def _few_ahead(
    submit: Callable[[Part], Future[pa.Table]], parts: Iterable[Part], ahead: int
) -> Iterator[pa.Table]:
    waiting: deque[Future[pa.Table]] = deque()
    for part in parts:
        waiting.append(submit(part))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


_KEPT: dict[str, tuple[Values, str]] = {}
"""The market of a worker process and the name of its table."""


def _keep(sent: bytes, source: str) -> None:
    _KEPT["market"] = (pickle.loads(sent), source)  # noqa: S301 (our own parent's)


def _value_kept(batch: Batch) -> pa.Table:
    market, source = _KEPT["market"]
    return value_batch(market, batch, source=source)


def _valued(market: Market, properties: Properties, position: int, source: str) -> pa.Table:
    """Value properties of one segment with interval, reasons and comparables."""
    design = market.design(properties, source=source)
    seen = models.look(market.fitted, design)
    segment = market.segments.each[position]
    base, parts = models.contributions(market.fitted, seen, segment.weights)
    day = np.array([day_number(market.as_of)])
    level = float((market.index.at(day) + segment.level(day))[0])
    spread = market.margins.spread.at(seen.tree_columns)
    log_base, parts = market.equity.apply_to_parts(base, parts, spread)
    parts = np.column_stack([parts, np.full(len(parts), level)])
    log_value = log_base + parts.sum(axis=1)
    down, up = market.margins.of(spread, market.index.deviation_at(day)[0], position)
    age = float(market.ageing.at(day)[0])
    unit = CENTS if np.median(market.sales.price) >= WHOLE_UNITS_FROM else 1

    def rounded(log_amount: Floats) -> Ints:
        return np.asarray(np.rint(np.exp(log_amount) * CENTS / unit), dtype=np.int64)

    value = rounded(log_value)
    low = np.minimum(rounded(log_value - age * down), value)
    high = np.maximum(rounded(log_value + age * up), value)
    whole_base = int(rounded(np.array(log_base)))
    names = (*market.encoder.names, "location", "time")
    reasons = in_money(value, whole_base, parts)
    table = pa.table(
        {
            "id": pa.array(properties.id, pa.string()),
            "value": money(value * unit),
            "low": money(low * unit),
            "high": money(high * unit),
            "base": money(np.full(len(value), whole_base * unit)),
            "reasons": reason_lists(names, reasons * unit),
            "comparables": _comparable_lists(market, seen.near, seen.alike, log_value),
            "confidence": _confidence(
                evidence=seen.alike.sum(axis=1) / max(market.fitted.evidence, 1e-9),
                width=(high - low) / np.maximum(value, 1),
                unusual=_unusual(market, design),
            ),
        }
    )
    return table if market.land is None else _with_land(market, table, properties, value, unit)


def _with_land(
    market: Market, table: pa.Table, properties: Properties, value: Ints, unit: int
) -> pa.Table:
    """Add what of each value is the plot's and what is the building's."""
    if market.land is None:
        return table
    level = float(market.index.at(np.array([day_number(market.as_of)]))[0])
    split = split_value(market.land, properties, value, level=level)
    table = table.append_column("land", money(split.land * unit))
    return table.append_column("building", money(split.building * unit))


def _confidence(*, evidence: Floats, width: Floats, unusual: Ints) -> Floats:
    """How far a value may be leant on: like sales, a narrow interval, nothing out of range."""
    sure = np.maximum(1 - width / 2, 0)
    found = (
        evidence / (evidence + HALF_EVIDENCE) * sure * UNUSUAL_FACTOR ** unusual.astype(np.float64)
    )
    return np.asarray(np.round(found, 3), dtype=np.float64)


def _unusual(market: Market, design: Design) -> Ints:
    """Count what lies beyond the sold of each property: its characteristics, and its place."""
    outside = (design.values < market.usual[0]) | (design.values > market.usual[1])
    levels = np.array([len(item.levels) for item in market.encoder.characteristics])
    unknown: npt.NDArray[np.bool_] = design.categories & (design.values == levels)
    found = np.where(design.categories, unknown, outside).sum(axis=1)
    return np.asarray(found + market.extrapolated_place(design), dtype=np.int64)


def _likest_first(similar: Floats, own: npt.NDArray[np.bool_]) -> Ints:
    """Choose the sales to show; as they are ordered, so are the similarities beside them.

    To be the same on every machine they are chosen by less than all digits: of two that differ in
    the last ones alone either may come first. Among those chosen all digits count.
    """
    order = comparables.least(1 - similar, own, COMPARABLES_SHOWN)
    shown = np.take_along_axis(np.where(own, -1.0, similar), order, axis=1)
    again = np.argsort(-shown, axis=1, kind="stable")
    return np.take_along_axis(order, again, axis=1)


def _comparable_lists(
    market: Market, near: comparables.Neighbours, similar: Floats, log_value: Floats
) -> pa.ListArray:
    """Show the most similar sales of other properties, each brought to the subject and the day."""
    order = _likest_first(similar, near.own)
    shown = ~np.take_along_axis(near.own, order, axis=1)
    position = np.take_along_axis(near.position, order, axis=1)[shown]
    subject = np.repeat(np.arange(len(log_value)), shown.sum(axis=1))
    sales = market.sales
    on_sale = market.expected[position] + market.index.at(sales.day[position])
    adjusted = sales.price[position] * np.exp(log_value[subject] - on_sale)
    distance = 1000 * np.take_along_axis(near.apart_km, order, axis=1)[shown]
    fields = {
        "id": pa.array(sales.properties.id[position], pa.string()),
        "date": pa.array(sales.day[position].astype(np.int32)).cast(pa.date32()),
        "price": money(np.rint(sales.price[position] * CENTS).astype(np.int64)),
        "adjusted_price": money(np.rint(adjusted).astype(np.int64) * CENTS),
        "distance_m": pa.array(distance, from_pandas=True),
        "similarity": pa.array(np.take_along_axis(similar, order, axis=1)[shown]),
    }
    offsets = np.concatenate([[0], np.cumsum(shown.sum(axis=1))]).astype(np.int32)
    structs = pa.StructArray.from_arrays(list(fields.values()), names=list(fields))
    return pa.ListArray.from_arrays(pa.array(offsets), structs)
