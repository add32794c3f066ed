"""Market areas found: parts of a city that hang together and have a price level of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.spatial import Delaunay, cKDTree

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.evidence.places import in_space

CELLS_MAX = 1500
CELL_SALES_MIN = 5
LEVEL_WEIGHT = 2.0
"""How much the level counts beside the place: one standard deviation of it as much as two of the
coordinates."""
SHRINKAGE_SALES = 5.0
"""A cell's level is drawn to the mean as if it had this many more average sales."""
CORNERS_OF_TRIANGLE = 3
STRATA_NAMED = 4


@dataclass(frozen=True)
class AreaPlace:
    """A place, and which of the market areas found it lies in, numbered from 1."""

    lon: float
    lat: float
    area: int


@dataclass(frozen=True)
class MarketArea:
    """One area as people are told of it."""

    number: int
    """From 1, the dearest first."""
    sales: int
    level: float
    """What the place adds to a value beside the average place, as a share."""
    price: float
    """Median price of its sales as of the valuation date."""
    mostly: tuple[str, ...] = ()
    """The commonest strata in it, where a column names strata."""


@dataclass(frozen=True)
class FoundAreas:
    """The market areas that were found; none where places are not known or sales are few."""

    each: tuple[MarketArea, ...] = ()
    places: tuple[AreaPlace, ...] = ()
    """Some sales with their areas, for a map."""


@dataclass(frozen=True)
class MarketAreas:
    """Areas as sets of cells; a place belongs to the area of the nearest cell."""

    centres: Floats
    """Shape (cells, 3): metres from the Earth's centre."""
    area: Ints
    """Shape (cells,): the area of each cell, numbered from 0 by falling level."""
    level: tuple[float, ...]
    """Mean log-price residual of the sales of each area."""
    sales: tuple[int, ...]

    def label(self, lonlat: Floats) -> Ints:
        """Return the area of each place, shape (rows,); -1 where the place is not known."""
        known = ~np.isnan(lonlat).any(axis=1)
        labels = np.full(len(lonlat), -1, dtype=np.int64)
        if known.any():
            labels[known] = self.area[cKDTree(self.centres).query(in_space(lonlat[known]))[1]]
        return labels

    def found(
        self,
        lonlat: Floats,
        price: Floats,
        *,
        mapped: Ints,
        strata: Sequence[tuple[str, Ints]] = (),
    ) -> FoundAreas:
        """Tell of the areas by sales.

        Parameters
        ----------
        lonlat, price
            Of the sales; prices as of one day.
        mapped
            Rows of the sales that a map shows.
        strata
            Names and rows, where a column names strata.
        """
        label = self.label(lonlat)
        average = float(np.average(self.level, weights=self.sales))
        each = []
        for number, level in enumerate(self.level):
            rows = np.flatnonzero(label == number)
            within = [(int((label[of] == number).sum()), name) for name, of in strata]
            common = sorted((pair for pair in within if pair[0]), key=lambda pair: -pair[0])
            each.append(
                MarketArea(
                    number + 1,
                    len(rows),
                    float(np.expm1(level - average)),
                    float(np.median(price[rows])) if len(rows) else float("nan"),
                    tuple(name for _, name in common[:STRATA_NAMED]),
                )
            )
        placed = mapped[label[mapped] >= 0]
        return FoundAreas(
            tuple(each),
            tuple(
                AreaPlace(lon, lat, number + 1)
                for (lon, lat), number in zip(
                    lonlat[placed].tolist(), label[placed].tolist(), strict=True
                )
            ),
        )


def market_areas(
    lonlat: Floats, residual: Floats, *, count: int, sales_min: int = 30
) -> MarketAreas | None:
    """Divide a market into areas that hang together and are alike in price level.

    The sales are divided at medians into cells of equal numbers; neighbouring cells (of their
    Delaunay triangulation) are joined by Ward's criterion on place and level, so that every area is
    of one piece; an area with too few sales joins the neighbour whose level is nearest.

    Parameters
    ----------
    lonlat
        Shape (sales, 2), in degrees; sales without a place are passed over.
    residual
        Shape (sales,): log price less what the characteristics explain.
    count
        How many areas are wanted; fewer come where there are too few sales.
    sales_min
        The fewest sales of an area.

    Returns
    -------
    The areas, or None where the sales with a place do not suffice for two.

    References
    ----------
    Ward, J. H. (1963), Hierarchical grouping to optimize an objective function, *Journal of the
    American Statistical Association* 58, 236-244.
    """
    known = ~np.isnan(lonlat).any(axis=1) & ~np.isnan(residual)
    places, level = lonlat[known], residual[known]
    if len(places) < 2 * sales_min or count < 2:  # noqa: PLR2004
        return None
    cell = _cells(places, max(CELL_SALES_MIN, len(places) // CELLS_MAX))
    sales = np.bincount(cell)
    if len(sales) <= CORNERS_OF_TRIANGLE:
        return None
    centre = np.column_stack([np.bincount(cell, places[:, axis]) / sales for axis in range(2)])
    middle = level.mean()
    shrunk = np.bincount(cell, level - middle) / (sales + SHRINKAGE_SALES)
    plane = centre * [np.cos(np.radians(centre[:, 1].mean())), 1.0]
    pairs = _neighbours(plane)
    features = np.column_stack(
        [plane / plane.std(), LEVEL_WEIGHT * shrunk / max(shrunk.std(), 1e-9)]
    )
    area = _joined(features, pairs, min(count, len(sales)))
    area = _large_enough(area, pairs, shrunk, sales, sales_min)
    return _numbered(centre, area, cell, level)


def _cells(places: Floats, size: int) -> Ints:
    """Divide places at medians, the wider direction first, until cells hold less than two sizes."""
    cell = np.zeros(len(places), dtype=np.int64)
    found, waiting = 0, [np.arange(len(places))]
    while waiting:
        rows = waiting.pop()
        spread = np.ptp(places[rows], axis=0)
        if len(rows) < 2 * size or spread.max() == 0:
            cell[rows] = found
            found += 1
            continue
        axis = int(np.argmax(spread))
        values = places[rows, axis]
        below = values <= np.median(values)
        if below.all():
            below = values < np.median(values)
        waiting += [rows[~below], rows[below]]
    return cell


def _neighbours(plane: Floats) -> Ints:
    """Return pairs of neighbouring cells, shape (pairs, 2)."""
    triangles = Delaunay(plane, qhull_options="QJ").simplices  # joggled: places may lie in a line
    edges = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    return np.unique(np.sort(edges, axis=1), axis=0).astype(np.int64)


def _joined(features: Floats, pairs: Ints, count: int) -> Ints:
    ones = np.ones(len(pairs))
    graph = coo_array((ones, pairs.T), shape=(len(features), len(features)))
    # Costs a second, and most uses of the engine ask for no areas.
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415

    model = AgglomerativeClustering(count, connectivity=(graph + graph.T).tocsr(), linkage="ward")
    return np.asarray(model.fit_predict(features)).astype(np.int64)


def _large_enough(area: Ints, pairs: Ints, level: Floats, sales: Ints, sales_min: int) -> Ints:
    """Join each area with too few sales to the neighbour whose level is nearest."""
    area = area.copy()
    while True:
        total = np.bincount(area, sales, minlength=area.max() + 1)
        mean = np.bincount(area, level * sales) / np.maximum(total, 1)
        small = [number for number in np.argsort(total) if 0 < total[number] < sales_min]
        if not small:
            return area
        sides = area[pairs]
        beside = np.unique(sides[(sides == small[0]).any(axis=1)])
        beside = beside[beside != small[0]]
        if len(beside) == 0:
            return area
        area[area == small[0]] = beside[np.argmin(np.abs(mean[beside] - mean[small[0]]))]


def _numbered(centre: Floats, area: Ints, cell: Ints, level: Floats) -> MarketAreas | None:
    """Give the areas numbers by falling level."""
    kept, area = np.unique(area, return_inverse=True)
    if len(kept) < 2:  # noqa: PLR2004
        return None
    sales = np.bincount(area[cell])
    mean = np.bincount(area[cell], level) / sales
    order = np.argsort(-mean, kind="stable")
    rank = np.argsort(order, kind="stable")
    return MarketAreas(
        in_space(centre), rank[area], tuple(mean[order].tolist()), tuple(sales[order].tolist())
    )
