"""How sure a value is: conformal intervals, wider where sales were predicted badly."""

from dataclasses import dataclass

import lightgbm
import numpy as np

from kazyna.valuation.columns import Floats

COVERAGE = 0.90
NORMAL_QUANTILE = 1.6449
"""Of the normal law, for an interval that covers 90 %."""
SALES_MIN = 500
"""Below this many sales one spread is used for all properties."""
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
SIZE_FLOOR = 0.01
"""Least absolute log residual, so that its logarithm exists."""


@dataclass(frozen=True)
class Margins:
    """Lower and upper margin in units of the local spread."""

    lower: float
    upper: float
    spread: lightgbm.Booster | None

    def spread_at(self, columns: Floats) -> Floats:
        """Local spread of log residuals."""
        return _spread_at(self.spread, columns)

    def of(self, columns: Floats, index_deviation: Floats | float) -> tuple[Floats, Floats]:
        """Log distance from the value down to the low and up to the high end."""
        spread = self.spread_at(columns)
        drift = NORMAL_QUANTILE * np.asarray(index_deviation)
        return np.hypot(self.lower * spread, drift), np.hypot(self.upper * spread, drift)


def margins_of(columns: Floats, residual: Floats, *, seed: int) -> Margins:
    """Learn the spread from out-of-fold residuals and the margins that cover 90 % of them.

    Split conformal prediction with normalised scores (Papadopoulos et al. 2002; Lei et al.
    2018): the spread is learnt on one half of the sales, the margins on the other.
    """
    learn = np.random.default_rng(seed).permutation(len(residual)) % 2 == 0
    spread = None
    check = np.ones_like(learn)
    if len(residual) >= SALES_MIN:
        size = np.log(np.maximum(np.abs(residual[learn]), SIZE_FLOOR))
        parameters = PARAMETERS | {"seed": seed}
        spread = lightgbm.train(parameters, lightgbm.Dataset(columns[learn], size), TREES)
        check = ~learn
    score = residual[check] / _spread_at(spread, columns[check])
    return Margins(max(-_corrected(score, 0.05), 0.0), max(_corrected(score, 0.95), 0.0), spread)


def _spread_at(spread: lightgbm.Booster | None, columns: Floats) -> Floats:
    if spread is None:
        return np.ones(len(columns))
    return np.asarray(np.exp(spread.predict(columns)))


def _corrected(score: Floats, share: float) -> float:
    """Take the quantile with the correction for a finite sample, outwards."""
    outward = (share - 0.5) * (1 + 1 / len(score)) + 0.5
    return float(np.quantile(score, np.clip(outward, 0, 1), method="higher" if share > 0.5  # noqa: PLR2004
                             else "lower"))  # fmt: skip
