"""Gradient-boosted trees (LightGBM) on two views of a property, out of fold.

One ensemble is grown for each view and fold on the other folds; those of one view together are
the bag whose mean is the prediction. Small trees keep exact explanations quick. The evidence that
weighs the models is what is predicted for the fold left out, by the mean of several ensembles
that differ in their seed: one alone would be noisier than the bag, and count for too little.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import lightgbm
import numpy as np

from kazyna.core.progress import Progress, silent
from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Design
from kazyna.valuation.models.comparables import Comparables, Neighbours, correction, similarity
from kazyna.valuation.tree_shap import Explainer, explainer

SALES_MIN = 200
"""Below this many sales trees find more noise than structure, and are left out."""
WORKERS = 2
"""Ensembles grown side by side, one thread each: threads within one ensemble would wait for each
other at every split, and stall when another program shares the cores."""
PARAMETERS: dict[str, object] = {
    "objective": "fair",  # between mean and median: robust to odd sales, level kept
    "fair_c": 0.15,  # log residual at which the loss turns from square to linear
    "learning_rate": 0.15,
    "num_leaves": 8,
    "max_depth": 4,
    "min_data_in_leaf": 15,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 3.0,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
TWINS = 3
"""Ensembles that predict one fold out of fold; the first of them joins the bag."""
TURNS = (np.pi / 6, np.pi / 4, np.pi / 3, 2 * np.pi / 3, 3 * np.pi / 4)
"""Directions in which a split of the plane may run beside the two axes."""
PLACE_COLUMNS = 2 + len(TURNS)
NEAREST = (5, 15, 40)
"""Numbers of nearest sales whose mean price the second view sees."""


@dataclass(frozen=True)
class View:
    """Trees that see the first `columns` columns of the tree columns."""

    columns: int
    characteristics: int
    """Of those columns; the others are about the place, and are one reason together."""
    boosters: tuple[lightgbm.Booster, ...]

    @cached_property
    def explainers(self) -> tuple[Explainer | None, ...]:
        """The tables that explain each ensemble, filled when first asked for."""
        reason_of = np.minimum(np.arange(self.columns), self.characteristics)
        return tuple(explainer(each, reason_of) for each in self.boosters)

    def contributions(self, columns: Floats) -> tuple[float, Floats]:
        """Mean of the bag's explanations: the base, and the parts, the place last."""
        seen = np.ascontiguousarray(columns[:, : self.columns])
        parts = np.zeros((len(seen), self.characteristics + 1))
        base = 0.0
        for booster, tables in zip(self.boosters, self.explainers, strict=True):
            if tables is None:
                walked = np.asarray(booster.predict(seen, pred_contrib=True, num_threads=1))
                parts[:, :-1] += walked[:, : self.characteristics]
                parts[:, -1] += walked[:, self.characteristics : -1].sum(axis=1)
                base += float(walked[0, -1]) if len(walked) else 0.0
            else:
                parts += tables.contributions(seen, self.characteristics + 1)
                base += tables.base
        return base / len(self.boosters), parts / len(self.boosters)


@dataclass(frozen=True)
class Boosting:
    """The bags of both views; none when there were too few sales."""

    views: tuple[View, ...]

    def predict(self, columns: Floats) -> Floats:
        """Mean of the bag of each view, shape (rows, views)."""
        found = np.zeros((len(columns), len(self.views)))
        for position, view in enumerate(self.views):
            for each in view.boosters:
                found[:, position] += each.predict(columns[:, : view.columns], num_threads=1)
            found[:, position] /= len(view.boosters)
        return found

    def contributions(
        self, columns: Floats, weights: Floats, *, characteristics: int
    ) -> tuple[float, Floats]:
        """Exact explanations of the weighted views: the base, and the parts.

        Parts are those of the characteristics and, last, of everything about the place; base
        and parts add up to the weighted prediction.
        """
        parts = np.zeros((len(columns), characteristics + 1))
        base = 0.0
        for view, weight in zip(self.views, weights, strict=True):
            if weight:
                mean, explained = view.contributions(columns)
                base += float(weight) * mean
                parts += weight * explained
        return base, parts


def tree_columns(design: Design, found: Comparables, near: Neighbours) -> Floats:
    """Lay out what the trees see: characteristics, then the place, then the sales near it."""
    turned = [design.km @ np.array([np.cos(turn), np.sin(turn)]) for turn in TURNS]
    return np.column_stack([design.values, design.km, *turned, *_near_columns(found, near)])


def _near_columns(found: Comparables, near: Neighbours) -> list[Floats]:
    """Prices and residuals of the nearest and of the most similar sales."""
    weight = similarity(found, near)
    total = weight.sum(axis=1)
    price = found.log_price[near.position]
    nearest = np.argsort(np.where(near.own, np.inf, near.place), axis=1, kind="stable")
    alike = np.argsort(-weight, axis=1, kind="stable")[:, :5]
    price_near = np.take_along_axis(price, nearest[:, : NEAREST[-1]], axis=1)
    kind_near = found.kind.sum(axis=1)[near.position]
    residual = np.take_along_axis(found.residual[near.position], nearest[:, :20], axis=1)
    price_alike = np.take_along_axis(price, alike, axis=1)
    return [
        correction(found, near),
        total,
        np.median(residual[:, :5], axis=1),
        residual.mean(axis=1),
        residual.std(axis=1),
        *(price_near[:, :count].mean(axis=1) for count in NEAREST),
        np.where(total > 0, (weight * price).sum(axis=1) / np.maximum(total, 1e-12), np.nan),
        price_alike.mean(axis=1),
        price_alike[:, 0],
        np.take_along_axis(kind_near, nearest[:, :15], axis=1).mean(axis=1),
        np.sort(near.apart_km, axis=1)[:, min(10, near.apart_km.shape[1] - 1)],
    ]


def fit(
    columns: Floats,
    target: Floats,
    *,
    characteristics: int,
    fold: Ints,
    seed: int,
    progress: Progress = silent,
) -> tuple[Boosting, Floats]:
    """Grow the ensembles of both views; return them and the out-of-fold predictions.

    Returns
    -------
    The bags, and the predictions, shape (sales, views); no views below `SALES_MIN` sales.
    """
    if len(target) < SALES_MIN:
        return Boosting(()), np.empty((len(target), 0))
    views = ((characteristics + PLACE_COLUMNS, 600), (columns.shape[1], 400))
    folds = np.unique(fold)
    jobs = [
        (view, int(number), twin)
        for view in range(len(views))
        for number in folds
        for twin in range(TWINS)
    ]

    def grown(job: tuple[int, int, int]) -> lightgbm.Booster:
        view, number, twin = job
        width, trees = views[view]
        rows = fold != number
        data = lightgbm.Dataset(np.ascontiguousarray(columns[rows, :width]), target[rows])
        parameters = PARAMETERS | {"seed": seed + 1000 * view + 100 * twin + number}
        return lightgbm.train(parameters, data, trees)

    predicted = np.zeros((len(target), len(views)))
    bags: list[list[lightgbm.Booster]] = [[] for _ in views]
    progress("grow trees", 0, len(jobs))
    with ThreadPoolExecutor(WORKERS) as pool:
        for done, (job, booster) in enumerate(zip(jobs, pool.map(grown, jobs), strict=True)):
            view, number, twin = job
            held = fold == number
            seen = columns[held, : views[view][0]]
            predicted[held, view] += np.asarray(booster.predict(seen, num_threads=1)) / TWINS
            if twin == 0:
                bags[view].append(booster)
            progress("grow trees", done + 1, len(jobs))
    found = tuple(
        View(width, characteristics, tuple(bag))
        for (width, _), bag in zip(views, bags, strict=True)
    )
    return Boosting(found), predicted
