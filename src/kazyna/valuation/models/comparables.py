"""Comparable sales: what the most similar sales near by say beyond the regression.

Two properties are as far apart as they lie apart (in units of the local density of sales) and as
their characteristics differ (in log price, by the regression's own prices for them). The residuals
of the nearest sales, weighted by similarity, correct the regression; a property's own sales are
never among them.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Design

CANDIDATES = 80
"""Sales looked at for each subject before they are weighted."""
DENSITY_RANK = 15
"""The neighbour whose distance is the unit of distance."""
PLACE_SCALES = (0.3, 0.5, 0.8, 1.3)
"""Candidate reach of a sale, in units of the local density."""
KIND_SCALES = (0.05, 0.1, 0.2, 0.4, 1.0)
"""Candidate reach in difference of characteristics, log price."""
SHRINKAGES = (0.1, 0.5, 2.0)
"""Candidate weight of the regression against the sum of similarities."""


@dataclass(frozen=True)
class Comparables:
    """The sales to compare with, and how similarity is measured."""

    km: Floats
    kind: Floats
    """Contribution of each characteristic to log price, shape (sales, characteristics)."""
    log_price: Floats
    """As of the index's zero."""
    residual: Floats
    """Log price less the regression's out-of-fold prediction."""
    owner: npt.NDArray[np.object_]
    """The property of each sale."""
    place_scale: float = 0.5
    kind_scale: float = 0.2
    shrinkage: float = 0.5


@dataclass(frozen=True)
class Neighbours:
    """For each subject the candidate sales: positions, squared differences of place and kind."""

    position: Ints
    place: Floats
    """In units of local density; zero where a place is unknown."""
    kind: Floats
    apart_km: Floats
    """NaN where a place is unknown."""
    own: npt.NDArray[np.bool_]
    """Sales that must not speak for the subject: its own, or those it is tested with."""

    def without(self, hidden: npt.NDArray[np.bool_]) -> "Neighbours":
        """Hide more of the candidates."""
        return replace(self, own=self.own | hidden)


def neighbours(found: Comparables, design: Design, kind: Floats) -> Neighbours:
    """Find the candidate sales of each subject, nearest by place and total of characteristics."""
    km = design.km
    count = min(CANDIDATES, len(found.residual))
    position = np.zeros((len(km), count), dtype=np.int64)
    placed = ~np.isnan(km).any(axis=1)
    sold = ~np.isnan(found.km).any(axis=1)
    if sold.sum() >= count and placed.any():
        unit = _density(found.km[sold], DENSITY_RANK)
        space, query = (_space(k, c, unit) for k, c in ((found.km[sold], found.kind[sold]),
                                                        (km[placed], kind[placed])))  # fmt: skip
        nearest = _nearest(space, query, count)
        position[placed] = np.flatnonzero(sold)[nearest]
    else:
        placed = np.zeros(len(km), dtype=bool)
    if not placed.all():
        position[~placed] = _nearest(_axes(found.kind), _axes(kind[~placed]), count)
    apart = np.sqrt(((km[:, None, :] - found.km[position]) ** 2).sum(axis=2))
    ordered = np.sort(apart, axis=1)
    unit_km = np.maximum(ordered[:, [min(DENSITY_RANK, count - 1)]], 1e-3)
    differ = ((kind[:, None, :] - found.kind[position]) ** 2).sum(axis=2)
    own = found.owner[position] == design.owner[:, None]
    return Neighbours(position, np.nan_to_num(apart / unit_km) ** 2, differ, apart, own)


def similarity(found: Comparables, near: Neighbours) -> Floats:
    """Similarity of each candidate from 0 to 1; 0 for the subject's own sales."""
    exponent = near.place / found.place_scale**2 + near.kind / found.kind_scale**2
    return np.where(near.own, 0.0, np.exp(-0.5 * exponent))


def correction(found: Comparables, near: Neighbours) -> Floats:
    """Log correction of the regression by the similar sales' residuals, shrunk to zero."""
    weight = similarity(found, near)
    total = weight.sum(axis=1)
    return np.asarray((weight * found.residual[near.position]).sum(axis=1)
                      / (total + found.shrinkage))  # fmt: skip


def tuned(found: Comparables, near: Neighbours) -> Comparables:
    """Choose the scales that predict each sale best from the other properties' sales."""
    candidates = [
        replace(found, place_scale=place, kind_scale=kind, shrinkage=shrinkage)
        for place, kind, shrinkage in product(PLACE_SCALES, KIND_SCALES, SHRINKAGES)
    ]
    return min(
        candidates,
        key=lambda item: float(np.abs(found.residual - correction(item, near)).mean()),
    )


def _density(km: Floats, rank: int) -> float:
    """Median distance to the neighbour of this rank: the unit in which places are compared."""
    k = min(rank, len(km) - 1)
    return max(float(np.median(cKDTree(km).query(km, k=k + 1)[0][:, k])), 1e-3)


def _space(km: Floats, kind: Floats, unit_km: float) -> Floats:
    return np.column_stack([km / unit_km, kind.sum(axis=1)])


def _axes(kind: Floats) -> Floats:
    """Put the total first, so that a table without characteristics still has an axis."""
    return np.column_stack([kind.sum(axis=1), kind])


def _nearest(space: Floats, query: Floats, count: int) -> Ints:
    found = cKDTree(space).query(query, k=count)[1]
    return np.asarray(found, dtype=np.int64).reshape(len(query), count)
