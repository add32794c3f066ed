"""How sure a value is: conformal intervals, wider where sales were predicted badly."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.models.trees import grown
from kazyna.valuation.settled import settled

if TYPE_CHECKING:
    from lightgbm import Booster

COVERAGE = 0.90
NORMAL_QUANTILE = 1.6449
"""Of the normal law, for an interval that covers 90 %."""
SALES_MIN = 500
"""Below this many sales one spread is used for all properties."""
SEGMENT_SALES_MIN = 100
"""A segment with fewer sales to measure on has the margins of the whole market."""
TREES = 60
PARAMETERS: dict[str, object] = {
    "objective": "l2",
    "learning_rate": 0.08,
    "num_leaves": 8,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "verbose": -1,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
}
LATE_SHARE = 0.2
LATE_SALES_MIN = 100
"""Late sales needed to tell how fast a fit grows old."""
GROWTH_MAX = 0.5
"""Most by which margins grow over the time that the late sales span."""
FLATTERED = 1.03
"""Factor on the margins: trees stop growing where a fold is predicted best, so that its residuals
are a little too small. Without it random splits of four tables cover 89.2 to 89.6 %."""
SIZE_FLOOR = 0.01
"""Least absolute log residual, so that its logarithm exists."""


@dataclass(frozen=True)
class Spread:
    """How far prices stray from what is expected of them, in units of what is usual."""

    booster: "Booster | None"
    """None where the sales are too few to tell one property from another."""
    usual: float

    def at(self, columns: Floats) -> Floats:
        """Local spread; its mean square over the sales is one."""
        if self.booster is None:
            return np.ones(len(columns))
        return np.asarray(np.exp(self.booster.predict(columns)) / self.usual)


@dataclass(frozen=True)
class Margins:
    """Lower and upper margin of each segment in units of the local spread."""

    lower: Floats
    upper: Floats
    spread: Spread

    def of(
        self, spread: Floats, index_deviation: Floats | float, segment: int
    ) -> tuple[Floats, Floats]:
        """Log distance from the value down to the low and up to the high end."""
        drift = NORMAL_QUANTILE * np.asarray(index_deviation)
        lower, upper = self.lower[segment], self.upper[segment]
        return np.hypot(lower * spread, drift), np.hypot(upper * spread, drift)


@dataclass(frozen=True)
class Ageing:
    """How margins grow on days after the last sale."""

    last_day: float
    per_day: float

    def at(self, day: Ints | Floats) -> Floats:
        """Return the factor on the margins on these days; 1 up to the last sale."""
        grown = self.per_day * np.maximum(np.asarray(day) - self.last_day, 0)
        return np.asarray(1 + np.minimum(grown, GROWTH_MAX))


def ageing_of(
    forward: Floats, interpolated: Floats, *, day: Ints, late: npt.NDArray[np.bool_]
) -> Ageing:
    """Compare errors on late sales seen from before them with errors seen from among them.

    Parameters
    ----------
    forward
        Log residuals by a fit to the sales that are not late.
    interpolated
        Log residuals out of fold, by fits that know the late sales' time.
    day
        Days of the sales.
    late
        Marks the late sales; without any, margins do not grow.
    """
    last = float(day.max())
    if not late.any():
        return Ageing(last, 0.0)
    sizes = [np.abs(each[late] - np.median(each[late])) for each in (forward, interpolated)]
    wide, narrow = (float(np.quantile(size, COVERAGE)) for size in sizes)
    ahead = float((day[late] - day[~late].max()).mean())
    growth = float(np.clip(wide / max(narrow, SIZE_FLOOR) - 1, 0, GROWTH_MAX))
    return Ageing(last, growth / max(ahead, 1.0))


def late_sales(day: Ints) -> npt.NDArray[np.bool_]:
    """Mark the latest fifth of the sales; none where either part would be too small to tell."""
    late = np.asarray(day >= np.quantile(day, 1 - LATE_SHARE))
    enough = min(late.sum(), (~late).sum()) >= LATE_SALES_MIN
    return late if enough else np.zeros_like(late)


def spread_of(columns: Floats, residual: Floats, *, seed: int) -> Spread:
    """Learn the spread from the out-of-fold residuals of one half of the sales."""
    if len(residual) < SALES_MIN:
        return Spread(None, 1.0)
    learn = _learnt(len(residual), seed)
    size = settled(np.log(np.maximum(np.abs(residual[learn]), SIZE_FLOOR)))
    booster = grown(columns[learn], size, PARAMETERS | {"seed": seed}, TREES)
    found = np.exp(np.asarray(booster.predict(columns)))
    return Spread(booster, float(settled(np.sqrt(np.mean(found**2)))))


def margins_of(
    spread: Spread, columns: Floats, residual: Floats, segment: Ints, *, seed: int
) -> Margins:
    """Measure the margins that cover 90 % of the out-of-fold residuals.

    Split conformal prediction with normalised scores (Papadopoulos et al. 2002; Lei et al.
    2018): the spread is learnt on one half of the sales, the margins on the other, for each
    segment by its own scores where they are enough (Mondrian conformal prediction, Vovk 2012).
    """
    check = np.ones(len(residual), dtype=np.bool_)
    if spread.booster is not None:
        check = ~_learnt(len(residual), seed)
    score = settled(residual[check] / spread.at(columns[check]))
    ends = []
    for position in range(int(segment.max(initial=0)) + 1):
        own = score[segment[check] == position]
        ends.append(_ends(own if position and len(own) >= SEGMENT_SALES_MIN else score))
    lower, upper = FLATTERED * np.array(ends).T
    return Margins(lower, upper, spread)


def _learnt(sales: int, seed: int) -> npt.NDArray[np.bool_]:
    """Mark the half of the sales that the spread is learnt on."""
    return np.asarray(np.random.default_rng(seed).permutation(sales) % 2 == 0)


def _ends(score: Floats) -> tuple[float, float]:
    """Return the ends that hold 90 % of the scores, never beyond the value."""
    return max(-_corrected(score, 0.05), 0.0), max(_corrected(score, 0.95), 0.0)


def _corrected(score: Floats, share: float) -> float:
    """Take the quantile with the correction for a finite sample, outwards."""
    outward = (share - 0.5) * (1 + 1 / len(score)) + 0.5
    return float(np.quantile(score, np.clip(outward, 0, 1), method="higher" if share > 0.5  # noqa: PLR2004
                             else "lower"))  # fmt: skip
