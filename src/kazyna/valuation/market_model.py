"""From sales to a market model, and from the model to values with their reasons."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from threadpoolctl import threadpool_limits

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.core.table import as_arrow
from kazyna.valuation import models, quick_hedonic
from kazyna.valuation.columns import (
    EPOCH,
    ColumnMap,
    Floats,
    Sales,
    day_number,
    read_properties,
    read_sales,
)
from kazyna.valuation.equity import equity_of
from kazyna.valuation.evidence.screening import Clues, Screened, Screening, screen
from kazyna.valuation.evidence.stray_days import stray_days
from kazyna.valuation.evidence.stray_places import with_places_of_one_market
from kazyna.valuation.explanation import CENTS, MONEY, money
from kazyna.valuation.features import LEAKAGE, Encoder, design_of, learn_encoder, tells_price
from kazyna.valuation.holdout import fold_of
from kazyna.valuation.indices.price_index import (
    PriceIndex,
    hedonic_index,
    refined,
    with_own_forecasts,
)
from kazyna.valuation.indices.repeat_sales import with_repeat_sales
from kazyna.valuation.interval import ageing_of, late_sales, margins_of, spread_of
from kazyna.valuation.land_and_cost.building_cost import BuildingCost
from kazyna.valuation.land_and_cost.land import LandModel, fit_land
from kazyna.valuation.learnt_sales import Beside, blocks, joined, parted
from kazyna.valuation.location import Plane, extent_of, plane_of
from kazyna.valuation.market import Market, usual_range
from kazyna.valuation.models import regression
from kazyna.valuation.segments import segments_of, stacked, with_levels
from kazyna.valuation.settled import settled
from kazyna.valuation.stacking import drawn_to, sparing_weights, stack_weights
from kazyna.valuation.summary import ModelSummary, notes_of, summary_of
from kazyna.valuation.values import (
    BLOCK_ROWS,
    WORKERS,
    in_processes,
    numbered_batches,
    predicted,
    value_batch,
    valued,
)

SALES_MIN = 10
"""An interval that covers 90 % needs nine sales to be measured on; below ten there is no model."""
AHEAD_DAYS_MAX = 3_653
"""Ten years after the last sale no index tells anything: such a day of value is a slip."""
FOLDS = 8
HEAPED = 0.5
"""Share of the sales at one price beyond which it is doubtful that prices were paid."""
LAND_SHARE = 0.3
"""Share of the land where the sales are too few to tell: between what cities and villages show."""


@dataclass(frozen=True)
class MarketModel(Market):
    """A market as of one day; `value`, `stream` and `summary` say what it knows."""

    def __repr__(self) -> str:
        """Say in a line, as at the end of a notebook's cell, what the model was learnt from."""
        names = ", ".join(self.wanted)
        return f"MarketModel(as of {self.as_of}, {len(self.sales):,} sales, by {names})"

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
            docs/methods/market-model.md defines it). Where the columns of the areas are named,
            also `land` and `building`, which add up to the value.

        Raises
        ------
        InputError
            When an identifier is missing or stands twice, a coordinate is impossible, or a
            characteristic is missing or cannot be read.
        """
        read = read_properties(properties, self.columns, characteristics=self.wanted, source=source)
        blocks = []
        for done, block in enumerate(valued(self, read, source=source), start=1):
            progress("value", min(done * BLOCK_ROWS, len(read)), len(read))
            blocks.append(block)
        return pa.concat_tables(blocks)

    def stream(
        self, batches: Iterable[object], *, processes: int = 1, source: str = "properties"
    ) -> Iterator[pa.Table]:
        """Value batch after batch, in order, with no more than a few batches in memory.

        The values are those of `value`, to the last digit: neither the size of a batch nor
        another property of it moves a value. Identifiers are checked within each batch only.

        Parameters
        ----------
        batches
            Tables that speak Arrow, as `value` takes them; some ten thousand rows each are best.
        processes
            Processes that value batches side by side; one is this process alone.
        """
        numbered = numbered_batches(map(as_arrow, batches))
        if processes > 1:
            yield from in_processes(self, numbered, processes=processes, source=source)
        else:
            yield from (value_batch(self, each, source=source) for each in numbered)

    def segments_with_market(self) -> tuple[str, ...]:
        """Name the segments that have sales enough to measure an interval on."""
        name = self.columns.segment
        if name is None:
            raise ValueError("the model's columns name no segment")
        sold = self.sales.properties.characteristics[name].cast(pa.string()).drop_null()
        counted = zip(*(each.to_pylist() for each in sold.value_counts().flatten()), strict=True)
        return tuple(sorted(segment for segment, sales in counted if sales >= SALES_MIN))

    def land_value(self, properties: object, *, source: str = "properties") -> pa.Array:
        """Value the plots alone as of the model's day; empty where the area is unknown.

        Parameters
        ----------
        properties
            As `value` takes them; of the characteristics only the areas are needed.
        """
        if self.land is None:
            raise ValueError("the model's columns name no plot area")
        areas = tuple(filter(None, (self.columns.land_area, self.columns.floor_area)))
        read = read_properties(properties, self.columns, characteristics=areas, source=source)
        level = float(self.index.at(np.array([day_number(self.as_of)]))[0])
        if self.land.fallback is not None:
            return pa.nulls(len(read), MONEY)
        amount = self.land.land_of(read)
        cents = np.rint(np.nan_to_num(amount) * np.exp(level)).astype(np.int64) * CENTS
        return pc.if_else(pa.array(~np.isnan(amount)), money(cents), pa.scalar(None, MONEY))

    def notes(self) -> tuple[str, ...]:
        """Say what was left out and what was done without."""
        return notes_of(self)

    def summary(self) -> ModelSummary:
        """Say what the model rests on: sales, index, weights, importance, fall-backs."""
        return summary_of(self)


def fit(
    sales: object,
    *,
    columns: ColumnMap,
    as_of: date,
    screened: Screened = False,
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
    screened
        Whether sales that are no evidence of the market are left out by what they show
        (docs/methods/screening.md); `screening` of the model tells each with its reason. An
        analyst's decisions instead of `True` override what screening finds.
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
    # Trees grow on every processor; the many small matrices between are done sooner by one thread
    # than by two that wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        return _fitted(market, columns=columns, as_of=as_of, screened=screened, seed=seed,
                       progress=progress, source=source)  # fmt: skip


def _fitted(
    market: Sales,
    *,
    columns: ColumnMap,
    as_of: date,
    screened: Screened,
    seed: int,
    progress: Progress,
    source: str,
) -> MarketModel:
    """Fit a model to a market."""
    screening = _screened(market, screened, columns, seed=seed, progress=progress)
    if screening is not None:
        market = screening.market()
    market, others = parted(market, segment=columns.segment, seed=seed)
    encoder = _encoder(market, columns, source)
    plane = plane_of(market.properties.lonlat)
    design = design_of(market.properties, encoder, plane, source=source)
    fold = fold_of(market, shares=np.full(FOLDS, 1 / FOLDS), seed=seed)
    log_price = np.log(market.price)
    progress("follow prices over time")
    basis = regression.basis_of(design)
    terms = regression.columns_of(basis, design)
    index, trust, penalties = hedonic_index(terms, basis.part, log_price, market.day)
    target = settled(log_price - index.at(market.day))
    evidence = _evidence(others, encoder, plane, index, seed=seed, source=source)
    fitted, out_of_fold, tree_columns = models.fit(
        design, target, prepared=(basis, terms, trust, penalties), fold=fold, seed=seed,
        beside=evidence, progress=progress,
    )  # fmt: skip
    progress("weigh the models")
    segments = segments_of(columns.segment, market.properties, out_of_fold, target,
                           _weights(fitted, out_of_fold, target))  # fmt: skip
    segment = segments.of(market.properties)
    stack = settled(stacked(segments, segment, out_of_fold))
    index = with_repeat_sales(refined(index, target - stack, market.day), market)
    segments, beside = with_levels(
        segments, segment, log_price - index.at(market.day) - stack, market.day
    )
    level = index.at(market.day) + beside
    spread = spread_of(tree_columns, log_price - level - stack, seed=seed)
    local = spread.at(tree_columns)
    equity = equity_of(stack, log_price - level, local)
    expected = equity.apply(stack, local)
    residual = settled(log_price - level - expected)
    margins = margins_of(spread, tree_columns, residual, segment, seed=seed)
    index = with_own_forecasts(index, log_price - beside - expected, market.day)
    early = ~late_sales(market.day)
    forward = regression.predicted_from(terms, target, trust, penalties=penalties, rows=early)
    ageing = ageing_of(target - forward, target - out_of_fold[:, 0], day=market.day, late=~early)
    extent = extent_of(fitted.comparables.km) if plane is not None else None
    model = MarketModel(columns, as_of, market, screening, encoder, plane, extent, index, fitted,
                        segments, equity, margins, ageing, expected + beside, usual_range(design),
                        _land(market, columns, index, as_of))  # fmt: skip
    if others is None:
        return model
    return _with_others(model, others, progress=progress, source=source)


def _encoder(market: Sales, columns: ColumnMap, source: str) -> Encoder:
    """Decide how each column is used; say so where even the identifier tells the price."""
    encoder = learn_encoder(
        _learnt_from(market, columns).properties.characteristics, market.price,
        day=market.day, rising=columns.rising, source=source,
    )  # fmt: skip
    if tells_price(pa.chunked_array([pa.array(market.properties.id, pa.string())]), market.price):
        return encoder.without(columns.id, f"{LEAKAGE}it tells the price; no number is ever used")
    return encoder


def _evidence(
    others: Sales | None,
    encoder: Encoder,
    plane: Plane | None,
    index: PriceIndex,
    *,
    seed: int,
    source: str,
) -> Beside | None:
    """Lay out the sales that are compared with and not learnt from, if there are any."""
    if others is None:
        return None
    return Beside(
        design_of(others.properties, encoder, plane, source=source),
        settled(np.log(others.price) - index.at(others.day)),
        fold_of(others, shares=np.full(FOLDS, 1 / FOLDS), seed=seed),
    )


def _with_others(
    model: MarketModel, others: Sales, *, progress: Progress, source: str
) -> MarketModel:
    """Put the sales that were not learnt from beside the others, each with what is expected."""

    def expected(rows: slice) -> Floats:
        part, day = others.properties.take(np.arange(len(others))[rows]), others.day[rows]
        value, _, _ = predicted(model, part, day, source=source)
        return np.asarray(np.log(value) - model.index.at(day))

    found = [model.expected]
    with ThreadPoolExecutor(WORKERS) as pool:
        for each in pool.map(expected, blocks(len(others))):
            found.append(each)
            done = sum(map(len, found)) - len(model.expected)
            progress("look at the other sales", done, len(others))
    sales = joined(model.sales, others)
    return replace(model, sales=sales, expected=np.concatenate(found))


def _weights(fitted: models.Fitted, out_of_fold: Floats, target: Floats) -> Floats:
    """Weigh the models in the whole market."""
    costly = fitted.names[-1] == models.DEEP
    weights = (sparing_weights if costly else stack_weights)(out_of_fold, target)
    if fitted.process is None:
        return weights
    return drawn_to(fitted.names.index(models.PROCESS), weights, sales=len(target))


def _screened(
    market: Sales,
    screened: Screened,
    columns: ColumnMap,
    *,
    seed: int,
    progress: Progress,
) -> Screening | None:
    """Judge the sales by their prices, and where there are enough by what like ones fetched."""
    if screened is False:
        return None
    decisions = () if screened is True else screened
    progress("screen sales")
    if len(market) < quick_hedonic.SALES_MIN:
        return screen(market, decisions=decisions)
    quick = quick_hedonic.quick_hedonic(_learnt_from(market, columns), seed=seed)
    clues = Clues((), quick.residual, quick.spread, quick.level)
    return screen(market, clues=clues, decisions=decisions)


def _learnt_from(market: Sales, columns: ColumnMap) -> Sales:
    """Leave out the cost of buildings: values follow from the market, with cost tables or not."""
    if columns.building_cost is None:
        return market
    table = market.properties.characteristics.drop_columns([columns.building_cost])
    return replace(market, properties=replace(market.properties, characteristics=table))


def _land(market: Sales, columns: ColumnMap, index: PriceIndex, as_of: date) -> LandModel | None:
    """Learn how values split, where the column of the plot's area is named."""
    if columns.land_area is None:
        return None
    today = float(index.at(np.array([day_number(as_of)]))[0])
    cost = columns.building_cost
    return fit_land(
        market, land_area=columns.land_area, floor_area=columns.floor_area,
        building=() if cost is None else BuildingCost(cost, today),
        level=index.at(market.day), typical_share=LAND_SHARE,
    )  # fmt: skip


def _market(read: Sales, as_of: date, source: str) -> Sales:
    """Keep the sales that may be learnt from; refuse where they show no market."""
    market = read.take(
        read.day <= day_number(as_of), left_out=f"dated after the day of value, {as_of}"
    )
    market = market.take(~stray_days(market.day), left_out="dated years away from all others")
    if len(market) < SALES_MIN:
        raise InputError(
            Finding(
                source,
                f"{len(market)} of {len(read)} sales are dated up to {as_of}",
                f"at least {SALES_MIN} sales before the day of value",
            )
        )
    if day_number(as_of) - market.day.max() > AHEAD_DAYS_MAX:
        last = EPOCH + timedelta(days=int(market.day.max()))
        reason = f"the last sale is of {last}, the day of value is {as_of}"
        expected = "a day of value up to ten years after the last sale"
        raise InputError(Finding(source, reason, expected))
    if np.ptp(market.price) == 0:
        raise InputError(
            Finding(
                source,
                f"all {len(market)} sales have the price {market.price[0]:g}",
                "prices that differ as the properties do",
            )
        )
    return with_places_of_one_market(_with_heaped_price(market))


def _with_heaped_price(market: Sales) -> Sales:
    """Say where most sales have one price: such a market tells little apart."""
    prices, counts = np.unique(market.price, return_counts=True)
    most = int(counts.max())
    if most <= HEAPED * len(market):
        return market
    remark = (
        f"{most} of {len(market)} sales have the price {prices[counts.argmax()]:g}: values and"
        " their intervals hardly differ; are these the prices paid?"
    )
    return replace(market, remarks=(*market.remarks, remark))
