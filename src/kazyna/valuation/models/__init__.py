"""The models, in the order in which each builds on the ones before, and their common fit.

The regression prices characteristics and place; the comparables correct it by what similar sales
near by left over; a Gaussian process, where sales are few enough for it, lets characteristics and
place work together smoothly; the trees start afresh, once from characteristics and place alone,
once from the prices of the sales near by too, and once deep. They err differently, which is what a
stack lives on.
"""

from dataclasses import dataclass, replace

import numpy as np

from kazyna.core.progress import Progress, silent
from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Design
from kazyna.valuation.learnt_sales import Beside, blocks
from kazyna.valuation.models import boosting, comparables, gaussian_process, regression
from kazyna.valuation.settled import settled

MODELS = ("regression", "comparables")
PROCESS = "Gaussian process"
DEEP = "deep trees"
TREES = ("trees on place", "trees on neighbours", DEEP)


@dataclass(frozen=True)
class Fitted:
    """The models, fitted."""

    regression: regression.Regression
    comparables: comparables.Comparables
    process: gaussian_process.GaussianProcess | None
    """None where there are too many sales for it."""
    boosting: boosting.Boosting
    evidence: float
    """Median, over the sales, of how much like evidence lies near: the sum of similarities."""

    @property
    def names(self) -> tuple[str, ...]:
        """The models in the order of their weights."""
        process = () if self.process is None else (PROCESS,)
        return (*MODELS, *process, *TREES[: len(self.boosting.views)])

    @property
    def first_tree(self) -> int:
        """Position of the first weight of the trees."""
        return len(self.names) - len(self.boosting.views)


@dataclass(frozen=True)
class Seen:
    """What the models make of some properties."""

    design: Design
    parts: Floats
    """The regression's contributions, the place last; shape (rows, characteristics + 1)."""
    near: comparables.Neighbours
    alike: Floats
    """Similarity of each of them."""
    correction: Floats
    tree_columns: Floats


def fit(
    design: Design,
    target: Floats,
    *,
    prepared: tuple[regression.Basis, Floats, Floats, Floats],
    fold: Ints,
    seed: int,
    beside: Beside | None = None,
    progress: Progress = silent,
) -> tuple[Fitted, Floats, Floats]:
    """Fit every model and predict every sale out of fold.

    Parameters
    ----------
    design, target
        The sales and their log prices as of one day.
    prepared
        The regression's basis, its columns, the weight of each sale and the penalties, as the
        price index needed them already.
    fold
        The fold of each sale; sales of one property share it.
    beside
        Sales to compare with that are not learnt from. The comparables of the models are the
        sales learnt from and, after them, these.

    Returns
    -------
    The models, their out-of-fold predictions (sales, models), and the trees' columns as each
    sale was tested.
    """
    basis, columns, weights, penalties = prepared
    additive, first, parts = regression.fit(
        basis, columns, target, weights=weights, penalties=penalties, fold=fold
    )
    first, parts = settled(first), settled(parts)
    # Contributions out of fold: those of the whole fit know each sale's price a little, and so
    # would what is found near by them.
    tested = comparables.Comparables(design.km, parts[:, :-1], target, target - first, design.owner)
    compared, shown = None, fold
    if beside is not None:
        compared = _compared(additive, beside)
        tested, shown = tested.joined(compared), np.concatenate([fold, beside.fold])
    near = comparables.neighbours(tested, design, parts[:, :-1])
    near = near.without(shown[near.position] == fold[:, None])
    tested = comparables.tuned(tested, near)
    alike = comparables.similarity(tested, near)
    second = first + comparables.correction(tested, near, alike)
    process, third = None, np.empty((len(target), 0))
    if len(target) <= gaussian_process.SALES_MAX:
        process, likely = gaussian_process.fit(
            basis.curves, design, target, weights=weights, fold=fold, seed=seed
        )
        third = settled(likely)[:, None]
    sheets = boosting.Sheets.lay(design, tested, near, fold=fold, shown=shown[near.position])
    trees, others = boosting.fit(sheets, target, seed=seed, progress=progress)
    predictions = np.column_stack([first, second, third, others])
    kind = settled(additive.parts(design)[:, :-1])
    similar = replace(tested, kind=kind if compared is None else np.vstack([kind, compared.kind]))
    usual = float(np.median(alike.sum(axis=1)))
    return Fitted(additive, similar, process, trees, usual), predictions, sheets.tested()


def _compared(additive: regression.Regression, beside: Beside) -> comparables.Comparables:
    """Compare with sales that the regression has not seen: its residuals there are honest ones."""
    design = beside.design
    parts = np.vstack([settled(additive.parts(design[rows])) for rows in blocks(len(design))])
    residual = beside.target - settled(additive.intercept + parts.sum(axis=1))
    return comparables.Comparables(design.km, parts[:, :-1], beside.target, residual, design.owner)


def look(fitted: Fitted, design: Design) -> Seen:
    """Evaluate the regression and the neighbourhood of some properties."""
    parts = settled(fitted.regression.parts(design))
    near = comparables.neighbours(fitted.comparables, design, parts[:, :-1])
    alike = comparables.similarity(fitted.comparables, near)
    correction = comparables.correction(fitted.comparables, near, alike)
    columns = boosting.tree_columns(design, fitted.comparables, near, alike)
    return Seen(design, parts, near, alike, correction, columns)


def predict(fitted: Fitted, seen: Seen, weights: Floats) -> Floats:
    """Stacked log price; the weights are those of the models that were fitted."""
    additive = fitted.regression.intercept + seen.parts.sum(axis=1)
    found = weights[:2].sum() * additive + weights[1] * seen.correction
    if fitted.process is not None and weights[2]:
        found += weights[2] * fitted.process.predict(seen.design)
    trees = fitted.boosting.predict(seen.tree_columns, weights[fitted.first_tree :])
    return np.asarray(found + trees)


def contributions(fitted: Fitted, seen: Seen, weights: Floats) -> tuple[float, Floats]:
    """Split the stacked log price into a base and contributions, the place last."""
    base, parts = fitted.boosting.contributions(
        seen.tree_columns, weights[fitted.first_tree :],
        characteristics=seen.parts.shape[1] - 1,
    )  # fmt: skip
    followed = float(weights[:2].sum())
    parts = parts + followed * seen.parts
    parts[:, -1] += weights[1] * seen.correction
    base += followed * fitted.regression.intercept
    if fitted.process is not None and weights[2]:
        base += float(weights[2]) * fitted.process.base
        parts += weights[2] * fitted.process.contributions(seen.design)
    return base, parts
