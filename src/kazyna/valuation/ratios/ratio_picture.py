"""What the plots of a ratio study show, in numbers: whoever draws them draws the same."""

from dataclasses import dataclass

import numpy as np

from kazyna.valuation.ratios.clusters import clusters
from kazyna.valuation.ratios.ratio_statistics import Floats, proxy, statistics

RATIO_LOW, RATIO_HIGH, RATIO_STEP = 0.4, 1.8, 0.05
"""Ratios beyond these are counted in the bars at the ends."""
DOTS_MAX = 2_000
PLACES_MAX, PLACE_SALES = 1_500, 20
"""Places on the map at most, and sales in a place at most where that allows it."""
PLACE_SALES_MIN = 5


@dataclass(frozen=True)
class RatioBar:
    """How many ratios lie between two limits."""

    low: float
    high: float
    sales: int


@dataclass(frozen=True)
class RatioDot:
    """One sale: its ratio against the proxy of its value."""

    value: float
    ratio: float


@dataclass(frozen=True)
class PlaceRatio:
    """The median ratio of some sales that lie near one another."""

    lon: float
    lat: float
    sales: int
    median_ratio: float


@dataclass(frozen=True)
class RatioPicture:
    """The data of the plots."""

    bars: tuple[RatioBar, ...]
    dots: tuple[RatioDot, ...]
    """A sample of the sales, evenly over the range of value."""
    line: tuple[RatioDot, ...]
    """Two ends of the regression whose slope is PRB."""
    places: tuple[PlaceRatio, ...]


def ratio_picture(
    estimate: Floats, price: Floats, *, lon: Floats | None = None, lat: Floats | None = None
) -> RatioPicture:
    """Gather what the plots of a study show.

    Parameters
    ----------
    estimate, price
        Shape (sales,), positive.
    lon, lat
        Shape (sales,), degrees; sales without a place (NaN) are left off the map.
    """
    ratios = estimate / price
    found = statistics(estimate, price)
    value = proxy(estimate, price, found.median_ratio)
    order = np.argsort(value, kind="stable")
    shown = order[:: -(-len(order) // DOTS_MAX)]
    ends = value[order[[0, -1]]]
    # The regression of (r - m) / m runs through the means of both sides.
    middle = float(np.log2(value).mean())
    rise = found.prb * (np.log2(ends) - middle)
    line = found.mean_ratio + found.median_ratio * rise
    return RatioPicture(
        bars=_bars(ratios),
        dots=tuple(map(RatioDot, value[shown].tolist(), ratios[shown].tolist())),
        line=tuple(map(RatioDot, ends.tolist(), line.tolist())),
        places=() if lon is None or lat is None else _places(ratios, lon, lat),
    )


def _bars(ratios: Floats) -> tuple[RatioBar, ...]:
    clipped = np.clip(ratios, RATIO_LOW, RATIO_HIGH - RATIO_STEP / 2)
    bins = round((RATIO_HIGH - RATIO_LOW) / RATIO_STEP)
    counts, edges = np.histogram(clipped, bins=bins, range=(RATIO_LOW, RATIO_HIGH))
    limits = np.round(edges, 2).tolist()
    return tuple(map(RatioBar, limits[:-1], limits[1:], counts.tolist()))


def _places(ratios: Floats, lon: Floats, lat: Floats) -> tuple[PlaceRatio, ...]:
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    size = max(PLACE_SALES, -(-2 * len(placed) // PLACES_MAX))
    near = clusters(len(placed), [lon[placed], lat[placed]], size_max=size) if len(placed) else []
    return tuple(
        PlaceRatio(
            lon=float(lon[rows].mean()),
            lat=float(lat[rows].mean()),
            sales=len(rows),
            median_ratio=float(np.median(ratios[rows])),
        )
        for rows in (placed[part] for part in near)
        if len(rows) >= PLACE_SALES_MIN
    )
