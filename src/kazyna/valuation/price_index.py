"""The market over time: a hedonic index with its uncertainty, carried to the valuation date.

The level of each fortnight is estimated by time dummies in the hedonic regression, so that a
change in what is sold is not taken for a change of prices. The levels are then smoothed by a
local linear trend with a damped slope (Harvey 1989; Gardner and McKenzie 1985), whose variances
are chosen by maximum likelihood. Beyond the last sale the damped slope carries the level on, and
the uncertainty grows.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.models import regression

STEP_DAYS = 14
STEPS_MAX = 300
"""Longer histories get longer steps, so that the smoother stays quick."""
DAMPINGS = (0.8, 0.9)
"""Shares of a slope that live on from one step to the next."""
LEVEL_MOVES = (0.0, 1e-3, 3e-3, 1e-2, 3e-2)
"""Candidate standard deviations of a level's own moves, log price per step."""
SLOPE_MOVES = (0.0, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2)
"""Candidate standard deviations of a slope's moves, log price per step."""
REWEIGHTINGS = 2
"""Rounds of weighting odd sales down before the index is read off."""
SLOPE_START = 0.01
"""Standard deviation of the slope before the first step."""


@dataclass(frozen=True)
class PriceIndex:
    """Log price level per step, relative to the mean of the sales."""

    day: Floats
    """Middle of each step, in days since 1970, rising."""
    level: Floats
    deviation: Floats
    """Standard error of each level."""
    slope: float
    """Log change per step at the end."""
    damping: float
    move: float
    """Standard deviation of what one more step adds, at the end."""
    step_days: int

    def deviation_at(self, day: Ints | Floats) -> Floats:
        """Return the standard error of the level on these days; it grows after the last step."""
        steps = np.maximum(np.asarray(day) - self.day[-1], 0) / self.step_days
        known = np.interp(day, self.day, self.deviation)
        return np.asarray(np.sqrt(known**2 + steps * self.move**2))

    def at(self, day: Ints | Floats) -> Floats:
        """Log level on these days: interpolated, and after the last step carried on."""
        steps = np.maximum(np.asarray(day) - self.day[-1], 0) / self.step_days
        carried = self.slope * self.damping * (1 - self.damping**steps) / (1 - self.damping)
        return np.asarray(np.interp(day, self.day, self.level) + carried)


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
    best = max(
        product(DAMPINGS, LEVEL_MOVES, SLOPE_MOVES),
        key=lambda candidate: _filtered(level, variance, candidate)[0],
    )
    _, means, covariances, ahead = _filtered(level, variance, best)
    states, errors = _backwards(means, covariances, ahead, best[0])
    centred = states[:, 0] - np.average(states[:, 0], weights=weight)
    slope = float(states[-1, 1])
    move = float(np.sqrt(best[1] ** 2 + best[2] ** 2 + covariances[-1, 1, 1]))
    return PriceIndex(day, centred, np.sqrt(errors), slope, best[0], move, step_days)


def _transition(damping: float) -> Floats:
    return np.array([[1.0, damping], [0.0, damping]])


def _filtered(
    level: Floats, variance: Floats, candidate: tuple[float, float, float]
) -> tuple[float, Floats, Floats, list[tuple[Floats, Floats]]]:
    """Kalman filter: log likelihood, filtered states, and the predictions ahead."""
    damping, level_move, slope_move = candidate
    transition = _transition(damping)
    noise = np.diag([level_move**2, slope_move**2])
    first = int(np.argmax(np.isfinite(variance)))
    state = np.array([level[first], 0.0])
    covariance = np.diag([variance[first] + 1.0, SLOPE_START**2])
    likelihood = 0.0
    means = np.empty((len(level), 2))
    covariances = np.empty((len(level), 2, 2))
    ahead = []
    for step in range(len(level)):
        if step:
            state = transition @ state
            covariance = transition @ covariance @ transition.T + noise
        ahead.append((state, covariance))
        if np.isfinite(variance[step]):
            spread = covariance[0, 0] + variance[step]
            surprise = level[step] - state[0]
            gain = covariance[:, 0] / spread
            likelihood -= 0.5 * (np.log(spread) + surprise**2 / spread)
            state = state + gain * surprise
            covariance = covariance - np.outer(gain, covariance[0])
        means[step], covariances[step] = state, covariance
    return likelihood, means, covariances, ahead


def _backwards(
    means: Floats, covariances: Floats, ahead: list[tuple[Floats, Floats]], damping: float
) -> tuple[Floats, Floats]:
    """Rauch-Tung-Striebel smoother: states and the variance of the level."""
    transition = _transition(damping)
    states, errors = means.copy(), covariances.copy()
    for step in range(len(means) - 2, -1, -1):
        mean, covariance = ahead[step + 1]
        gain = covariances[step] @ transition.T @ np.linalg.pinv(covariance)
        states[step] = means[step] + gain @ (states[step + 1] - mean)
        errors[step] = covariances[step] + gain @ (errors[step + 1] - covariance) @ gain.T
    return states, np.maximum(errors[:, 0, 0], 0)
