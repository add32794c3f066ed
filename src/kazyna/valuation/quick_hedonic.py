"""What a quick cross-fitted hedonic leaves of each price: the witness that screening calls.

The additive regression with its price index, corrected by the most similar sales near by, in a
few seconds for tens of thousands of sales. Odd sales are weighted down in the regression and cut
down to `OUTLIER` robust deviations before neighbours are compared, so that a non-market sale
moves neither its own expectation nor its neighbours'.
"""

from dataclasses import dataclass

import numpy as np

from kazyna.valuation.columns import Floats, Sales
from kazyna.valuation.features import design_of, learn_encoder
from kazyna.valuation.holdout import fold_of
from kazyna.valuation.location import plane_of
from kazyna.valuation.models import comparables, regression
from kazyna.valuation.price_index import PriceIndex, hedonic_index

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
    encoder = learn_encoder(sales.properties.characteristics, sales.price)
    plane = plane_of(sales.properties.lonlat)
    design = design_of(sales.properties, encoder, plane, source=source)
    basis = regression.basis_of(design)
    columns = regression.columns_of(basis, design)
    log_price = np.log(sales.price)
    index, trust, penalties = hedonic_index(columns, basis.part, log_price, sales.day)
    level = index.at(sales.day)
    target = log_price - level
    fold = fold_of(sales, shares=np.full(FOLDS, 1 / FOLDS), seed=seed)
    _, expected, parts = regression.fit(
        basis, columns, target, weights=trust, penalties=penalties, fold=fold
    )
    kind = parts[:, :-1]
    similar = comparables.Comparables(
        design.km, kind, target, _cut_down(target - expected), design.owner
    )
    near = comparables.neighbours(similar, design, kind)
    similar = comparables.tuned(similar, near)
    weight = comparables.similarity(similar, near)
    expected = expected + comparables.correction(similar, near, weight)
    residual = target - expected
    return QuickHedonic(residual, _spread(residual, near), level, index)


def _cut_down(residual: Floats) -> Floats:
    middle = float(np.median(residual))
    limit = regression.OUTLIER * NORMAL_MAD * float(np.median(np.abs(residual - middle)))
    return np.asarray(np.clip(residual, middle - limit, middle + limit))


def _spread(residual: Floats, near: comparables.Neighbours) -> Floats:
    """Robust deviation of the residuals of the sales most like each one.

    Where like properties sell at very different prices an odd price is no proof; half of the
    logarithm is that of the whole, for a median of sixty is itself unsure.
    """
    size = np.abs(residual - np.median(residual))
    whole = max(NORMAL_MAD * float(np.median(size)), 1e-6)
    own = near.own.copy()
    own[own.all(axis=1)] = False
    local = NORMAL_MAD * np.nanmedian(np.where(own, np.nan, size[near.position]), axis=1)
    return np.asarray(np.sqrt(whole * np.maximum(local, 0.1 * whole)))
