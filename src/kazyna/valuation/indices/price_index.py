"""The market over time: a hedonic index with its uncertainty, carried to the valuation date.

The level of each fortnight is estimated by time dummies in the hedonic regression, so that a
change in what is sold is not taken for a change of prices. The levels are then smoothed by a
local linear trend (Harvey 1989), its slope damped (Gardner and McKenzie 1985) or lasting, and,
where the sales show one, a season of the year. The likely trends are averaged by their likelihood
(Hoeting et al. 1999). Beyond the last sale the slope carries the level on, and the uncertainty
grows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.models import regression
from kazyna.valuation.settled import settled

STEP_DAYS = 14
STEPS_MAX = 300
"""Longer histories get longer steps, so that the smoother stays quick."""
DAMPING = 0.98
"""Share of a slope that lives on from one step to the next: trends of house prices last years."""
DAMPINGS = (DAMPING, 1.0)
"""Candidates: a trend that fades, and the growth of decades."""
UNLIKELY = 1e-3
"""Share of the greatest likelihood below which a trend is not looked at."""
LEVEL_MOVES = (0.0, 1e-3, 3e-3, 1e-2, 3e-2)
"""Candidate standard deviations of a level's own moves, log price per step."""
SLOPE_MOVES = (0.0, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2)
"""Candidate standard deviations of a slope's moves, log price per step."""
SEASONS = (0.0, 0.02)
"""Candidate standard deviations of the season's waves, log price."""
WAVES = (1, 2)
"""Waves a year of which a season is made."""
SEASON_DAYS_MIN = 600
"""A season shows in sales that span more than this; in fewer it cannot be told from a trend."""
DAYS_PER_YEAR = 365.25
REWEIGHTINGS = 2
"""Rounds of weighting odd sales down before the index is read off."""
SLOPE_START = 0.01
"""Standard deviation of the slope before the first step."""
ORIGINS = (0.5, 0.6, 0.7, 0.8)
"""Shares of the sales after which the index is carried on once, to see how far it strays."""
AHEAD = 0.2
"""Share of the sales that each is tried on."""
ORIGIN_SALES_MIN = 100
"""Sales behind an origin, and ahead of it, that are enough to tell."""
DEVIATION_OF_MAD = 1.4826
"""Standard deviation of the normal law over the median absolute deviation."""


@dataclass(frozen=True)
class PriceIndex:
    """Log price level per step, relative to the mean of the sales."""

    day: Floats
    """Middle of each step, in days since 1970, rising."""
    trend: Floats
    """Log level of each step without the season."""
    deviation: Floats
    """Standard error of each level, season included."""
    slope: float
    """Log change per step at the end, of what fades."""
    move: float
    """Standard deviation of what one more step adds, at the end."""
    step_days: int
    season: Floats
    """Coefficients of the waves of the year; zero where no season shows."""
    lasting: float = 0.0
    """Log change per step at the end, of what does not fade."""

    def deviation_at(self, day: Ints | Floats) -> Floats:
        """Return the standard error of the level on these days; it grows after the last step."""
        steps = np.maximum(np.asarray(day) - self.day[-1], 0) / self.step_days
        known = np.interp(day, self.day, self.deviation)
        return np.asarray(np.sqrt(known**2 + steps * self.move**2))

    def at(self, day: Ints | Floats) -> Floats:
        """Log level on these days: interpolated, and after the last step carried on."""
        steps = np.maximum(np.asarray(day) - self.day[-1], 0) / self.step_days
        fading = self.slope * DAMPING * (1 - DAMPING**steps) / (1 - DAMPING)
        carried = fading + self.lasting * steps
        return np.asarray(
            np.interp(day, self.day, self.trend) + carried + _waves(day) @ self.season
        )


def steps_of(day: Ints) -> tuple[Ints, Floats, int]:
    """Cut time into steps counted back from the last sale: step of each sale, middles, length."""
    last = int(day.max())
    span = last - int(day.min()) + 1
    step_days = max(STEP_DAYS, -(-span // STEPS_MAX))
    back = (last - day) // step_days
    count = int(back.max()) + 1
    middles = last - step_days * (np.arange(count)[::-1] + 0.5)
    return count - 1 - back, middles.astype(np.float64), step_days


def hedonic_index(
    columns: Floats, part: npt.NDArray[np.str_], log_price: Floats, day: Ints
) -> tuple[PriceIndex, Floats, Floats]:
    """Estimate the index by time dummies beside the regression's columns.

    Returns
    -------
    The index, the robust weight of each sale, and the penalty of each of `columns`.
    """
    step, middles, step_days = steps_of(day)
    count = len(middles)
    both = np.hstack([columns, np.eye(count)[step]])
    parts = np.concatenate([part, np.full(count, "time")])
    weights = np.ones_like(log_price)
    normal = regression.normal_equations(both, log_price, weights)
    penalties = regression.penalties_of(normal, parts)
    for _ in range(REWEIGHTINGS):
        residual = normal.mean + (both - normal.means) @ regression.solved(normal, penalties)
        residual = log_price - residual
        weights = regression.robust_weights(residual)
        normal = regression.normal_equations(both, log_price, weights)
    coefficients = regression.solved(normal, penalties)
    index = index_of_levels(
        coefficients[len(part) :], residual, step=step, day=middles, step_days=step_days
    )
    return index, weights, penalties[: len(part)]


def refined(index: PriceIndex, residual: Floats, day: Ints) -> PriceIndex:
    """Estimate the index again from what a better model leaves over, out of fold."""
    step, middles, step_days = steps_of(day)
    weights = regression.robust_weights(residual)
    total = np.bincount(step, weights, minlength=len(middles))
    off = np.bincount(step, weights * residual, minlength=len(middles)) / np.maximum(total, 1e-9)
    raw = index.at(middles) + off
    return index_of_levels(raw, residual, step=step, day=middles, step_days=step_days)


def with_own_forecasts(index: PriceIndex, level: Floats, day: Ints) -> PriceIndex:
    """Measure how far the index, carried on from earlier days, would have strayed since.

    The likeliest variances alone tell too little: with a year of sales the likeliest slope may be
    none, and then the index seems sure of what it cannot know.

    Parameters
    ----------
    index
        As of all sales; only what a step adds to its error is changed, and never lowered.
    level
        Log price of each sale less what its characteristics and place are worth.
    day
        Days of the sales.
    """
    moves = [_strayed(index, level, day, cut=cut, end=end) for cut, end in _origins(day)]
    if not moves:
        return index
    own = float(settled(np.sqrt(np.mean(moves))))
    return replace(index, move=max(index.move, own))


def _origins(day: Ints) -> Iterator[tuple[float, float]]:
    """Days from which the index is tried, each with the last day that it is tried on."""
    for share in ORIGINS:
        cut, end = np.quantile(day, [share, min(share + AHEAD, 1)])
        behind, ahead = day < cut, (day >= cut) & (day <= end)
        if min(behind.sum(), ahead.sum()) >= ORIGIN_SALES_MIN:
            yield float(cut), float(end)


def _strayed(index: PriceIndex, level: Floats, day: Ints, *, cut: float, end: float) -> float:
    """Return the variance that a step ahead added, carried on from a day; that of medians off."""
    behind, ahead = day < cut, (day >= cut) & (day <= end)
    earlier = refined(index, level[behind] - index.at(day[behind]), day[behind])
    usual = np.median(level[behind] - earlier.at(day[behind]))
    off = level[ahead] - earlier.at(day[ahead]) - usual
    deviation = float(np.median(np.abs(off - np.median(off)))) * DEVIATION_OF_MAD
    noise = np.pi / 2 * deviation**2 / ahead.sum() + float(earlier.deviation[-1]) ** 2
    steps = float(np.mean(day[ahead] - earlier.day[-1])) / index.step_days
    return float(max(float(np.median(off)) ** 2 - noise, 0.0) / max(steps, 1.0))


def index_of_residuals(residual: Floats, day: Ints) -> PriceIndex:
    """Follow what a part of the market leaves over beside the whole, as an index of its own."""
    step, middles, step_days = steps_of(day)
    total = np.bincount(step, minlength=len(middles))
    level = np.bincount(step, residual, minlength=len(middles)) / np.maximum(total, 1)
    return index_of_levels(level, residual, step=step, day=middles, step_days=step_days)


def index_of_levels(
    level: Floats, residual: Floats, *, step: Ints, day: Floats, step_days: int
) -> PriceIndex:
    """Smooth raw levels whose errors come from these residuals."""
    weight = np.bincount(step, minlength=len(level)).astype(np.float64)
    variance = max(float(np.var(residual)), 1e-8)
    spread = np.where(weight > 0, variance / np.maximum(weight, 1), np.inf)
    return smoothed(level, spread, weight, day=day, step_days=step_days)


def smoothed(
    level: Floats, variance: Floats, weight: Floats, *, day: Floats, step_days: int
) -> PriceIndex:
    """Smooth raw levels of steps into an index.

    Parameters
    ----------
    level, variance
        Raw log level of each step and its sampling variance; infinite where nothing was sold.
    weight
        Sales per step; the index is zero on their average.
    day, step_days
        Middles and length of the steps.
    """
    waves = _waves(day)
    seasons = SEASONS if np.ptp(day) >= SEASON_DAYS_MIN else SEASONS[:1]
    tried = np.array([*product(LEVEL_MOVES, SLOPE_MOVES, seasons, DAMPINGS)])
    steps, likelihood = _filtered(level, variance, waves, tried)
    share = np.exp(settled(likelihood - likelihood.max()))
    likely = np.flatnonzero(share >= UNLIKELY)
    share, moves = share[likely] / share[likely].sum(), tried[likely]
    states, covariances = _backwards([step.of(likely) for step in steps], moves)
    found = np.einsum("k,tkn->tn", share, states)
    seen = _seen(waves)
    apart = np.einsum("tkn,tn->tk", states - found[:, None], seen)
    errors = (np.einsum("tn,tknm,tm->tk", seen, covariances, seen) + apart**2) @ share
    whole = np.einsum("tn,tn->t", seen, found)
    slopes = states[-1, :, 1]
    shocks = moves[:, 0] ** 2 + moves[:, 1] ** 2 + covariances[-1, :, 1, 1]
    lasts = moves[:, 3] == 1
    return PriceIndex(
        day,
        settled(found[:, 0] - np.average(whole, weights=weight)),
        np.sqrt(np.maximum(errors, 0)),
        slope=float(settled((share * slopes)[~lasts].sum())),
        move=float(np.sqrt(share @ (shocks + (slopes - found[-1, 1]) ** 2))),
        step_days=step_days,
        season=settled(found[-1, 2:]),
        lasting=float(settled((share * slopes)[lasts].sum())),
    )


class _Step(NamedTuple):
    """State (level, slope, waves) of each trend and its covariance, shapes (k, n) and (k, n, n).

    Before a step's sales are seen, and after.
    """

    ahead: tuple[Floats, Floats]
    after: tuple[Floats, Floats]

    def of(self, trends: Ints) -> "_Step":
        """Keep some of the trends."""
        (ahead, before), (after, behind) = self
        return _Step((ahead[trends], before[trends]), (after[trends], behind[trends]))


def _waves(day: Ints | Floats) -> Floats:
    """Cosine and sine of each wave of the year, shape (days, 2 · waves)."""
    turn = 2 * np.pi * np.atleast_1d(np.asarray(day, dtype=np.float64)) / DAYS_PER_YEAR
    return np.column_stack([f(wave * turn) for wave in WAVES for f in (np.cos, np.sin)])


def _seen(waves: Floats) -> Floats:
    """Return what of the state a step's sales show: the level and the season, not the slope."""
    return np.column_stack([np.ones(len(waves)), np.zeros(len(waves)), waves])


def _transition(damping: Floats, states: int) -> Floats:
    """Return the matrix of each trend, shape (k, n, n)."""
    transition = np.tile(np.eye(states), (len(damping), 1, 1))
    transition[:, :2, 1] = damping[:, None]
    return transition


def _start(level: Floats, variance: Floats, season: Floats, states: int) -> tuple[Floats, Floats]:
    """Return the state of each trend before the first step, and its covariance."""
    first = int(np.argmax(np.isfinite(variance)))
    state = np.zeros((len(season), states))
    state[:, 0] = level[first]
    covariance = np.multiply.outer(np.square(season), np.eye(states))
    covariance[:, 0, 0], covariance[:, 1, 1] = variance[first] + 1.0, SLOPE_START**2
    return state, covariance


def _filtered(
    level: Floats, variance: Floats, waves: Floats, moves: Floats
) -> tuple[list[_Step], Floats]:
    """Kalman filters of all trends at once: their states at each step, and log likelihoods.

    `moves` has a row for each trend: the standard deviations of what a step adds to level and
    slope, that of the season, and the share of a slope that lives on.
    """
    seen = _seen(waves)
    transition = _transition(moves[:, 3], seen.shape[1])
    turned = transition.transpose(0, 2, 1)
    noise = np.zeros_like(transition)
    noise[:, 0, 0], noise[:, 1, 1] = moves[:, 0] ** 2, moves[:, 1] ** 2
    state, covariance = _start(level, variance, moves[:, 2], seen.shape[1])
    likelihood = np.zeros(len(moves))
    steps = []
    for step in range(len(level)):
        if step:
            state = (transition @ state[:, :, None])[:, :, 0]
            covariance = transition @ covariance @ turned + noise
        ahead = (state, covariance)
        if np.isfinite(variance[step]):
            shown = covariance @ seen[step]
            spread = shown @ seen[step] + variance[step]
            surprise = level[step] - state @ seen[step]
            likelihood -= 0.5 * (np.log(spread) + surprise**2 / spread)
            state = state + shown * (surprise / spread)[:, None]
            covariance = covariance - shown[:, :, None] * (shown / spread[:, None])[:, None, :]
        steps.append(_Step(ahead, (state, covariance)))
    return steps, likelihood


def _backwards(steps: list[_Step], moves: Floats) -> tuple[Floats, Floats]:
    """Rauch-Tung-Striebel smoother: states, shape (steps, k, n), and their covariances."""
    state, error = steps[-1].after
    states, errors = [state], [error]
    transition = _transition(moves[:, 3], state.shape[1])
    turned = transition.transpose(0, 2, 1)
    for now, following in zip(steps[-2::-1], steps[:0:-1], strict=True):
        mean, covariance = following.ahead
        gain = now.after[1] @ turned @ np.linalg.pinv(covariance)
        state = now.after[0] + (gain @ (state - mean)[:, :, None])[:, :, 0]
        error = now.after[1] + gain @ (error - covariance) @ gain.transpose(0, 2, 1)
        states.append(state)
        errors.append(error)
    return np.array(states[::-1]), np.array(errors[::-1])
