"""Comparable sales: what the most similar sales near by say beyond the regression.

Two properties are as far apart as they lie apart (in units of the local density of sales) and as
their characteristics differ (in log price, by the regression's own prices for them). The residuals
of the nearest sales, weighted by similarity, correct the regression; a property's own sales are
never among them.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
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
PLACES = 127
"""Bits that hold the position of a candidate."""
LAST = np.int64(np.iinfo(np.int64).max & ~PLACES)
"""Sorts after every size."""


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

    def joined(self, others: "Comparables") -> "Comparables":
        """Compare with other sales, too; they come after one's own."""
        return replace(
            self,
            km=np.vstack([self.km, others.km]),
            kind=np.vstack([self.kind, others.kind]),
            log_price=np.concatenate([self.log_price, others.log_price]),
            residual=np.concatenate([self.residual, others.residual]),
            owner=np.concatenate([self.owner, others.owner]),
        )

    @cached_property
    def owners(self) -> pa.Array:
        """The properties sold."""
        return pa.array(self.owner, pa.string()).unique()

    @cached_property
    def owner_number(self) -> Ints:
        """The property of each sale, by its position among `owners`."""
        return self.number_of(self.owner)

    def number_of(self, owner: npt.NDArray[np.object_]) -> Ints:
        """Position of each property among those sold; -1 for others."""
        found = pc.index_in(pa.array(owner, pa.string()), value_set=self.owners)
        return np.asarray(pc.fill_null(found, -1), dtype=np.int64)

    @cached_property
    def kind_total(self) -> Floats:
        """What the characteristics of each sale add together."""
        return np.asarray(self.kind.sum(axis=1))

    @cached_property
    def placed(self) -> npt.NDArray[np.bool_]:
        """Sales whose place is known."""
        return np.asarray(~np.isnan(self.km).any(axis=1))

    @cached_property
    def unit_km(self) -> float:
        """Median distance to the neighbour of `DENSITY_RANK`: the unit between places."""
        km = self.km[self.placed]
        rank = min(DENSITY_RANK, len(km) - 1)
        return max(float(np.median(cKDTree(km).query(km, k=rank + 1)[0][:, rank])), 1e-3)

    @cached_property
    def by_place(self) -> cKDTree:
        """The sales with a place, by place and total of characteristics."""
        return cKDTree(_space(self.km[self.placed], self.kind[self.placed], self.unit_km))

    @cached_property
    def by_kind(self) -> cKDTree:
        """All sales, by characteristics alone."""
        return cKDTree(_axes(self.kind))


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
    placed: npt.NDArray[np.bool_] = np.asarray(~np.isnan(km).any(axis=1))
    if found.placed.sum() < count:
        placed[:] = False
    if placed.any():
        nearest = _nearest(found.by_place, _space(km[placed], kind[placed], found.unit_km), count)
        position[placed] = np.flatnonzero(found.placed)[nearest]
    if not placed.all():
        position[~placed] = _nearest(found.by_kind, _axes(kind[~placed]), count)
    apart = np.sqrt(_square_distance(km, found.km, position))
    rank = min(DENSITY_RANK, count - 1)
    unit_km = np.maximum(np.partition(apart, rank, axis=1)[:, [rank]], 1e-3)
    differ = _square_distance(kind, found.kind, position)
    own = found.owner_number.take(position) == found.number_of(design.owner)[:, None]
    return Neighbours(position, np.nan_to_num(apart / unit_km) ** 2, differ, apart, own)


def similarity(found: Comparables, near: Neighbours) -> Floats:
    """Similarity of each candidate from 0 to 1; 0 for the subject's own sales."""
    exponent = near.place * (-0.5 / found.place_scale**2)
    exponent += near.kind * (-0.5 / found.kind_scale**2)
    similar = np.exp(exponent, out=exponent)
    similar[near.own] = 0.0
    return similar


def correction(found: Comparables, near: Neighbours, similar: Floats) -> Floats:
    """Log correction of the regression by the similar sales' residuals, shrunk to zero."""
    return _corrected(similar, found.residual.take(near.position), found.shrinkage)


def _corrected(similar: Floats, residual: Floats, shrinkage: float) -> Floats:
    total = np.einsum("ij,ij->i", similar, residual)
    return np.asarray(total / (similar.sum(axis=1) + shrinkage))


def tuned(found: Comparables, near: Neighbours) -> Comparables:
    """Choose the scales that predict the first sales best from those of other properties."""
    residual = found.residual.take(near.position)
    own = found.residual[: len(residual)]
    by_place = [np.exp(-0.5 / scale**2 * near.place) for scale in PLACE_SCALES]
    best = (np.inf, found)
    for kind in KIND_SCALES:
        by_kind = np.where(near.own, 0.0, np.exp(-0.5 / kind**2 * near.kind))
        for place, like in zip(PLACE_SCALES, by_place, strict=True):
            similar = like * by_kind
            for shrinkage in SHRINKAGES:
                left = own - _corrected(similar, residual, shrinkage)
                scales = replace(found, place_scale=place, kind_scale=kind, shrinkage=shrinkage)
                best = min(best, (float(np.abs(left).mean()), scales), key=lambda each: each[0])
    return best[1]


def least(sizes: Floats, own: npt.NDArray[np.bool_], count: int) -> Ints:
    """Positions, in each row, of the least sizes that may speak; then of those that must not.

    Sizes are not negative. They are compared to 45 bits, and among equals the first comes first:
    the same on every machine, and by sorting whole numbers, which is done many at a time.
    """
    key = np.ascontiguousarray(sizes).view(np.int64) & ~PLACES
    key[own] = LAST
    key |= np.arange(sizes.shape[1])
    key.sort(axis=1)
    return key[:, :count] & PLACES


def _square_distance(subject: Floats, sales: Floats, position: Ints) -> Floats:
    """Add up axis by axis, since all at once would not fit the processor's cache."""
    total = np.zeros(position.shape)
    gap = np.empty(position.shape)
    for own, other in zip(subject.T, sales.T, strict=True):
        # Positions are those of sales; to clip them spares a check of each.
        np.ascontiguousarray(other).take(position, out=gap, mode="clip")
        gap -= own[:, None]
        total += np.square(gap, out=gap)
    return total


def _space(km: Floats, kind: Floats, unit_km: float) -> Floats:
    return np.column_stack([km / unit_km, kind.sum(axis=1)])


def _axes(kind: Floats) -> Floats:
    """Put the total first, so that a table without characteristics still has an axis."""
    return np.column_stack([kind.sum(axis=1), kind])


def _nearest(sales: cKDTree, query: Floats, count: int) -> Ints:
    found = sales.query(query, k=count)[1]
    return np.asarray(found, dtype=np.int64).reshape(len(query), count)
