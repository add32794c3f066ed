"""What a market model says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kazyna.valuation import models
from kazyna.valuation.columns import EPOCH, Floats, Ints, day_number
from kazyna.valuation.features import design_of
from kazyna.valuation.indices.strata_index import IndexPoint, StrataIndex, stratum_indices
from kazyna.valuation.interval import NORMAL_QUANTILE
from kazyna.valuation.land_and_cost.land_report import LandBasis, land_basis
from kazyna.valuation.market import Market
from kazyna.valuation.market_areas import FoundAreas, MarketAreas, market_areas
from kazyna.valuation.ratios.strata import groups

AHEAD_DAYS = 366
"""Beyond a year after the last sale it is said that prices are a forecast."""
SAMPLE_ROWS = 1_000
"""Sales on which the importance of the characteristics is measured."""


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
    strata: StrataIndex
    areas: FoundAreas
    segments: tuple[tuple[str, int, tuple[tuple[str, float], ...], float], ...]
    """(segment, sales, weights of its models, level beside the whole market's)."""
    importance: tuple[tuple[str, float], ...]
    """(characteristic, share of the mean absolute contribution to log value), largest first."""
    notes: tuple[str, ...]
    """Fall-backs that were taken."""
    land: LandBasis | None = None
    """What the split into land and buildings rests on; None where values are not split."""


def summary_of(model: Market) -> ModelSummary:
    """Say what a model rests on and how it is put together."""
    sample = np.unique(np.linspace(0, len(model.sales) - 1, SAMPLE_ROWS).astype(int))
    design = design_of(
        model.sales.properties.take(sample), model.encoder, model.plane, source="sales"
    )
    seen = models.look(model.fitted, design)
    _, parts = models.contributions(model.fitted, seen, model.segments.whole.weights)
    size = np.abs(parts - parts.mean(axis=0)).mean(axis=0)
    share = size / max(float(size.sum()), 1e-12)
    strata = _named_strata(model)
    areas, found = _areas(model, parts[:, -1], sample, strata)
    named = zip((*model.encoder.names, "location"), share.tolist(), strict=True)
    return ModelSummary(
        model.as_of,
        len(model.sales),
        model.sales.note,
        model.encoder.left_out,
        _named(model, model.segments.whole.weights),
        _index_points(model),
        _strata(model, strata, areas),
        found,
        tuple(
            (str(each.name), each.sales, _named(model, each.weights), each.shift)
            for each in model.segments.each[1:]
        ),
        tuple(sorted(named, key=lambda pair: -pair[1])),
        _fall_backs(model),
        None if model.land is None else land_basis(model.land),
    )


def notes_of(model: Market) -> tuple[str, ...]:
    """Say in words what was left out and which fall-backs were taken."""
    return (
        *_fall_backs(model),
        *(f"{count} sales left out: {reason}" for reason, count in model.sales.note),
        *(f"column {name} left out: {reason}" for name, reason in model.encoder.left_out),
    )


def _fall_backs(model: Market) -> tuple[str, ...]:
    notes = list(model.sales.remarks)
    if model.plane is None:
        notes.append("no coordinates: location is known by the characteristics only")
    elif unplaced := int(np.isnan(model.sales.properties.lonlat).any(axis=1).sum()):
        notes.append(
            f"{unplaced} of {len(model.sales)} sales without a place: known by their"
            " characteristics only"
        )
    ahead = day_number(model.as_of) - int(model.sales.day.max())
    if ahead > AHEAD_DAYS:
        notes.append(
            f"the last sale is {ahead} days before the day of value: prices are a forecast"
        )
    if not model.fitted.boosting.views:
        notes.append("too few sales for trees: regression, comparables and Gaussian process only")
    if model.margins.spread.booster is None:
        notes.append("too few sales for local intervals: one relative width for all")
    if model.equity.out_of_reach:
        notes.append(
            "vertical equity out of reach: stretched or not, values would not come within the"
            " IAAO's range of PRB"
        )
    if model.land is not None and model.land.fallback is not None:
        how = "by one share" if model.land.cost is None else "by depreciated cost alone"
        notes.append(f"land and building {how}: {model.land.fallback}")
    elif model.land is not None and model.land.cost is not None:
        paid = f"{100 * model.land.cost.factor:.0f}"
        notes.append(f"the market pays {paid} % of the buildings' depreciated cost")
    return tuple(notes)


def _named(model: Market, weights: Floats) -> tuple[tuple[str, float], ...]:
    return tuple(zip(model.fitted.names, weights.tolist(), strict=True))


def _index_points(model: Market) -> tuple[IndexPoint, ...]:
    last = float(day_number(model.as_of))
    day = np.unique(np.append(model.index.day, last))
    level = model.index.at(day) - model.index.at(np.array([last]))[0]
    margin = NORMAL_QUANTILE * model.index.deviation_at(day)
    return tuple(
        IndexPoint(EPOCH + timedelta(days=int(each)), *np.exp([at, at - off, at + off]).tolist())
        for each, at, off in zip(day, level, margin, strict=True)
    )


def _named_strata(model: Market) -> list[tuple[str, Ints]]:
    """Name the strata of a column, if one tells them, with the rows of their sales."""
    column = model.columns.stratum or model.columns.segment
    if column is None:
        return []
    return list(groups(model.sales.properties.characteristics[column], column=column))


def _areas(
    model: Market, location: Floats, sample: Ints, strata: Sequence[tuple[str, Ints]]
) -> tuple[MarketAreas | None, FoundAreas]:
    """Find market areas by what the location adds to log value at the places of some sales."""
    sales = model.sales
    areas = market_areas(sales.properties.lonlat[sample], location, count=model.columns.areas)
    if areas is None:
        return None, FoundAreas()
    today = model.index.at(np.array([float(day_number(model.as_of))]))[0]
    price = sales.price * np.exp(today - model.index.at(sales.day))
    return areas, areas.found(sales.properties.lonlat, price, mapped=sample, strata=strata)


def _strata(
    model: Market, strata: Sequence[tuple[str, Ints]], areas: MarketAreas | None
) -> StrataIndex:
    """Follow the strata that a column names, or the market areas that were found."""
    sales, column = model.sales, model.columns.stratum or model.columns.segment
    if column is None and areas is not None:
        label = areas.label(sales.properties.lonlat)
        strata = [(f"{at + 1}", np.flatnonzero(label == at)) for at in range(len(areas.level))]
    segment = model.segments.of(sales.properties)
    beside = model.segments.level(segment, sales.day)
    expected = model.expected - beside + model.index.at(sales.day)
    return StrataIndex(
        column,
        stratum_indices(
            np.log(sales.price) - expected,
            day=sales.day,
            owner=np.unique(sales.properties.id.astype(str), return_inverse=True)[1],
            stratum=[(name, rows) for name, rows in strata if len(rows)],
            index=model.index,
            as_of=day_number(model.as_of),
        ),
    )
