"""The market over time by what the same property fetched twice.

The weighted repeat-sales index (Bailey, Muth and Nourse 1963; Case and Shiller 1987, 1989): log
price changes are regressed on the times of both sales, the squares of what is left over on the
time between them, and the first regression is repeated with the weights that follow. The level is
linear between the middles of months (McMillen and Dombrow 2001), since it is read off on days.
Months with few pairs are drawn to their neighbours by the model of the hedonic index: a local
linear trend with a damped slope and, where it shows, a season, averaged over the variances by their
marginal likelihood (Goetzmann 1992; Francke 2010).
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import scipy.linalg
from scipy.optimize import nnls

from kazyna.valuation.columns import Floats, Ints, Sales
from kazyna.valuation.indices.price_index import (
    DAMPING,
    DAYS_PER_YEAR,
    LEVEL_MOVES,
    SEASON_DAYS_MIN,
    SEASONS,
    SLOPE_MOVES,
    SLOPE_START,
    UNLIKELY,
    WAVES,
    PriceIndex,
)

MONTH_DAYS = 30
PAIRS_MIN = 30
"""Fewer pairs cannot tell a market from their own luck."""
APART_DAYS_MIN = 180
"""Re-sales within half a year are mostly of houses bought to be repaired and sold on."""
STEPS_MAX = 240
STAGES = 4
"""Rounds of weighting: by the time between the sales, and odd pairs down."""
ODD = 1.345
"""Robust deviations from which a pair counts less (Huber 1964): many were altered in between."""
VARIANCE_MIN = 1e-8
"""Of a log price change; prices that never differ are no infinite evidence."""
ODD_SQUARE = 9.0
"""Most that a squared residual counts, in squared robust deviations, when the noise is learnt."""


@dataclass(frozen=True)
class RepeatSales:
    """A repeat-sales index and what it rests on."""

    index: PriceIndex
    pairs: int
    too_near: int
    """Pairs left out because their sales are too near in time."""
    noise: float
    """Variance of the log price change of a pair whatever the time between."""
    drift: float
    """Variance that each year between the sales adds."""


@dataclass(frozen=True)
class Pairs:
    """Log price changes, and what of the market each spans."""

    design: Floats
    """Shape (pairs, steps + waves): weights of the later day less those of the earlier one."""
    change: Floats
    years: Floats
    middles: Floats
    """Of the steps."""
    step_days: int
    sold: Floats
    """Mean weights of the days of all sales, shape (steps + waves,)."""


def repeat_sales_index(
    sales: Sales, *, apart_days_min: int = APART_DAYS_MIN, step_days: int = MONTH_DAYS
) -> RepeatSales | None:
    """Estimate the index from properties that were sold more than once.

    Parameters
    ----------
    sales
        Screened sales; each is paired with the next sale of its property. Properties that were
        altered between their sales are to be left out by the caller.
    apart_days_min
        Pairs nearer in time are left out.
    step_days
        Length of a month; longer where the history has more than `STEPS_MAX` of them.

    Returns
    -------
    RepeatSales or None
        None where there are fewer than `PAIRS_MIN` pairs. The level is zero on the average of
        the pairs' sales; it is that of the geometric mean of prices.
    """
    first, second = _consecutive(sales)
    far = sales.day[second] - sales.day[first] >= apart_days_min
    one, two = first[far], second[far]
    if len(one) < PAIRS_MIN:
        return None
    pairs = _paired(sales, one, two, step_days)
    weight = np.full(len(one), 1 / max(float(np.var(pairs.change)), VARIANCE_MIN))
    for _ in range(STAGES):
        index, fitted = _trend(pairs, weight)
        residual = pairs.change - fitted
        noise, drift = _noise(residual, pairs.years)
        expected = np.maximum(noise + drift * pairs.years, VARIANCE_MIN)
        weight = _trust(residual / np.sqrt(expected)) / expected
    index, _ = _trend(pairs, weight)
    return RepeatSales(index, len(one), int((~far).sum()), noise, drift)


def hats(day: Ints, middles: Floats) -> Floats:
    """Weights by which the levels at these middles make the level of a day, shape (days, steps).

    Linear between two middles, and the nearest one's level outside, as `PriceIndex.at` reads.
    """
    place = np.interp(day, middles, np.arange(len(middles)))
    low = np.minimum(place.astype(np.int64), max(len(middles) - 2, 0))
    rows = np.arange(len(day))
    found = np.zeros((len(day), len(middles)))
    found[rows, low] = 1 - (place - low)
    if len(middles) > 1:
        found[rows, low + 1] = place - low
    return found


def combined_index(hedonic: PriceIndex, repeat: PriceIndex) -> PriceIndex:
    """Weigh a hedonic and a repeat-sales index by their inverse variances.

    Their zero levels differ, for the sales they average differ; the repeat-sales index is first
    moved to where it fits the other best. Both see some of the same sales: the deviation is that
    of errors that go together, which is never too small.

    Parameters
    ----------
    hedonic
        Gives the steps, the season after the last sale and the zero level.
    repeat
        Read off at those steps.
    """
    own = hedonic.at(hedonic.day)
    beside = repeat.at(hedonic.day) - own
    both = np.column_stack([hedonic.deviation, repeat.deviation_at(hedonic.day)])
    errors = np.maximum(both, 1e-6)
    shared = 1 / (errors**2).sum(axis=1)
    beside = beside - float(shared @ beside) / float(shared.sum())
    weight = errors**-2 / (errors**-2).sum(axis=1, keepdims=True)
    steps = hedonic.step_days / repeat.step_days
    ends = np.array([[hedonic.slope, hedonic.lasting, hedonic.move],
                     [repeat.slope * steps, 0.0, repeat.move * np.sqrt(steps)]])  # fmt: skip
    slope, lasting, move = weight[-1] @ ends
    return replace(
        hedonic,
        trend=hedonic.trend + weight[:, 1] * beside,
        deviation=(weight * errors).sum(axis=1),
        slope=float(slope),
        lasting=float(lasting),
        move=float(move),
    )


def with_repeat_sales(hedonic: PriceIndex, sales: Sales) -> PriceIndex:
    """Weigh what the same properties fetched twice into an index, where there are pairs enough."""
    repeat = repeat_sales_index(sales)
    return hedonic if repeat is None else combined_index(hedonic, repeat.index)


def _trust(residual: Floats) -> Floats:
    """Huber's weights: 1 within `ODD` robust deviations, then falling."""
    deviation = max(1.4826 * float(np.median(np.abs(residual))), 1e-9)
    return np.asarray(np.minimum(1.0, ODD * deviation / np.maximum(np.abs(residual), 1e-12)))


def _consecutive(sales: Sales) -> tuple[Ints, Ints]:
    """Positions of each sale and the next of the same property."""
    owner = np.unique(sales.properties.id.astype(str), return_inverse=True)[1]
    order = np.lexsort((sales.day, owner))
    at = np.flatnonzero(owner[order][1:] == owner[order][:-1])
    return order[at], order[at + 1]


def _paired(sales: Sales, one: Ints, two: Ints, step_days: int) -> Pairs:
    """Lay out the pairs over steps that are counted back from the last sale."""
    days = sales.day[one], sales.day[two]
    last = int(days[1].max())
    span = last - int(days[0].min()) + 1
    step_days = max(step_days, -(-span // STEPS_MAX))
    back = np.arange(-(-span // step_days), dtype=np.float64)[::-1] + 0.5
    middles = np.asarray(last - step_days * back, dtype=np.float64)
    before, after = (np.hstack([hats(day, middles), _waves(day)]) for day in days)
    change = np.log(sales.price[two]) - np.log(sales.price[one])
    years = np.asarray((days[1] - days[0]) / DAYS_PER_YEAR, dtype=np.float64)
    sold = (before + after).mean(axis=0) / 2
    return Pairs(after - before, change, years, middles, step_days, np.asarray(sold))


def _waves(day: Ints | Floats) -> Floats:
    """Cosine and sine of each wave of the year, as `PriceIndex.season` multiplies them."""
    turn = 2 * np.pi * day / DAYS_PER_YEAR
    return np.column_stack([f(wave * turn) for wave in WAVES for f in (np.cos, np.sin)])


def _noise(residual: Floats, years: Floats) -> tuple[float, float]:
    """Regress squared residuals on the time between the sales; neither part is negative."""
    square = residual**2
    # 2.2 is the variance of a normal law over the median of its squares.
    square = np.minimum(square, ODD_SQUARE * 2.2 * float(np.median(square)))
    whole = max(float(square.mean()), VARIANCE_MIN)
    expected = np.full(len(square), whole)
    for _ in range(2):
        # Weighted by the squared expectation, for the deviation of a square is its mean.
        both = np.column_stack([1 / expected, years / expected])
        noise, drift = nnls(both, square / expected)[0].tolist()
        expected = np.maximum(noise + drift * years, 0.1 * whole)
    return max(noise, 0.1 * whole), drift


def _trend(pairs: Pairs, weight: Floats) -> tuple[PriceIndex, Floats]:
    """Posterior of the levels, and the price changes that it expects.

    The likely trends are averaged by their likelihood (Hoeting et al. 1999): few pairs fit many
    trends, and the deviation tells how far those lie apart.
    """
    weighted = pairs.design * weight[:, None]
    moment, gram = weighted.T @ pairs.change, weighted.T @ pairs.design
    count, months = len(pairs.middles), pairs.step_days / MONTH_DAYS
    seasons = SEASONS if np.ptp(pairs.middles) >= SEASON_DAYS_MIN else SEASONS[:1]
    moves = list(product(LEVEL_MOVES[1:], SLOPE_MOVES, seasons))
    fits = [_posterior(gram, moment, _effects(count, each, months)) for each in moves]
    likelihood = np.array([fit.likelihood for fit in fits])
    share = np.exp(likelihood - likelihood.max())
    share = np.where(share < UNLIKELY, 0.0, share) / share[share >= UNLIKELY].sum()
    states = np.array([fit.state for fit in fits])
    found = share @ states
    seen = np.hstack([np.eye(count), _waves(pairs.middles)]) - pairs.sold
    rows = np.vstack([np.hstack([seen, np.zeros((count, 1))]), np.eye(states.shape[1])[-1]])
    variance = sum(
        (share[i] * (fits[i].variance(rows) + ((states[i] - found) @ rows.T) ** 2)
        for i in np.flatnonzero(share)), start=np.zeros(count + 1)
    )  # fmt: skip
    shocks = share @ np.array([level**2 + slope**2 for level, slope, _ in moves])
    index = PriceIndex(
        pairs.middles,
        found[:count] - float(pairs.sold @ found[:-1]),
        np.sqrt(np.maximum(variance[:-1], 0)),
        slope=float(found[-1]),
        move=float(np.sqrt(shocks * months + variance[-1])),
        step_days=pairs.step_days,
        season=found[count:-1],
    )
    return index, np.asarray(pairs.design @ found[:-1])


@dataclass(frozen=True)
class Posterior:
    """What the pairs say under one trend: levels, waves and, last, the last slope."""

    likelihood: float
    """Marginal log likelihood, but for what all trends share."""
    state: Floats
    effects: Floats
    factor: tuple[Floats, bool]
    """Cholesky factor of the precision of the shocks."""

    def variance(self, rows: Floats) -> Floats:
        """Return the variance of these combinations of the state."""
        shown = (rows @ self.effects).T
        solved = scipy.linalg.cho_solve(self.factor, shown, check_finite=False)
        return np.asarray((shown * solved).sum(axis=0))


def _posterior(gram: Floats, moment: Floats, effects: Floats) -> Posterior:
    state = effects[:-1]
    precision = state.T @ gram @ state + np.eye(effects.shape[1])
    factor = scipy.linalg.cho_factor(precision, check_finite=False)
    pulled = state.T @ moment
    mean = scipy.linalg.cho_solve(factor, pulled, check_finite=False)
    likelihood = 0.5 * float(pulled @ mean) - float(np.log(np.diag(factor[0])).sum())
    return Posterior(likelihood, effects @ mean, effects, factor)


def _effects(count: int, moves: tuple[float, float, float], months: float) -> Floats:
    """Effects of independent unit shocks on the levels, the waves and, last, the last slope.

    The level moves by the damped slope and a shock of its own, the slope by another; the first
    slope and the waves are shocks too. The first level is zero: only differences are seen.
    """
    level_move, slope_move, season = moves
    waves = 2 * len(WAVES)
    shocks = 2 * count - 1
    effects = np.zeros((count + waves + 1, shocks + waves))
    slope = np.zeros(shocks + waves)
    slope[0] = SLOPE_START * months
    for step in range(1, count):
        effects[step] = effects[step - 1] + DAMPING * slope
        effects[step, step] += level_move * np.sqrt(months)
        slope = DAMPING * slope
        slope[count - 1 + step] += slope_move * np.sqrt(months)
    effects[count + np.arange(waves), shocks + np.arange(waves)] = season
    effects[-1] = slope
    return effects
