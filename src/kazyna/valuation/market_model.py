"""From sales to a market model, and from the model to values with their reasons."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.valuation import models
from kazyna.valuation.columns import (
    EPOCH,
    ColumnMap,
    Floats,
    Ints,
    Properties,
    Sales,
    day_number,
    read_properties,
    read_sales,
)
from kazyna.valuation.equity import Equity, equity_of
from kazyna.valuation.explanation import CENTS, in_money, money, reason_lists
from kazyna.valuation.features import Design, Encoder, design_of, learn_encoder
from kazyna.valuation.holdout import fold_of
from kazyna.valuation.interval import (
    NORMAL_QUANTILE,
    Ageing,
    Margins,
    ageing_of,
    late_sales,
    margins_of,
)
from kazyna.valuation.location import Plane, plane_of
from kazyna.valuation.models import comparables, regression
from kazyna.valuation.price_index import PriceIndex, hedonic_index, refined
from kazyna.valuation.settled import settled
from kazyna.valuation.stacking import sparing_weights, stack_weights

SALES_MIN = 10
"""An interval that covers 90 % needs nine sales to be measured on; below ten there is no model."""
FOLDS = 8
BLOCK_ROWS = 8_000
WORKERS = 2
"""Blocks valued side by side; NumPy and LightGBM let go of the interpreter while they work."""
COMPARABLES_SHOWN = 5
USUAL = (0.002, 0.998)
"""Quantiles of a characteristic among the sales; beyond them a value is extrapolated."""
UNUSUAL_FACTOR = 0.7
"""What confidence is multiplied by for each characteristic beyond the usual."""
SAMPLE_ROWS = 1_000
"""Sales on which the importance of the characteristics is measured."""
WHOLE_UNITS_FROM = 1_000
"""Median price from which values are rounded to whole currency units rather than to cents."""


@dataclass(frozen=True)
class IndexPoint:
    """The market's level on one day, as a share of its level on the valuation date."""

    date: date
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class ModelSummary:
    """What the model rests on and how it is put together."""

    as_of: date
    sales_used: int
    sales_left_out: tuple[tuple[str, int], ...]
    """(reason, count)."""
    columns_left_out: tuple[tuple[str, str], ...]
    """(column, reason)."""
    weights: tuple[tuple[str, float], ...]
    """(model, weight), adding up to one."""
    index: tuple[IndexPoint, ...]
    importance: tuple[tuple[str, float], ...]
    """(characteristic, share of the mean absolute contribution to log value), largest first."""
    notes: tuple[str, ...]
    """Fall-backs that were taken."""


@dataclass(frozen=True)
class MarketModel:
    """A market as of one day; `value` and `summary` say what it knows."""

    columns: ColumnMap
    as_of: date
    sales: Sales
    encoder: Encoder
    plane: Plane | None
    index: PriceIndex
    fitted: models.Fitted
    weights: Floats
    equity: Equity
    margins: Margins
    ageing: Ageing
    expected: Floats
    """Calibrated out-of-fold log value of each sale, at the mean level of the market."""
    usual: Floats
    """Least and greatest usual value of each characteristic among the sales, shape (2, n)."""

    def value(
        self, properties: object, *, progress: Progress = silent, source: str = "properties"
    ) -> pa.Table:
        """Value properties as of the model's day.

        Parameters
        ----------
        properties
            Any table that speaks Arrow, with the identifier, the coordinates if the model has
            them, and the characteristics that the model uses, under the names of the sales.

        Returns
        -------
        pyarrow.Table
            `id`, `value`, `low`, `high` (90 % interval), `base`, `reasons` (list of `reason`,
            `amount`; base and amounts add up to the value exactly), `comparables` (list of
            `id`, `date`, `price`, `adjusted_price`, `distance_m`, `similarity`) and `confidence`
            (0 to 1: much like evidence near by, a narrow interval and nothing extrapolated;
            docs/methods/market-model.md defines it).

        Raises
        ------
        InputError
            When an identifier is missing or stands twice, a coordinate is impossible, or a
            characteristic is missing or cannot be read.
        """
        read = read_properties(
            properties, self.columns, characteristics=self.encoder.names, source=source
        )
        blocks = []
        for start, block in enumerate(
            _in_order(lambda part: _valued(self, part, source), _cut(read))
        ):
            progress("value", min((start + 1) * BLOCK_ROWS, len(read)), len(read))
            blocks.append(block)
        return pa.concat_tables(blocks)

    def stream(
        self, batches: Iterable[object], *, source: str = "properties"
    ) -> Iterator[pa.Table]:
        """Value batch after batch, in order, with no more than a few batches in memory.

        The values are those of `value`, to the last digit: neither the size of a batch nor
        another property of it moves a value. Identifiers are checked within each batch only.

        Parameters
        ----------
        batches
            Tables that speak Arrow, as `value` takes them; some ten thousand rows each are best.
        """

        def valued(batch: object) -> pa.Table:
            read = read_properties(
                batch, self.columns, characteristics=self.encoder.names, source=source
            )
            return pa.concat_tables([_valued(self, part, source) for part in _cut(read)])

        yield from _in_order(valued, batches)

    def summary(self) -> ModelSummary:
        """Say what the model rests on: sales, index, weights, importance, fall-backs."""
        return _summary(self)


def fit(
    sales: object,
    *,
    columns: ColumnMap,
    as_of: date,
    seed: int = 0,
    progress: Progress = silent,
    source: str = "sales",
) -> MarketModel:
    """Fit a market model to dated sales; docs/methods/market-model.md tells each step.

    Parameters
    ----------
    sales
        Any table that speaks Arrow; one row is one sale, all columns but those that `columns`
        names are characteristics, in whatever units they come.
    columns
        The caller's column names.
    as_of
        The day of value. Later sales are left out.
    seed
        Decides folds and trees; the same sales and seed give the same values.
    progress
        Told of the steps.
    source
        The table's name in the findings.

    Raises
    ------
    InputError
        When the table is wrong, or no market can be seen in it: fewer than ten sales up to the
        day of value, or one price for all.
    """
    progress("read sales")
    market = _market(read_sales(sales, columns, source=source), as_of, source)
    encoder = learn_encoder(market.properties.characteristics, market.price)
    plane = plane_of(market.properties.lonlat)
    design = design_of(market.properties, encoder, plane, source=source)
    fold = fold_of(market, shares=np.full(FOLDS, 1 / FOLDS), seed=seed)
    log_price = np.log(market.price)
    progress("follow prices over time")
    basis = regression.basis_of(design)
    terms = regression.columns_of(basis, design)
    index, trust, penalties = hedonic_index(terms, basis.part, log_price, market.day)
    target = settled(log_price - index.at(market.day))
    fitted, out_of_fold, tree_columns = models.fit(
        design, target, prepared=(basis, terms, trust, penalties), fold=fold, seed=seed,
        progress=progress,
    )  # fmt: skip
    progress("weigh the models")
    weigh = sparing_weights if fitted.boosting.views else stack_weights
    weights = weigh(out_of_fold, target)
    stacked = settled(out_of_fold @ weights)
    index = refined(index, target - stacked, market.day)
    equity = equity_of(stacked, log_price - index.at(market.day))
    expected = equity.apply(stacked)
    residual = settled(log_price - index.at(market.day) - expected)
    margins = margins_of(tree_columns, residual, seed=seed)
    early = ~late_sales(market.day)
    forward = regression.predicted_from(terms, target, trust, penalties=penalties, rows=early)
    ageing = ageing_of(target - forward, target - out_of_fold[:, 0], day=market.day, late=~early)
    return MarketModel(columns, as_of, market, encoder, plane, index, fitted, weights, equity,
                       margins, ageing, expected, _usual(design))  # fmt: skip


def predict(
    model: MarketModel, properties: Properties, day: Ints, *, source: str
) -> tuple[Floats, Floats, Floats]:
    """Value, low and high end in currency units, each property on its own day."""
    design = design_of(properties, model.encoder, model.plane, source=source)
    seen = models.look(model.fitted, design)
    log_value = model.equity.apply(models.predict(model.fitted, seen, model.weights))
    log_value += model.index.at(day)
    down, up = model.margins.of(seen.tree_columns, model.index.deviation_at(day))
    age = model.ageing.at(day)
    return np.exp(log_value), np.exp(log_value - age * down), np.exp(log_value + age * up)


def _market(read: Sales, as_of: date, source: str) -> Sales:
    """Keep the sales that may be learnt from; refuse where they show no market."""
    market = read.take(
        read.day <= day_number(as_of), left_out=f"dated after the day of value, {as_of}"
    )
    if len(market) < SALES_MIN:
        raise InputError(
            Finding(
                source,
                f"{len(market)} of {len(read)} sales are dated up to {as_of}",
                f"at least {SALES_MIN} sales before the day of value",
            )
        )
    if np.ptp(market.price) == 0:
        raise InputError(
            Finding(
                source,
                f"all {len(market)} sales have the price {market.price[0]:g}",
                "prices that differ as the properties do",
            )
        )
    return market


def _valued(model: MarketModel, properties: Properties, source: str) -> pa.Table:
    """Value one block with interval, reasons and comparables."""
    design = design_of(properties, model.encoder, model.plane, source=source)
    seen = models.look(model.fitted, design)
    base, parts = models.contributions(model.fitted, seen, model.weights)
    day = day_number(model.as_of)
    level = float(model.index.at(np.array([day]))[0])
    parts = np.column_stack([parts * model.equity.slope, np.full(len(parts), level)])
    log_base = float(model.equity.apply(np.array(base)))
    log_value = log_base + parts.sum(axis=1)
    down, up = model.margins.of(seen.tree_columns, model.index.deviation_at(np.array([day]))[0])
    age = float(model.ageing.at(np.array([day]))[0])
    unit = CENTS if np.median(model.sales.price) >= WHOLE_UNITS_FROM else 1

    def rounded(log_amount: Floats) -> Ints:
        return np.asarray(np.rint(np.exp(log_amount) * CENTS / unit), dtype=np.int64)

    value = rounded(log_value)
    low = np.minimum(rounded(log_value - age * down), value)
    high = np.maximum(rounded(log_value + age * up), value)
    similar = comparables.similarity(model.fitted.comparables, seen.near)
    whole_base = int(rounded(np.array(log_base)))
    names = (*model.encoder.names, "location", "time")
    reasons = in_money(value, whole_base, parts)
    return pa.table(
        {
            "id": pa.array(properties.id, pa.string()),
            "value": money(value * unit),
            "low": money(low * unit),
            "high": money(high * unit),
            "base": money(np.full(len(value), whole_base * unit)),
            "reasons": reason_lists(names, reasons * unit),
            "comparables": _comparable_lists(model, seen.near, similar, log_value),
            "confidence": _confidence(
                evidence=similar.sum(axis=1),
                width=(high - low) / np.maximum(value, 1),
                unusual=_unusual(model, design),
            ),
        }
    )


def _confidence(*, evidence: Floats, width: Floats, unusual: Ints) -> Floats:
    """How far a value may be leant on: like sales, a narrow interval, nothing out of range."""
    sure = np.maximum(1 - width / 2, 0)
    return np.round(evidence / (evidence + 1) * sure * UNUSUAL_FACTOR**unusual, 3)


def _usual(design: Design) -> Floats:
    """Range of each characteristic; a category has the range of its codes."""
    known = np.where(np.isnan(design.values), np.nanmedian(design.values, axis=0), design.values)
    low, high = (np.quantile(known, share, axis=0) for share in USUAL)
    return np.asarray([low, high], dtype=np.float64)


def _unusual(model: MarketModel, design: Design) -> Ints:
    """Count the characteristics of each property that lie beyond what was sold."""
    outside = (design.values < model.usual[0]) | (design.values > model.usual[1])
    levels = [len(item.levels) for item in model.encoder.characteristics]
    unknown = design.categories & (design.values == np.array(levels))
    return np.asarray(np.where(design.categories, unknown, outside).sum(axis=1), dtype=np.int64)


def _comparable_lists(
    model: MarketModel, near: comparables.Neighbours, similar: Floats, log_value: Floats
) -> pa.ListArray:
    """Show the most similar sales of other properties, each brought to the subject and the day."""
    order = np.argsort(np.where(near.own, 1.0, -similar), axis=1, kind="stable")
    order = order[:, :COMPARABLES_SHOWN]
    shown = ~np.take_along_axis(near.own, order, axis=1)
    position = np.take_along_axis(near.position, order, axis=1)[shown]
    subject = np.repeat(np.arange(len(log_value)), shown.sum(axis=1))
    sales = model.sales
    on_sale = model.expected[position] + model.index.at(sales.day[position])
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


def _summary(model: MarketModel) -> ModelSummary:
    sample = np.unique(np.linspace(0, len(model.sales) - 1, SAMPLE_ROWS).astype(int))
    design = design_of(
        model.sales.properties.take(sample), model.encoder, model.plane, source="sales"
    )
    _, parts = models.contributions(model.fitted, models.look(model.fitted, design), model.weights)
    size = np.abs(parts - parts.mean(axis=0)).mean(axis=0)
    share = size / max(float(size.sum()), 1e-12)
    named = zip((*model.encoder.names, "location"), share.tolist(), strict=True)
    notes = []
    if model.plane is None:
        notes.append("no coordinates: location is known by the characteristics only")
    if not model.fitted.boosting.views:
        notes.append("too few sales for trees: regression and comparables only")
    if model.margins.spread is None:
        notes.append("too few sales for local intervals: one relative width for all")
    return ModelSummary(
        model.as_of,
        len(model.sales),
        model.sales.note,
        model.encoder.left_out,
        tuple(zip(models.MODELS, model.weights.tolist(), strict=False)),
        _index_points(model),
        tuple(sorted(named, key=lambda pair: -pair[1])),
        tuple(notes),
    )


def _index_points(model: MarketModel) -> tuple[IndexPoint, ...]:
    last = float(day_number(model.as_of))
    day = np.unique(np.append(model.index.day, last))
    level = model.index.at(day) - model.index.at(np.array([last]))[0]
    margin = NORMAL_QUANTILE * model.index.deviation_at(day)
    return tuple(
        IndexPoint(EPOCH + timedelta(days=int(each)), *np.exp([at, at - off, at + off]).tolist())
        for each, at, off in zip(day, level, margin, strict=True)
    )


Part = TypeVar("Part")


def _cut(properties: Properties) -> Iterator[Properties]:
    for start in range(0, len(properties), BLOCK_ROWS):
        yield properties.take(np.arange(start, min(start + BLOCK_ROWS, len(properties))))


def _in_order(work: Callable[[Part], pa.Table], parts: Iterable[Part]) -> Iterator[pa.Table]:
    """Work on a few parts at a time; return what comes of them in their order."""
    waiting: deque[Future[pa.Table]] = deque()
    left = iter(parts)
    for part in left:
        yield work(part)  # alone, since it fills the tables that the others look up
        break
    with ThreadPoolExecutor(WORKERS) as pool:
        for part in left:
            waiting.append(pool.submit(work, part))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
