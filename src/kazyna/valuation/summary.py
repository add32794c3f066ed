"""What a market model says of itself."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import starmap

import numpy as np

from kazyna.valuation import models
from kazyna.valuation.columns import EPOCH, Floats, Ints, day_number
from kazyna.valuation.features import design_of
from kazyna.valuation.interval import NORMAL_QUANTILE
from kazyna.valuation.market import Market
from kazyna.valuation.market_areas import market_areas
from kazyna.valuation.strata import groups
from kazyna.valuation.strata_index import AreaPlace, IndexPoint, StrataIndex, stratum_indices

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
    segments: tuple[tuple[str, int, tuple[tuple[str, float], ...], float], ...]
    """(segment, sales, weights of its models, level beside the whole market's)."""
    importance: tuple[tuple[str, float], ...]
    """(characteristic, share of the mean absolute contribution to log value), largest first."""
    notes: tuple[str, ...]
    """Fall-backs that were taken."""


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
    named = zip((*model.encoder.names, "location"), share.tolist(), strict=True)
    return ModelSummary(
        model.as_of,
        len(model.sales),
        model.sales.note,
        model.encoder.left_out,
        _named(model, model.segments.whole.weights),
        _index_points(model),
        _strata(model, parts[:, -1], sample),
        tuple(
            (str(each.name), each.sales, _named(model, each.weights), each.shift)
            for each in model.segments.each[1:]
        ),
        tuple(sorted(named, key=lambda pair: -pair[1])),
        _fall_backs(model),
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
    if not model.fitted.boosting.views:
        notes.append("too few sales for trees: regression, comparables and Gaussian process only")
    if model.margins.spread is None:
        notes.append("too few sales for local intervals: one relative width for all")
    if model.land is not None and model.land.fallback is not None:
        notes.append(f"land and building by one share: {model.land.fallback}")
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


def _strata(model: Market, location: Floats, sample: Ints) -> StrataIndex:
    """Follow the strata that a column names, or the market areas that the location's worth shows.

    Parameters
    ----------
    location
        What the location adds to log value at the places of the sampled sales.
    sample
        Their rows.
    """
    sales, column = model.sales, model.columns.stratum or model.columns.segment
    shown: list[tuple[float, float, int]] = []
    if column is not None:
        parted = list(groups(sales.properties.characteristics[column], column=column))
    else:
        areas = market_areas(sales.properties.lonlat[sample], location, count=model.columns.areas)
        if areas is None:
            return StrataIndex(None, ())
        label = areas.label(sales.properties.lonlat)
        shown = [(*lonlat, area) for lonlat, area in zip(
            sales.properties.lonlat[sample].tolist(), (label[sample] + 1).tolist(), strict=True
        ) if area > 0]  # fmt: skip
        parted = [(f"{at + 1}", np.flatnonzero(label == at)) for at in range(len(areas.level))]
    segment = model.segments.of(sales.properties)
    beside = model.segments.level(segment, sales.day)
    expected = model.expected - beside + model.index.at(sales.day)
    return StrataIndex(
        column,
        stratum_indices(
            np.log(sales.price) - expected,
            day=sales.day,
            owner=np.unique(sales.properties.id.astype(str), return_inverse=True)[1],
            stratum=[(name, rows) for name, rows in parted if len(rows)],
            index=model.index,
            as_of=day_number(model.as_of),
        ),
        tuple(starmap(AreaPlace, shown)),
    )
