"""A price index for each stratum of a market, drawn to the whole market's where sales are few.

A stratum (a kind of property, a district, a market area) moves beside the whole market by a random
walk. How far strata stray is one number, the likeliest for all of them together, so that a thin
stratum borrows from the others what movement is to be expected and shows its own only as far as
its sales prove it (empirical Bayes; Morris 1983; Francke 2010). Sales of the same property share
what only that property has: by their correlation a repeat sale tells of the time between, and a
single one of its day (Case and Quigley 1991).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from kazyna.valuation.columns import EPOCH, Floats, Ints
from kazyna.valuation.indices.price_index import DAYS_PER_YEAR, PriceIndex, steps_of
from kazyna.valuation.indices.repeat_sales import hats
from kazyna.valuation.interval import NORMAL_QUANTILE

MOVES = (0.0, 0.01, 0.02, 0.04, 0.08, 0.16)
"""Candidate standard deviations of what a year adds between a stratum and the market, log price."""
STRATA_MAX = 200
STEPS_MAX = 60
"""Every stratum's levels are one system of equations, so a long history gets longer steps."""
ODD = 2.5
"""Robust deviations to which a residual is cut: one odd sale must not move a thin stratum."""
NORMAL_MAD = 1.4826
PAIRS_MIN = 30
"""Fewer repeat sales do not tell how much of a residual stays with the property."""
APART_DAYS_MIN = 180
CORRELATION_MAX = 0.95
VARIANCE_SALES = 20
"""Sales at which a stratum's own noise counts as much as the whole market's."""
STILL = 1e-6
"""Standard deviation of a step that stands for none."""


@dataclass(frozen=True)
class IndexPoint:
    """The market's level on one day, as a share of its level on the valuation date."""

    date: date
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class StratumIndex:
    """The index of one stratum; low and high are its 90 % interval."""

    name: str
    sales: int
    repeated: int
    """Sales of properties that were sold more than once."""
    own: float
    """How much of the change over the whole time its own sales tell, from 0 (the market's index is
    shown) to 1."""
    points: tuple[IndexPoint, ...]

    def change(self) -> tuple[float, float, float]:
        """Return the change from the first day to the valuation date, as a share: it, low, high."""
        first = self.points[0]
        return 1 / first.level - 1, 1 / first.high - 1, 1 / first.low - 1


@dataclass(frozen=True)
class StrataIndex:
    """The indices of the strata of one column."""

    column: str | None
    """None where the strata are market areas that were found, numbered from the dearest on."""
    each: tuple[StratumIndex, ...]


class _Evidence(NamedTuple):
    """Residuals of one stratum over the market's steps."""

    precision: Floats
    """Shape (steps, steps)."""
    moment: Floats
    """Shape (steps,): precision times levels is this."""
    sales: int
    repeated: int


class _Error(NamedTuple):
    """What a residual is made of in the whole market."""

    variance: float
    stays: float
    """Share of it that stays with the property from sale to sale."""


def stratum_indices(
    residual: Floats,
    *,
    day: Ints,
    owner: Ints,
    stratum: Sequence[tuple[str, Ints]],
    index: PriceIndex,
    as_of: int,
) -> tuple[StratumIndex, ...]:
    """Follow each stratum beside the whole market.

    Parameters
    ----------
    residual
        Log price less what a model expects of it out of fold, the market's level on the day of the
        sale included; shape (sales,).
    day, owner
        Day of each sale, and which property it is of.
    stratum
        Name and rows of each stratum.
    index
        The whole market's.
    as_of
        Day of value, on which the level is one.

    Returns
    -------
    In the order of the strata; none of them where there are fewer than two strata.

    References
    ----------
    Morris (1983), *Journal of the American Statistical Association* 78, 47-55; Francke (2010),
    *Journal of Real Estate Finance and Economics* 41, 24-52; Case and Quigley (1991), *Review of
    Economics and Statistics* 73, 50-58.
    """
    if len(stratum) < 2 or len(stratum) > STRATA_MAX:  # noqa: PLR2004
        return ()
    step, middles, step_days = _steps(day)
    spread = max(NORMAL_MAD * float(np.median(np.abs(residual - np.median(residual)))), 1e-6)
    cut = np.clip(residual, -ODD * spread, ODD * spread)
    error = _Error(float(np.mean(cut**2)), _correlation(cut, day, owner))
    evidence = [
        _evidence(cut[rows], step[rows], owner[rows], steps=len(middles), error=error)
        for _, rows in stratum
    ]
    years = step_days / DAYS_PER_YEAR
    move = max(MOVES, key=lambda each: _likelihood(evidence, each * np.sqrt(years)))
    walk = max(move * float(np.sqrt(years)), STILL)
    days = np.unique(np.append(index.day, float(as_of)))
    level = index.at(days) - index.at(np.array([float(as_of)]))[0]
    return tuple(
        StratumIndex(
            name,
            found.sales,
            found.repeated,
            _own(found, walk),
            _points(_beside(found, walk, middles, days, step_days), level, index, days),
        )
        for (name, _), found in zip(stratum, evidence, strict=True)
    )


def _steps(day: Ints) -> tuple[Ints, Floats, int]:
    """Cut time into the market's steps, or several of them together in a long history."""
    step, middles, step_days = steps_of(day)
    together = -(-len(middles) // STEPS_MAX)
    back = (len(middles) - 1 - step) // together
    count = int(back.max()) + 1
    length = together * step_days
    return count - 1 - back, day.max() - length * (np.arange(count)[::-1] + 0.5), length


def _correlation(residual: Floats, day: Ints, owner: Ints) -> float:
    """Return the share of a residual's variance that stays with the property, by repeat sales."""
    order = np.lexsort((day, owner))
    first, second = order[:-1], order[1:]
    pairs = (owner[first] == owner[second]) & (day[second] - day[first] >= APART_DAYS_MIN)
    if pairs.sum() < PAIRS_MIN:
        return 0.0
    together = float(np.mean(residual[first[pairs]] * residual[second[pairs]]))
    return float(np.clip(together / max(float(np.mean(residual**2)), 1e-12), 0, CORRELATION_MAX))


def _evidence(residual: Floats, step: Ints, owner: Ints, *, steps: int, error: _Error) -> _Evidence:
    """Weigh residuals whose errors go together for sales of one property.

    The inverse of `variance · [(1 - ρ) I + ρ 1 1ᵀ]` is `[I - ρ / (1 + (k - 1) ρ) 1 1ᵀ] / variance /
    (1 - ρ)` for a property of k sales.
    """
    own = float(np.sum((residual - residual.mean()) ** 2))
    variance = (own + VARIANCE_SALES * error.variance) / (len(residual) + VARIANCE_SALES)
    variance = max(variance, 1e-8)
    _, at, sold = np.unique(owner, return_inverse=True, return_counts=True)
    rho = np.where(sold > 1, error.stays, 0.0)
    scale = 1 / (variance * (1 - rho))
    shared = scale * rho / (1 + (sold - 1) * rho)
    precision: Floats = np.diag(np.bincount(step, scale[at], minlength=steps).astype(np.float64))
    moment: Floats = np.bincount(step, scale[at] * residual, minlength=steps).astype(np.float64)
    again = np.flatnonzero(rho > 0)
    if again.size:
        row = np.full(len(sold), -1)
        row[again] = np.arange(again.size)
        kept = row[at] >= 0
        counts = np.zeros((again.size, steps))
        np.add.at(counts, (row[at[kept]], step[kept]), 1.0)
        total = np.bincount(row[at[kept]], residual[kept], minlength=again.size)
        precision -= (counts * shared[again, None]).T @ counts
        moment -= counts.T @ (shared[again] * total)
    return _Evidence(precision, moment, len(residual), int(sold[sold > 1].sum()))


def _posterior(found: _Evidence, walk: float) -> tuple[Floats, Floats]:
    """Levels and their covariance; the level as a whole is free, only moves are expected small."""
    moves = np.diff(np.eye(len(found.moment)), axis=0)
    precision = found.precision + moves.T @ moves / walk**2
    covariance = np.linalg.inv(precision)
    return np.asarray(covariance @ found.moment), np.asarray(covariance, dtype=np.float64)


def _likelihood(evidence: Sequence[_Evidence], walk: float) -> float:
    """Log marginal likelihood of what a step adds, all strata together, up to a constant."""
    walk = max(walk, STILL)
    total = 0.0
    for found in evidence:
        level, covariance = _posterior(found, walk)
        _, size = np.linalg.slogdet(covariance)
        total += 0.5 * (size + float(level @ found.moment)) - (len(level) - 1) * np.log(walk)
    return total


def _own(found: _Evidence, walk: float) -> float:
    """Compare what is not known of the change over the whole time before and after the sales."""
    if walk <= STILL or len(found.moment) < 2:  # noqa: PLR2004
        return 0.0
    _, covariance = _posterior(found, walk)
    left = covariance[0, 0] + covariance[-1, -1] - 2 * covariance[0, -1]
    return float(np.clip(1 - left / (walk**2 * (len(found.moment) - 1)), 0, 1))


def _beside(
    found: _Evidence, walk: float, middles: Floats, days: Floats, step_days: int
) -> tuple[Floats, Floats]:
    """Level beside the market on some days, less that on the last one, with its variance."""
    level, covariance = _posterior(found, walk)
    weights = hats(days.astype(np.int64), middles)
    apart = weights - weights[-1]
    later = np.maximum(days - middles[-1], 0) / step_days
    variance = np.einsum("ij,jk,ik->i", apart, covariance, apart)
    return apart @ level, np.maximum(variance, 0) + walk**2 * (later[-1] - later)


def _points(
    beside: tuple[Floats, Floats], level: Floats, index: PriceIndex, days: Floats
) -> tuple[IndexPoint, ...]:
    moved, variance = beside
    margin = NORMAL_QUANTILE * np.sqrt(index.deviation_at(days) ** 2 + variance)
    at = level + moved
    ends = np.exp(np.column_stack([at, at - margin, at + margin])).tolist()
    return tuple(
        IndexPoint(EPOCH + timedelta(days=day), *each)
        for day, each in zip(days.astype(int).tolist(), ends, strict=True)
    )
