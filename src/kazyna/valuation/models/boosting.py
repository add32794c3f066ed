"""Gradient-boosted trees (LightGBM) on what the regression and the comparables leave over.

One ensemble is grown for each fold on the other folds; together they are the bag whose mean is
the prediction, and each predicts its own fold for the evidence that weighs the models.
"""

from dataclasses import dataclass

import lightgbm
import numpy as np

from kazyna.core.progress import Progress, silent
from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Design
from kazyna.valuation.models.comparables import Comparables, Neighbours, correction, similarity

SALES_MIN = 200
"""Below this many sales trees find more noise than structure, and are left out."""
TREES = 500
PARAMETERS: dict[str, object] = {
    "objective": "fair",  # between mean and median: robust to odd sales, level kept
    "learning_rate": 0.05,
    "num_leaves": 15,
    "max_depth": 6,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 3.0,
    "verbose": -1,
    "num_threads": 2,
    "deterministic": True,
    "force_row_wise": True,
}
LEAF_SALES = 15
FAIR_SCALE = 0.15
"""Log residual at which the loss turns from square to linear."""
TURNS = (np.pi / 6, np.pi / 4, np.pi / 3, 2 * np.pi / 3, 3 * np.pi / 4)
"""Directions in which a split of the plane may run beside the two axes."""


@dataclass(frozen=True)
class Boosting:
    """The bag of tree ensembles; empty when there were too few sales."""

    boosters: tuple[lightgbm.Booster, ...]

    def predict(self, columns: Floats) -> Floats:
        """Mean of the bag; zero for an empty one."""
        if not self.boosters:
            return np.zeros(len(columns))
        return np.asarray(np.mean([each.predict(columns) for each in self.boosters], axis=0))

    def contributions(self, columns: Floats, *, characteristics: int) -> tuple[float, Floats]:
        """Exact TreeSHAP (Lundberg et al. 2020): the base, and characteristics and place last.

        The base and the row's contributions add up to the prediction.
        """
        parts = np.zeros((len(columns), characteristics + 1))
        base = 0.0
        for each in self.boosters:
            found = np.asarray(each.predict(columns, pred_contrib=True)) / len(self.boosters)
            parts[:, :characteristics] += found[:, :characteristics]
            parts[:, characteristics] += found[:, characteristics:-1].sum(axis=1)
            base += float(found[0, -1]) if len(found) else 0.0
        return base, parts


def tree_columns(design: Design, found: Comparables, near: Neighbours) -> Floats:
    """Lay out what the trees see: characteristics first, then everything about the place."""
    turned = [design.km @ np.array([np.cos(turn), np.sin(turn)]) for turn in TURNS]
    apart = np.where(near.own, np.inf, near.place)
    order = np.argsort(apart, axis=1, kind="stable")[:, :20]
    residual = np.take_along_axis(found.residual[near.position], order, axis=1)
    return np.column_stack(
        [
            design.values,
            design.km,
            *turned,
            correction(found, near),
            similarity(found, near).sum(axis=1),
            np.median(residual[:, :5], axis=1),
            residual.mean(axis=1),
            residual.std(axis=1),
        ]
    )


def fit(
    columns: Floats, target: Floats, *, fold: Ints, seed: int, progress: Progress = silent
) -> tuple[Boosting, Floats]:
    """Grow one ensemble per fold; return the bag and the out-of-fold predictions."""
    predicted = np.zeros_like(target)
    if len(target) < SALES_MIN:
        return Boosting(()), predicted
    boosters = []
    folds = np.unique(fold)
    for done, number in enumerate(folds):
        progress("grow trees", done, len(folds))
        held = fold == number
        boosters.append(_grown(columns[~held], target[~held], seed=seed + done))
        predicted[held] = boosters[-1].predict(columns[held])
    progress("grow trees", len(folds), len(folds))
    return Boosting(tuple(boosters)), predicted


def _grown(columns: Floats, target: Floats, *, seed: int) -> lightgbm.Booster:
    parameters = PARAMETERS | {
        "seed": seed,
        "fair_c": FAIR_SCALE,
        "min_data_in_leaf": LEAF_SALES,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(columns, target), TREES)
