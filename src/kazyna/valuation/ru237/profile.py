"""A valuation by the Russian instructions: what its tables and report sections are made of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.table import as_arrow
from kazyna.valuation.columns import Floats, Rows
from kazyna.valuation.indices.strata_index import IndexPoint
from kazyna.valuation.market_areas import FoundAreas
from kazyna.valuation.ru237.factors import FactorSource
from kazyna.valuation.ru237.groups import (
    BUILDING_GROUPS,
    LAND_SEGMENTS,
    Grouping,
    group_of,
    specific_values,
    territory_of,
)
from kazyna.valuation.ru237.methods import SimpleMethods, simple_methods
from kazyna.valuation.ru237.quality import (
    Formula,
    SampleQuality,
    best_formula,
    representativeness,
    sample_quality,
)
from kazyna.valuation.ru237.zones import PriceZone, PriceZones, price_zones

FACTORS_MAX = 8
DISTRICT, QUARTER = "район", "квартал"
ZONE = "ценовая зона"
LEVEL = ": уровень цен"
"""Follows the name of a factor that is words: their level of prices stands in the formula."""
FOUND_ZONE = "найденная ценовая зона"
NO_AREAS = FoundAreas()
ZONE_FOLDS = 5
ZONE_SALES = 5.0
"""Average sales that are added to each zone, so that a zone of few does not stray."""


@dataclass(frozen=True)
class Ru237Columns:
    """Which columns of the properties mean what; None where there is none."""

    use_code: str | None = None
    district: str | None = None
    """Else the first two parts of the cadastral number, where it has them."""
    quarter: str | None = None
    """Else the first three parts of the cadastral number, where it has them."""
    earlier: str | None = None
    """Value at the earlier valuation, for the method of indexation."""


@dataclass(frozen=True)
class Ru237Profile:
    """All that the instructions ask for beside the report's own figures."""

    grouping: Grouping
    sales: Mapping[str, int] | None
    """Sales of each group; None where the sales have no use codes."""
    objects: int
    specific: pa.Table
    """УПКС by group and territory, as `specific_values` returns them."""
    zones: tuple[PriceZone, ...]
    """Price zones with their outlines; none where no market areas were found."""
    formula: Formula | None
    """None where there is no factor to make one of."""
    market: SampleQuality
    """The market model on the same control sample as the formula."""
    loss: float | None
    """MAPE of the formula less that of the market model on the control sample, in points."""
    factors: pa.Table
    """The factors in the sales and in all objects, as `representativeness` returns them."""
    simple: SimpleMethods
    """What the typical-object, УПКС and index methods say of every object."""
    sources: tuple[FactorSource, ...] = ()
    """How each factor was measured, the weightiest first; none where nobody told."""


def ru237_profile(
    values: object,
    sales: object,
    predictions: object,
    *,
    index: Sequence[IndexPoint],
    factors: Sequence[str],
    columns: Ru237Columns,
    areas: FoundAreas = NO_AREAS,
) -> Ru237Profile:
    """Gather what the Russian report asks for.

    Parameters
    ----------
    values
        `id`, `value`, `area_m2`, the columns that `columns` names and the factors.
    sales
        `id`, `date`, `price` and the factors; those that stand in `predictions` too are the control
        sample, the others the training sample.
    predictions
        `id`, `date`, `price`, `value` of the sales held out.
    index
        The market's level by day: prices are brought to its last day.
    factors
        Columns of the sales by weight. The first eight make the formula: numbers that are known of
        every sale, and words, each as the level of prices where it is said (`price_zone`).
    columns
        Use code, district and quarter.
    areas
        Market areas that the model found; where `values` has `lon` and `lat` they become zones.
    """
    valued, sold, tested = as_arrow(values), as_arrow(sales), as_arrow(predictions)
    grouping = _grouping(valued, columns.use_code)
    territories = _territories(valued, columns)
    drawn = _zones(valued, areas)
    specific = specific_values(
        _floats(valued, "value"), _floats(valued, "area_m2"), grouping.group,
        by={**territories, **({FOUND_ZONE: drawn.label} if drawn else {})},
    )  # fmt: skip
    own = {columns.use_code, columns.district, columns.quarter, columns.earlier}
    train = ~_stands_in(sold, tested)
    price = _brought(sold, index)
    known, every = _known(
        sold, valued, [name for name in factors if name not in own], price=price, train=train
    )
    zones = _territories(sold, columns).get(DISTRICT)
    if zones is not None and len({zone for zone in zones if zone}) > 1:
        known[ZONE] = price_zone(price, zones, train=train)
    formula = None
    if known and train.sum() > len(known) + 1:
        formula = best_formula(known, price, train=train)
    count = len(formula.factors) if formula else 1
    market = sample_quality(
        "control", _floats(tested, "price"), _floats(tested, "value"), factors=count
    )
    control = formula.control if formula else None
    return Ru237Profile(
        grouping=grouping,
        sales=_sales_of_groups(sold, columns.use_code),
        objects=valued.num_rows,
        specific=specific,
        zones=drawn.each if drawn else (),
        formula=formula,
        market=market,
        loss=control.mape - market.mape if control else None,
        factors=representativeness({name: known[name] for name in every}, every),
        simple=simple_methods(
            valued["id"].to_pylist(), _floats(valued, "value"), _floats(valued, "area_m2"),
            grouping, by=territories, specific=specific, earlier=_earlier(valued, columns),
        ),
    )  # fmt: skip


def price_zone(price: Floats, zones: Sequence[str | None], *, train: Rows) -> Floats:
    """Return the level of prices in the zone of each sale, against all: a factor of the formula.

    A zone may be of places, or of all that is said in the same word.

    The geometric mean of the zone's prices over that of all, both of the training sample, drawn
    towards 1 as if the zone had five more average sales. For a sale of the training sample four
    fifths of it count, those without the sale: counted itself it would tell its price in zones of
    few sales, left out alone it would do so in zones of many, where the mean of the others falls
    just as it rises.

    Parameters
    ----------
    price, zones
        Shape (sales,); a sale without a zone has the level 1.
    train
        Mask of the training sample.

    References
    ----------
    Micci-Barreca (2001), "A preprocessing scheme for high-cardinality categorical attributes",
    ACM SIGKDD Explorations 3, 27-32.
    """
    off, level = np.log(price), np.ones(len(price))
    names, code = np.unique(np.array([zone or "" for zone in zones]), return_inverse=True)
    fold = np.where(train, np.arange(len(price)) % ZONE_FOLDS, ZONE_FOLDS)
    for told in range(ZONE_FOLDS + 1):
        learnt = train & (fold != told)
        rows = fold == told
        level[rows] = _levels(off, code, len(names), learnt=learnt)[code[rows]]
    return np.where([bool(zone) for zone in zones], level, 1.0)


def _levels(off: Floats, code: Rows, labels: int, *, learnt: Rows) -> Floats:
    """Return the level of prices of each label against all, by the sales that it is learnt from."""
    if not learnt.any():
        return np.ones(labels)
    apart = off[learnt] - off[learnt].mean()
    counted = np.bincount(code[learnt], minlength=labels)
    summed = np.bincount(code[learnt], apart, minlength=labels)
    return np.asarray(np.exp(summed / (counted + ZONE_SALES)))


def _earlier(valued: pa.Table, columns: Ru237Columns) -> Floats | None:
    name = columns.earlier
    return _floats(valued, name) if name is not None and name in valued.column_names else None


def _grouping(valued: pa.Table, use_code: str | None) -> Grouping:
    if use_code is None or use_code not in valued.column_names:
        return group_of([None] * valued.num_rows)
    codes = valued[use_code].cast(pa.string()).to_pylist()
    return group_of(codes, (*LAND_SEGMENTS, *BUILDING_GROUPS))


def _sales_of_groups(sold: pa.Table, use_code: str | None) -> Mapping[str, int] | None:
    if use_code is None or use_code not in sold.column_names:
        return None
    return Counter(_grouping(sold, use_code).group)


def _territories(valued: pa.Table, columns: Ru237Columns) -> Mapping[str, Sequence[str | None]]:
    from_number = territory_of(valued["id"].cast(pa.string()).to_pylist())
    found: dict[str, Sequence[str | None]] = {
        DISTRICT: from_number.district,
        QUARTER: from_number.quarter,
    }
    for division, name in ((DISTRICT, columns.district), (QUARTER, columns.quarter)):
        if name is not None and name in valued.column_names:
            found[division] = valued[name].cast(pa.string()).to_pylist()
    return {name: labels for name, labels in found.items() if any(labels)}


def _zones(valued: pa.Table, areas: FoundAreas) -> PriceZones | None:
    """Draw the zones of the objects, where their places are known."""
    if not {"lon", "lat"} <= set(valued.column_names):
        return None
    lonlat = np.column_stack([_floats(valued, "lon"), _floats(valued, "lat")])
    return price_zones(areas, lonlat)


def _known(
    sold: pa.Table, valued: pa.Table, factors: Sequence[str], *, price: Floats, train: Rows
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Take the weightiest factors, in the sales and, where they are known, in all objects."""
    known: dict[str, Floats] = {}
    every: dict[str, Floats] = {}
    for name in (each for each in factors if each in sold.column_names):
        if len(known) == FACTORS_MAX:
            break
        kind = sold[name].type
        there = name in valued.column_names
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            values = _floats(sold, name)
            if np.isfinite(values).all():
                known[name] = values
                every |= {name: _floats(valued, name)} if there else {}
        elif (said := _said(sold, name)) is not None:
            level = name + LEVEL
            known[level] = price_zone(price, said, train=train)
            if there:  # as sales that none is learnt from
                both = [*said, *valued[name].cast(pa.string()).to_pylist()]
                prices = np.concatenate([price, np.ones(valued.num_rows)])
                learnt = np.concatenate([train, np.zeros(valued.num_rows, dtype=bool)])
                every[level] = price_zone(prices, both, train=learnt)[len(said) :]
    return known, every


def _said(sold: pa.Table, name: str) -> list[str | None] | None:
    """Return a factor's words where it says something: some words, each of some sales."""
    kind = sold[name].type
    words = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(words) or pa.types.is_large_string(words)
            or pa.types.is_boolean(words)):  # fmt: skip
        return None
    said: list[str | None] = sold[name].cast(pa.string()).to_pylist()
    different = len({each for each in said if each})
    return said if 1 < different <= len(said) / ZONE_SALES else None


def _stands_in(sold: pa.Table, tested: pa.Table) -> Rows:
    """Mark the sales that were held out, by property and day."""

    def keys(table: pa.Table) -> pa.Array:
        days = table["date"].cast(pa.date32()).cast(pa.string())
        return pc.binary_join_element_wise(table["id"].cast(pa.string()), days, " ")

    return np.asarray(pc.is_in(keys(sold), value_set=keys(tested).combine_chunks()))


def _brought(sold: pa.Table, index: Sequence[IndexPoint]) -> Floats:
    """Bring prices to the level of the valuation date."""
    price = _floats(sold, "price")
    if not index:
        return price
    day = np.asarray(sold["date"].cast(pa.date32()).cast(pa.int32()).to_numpy(), dtype=float)
    epoch = [float((point.date - index[0].date).days) for point in index]
    first = float(np.datetime64(index[0].date, "D").astype(int))
    level = np.interp(day - first, epoch, [point.level for point in index])
    return np.asarray(price / level)


def _floats(table: pa.Table, name: str) -> Floats:
    return np.asarray(table[name].cast(pa.float64()).to_numpy(), dtype=np.float64)
