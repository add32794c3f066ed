"""What a quick cross-fitted hedonic leaves of each price: the witness that screening calls.

The additive regression with its price index, corrected by the most similar sales near by, in a
few seconds for tens of thousands of sales. Odd sales are weighted down in the regression and cut
down to `OUTLIER` robust deviations before neighbours are compared, so that a non-market sale
moves neither its own expectation nor its neighbours'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Floats, Sales
from kazyna.valuation.features import design_of, learn_encoder
from kazyna.valuation.holdout import fold_of
from kazyna.valuation.indices.price_index import PriceIndex, hedonic_index
from kazyna.valuation.learnt_sales import blocks, learnt_of
from kazyna.valuation.location import plane_of
from kazyna.valuation.models import comparables, regression

FOLDS = 5
NORMAL_MAD = 1.4826
"""Standard deviation of a normal law over its median absolute deviation."""

SALES_MIN = 30
"""Fewer sales cannot say what any one of them should have fetched."""


@dataclass(frozen=True)
class QuickHedonic:
    """Log prices taken apart."""

    residual: Floats
    """Log price less its out-of-fold expectation on the day of the sale."""
    spread: Floats
    """Robust deviation of residuals near each sale, drawn half-way to that of the whole."""
    level: Floats
    """Log level of the market on the day of each sale."""
    index: PriceIndex


def quick_hedonic(sales: Sales, *, seed: int = 0, source: str = "sales") -> QuickHedonic:
    """Expect each price from the sales of other properties.

    Parameters
    ----------
    sales
        The sales to learn from, and none other: what is held out must not be among them.
    seed
        Decides the folds; sales of one property share a fold.
    source
        The table's name in the findings.

    Returns
    -------
    QuickHedonic
        Arrays in the order of the sales.
    """
    learnt = learnt_of(sales, segment=None, seed=seed)
    if learnt is None:
        return _taken_apart(sales, len(sales), seed=seed, source=source)
    order = np.argsort(~learnt, kind="stable")
    found = _taken_apart(sales.take(order), int(learnt.sum()), seed=seed, source=source)
    back = np.argsort(order)
    return QuickHedonic(found.residual[back], found.spread[back], found.level[back], found.index)


def _taken_apart(sales: Sales, learnt: int, *, seed: int, source: str) -> QuickHedonic:
    """Learn from so many of the sales, which come first, and take the log prices of all apart."""
    market = sales.take(np.arange(learnt))
    encoder = learn_encoder(market.properties.characteristics, market.price, day=market.day)
    plane = plane_of(market.properties.lonlat)
    every = design_of(sales.properties, encoder, plane, source=source)
    design, others = every[:learnt], every[learnt:]
    basis = regression.basis_of(design)
    columns = regression.columns_of(basis, design)
    log_price = np.log(sales.price)
    index, trust, penalties = hedonic_index(columns, basis.part, log_price[:learnt], market.day)
    level = index.at(sales.day)
    target = log_price - level
    fold = fold_of(market, shares=np.full(FOLDS, 1 / FOLDS), seed=seed)
    additive, expected, parts = regression.fit(
        basis, columns, target[:learnt], weights=trust, penalties=penalties, fold=fold
    )
    unseen = [additive.parts(others[rows]) for rows in blocks(len(others))]
    parts = np.vstack([parts, *unseen])
    expected = np.concatenate(
        [expected, *(additive.intercept + each.sum(axis=1) for each in unseen)]
    )
    kind = parts[:, :-1]
    similar = comparables.Comparables(
        every.km, kind, target, _cut_down(target - expected), every.owner
    )
    near = comparables.neighbours(similar, design, kind[:learnt])
    similar = comparables.tuned(similar, near)
    looks = [_look(similar, near)]
    for rows in blocks(len(others)):
        near = comparables.neighbours(similar, others[rows], kind[learnt:][rows])
        looks.append(_look(similar, near))
    expected = expected + np.concatenate([each.correction for each in looks])
    residual = target - expected
    return QuickHedonic(residual, _spread(residual, looks), level, index)


class _Look(NamedTuple):
    """What the sales near by some sales say, and which they are."""

    correction: Floats
    position: npt.NDArray[np.int32]
    own: npt.NDArray[np.bool_]


def _look(similar: comparables.Comparables, near: comparables.Neighbours) -> _Look:
    alike = comparables.similarity(similar, near)
    correction = comparables.correction(similar, near, alike)
    return _Look(correction, near.position.astype(np.int32), near.own)


def _cut_down(residual: Floats) -> Floats:
    middle = float(np.median(residual))
    limit = regression.OUTLIER * NORMAL_MAD * float(np.median(np.abs(residual - middle)))
    return np.asarray(np.clip(residual, middle - limit, middle + limit))


def _spread(residual: Floats, looks: Sequence[_Look]) -> Floats:
    """Robust deviation of the residuals of the sales most like each one.

    Where like properties sell at very different prices an odd price is no proof; half of the
    logarithm is that of the whole, for a median of sixty is itself unsure.
    """
    size = np.abs(residual - np.median(residual))
    whole = max(NORMAL_MAD * float(np.median(size)), 1e-6)
    medians = []
    for each in looks:
        own = each.own.copy()
        own[own.all(axis=1)] = False
        medians.append(np.nanmedian(np.where(own, np.nan, size[each.position]), axis=1))
    local = NORMAL_MAD * np.concatenate(medians)
    return np.asarray(np.sqrt(whole * np.maximum(local, 0.1 * whole)))
