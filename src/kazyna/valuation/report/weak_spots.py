"""Where a valuation is weak: groups out of range, thin groups, and properties to inspect first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.ratios.ratio_standards import Told
from kazyna.valuation.ratios.ratio_study import RatioStudy

INSPECTED_MAX = 25
OUT_OF_RANGE_MAX = 30
THIN_SALES = 15
"""Below this many sales the IAAO calls the statistics of a group unreliable."""
FAR_SHARE = 0.98
"""Quantile of the distance to the nearest comparable from which a property stands alone."""
DISAGREEMENT = 0.20
"""Relative distance of the value from the median of its adjusted comparables."""
WIDE_SHARE = 0.95
ROUNDING = 1e-9
"""Relative difference below which two widths are the same."""

GROUP_STATISTICS = ("median_ratio", "cod")
"""What a group is held to by its value; PRD and PRB of few sales stray far, so they count only
where their interval proves it."""

Doubt = Literal["wide interval", "no sale near", "comparables disagree", "beyond the evidence"]


@dataclass(frozen=True)
class OutOfRange:
    """A group of the hold-out with a statistic outside the standard's range."""

    column: str
    label: str
    sales: int
    statistic: str
    value: float
    low: float
    high: float
    by_interval: Told


@dataclass(frozen=True)
class ThinGroup:
    """A group with too few sales to be judged."""

    column: str
    label: str
    sales: int


@dataclass(frozen=True)
class ToInspect:
    """A property that a valuer should look at before the values are signed."""

    id: str
    value: float
    low: float
    high: float
    doubts: tuple[Doubt, ...]
    confidence: float | None
    """From 0 to 1, where the values come with one."""


@dataclass(frozen=True)
class WeakSpots:
    """What to look at first."""

    out_of_range: tuple[OutOfRange, ...]
    """Proved failures first, then by the number of sales."""
    out_of_range_more: int
    """How many more there are than are listed."""
    thin: tuple[ThinGroup, ...]
    inspect: tuple[ToInspect, ...]
    """The most doubtful first."""
    doubtful: tuple[tuple[Doubt, int], ...]
    """How many properties each doubt is about."""


def weak_spots(
    values: pa.Table,
    study: RatioStudy,
    strata: Sequence[tuple[str, Sequence[tuple[str, RatioStudy]]]],
) -> WeakSpots:
    """Find the weak spots of a valuation.

    Parameters
    ----------
    values
        `id`, `value`, `low`, `high` and, where known, `confidence` and `comparables` (list of
        records with `price`, `adjusted_price` and `distance_m`).
    study
        The hold-out as a whole.
    strata
        For each column its labels and their studies.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013), section 3.4 (sample size) and tables 1-3, 2-3.
    """
    out = [*_out("", "", study)]
    thin = []
    for column, parts in strata:
        for label, part in parts:
            if part.n < THIN_SALES:
                thin.append(ThinGroup(column, label, part.n))
            else:
                out += _out(column, label, part)
    out.sort(key=lambda each: (each.by_interval != "refuted", -each.sales))
    inspect, doubtful = worklist(values, limit=INSPECTED_MAX)
    return WeakSpots(
        out_of_range=tuple(out[:OUT_OF_RANGE_MAX]),
        out_of_range_more=max(0, len(out) - OUT_OF_RANGE_MAX),
        thin=tuple(thin),
        inspect=inspect,
        doubtful=doubtful,
    )


def _out(column: str, label: str, study: RatioStudy) -> list[OutOfRange]:
    found = {each: getattr(study, each).value for each in ("median_ratio", "cod", "prd", "prb")}
    return [
        OutOfRange(
            column,
            label,
            study.n,
            verdict.statistic,
            found[verdict.statistic],
            verdict.low,
            verdict.high,
            verdict.by_interval,
        )
        for verdict in study.verdicts
        if verdict.statistic in found
        and not verdict.met
        and (
            not column or verdict.statistic in GROUP_STATISTICS or verdict.by_interval == "refuted"
        )
    ]


def _doubts(values: pa.Table) -> dict[Doubt, npt.NDArray[np.bool_]]:
    value = _floats(values["value"])
    width = (_floats(values["high"]) - _floats(values["low"])) / value
    doubts: dict[Doubt, npt.NDArray[np.bool_]] = {
        "wide interval": width > float(np.quantile(width, WIDE_SHARE)) * (1 + ROUNDING)
    }
    if "comparables" not in values.column_names:
        return doubts
    owner, adjusted, price, distance = _evidence(values["comparables"])
    n = len(value)
    has = np.bincount(owner, minlength=n) > 0
    doubts["comparables disagree"] = _disagree(value, owner, adjusted)
    nearest = np.full(n, np.inf)
    np.minimum.at(nearest, owner, np.nan_to_num(distance, nan=0.0))
    alone = nearest[has]
    limit = float(np.quantile(alone, FAR_SHARE)) if len(alone) else np.inf
    doubts["no sale near"] = ~has | ((nearest > limit) & (limit > 0))
    if len(price):
        doubts["beyond the evidence"] = (value < price.min()) | (value > price.max())
    return doubts


def _disagree(value: Floats, owner: Ints, adjusted: Floats) -> npt.NDArray[np.bool_]:
    """Mark values far from the median of their adjusted comparables."""
    order = np.lexsort((adjusted, owner))
    counts = np.bincount(owner, minlength=len(value))
    start = np.concatenate([[0], np.cumsum(counts)[:-1]])
    known = counts > 0
    ranked = adjusted[order]
    middle = np.full(len(value), np.nan)
    lower = ranked[start[known] + (counts[known] - 1) // 2]
    upper = ranked[start[known] + counts[known] // 2]
    middle[known] = (lower + upper) / 2
    off = np.abs(value / middle - 1)
    return np.asarray(np.nan_to_num(off, nan=0.0) > DISAGREEMENT)


def _evidence(lists: pa.ChunkedArray) -> tuple[Ints, Floats, Floats, Floats]:
    """Take the comparables of all properties apart: whose, adjusted price, price, distance."""
    whole = lists.combine_chunks()
    whole = pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
    counts = np.diff(np.asarray(whole.offsets))
    owner = np.repeat(np.arange(len(whole)), counts)
    flat = whole.flatten()
    parts = [
        _floats(pa.chunked_array([flat.field(name)]))
        for name in ("adjusted_price", "price", "distance_m")
    ]
    return owner, parts[0], parts[1], parts[2]


def worklist(
    values: pa.Table, *, limit: int
) -> tuple[tuple[ToInspect, ...], tuple[tuple[Doubt, int], ...]]:
    """Order the doubtful properties for inspection, and count how many each doubt is about.

    Parameters
    ----------
    values
        As `weak_spots` takes them.
    limit
        How many properties are listed.
    """
    doubts = _doubts(values)
    counts = tuple((doubt, int(marked.sum())) for doubt, marked in doubts.items())
    return _inspect(values, doubts, limit), counts


def _inspect(
    values: pa.Table, doubts: dict[Doubt, npt.NDArray[np.bool_]], limit: int
) -> tuple[ToInspect, ...]:
    value, low, high = (_floats(values[name]) for name in ("value", "low", "high"))
    many = np.sum(list(doubts.values()), axis=0)
    confidence = _floats(values["confidence"]) if "confidence" in values.column_names else None
    order = np.lexsort(((low - high) / value if confidence is None else confidence, -many))
    order = order[many[order] > 0][:limit]
    ids = values["id"].cast(pa.string())
    return tuple(
        ToInspect(
            ids[int(row)].as_py(),
            float(value[row]),
            float(low[row]),
            float(high[row]),
            tuple(doubt for doubt, marked in doubts.items() if marked[row]),
            None if confidence is None else float(confidence[row]),
        )
        for row in order
    )


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
