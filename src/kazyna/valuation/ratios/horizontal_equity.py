"""Horizontal equity: whether like properties are valued alike and neighbours err alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import spatial, stats

from kazyna.valuation.ratios.clusters import clusters
from kazyna.valuation.ratios.ratio_statistics import Floats

Integers = npt.NDArray[np.int64]

CLUSTER_MAX = 30
"""Properties in a cluster; halving stops at or below this, so no cluster has fewer than 15."""
CLUSTER_MIN = 5
"""A cluster with fewer (by exact keys) tells nothing."""
WORST_NAMED, ROWS_NAMED_MAX = 10, 100
NEIGHBOURS = 8
MORAN_SALES_MIN = 30
LATITUDE_FACTOR_MIN = 0.01


@dataclass(frozen=True)
class Cluster:
    """Like properties and how far their values lie apart."""

    properties: int
    median: float
    """Median value per unit."""
    cod: float
    """Coefficient of dispersion of the values per unit, percent."""
    rows: tuple[int, ...]
    """Of the properties, counted from 1; a hundred at most."""


@dataclass(frozen=True)
class HorizontalEquity:
    """The coefficient of horizontal dispersion over clusters of like properties."""

    clusters: int
    properties: int
    """In clusters; those of clusters with fewer than five are left out."""
    chd: float
    """Median over the clusters of the COD of values per unit within a cluster, percent."""
    chd_90: float
    """Nine clusters in ten have no more than this, percent."""
    worst: tuple[Cluster, ...]
    """The clusters with the highest COD."""


@dataclass(frozen=True)
class SpatialAutocorrelation:
    """Moran's I of the ratios among nearest neighbours."""

    sales: int
    neighbours: int
    morans_i: float
    """About 0 where errors are scattered at random, towards 1 where neighbours err alike."""
    expected: float
    """Under no clustering: -1 / (n - 1)."""
    z: float
    p_value: float
    """Two-sided, by the normal approximation under randomisation."""


def horizontal_equity(
    value_per_unit: Floats,
    *,
    characteristics: Sequence[Floats],
    keys: Sequence[Sequence[str]] = (),
) -> HorizontalEquity | None:
    """Group like properties and measure how unlike they are valued.

    Clusters of 15 to 30 properties are made by halving (`clusters`): of the same keys, and near
    one another in every characteristic.

    Parameters
    ----------
    value_per_unit
        Shape (properties,), positive: value per square metre.
    characteristics
        Each of shape (properties,): what makes properties alike, coordinates included. A missing
        number (NaN) counts as the least.
    keys
        Each of length (properties,): labels that must be the same, such as kind or district.

    Returns
    -------
    HorizontalEquity or None
        None when no cluster has five properties.

    References
    ----------
    The coefficient of horizontal dispersion (CHD) of OpenAVMKit; IAAO, Standard on Ratio Studies
    (2013), section 5.5, for uniformity among like properties.
    """
    n = len(value_per_unit)
    found = clusters(n, characteristics, keys=keys, size_max=CLUSTER_MAX)
    told = [rows for rows in found if len(rows) >= CLUSTER_MIN]
    if not told:
        return None
    middles = [float(np.median(value_per_unit[rows])) for rows in told]
    cods = np.array(
        [
            100 * float(np.abs(value_per_unit[rows] - middle).mean()) / middle
            for rows, middle in zip(told, middles, strict=True)
        ]
    )
    worst = np.argsort(-cods, kind="stable")[:WORST_NAMED]
    return HorizontalEquity(
        clusters=len(told),
        properties=sum(map(len, told)),
        chd=float(np.median(cods)),
        chd_90=float(np.quantile(cods, 0.9)),
        worst=tuple(
            Cluster(
                properties=len(told[at]),
                median=middles[at],
                cod=float(cods[at]),
                rows=tuple(int(row) + 1 for row in np.sort(told[at])[:ROWS_NAMED_MAX]),
            )
            for at in worst
        ),
    )


def spatial_autocorrelation(
    ratios: Floats, lon: Floats, lat: Floats, *, neighbours: int = NEIGHBOURS
) -> SpatialAutocorrelation | None:
    r"""Measure whether neighbours err alike: Moran's I of the logarithms of the ratios.

    Each sale has its k nearest others as neighbours with weight 1 / k. With deviations ``z`` from
    the mean, ``I = Σᵢ zᵢ · mean of neighbours' z / Σ z²``. Its variance is that under
    randomisation: the same ratios dealt out to the places at random.

    Parameters
    ----------
    ratios, lon, lat
        Shape (sales,). Sales without a place (NaN) are left out.
    neighbours
        k.

    Returns
    -------
    SpatialAutocorrelation or None
        None below 30 sales with places, and where all ratios are equal.

    References
    ----------
    Cliff and Ord (1981), Spatial Processes: Models & Applications, chapters 1 and 2. Moran
    (1950), "Notes on continuous stochastic phenomena", Biometrika 37, 17-23.
    """
    placed = np.isfinite(lon) & np.isfinite(lat)
    n = int(placed.sum())
    if n < MORAN_SALES_MIN:
        return None
    off = np.log(ratios[placed])
    off -= off.mean()
    if float(off @ off) <= np.finfo(float).eps * n:
        return None
    near = nearest(lon[placed], lat[placed], neighbours)
    found = float(off @ off[near].mean(axis=1) / (off @ off))
    expected = -1 / (n - 1)
    z = (found - expected) / math.sqrt(_variance(off, near) - expected**2)
    return SpatialAutocorrelation(
        sales=n,
        neighbours=neighbours,
        morans_i=found,
        expected=expected,
        z=z,
        p_value=float(2 * stats.norm.sf(abs(z))),
    )


def nearest(lon: Floats, lat: Floats, neighbours: int) -> Integers:
    """Find the nearest others of each place; of several at one place, none is its own neighbour.

    Returns
    -------
    Integers
        Shape (places, neighbours): row numbers.
    """
    narrow = max(math.cos(math.radians(float(np.median(lat)))), LATITUDE_FACTOR_MIN)
    places = np.column_stack([lon * narrow, lat])
    _, found = spatial.cKDTree(places).query(places, k=neighbours + 1)
    itself = found == np.arange(len(places))[:, None]
    itself[~itself.any(axis=1), -1] = True  # lost among more than k others at the same place
    others: Integers = found[~itself].reshape(len(places), neighbours)
    return others


def _variance(off: Floats, near: Integers) -> float:
    """Return the expectation of I² under randomisation (Cliff and Ord 1981, formula 1.44)."""
    n, k = near.shape
    pairs = np.repeat(np.arange(n), k) * n + near.ravel()
    turned = near.ravel() * n + np.repeat(np.arange(n), k)
    mutual = np.isin(pairs, turned, assume_unique=True).sum()
    s0 = float(n)
    s1 = n / k + mutual / k**2
    s2 = float(((1 + np.bincount(near.ravel(), minlength=n) / k) ** 2).sum())
    kurtosis = n * float((off**4).sum()) / float(off @ off) ** 2
    even = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    tails = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return float((even - tails) / ((n - 1) * (n - 2) * (n - 3) * s0**2))
