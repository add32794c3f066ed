"""Gradient-boosted trees (LightGBM) on three views of a property, out of fold.

Small trees see characteristics and place, and once more with the prices of the sales near by; deep
trees see characteristics and place, and tell apart what small ones cannot, such as the flats of
one building. Every ensemble stops growing where the sales held out from it say so. The small ones
are bags of ensembles grown on a fold's others, and small trees keep exact explanations quick;
the deep ones are grown again on all sales. The evidence that weighs the models is what is predicted
for the fold left out, by the mean of several ensembles that differ in their seed: one alone would
be noisier than the bag, and count for too little.
"""

import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kazyna.core.progress import Progress, silent
from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Design
from kazyna.valuation.models import trees
from kazyna.valuation.models.comparables import (
    Comparables,
    Neighbours,
    correction,
    least,
    similarity,
)
from kazyna.valuation.models.tree_paths import PathExplainer, path_explainer
from kazyna.valuation.models.tree_shap import Explainer, explainer
from kazyna.valuation.settled import settled

if TYPE_CHECKING:
    from lightgbm import Booster

SALES_MIN = 100
"""Below this many sales trees find more noise than structure, and are left out."""
DEEP_SALES_MIN = 200
"""Below this many sales there are no deep trees."""
LEARNING_RATE = 0.15
LEAF_SHARE = 0.02
LEAF_MIN, LEAF_MAX = 4, 15
"""Sales in a leaf of the small trees: a share of all, within these."""
WORKERS = 2
"""Ensembles grown side by side, one thread each: threads within one ensemble would wait for each
other at every split, and stall when another program shares the cores."""
PARAMETERS: dict[str, object] = {
    "objective": "fair",  # between mean and median: robust to odd sales, level kept
    "fair_c": 0.15,  # log residual at which the loss turns from square to linear
    "metric": "l1",
    "num_leaves": 8,
    "max_depth": 4,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 3.0,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
DEEP: dict[str, object] = {
    "learning_rate": 0.05,
    "num_leaves": 63,
    "max_depth": -1,
    "min_data_in_leaf": 3,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "lambda_l2": 1.0,
}
SMALL_TABLE = 6_000
"""Up to this many sales there is time to learn half as fast, which errs less."""
DEEP_TWINS, TWINS_FROM, TWINS_TO = 3, 1_000, 3_000
"""So many deep ensembles between so many sales, since a part of one's error is its seed's; with
fewer sales it brought nothing (decision 0112)."""
PATIENCE = 50
"""Trees without a gain on the sales held out, after which an ensemble stops growing."""
TWINS = 2
"""Ensembles that predict one fold out of fold; the first of them joins the bag."""
BAG = 4
"""Ensembles in the bag of a large table: the other half would cost as much again for each value,
and lower the COD by a hundredth."""
TURNS = (np.pi / 6, np.pi / 4, np.pi / 3, 2 * np.pi / 3, 3 * np.pi / 4)
"""Directions in which a split of the plane may run beside the two axes."""
PLACE_COLUMNS = 2 + len(TURNS)
NEAREST = (5, 15, 40)
"""Numbers of nearest sales whose mean price the second view sees."""


@dataclass(frozen=True)
class Ensemble:
    """How the trees of one view are grown, and how many at most."""

    near: bool
    """Whether the view has the sales near by."""
    trees: int
    parameters: dict[str, object]
    twins: int
    bag: int
    """Most of the folds' ensembles that the view is a bag of; 0: its twins grown on all sales."""


@dataclass(frozen=True)
class View:
    """Trees that see the first `columns` columns of the tree columns."""

    columns: int
    characteristics: int
    """Of those columns; the others are about the place, and are one reason together."""
    boosters: tuple["Booster", ...]

    def predict(self, columns: Floats) -> Floats:
        """Mean of the bag."""
        seen = np.ascontiguousarray(columns[:, : self.columns])
        total = sum(np.asarray(each.predict(seen, num_threads=1)) for each in self.boosters)
        return np.asarray(total / len(self.boosters))

    @cached_property
    def explainers(self) -> tuple[Explainer | PathExplainer, ...]:
        """The tables that explain the bag, or each ensemble of it, filled when first asked for."""
        reason_of = np.minimum(np.arange(self.columns), self.characteristics)
        tables = explainer(self.boosters, reason_of)
        if tables is not None:
            return (tables,)
        return tuple(path_explainer(each, reason_of) for each in self.boosters)

    def contributions(self, columns: Floats) -> tuple[float, Floats]:
        """Mean of the bag's explanations: the base, and the parts, the place last."""
        seen = np.ascontiguousarray(columns[:, : self.columns])
        parts = np.zeros((len(seen), self.characteristics + 1))
        for tables in self.explainers:
            parts += tables.contributions(seen, self.characteristics + 1)
        base = sum(tables.base for tables in self.explainers)
        return base / len(self.explainers), parts / len(self.explainers)


@dataclass(frozen=True)
class Boosting:
    """The views; none when there were too few sales."""

    views: tuple[View, ...]

    def predict(self, columns: Floats, weights: Floats) -> Floats:
        """Weighted prediction of the views."""
        found = np.zeros(len(columns))
        for view, weight in zip(self.views, weights, strict=True):
            if weight:
                found += weight * view.predict(columns)
        return found

    def contributions(
        self, columns: Floats, weights: Floats, *, characteristics: int
    ) -> tuple[float, Floats]:
        """Explanations of the weighted views: the base, and the parts.

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


@dataclass(frozen=True)
class Sheets:
    """What the trees learn from: a table of the properties, and the sales near by for each fold.

    A mean of prices near by from which a sale's own fold is left out tells, by what is missing,
    what the own price was. Trees that are tested on a fold must therefore learn from means in
    which that fold is missing everywhere, and see it tested as new sales will be.
    """

    place: Floats
    near: tuple[Floats, ...]
    """One table for each fold, as that fold is tested."""
    fold: Ints
    rising: npt.NDArray[np.bool_]
    """Which of the first columns, the characteristics, may only raise a value by being more."""

    @property
    def characteristics(self) -> int:
        """Number of characteristics."""
        return len(self.rising)

    @classmethod
    def lay(
        cls, design: Design, found: Comparables, near: Neighbours, *, fold: Ints, shown: Ints
    ) -> "Sheets":
        """Lay out the sheets of the sales learnt from, near by each only those of other folds.

        `shown` is the fold of each sale near by.
        """
        place = place_columns(design)
        alike = similarity(found, near)
        tables = [near_columns(found, near.without(shown == k), alike) for k in np.unique(fold)]
        return cls(place, tuple(tables), fold, design.rising)

    def tested(self) -> Floats:
        """Columns of each sale as its fold was tested."""
        near = np.choose(self.fold[:, None], self.near)
        return np.column_stack([self.place, near])

    def seen(self, number: int, *, near: bool) -> Floats:
        """Columns of all sales as they are seen when one fold is tested."""
        return np.column_stack([self.place, self.near[number]]) if near else self.place


def tree_columns(design: Design, found: Comparables, near: Neighbours, alike: Floats) -> Floats:
    """Lay out what the trees see: characteristics, then the place, then the sales near it."""
    return np.column_stack([place_columns(design), near_columns(found, near, alike)])


def place_columns(design: Design) -> Floats:
    """Lay out characteristics and place."""
    turned = [design.km @ np.array([np.cos(turn), np.sin(turn)]) for turn in TURNS]
    return np.column_stack([design.values, settled(np.column_stack([design.km, *turned]))])


def near_columns(found: Comparables, near: Neighbours, alike: Floats) -> Floats:
    """Prices and residuals of the nearest and of the most similar sales that may speak."""
    weight = np.where(near.own, 0.0, alike)
    total = weight.sum(axis=1)
    price = found.log_price.take(near.position)
    nearest = least(near.place, near.own, NEAREST[-1])
    heard = ~np.take_along_axis(near.own, nearest, axis=1)
    near_by = np.take_along_axis(near.position, nearest, axis=1)
    price_near, kind_near = found.log_price.take(near_by), found.kind_total.take(near_by[:, :15])
    residual = found.residual.take(near_by[:, :20])
    most = least(1 - weight, near.own, 5)
    heard_alike = ~np.take_along_axis(near.own, most, axis=1)
    price_alike = np.take_along_axis(price, most, axis=1)
    spread = _mean(residual**2, heard[:, :20])
    mean = _mean(residual, heard[:, :20])
    rank = min(10, near.apart_km.shape[1] - 1)
    columns = np.column_stack(
        [
            correction(found, near, weight),
            total,
            _mean(residual[:, :5], heard[:, :5]),
            mean,
            np.sqrt(np.maximum(spread - mean**2, 0)),
            *(_mean(price_near[:, :count], heard[:, :count]) for count in NEAREST),
            np.where(
                total > 0,
                np.einsum("ij,ij->i", weight, price) / np.maximum(total, 1e-12),
                np.nan,
            ),
            _mean(price_alike, heard_alike),
            np.where(heard_alike[:, 0], price_alike[:, 0], np.nan),
            _mean(kind_near, heard[:, :15]),
            np.partition(near.apart_km, rank, axis=1)[:, rank],
        ]
    )
    return settled(columns)


def fit(
    sheets: Sheets,
    target: Floats,
    *,
    seed: int,
    progress: Progress = silent,
) -> tuple[Boosting, Floats]:
    """Grow the ensembles of all views; return them and the out-of-fold predictions.

    Returns
    -------
    The views, and the predictions, shape (sales, views); no views below `SALES_MIN` sales.
    """
    if len(target) < SALES_MIN:
        return Boosting(()), np.empty((len(target), 0))
    ensembles = _ensembles(len(target))
    folds = range(len(sheets.near))

    def grown(view: int, number: int, twin: int) -> tuple["Booster", int]:
        each, held = ensembles[view], sheets.fold == number
        columns = sheets.seen(number, near=each.near)
        own = _constraints(sheets, columns.shape[1])
        own["seed"] = seed + 1000 * view + 100 * twin + number
        return trees.grown_until(columns, target, each.parameters | own, each.trees, held=held,
                                 patience=PATIENCE)  # fmt: skip

    # The one that is grown again comes first, so that this happens while the others grow.
    order = sorted(range(len(ensembles)), key=lambda view: ensembles[view].bag)
    jobs = [
        (view, number, twin)
        for view in order
        for number in folds
        for twin in range(ensembles[view].twins)
    ]
    predicted = np.empty((len(target), len(ensembles)))
    boosters: dict[int, Future[tuple[Booster, ...]]] = {}
    bag: dict[tuple[int, int], tuple[Booster, int]] = {}
    progress("grow trees", 0, len(jobs))
    with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(1) as beside:
        growing = [pool.submit(grown, *job) for job in jobs]
        for done, ((view, number, twin), each_grown) in enumerate(zip(jobs, growing, strict=True)):
            bag[number, twin] = each_grown.result()
            progress("grow trees", done + 1, len(jobs))
            each = ensembles[view]
            if len(bag) == len(folds) * each.twins:
                # One size for all folds: a fold that stopped its own trees would flatter them.
                size = max(round(float(np.mean([best for _, best in bag.values()]))), 1)
                predicted[:, view] = _out_of_fold(each, sheets, bag, size)
                boosters[view] = beside.submit(_kept, each, sheets, target, bag, size, seed=seed)
                bag = {}
    views = []
    for view, each in enumerate(ensembles):
        width = sheets.place.shape[1] + (sheets.near[0].shape[1] if each.near else 0)
        views.append(View(width, sheets.characteristics, boosters[view].result()))
    return Boosting(tuple(views)), predicted


def _bagged(folds: int, bag: int) -> range:
    """Take so many of the folds, evenly."""
    return range(0, folds, max(folds // bag, 1))


def _out_of_fold(
    each: Ensemble, sheets: Sheets, bag: dict[tuple[int, int], tuple["Booster", int]], size: int
) -> Floats:
    """Predict each fold by the ensembles that were grown on the others."""
    predicted = np.zeros(len(sheets.fold))
    for (number, _), (booster, _) in bag.items():
        held = sheets.fold == number
        seen = np.ascontiguousarray(sheets.seen(number, near=each.near)[held])
        found = np.asarray(booster.predict(seen, num_iteration=size, num_threads=1))
        predicted[held] += found / each.twins
    return predicted


def _ensembles(sales: int) -> tuple[Ensemble, ...]:
    slower = 2 if sales <= SMALL_TABLE else 1
    small = PARAMETERS | {
        "learning_rate": LEARNING_RATE / slower,
        "min_data_in_leaf": int(np.clip(sales * LEAF_SHARE, LEAF_MIN, LEAF_MAX)),
    }
    bag = BAG if sales > SMALL_TABLE else sys.maxsize
    ensembles = (
        Ensemble(False, 600 * slower, small, TWINS, bag=bag),
        Ensemble(True, 400 * slower, small, TWINS, bag=bag),
    )
    if sales < DEEP_SALES_MIN:
        return ensembles
    twins = DEEP_TWINS if TWINS_FROM <= sales <= TWINS_TO else 1
    return (*ensembles, Ensemble(False, 2500, PARAMETERS | DEEP, twins, bag=0))


def _constraints(sheets: Sheets, width: int) -> dict[str, object]:
    if not sheets.rising.any():
        return {}
    rising = [*sheets.rising.astype(int).tolist(), *[0] * (width - sheets.characteristics)]
    return {"monotone_constraints": rising, "monotone_constraints_method": "intermediate"}


def _kept(
    each: Ensemble,
    sheets: Sheets,
    target: Floats,
    bag: Mapping[tuple[int, int], tuple["Booster", int]],
    size: int,
    *,
    seed: int,
) -> tuple["Booster", ...]:
    """Keep some of the folds' ensembles, or grow twins of their size on all sales."""
    if each.bag:
        numbers = _bagged(len(sheets.near), each.bag)
        return tuple(trees.cut(bag[number, 0][0], size) for number in numbers)
    own = _constraints(sheets, sheets.place.shape[1])
    return tuple(
        trees.grown(sheets.place, target, each.parameters | own | {"seed": seed + twin}, size)
        for twin in range(each.twins)
    )


def _mean(values: Floats, heard: npt.NDArray[np.bool_]) -> Floats:
    """Mean of what may speak, NaN where nothing may."""
    count = heard.sum(axis=1)
    total = np.where(heard, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
