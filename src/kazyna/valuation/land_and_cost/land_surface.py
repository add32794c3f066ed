"""A smooth surface over the map, as fine as the sales are dense."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from kazyna.valuation.columns import Floats, Ints

SALES_PER_CENTRE = 20
CENTRES_MAX = 200
NEIGHBOURS = 4
"""Centres that each centre is tied to."""


@dataclass(frozen=True)
class Surface:
    """Centres with a reach each; every place is a mixture of the centres near it."""

    centres: Floats
    """Shape (centres, 2), km."""
    reach_km: Floats
    differences: Floats
    """Shape (ties, centres): 1 and -1 for two centres that are tied together."""

    @property
    def count(self) -> int:
        """Number of centres."""
        return len(self.centres)

    def shares(self, km: Floats) -> Floats:
        """Shares of the centres at these places, adding up to one, shape (rows, centres).

        A place far from all belongs to the nearest; an unknown place to all alike.
        """
        square = ((km[:, None, :] - self.centres) ** 2).sum(axis=2) / self.reach_km**2
        square = np.where(np.isnan(square), 0.0, square)
        weight = np.exp(-0.5 * (square - square.min(axis=1, keepdims=True)))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    def mean_of(self, amount: Floats) -> Floats:
        """Mean amount of the two centres of each tie."""
        return np.asarray(np.abs(self.differences) @ amount / 2)

    def roughness(self, km: Floats, amount: Floats) -> float:
        """Median absolute log difference between each place and the one nearest to it."""
        known = ~np.isnan(km).any(axis=1) & (amount > 0)
        if self.count == 1 or known.sum() < 2:  # noqa: PLR2004
            return 0.0
        log = np.log(amount[known])
        nearest = cKDTree(km[known]).query(km[known], k=2)[1][:, 1]
        return float(np.median(np.abs(log - log[nearest])))


def flat_surface() -> Surface:
    """One centre: the same amount everywhere."""
    return Surface(np.zeros((1, 2)), np.ones(1), np.zeros((0, 1)))


def surface_of(km: Floats) -> Surface:
    """Lay a surface over places: halved again and again, a centre in the middle of each part."""
    known = km[~np.isnan(km).any(axis=1)]
    size = max(SALES_PER_CENTRE, -(-len(known) // CENTRES_MAX))
    centres = np.unique([known[part].mean(axis=0) for part in _parts(known, size)], axis=0)
    if len(centres) < 2:  # noqa: PLR2004
        return flat_surface()
    tied = min(NEIGHBOURS, len(centres) - 1)
    apart, near = cKDTree(centres).query(centres, k=tied + 1)
    pairs = {tuple(sorted((one, int(other)))) for one in range(len(centres))
             for other in near[one, 1:]}  # fmt: skip
    differences = np.zeros((len(pairs), len(centres)))
    for row, (one, other) in enumerate(sorted(pairs)):
        differences[row, [one, other]] = 1.0, -1.0
    reach = np.maximum(apart[:, min(2, tied)], 1e-3)
    return Surface(np.asarray(centres, dtype=np.float64), np.asarray(reach), differences)


def _parts(km: Floats, size: int) -> list[Ints]:
    """Halve the places across their longer side until parts hold fewer than twice `size`."""
    ready: list[Ints] = []
    waiting = [np.arange(len(km))]
    while waiting:
        part = waiting.pop()
        if len(part) < 2 * size:
            ready.append(part)
            continue
        axis = int(np.argmax(np.ptp(km[part], axis=0)))
        order = part[np.argsort(km[part, axis], kind="stable")]
        half = len(order) // 2
        waiting += [order[:half], order[half:]]
    return ready
