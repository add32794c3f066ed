"""What a head of agency signs: a valuation with its evidence, its quality and its weak spots.

Tables and summaries in, one record out; how it is worded and printed is for others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.table import as_arrow
from kazyna.valuation.backtest import Accuracy, assess
from kazyna.valuation.columns import Floats
from kazyna.valuation.indices.strata_index import IndexPoint
from kazyna.valuation.land_and_cost.land_report import (
    LandBasis,
    LandReport,
    land_report,
    land_share,
)
from kazyna.valuation.market_areas import FoundAreas
from kazyna.valuation.ratios.clusters import clusters
from kazyna.valuation.ratios.horizontal_equity import (
    HorizontalEquity,
    SpatialAutocorrelation,
    horizontal_equity,
    spatial_autocorrelation,
)
from kazyna.valuation.ratios.ratio_picture import RatioPicture, ratio_picture
from kazyna.valuation.ratios.ratio_study import RatioStudy, ratio_study
from kazyna.valuation.ratios.ratio_trend import RatioTrend, ratio_trend
from kazyna.valuation.ratios.strata import groups
from kazyna.valuation.report.report_examples import Example, examples_of
from kazyna.valuation.report.weak_spots import WeakSpots, weak_spots
from kazyna.valuation.summary import ModelSummary

PERCENT = 100
MAP_PLACES_MAX = 1_200
MAP_PLACE_MIN = 2
"""Properties in a place of the map at least, so that no single house stands out."""
LIKE_ROWS_MAX = 20_000
"""Properties among which like ones are sought; a larger cadastre is sampled evenly."""
STRATUM_SALES_MIN = 5
STRATUM_DRAWS, DRAWS = 400, 1_000


@dataclass(frozen=True)
class ReportedStratum:
    """How prices moved in one part of the market, from the first day to the valuation date."""

    name: str
    sales: int
    own: float
    """How much of it its own sales tell, from 0 (the whole market's movement) to 1."""
    change: float
    low: float
    high: float
    """The change as a share, and its 90 % interval."""


@dataclass(frozen=True)
class ReportedModel:
    """What the model rests on, as it says of itself."""

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
    """(characteristic, share), largest first."""
    notes: tuple[str, ...]
    segments: tuple[tuple[str, int, tuple[tuple[str, float], ...], float], ...] = ()
    """(segment, sales, weights of its models, log level beside the whole market's)."""
    strata: tuple[ReportedStratum, ...] = ()
    """How prices moved in each part of the market."""
    strata_by: str | None = None
    """The column that parts it; None where market areas were found."""
    curves: tuple[tuple[str, tuple[IndexPoint, ...]], ...] = ()
    """(stratum, index over time) of those strata whose index is kept."""
    areas: FoundAreas = field(default_factory=FoundAreas)
    """Market areas that were found."""
    land: LandBasis | None = None
    """What the split into land and buildings rests on."""

    @classmethod
    def of(cls, summary: ModelSummary) -> "ReportedModel":
        """Take what the report needs from a model's summary."""
        return cls(
            summary.as_of,
            summary.sales_used,
            summary.sales_left_out,
            summary.columns_left_out,
            summary.weights,
            summary.index,
            summary.importance,
            summary.notes,
            summary.segments,
            tuple(
                ReportedStratum(each.name, each.sales, each.own, *each.change())
                for each in summary.strata.each
            ),
            summary.strata.column,
            tuple((each.name, each.points) for each in summary.strata.each),
            summary.areas,
            summary.land,
        )


@dataclass(frozen=True)
class Provenance:
    """From what, and by which program, the values came: enough to get them again."""

    version: str
    seed: int
    facts: tuple[tuple[str, str], ...] = ()
    """(name, value): hashes of the data and of the law, the frozen folder, libraries."""


@dataclass(frozen=True)
class Totals:
    """The values taken together."""

    properties: int
    total_value: Decimal
    median_value: float
    low_decile: float
    high_decile: float
    median_per_m2: float | None
    interval_width: float
    """Median of (high - low) / value, percent."""


@dataclass(frozen=True)
class HeldOut:
    """Sales that the model had not seen when it was tested on them."""

    split: str
    """Which were held out, such as time:0.2."""
    sales: int
    first: date
    last: date
    median_price: float


@dataclass(frozen=True)
class Coverage:
    """How many prices of a group lay inside their 90 % interval."""

    label: str
    sales: int
    inside: float
    """Percent."""
    width: float
    """Median of (high - low) / value, percent."""


@dataclass(frozen=True)
class Stratified:
    """The hold-out by the labels of one column."""

    column: str
    strata: tuple[tuple[str, RatioStudy], ...]
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True)
class GroupValues:
    """The values of one group of properties."""

    column: str
    label: str
    properties: int
    low: float
    """Least value per square metre; value where no area is known."""
    median: float
    high: float


@dataclass(frozen=True)
class ValuePlace:
    """The median value per square metre of properties that lie near one another."""

    lon: float
    lat: float
    properties: int
    level: float


@dataclass(frozen=True)
class ValuationReport:
    """All that the report says, in figures."""

    model: ReportedModel
    totals: Totals
    held_out: HeldOut
    study: RatioStudy
    accuracy: Accuracy
    picture: RatioPicture
    by: tuple[Stratified, ...]
    coverage_by_value: tuple[Coverage, ...]
    """By tenth of the estimated value, the cheapest first."""
    trend: RatioTrend | None
    horizontal: HorizontalEquity | None
    neighbours: SpatialAutocorrelation | None
    values_by: tuple[GroupValues, ...]
    map_of_values: tuple[ValuePlace, ...]
    per_m2: bool
    """Whether the map and the groups show values per square metre or whole values."""
    land: LandReport | None
    """None where values were not split."""
    map_of_land: tuple[ValuePlace, ...]
    """The share of the land in the value, percent."""
    examples: tuple[Example, ...]
    """Typical objects, each with its reasons and its adjustment grid."""
    weak: WeakSpots
    provenance: Provenance
    kind: str


@dataclass(frozen=True)
class ReportOptions:
    """How the report is made."""

    by: tuple[str, ...] = ()
    """Columns of both tables by which quality and values are broken down."""
    holdout: str = "time:0.2"
    """How the sales of the test were held out."""
    coverage_90: float = float("nan")
    """Percent of prices inside their interval, for predictions kept without their intervals."""
    kind: str = "residential"
    """Kind of property, which decides the accepted dispersion."""
    provenance: Provenance = field(default_factory=lambda: Provenance("", 0))


def report_of(
    model: ModelSummary | ReportedModel,
    values: object,
    predictions: object,
    *,
    options: ReportOptions | None = None,
) -> ValuationReport:
    """Gather what the report of a valuation says.

    Parameters
    ----------
    model
        What the fitted model says of itself: `MarketModel.summary()`.
    values
        A table with `id`, `value`, `low`, `high` and, where known, `base`, `reasons`,
        `comparables`, `confidence` (as `MarketModel.value` returns them), `lon`, `lat` (degrees),
        `area_m2`, `land` and the columns of `options.by`.
    predictions
        The sales held out, as `backtest` returns them: `id`, `date`, `price`, `value` and, where
        known, `low`, `high`, `lon`, `lat` and the columns of `options.by`.
    options
        Strata, the hold-out, the kind of property and where the values came from.

    Returns
    -------
    ValuationReport

    Raises
    ------
    InputError
        When there are no predictions, or one of them is no positive number.

    References
    ----------
    IAAO, Standard on Mass Appraisal of Real Property (2017), section 6.5; Standard on Automated
    Valuation Models (2018), sections 8 and 10; Standard on Ratio Studies (2013 and 2026).
    """
    options = options or ReportOptions()
    about = model if isinstance(model, ReportedModel) else ReportedModel.of(model)
    valued, tested = as_arrow(values), as_arrow(predictions)
    study = ratio_study(
        tested["value"], tested["price"], kind=options.kind, trim="iqr3", draws=DRAWS
    )
    estimate, price = floats(tested, "value"), floats(tested, "price")
    lon, lat = optional_floats(tested, "lon"), optional_floats(tested, "lat")
    placed = lon is not None and lat is not None
    by = tuple(_stratified(tested, name, options.kind) for name in _present(tested, options.by))
    return ValuationReport(
        model=about,
        totals=_totals(valued),
        held_out=_held_out(tested, options.holdout),
        study=study,
        accuracy=_accuracy(tested, options.coverage_90),
        picture=ratio_picture(estimate, price, lon=lon, lat=lat),
        by=by,
        coverage_by_value=_coverage_by_value(tested),
        trend=ratio_trend(estimate / price, np.asarray(tested["date"], dtype="datetime64[D]")),
        horizontal=_horizontal(valued, about),
        neighbours=spatial_autocorrelation(estimate / price, lon, lat)  # type: ignore[arg-type]
        if placed
        else None,
        values_by=tuple(_values_by(valued, options.by)),
        map_of_values=_map_of(valued, level_of(valued)),
        per_m2="area_m2" in valued.column_names,
        land=land_report(valued, _present(valued, options.by), about.land),
        map_of_land=_map_of(valued, land_share(valued)),
        examples=examples_of(valued, about.index) if about.index else (),
        weak=weak_spots(valued, study, [(each.column, each.strata) for each in by]),
        provenance=options.provenance,
        kind=options.kind,
    )


def floats(table: pa.Table, name: str) -> Floats:
    """Return a column of numbers; a missing one is NaN."""
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def optional_floats(table: pa.Table, name: str) -> Floats | None:
    """Return a column of numbers, or None where the table has no such column."""
    return floats(table, name) if name in table.column_names else None


def level_of(table: pa.Table) -> Floats:
    """Return the value per square metre where areas are known, else the value; NaN if unknown."""
    value, area = floats(table, "value"), optional_floats(table, "area_m2")
    if area is None:
        return value
    return np.asarray(np.divide(value, area, out=np.full(len(value), np.nan), where=area > 0))


def _present(table: pa.Table, names: Sequence[str]) -> list[str]:
    return [name for name in names if name in table.column_names]


def _totals(valued: pa.Table) -> Totals:
    value, level = floats(valued, "value"), level_of(valued)
    known = level[np.isfinite(level)]
    low, middle, high = np.quantile(value, [0.1, 0.5, 0.9]).tolist()
    return Totals(
        properties=valued.num_rows,
        total_value=Decimal(str(pc.sum(valued["value"]).as_py())),
        median_value=middle,
        low_decile=low,
        high_decile=high,
        median_per_m2=float(np.median(known))
        if "area_m2" in valued.column_names and len(known)
        else None,
        interval_width=_width(valued),
    )


def _held_out(tested: pa.Table, split: str) -> HeldOut:
    days = pc.min_max(tested["date"]).as_py()
    middle = float(np.median(floats(tested, "price")))
    return HeldOut(split, tested.num_rows, days["min"], days["max"], middle)


def _stratified(tested: pa.Table, column: str, kind: str) -> Stratified:
    studied = ratio_study(
        tested["value"],
        tested["price"],
        by={column: tested[column]},
        kind=kind,
        draws=STRATUM_DRAWS,
    )
    told = [
        _coverage(tested, rows, label)
        for label, rows in groups(tested[column], column=column)
        if "low" in tested.column_names
    ]
    return Stratified(column, studied.strata, tuple(told))


def _accuracy(tested: pa.Table, coverage_90: float) -> Accuracy:
    if "low" in tested.column_names:
        return assess(tested)
    without = tested.append_column("low", tested["value"]).append_column("high", tested["value"])
    return replace(assess(without), coverage_90=coverage_90)


def _coverage(tested: pa.Table, rows: Any, label: str) -> Coverage:
    part = tested.take(pa.array(rows))
    price = floats(part, "price")
    inside = (floats(part, "low") <= price) & (price <= floats(part, "high"))
    return Coverage(label, len(price), PERCENT * float(inside.mean()), _width(part))


def _coverage_by_value(tested: pa.Table) -> tuple[Coverage, ...]:
    """Cut the hold-out into tenths by the estimate, which is known before the price is."""
    if "low" not in tested.column_names:
        return ()
    order = np.argsort(floats(tested, "value"), kind="stable")
    parts = np.array_split(order, min(10, max(1, len(order) // STRATUM_SALES_MIN)))
    return tuple(_coverage(tested, rows, str(at)) for at, rows in enumerate(parts, 1))


def _width(table: pa.Table) -> float:
    wide = (floats(table, "high") - floats(table, "low")) / floats(table, "value")
    return PERCENT * float(np.median(wide))


def _horizontal(valued: pa.Table, about: ReportedModel) -> HorizontalEquity | None:
    """Compare values per square metre among properties alike in place, area and what matters."""
    level = level_of(valued)
    if "area_m2" not in valued.column_names:
        return None
    rows = np.flatnonzero(np.isfinite(level) & (level > 0))
    rows = rows[:: max(1, -(-len(rows) // LIKE_ROWS_MAX))]
    numbers = {
        name
        for name in valued.column_names
        if pa.types.is_integer(valued[name].type) or pa.types.is_floating(valued[name].type)
    }
    weighty = [name for name, _ in about.importance if name in numbers][:3]
    alike = [name for name in ("lon", "lat", "area_m2") if name in valued.column_names]
    return horizontal_equity(
        level[rows], characteristics=[floats(valued, name)[rows] for name in (*alike, *weighty)]
    )


def _values_by(valued: pa.Table, by: Sequence[str]) -> list[GroupValues]:
    level = level_of(valued)
    found = []
    for column in _present(valued, by):
        for label, rows in groups(valued[column], column=column):
            known = level[rows][np.isfinite(level[rows])]
            if len(known):
                low, middle, high = np.quantile(known, [0, 0.5, 1]).tolist()
                found.append(GroupValues(column, label, len(known), low, middle, high))
    return found


def _map_of(valued: pa.Table, level: Floats) -> tuple[ValuePlace, ...]:
    """Take the median of a figure in places of like size; nothing where no place is known."""
    lon, lat = optional_floats(valued, "lon"), optional_floats(valued, "lat")
    if lon is None or lat is None:
        return ()
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & np.isfinite(level))
    if not len(placed):
        return ()
    size = max(4, -(-2 * len(placed) // MAP_PLACES_MAX))
    near = clusters(len(placed), [lon[placed], lat[placed]], size_max=size)
    return tuple(
        ValuePlace(
            float(lon[rows].mean()),
            float(lat[rows].mean()),
            len(rows),
            float(np.median(level[rows])),
        )
        for rows in (placed[part] for part in near)
        if len(rows) >= MAP_PLACE_MIN
    )
