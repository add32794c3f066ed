"""Ratios so far out that they tell of the sale, not of the estimate."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kazyna.valuation.ratios.ratio_statistics import Floats

Trim = Literal["none", "iqr1.5", "iqr3"]
REACH: dict[Trim, float] = {"iqr1.5": 1.5, "iqr3": 3.0}
"""Interquartile ranges beyond the quartiles that a ratio may lie."""
REMOVED_SHARE_MAX = 0.10
"""More than this is not trimming but choosing; only the farthest are then removed."""
ROWS_NAMED_MAX = 100


@dataclass(frozen=True)
class Removed:
    """What trimming took out of a study."""

    method: Trim
    low_limit: float
    """Ratios below this lie outside."""
    high_limit: float
    outside: int
    """Ratios beyond the limits; all of them are removed, or a tenth of the sales at most."""
    removed_low: int
    removed_high: int
    rows: tuple[int, ...]
    """Rows removed, counted from 1, the farthest first; a hundred are named."""

    @property
    def count(self) -> int:
        """Sales removed."""
        return self.removed_low + self.removed_high


def outliers(ratios: Floats, method: Trim) -> tuple[npt.NDArray[np.bool_], Removed]:
    """Find the ratios to remove.

    A ratio lies outside when it is more than 1.5 or 3 interquartile ranges beyond a quartile
    (quantiles by rule R7). Where that is more than a tenth of the sales, the tenth is removed
    that is farthest from the median by proportion: a ratio of 2 is as far as a ratio of 1/2.

    Parameters
    ----------
    ratios
        Shape (sales,), positive.
    method
        `none` removes nothing, `iqr1.5` outliers, `iqr3` extreme outliers.

    Returns
    -------
    tuple
        A mask of the sales to remove, shape (sales,), and what it removes.

    References
    ----------
    IAAO, Standard on Ratio Studies (2013), appendix B.
    """
    first, median, third = (float(q) for q in np.quantile(ratios, (0.25, 0.5, 0.75)))
    reach = REACH.get(method, np.inf) * (third - first) if method != "none" else np.inf
    low, high = first - reach, third + reach
    out = np.flatnonzero((ratios < low) | (ratios > high))
    far = np.abs(np.log(ratios[out] / median))
    farthest = out[np.argsort(-far, kind="stable")][: int(REMOVED_SHARE_MAX * len(ratios))]
    mask = np.zeros(len(ratios), dtype=bool)
    mask[farthest] = True
    below = int((ratios[farthest] < low).sum())
    return mask, Removed(
        method=method,
        low_limit=max(low, 0.0),
        high_limit=high,
        outside=len(out),
        removed_low=below,
        removed_high=len(farthest) - below,
        rows=tuple(int(row) + 1 for row in farthest[:ROWS_NAMED_MAX]),
    )
