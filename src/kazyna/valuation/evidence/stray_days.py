"""Days that belong to no market: a slip of the pen, or the day that stands for none at all.

One sale dated 1900 or 2091 among those of two years would stretch the price index over a century
and leave it no step fine enough to see the market move.
"""

import numpy as np
import numpy.typing as npt

from kazyna.valuation.columns import Ints

SALES_MIN = 20
"""In fewer sales there is no telling which of them is astray."""
GAP_DAYS = 5 * 365
"""No sale for so long is between a market and what is astray from it."""
SHARE_MAX = 0.01
"""More of the sales than this are not astray but a part of the market's history."""


def stray_days(day: Ints) -> npt.NDArray[np.bool_]:
    """Mark the sales beyond a long gap before or after almost all others.

    Parameters
    ----------
    day
        Days of the sales, in days since any day.
    """
    few = max(int(SHARE_MAX * len(day)), 1)
    astray = np.zeros(len(day), dtype=np.bool_)
    if len(day) < SALES_MIN:
        return astray
    ordered = np.sort(day)
    gaps = np.diff(ordered) > GAP_DAYS
    early = np.flatnonzero(gaps[:few])
    late = np.flatnonzero(gaps[-few:])
    if early.size:
        astray |= day <= ordered[early[-1]]
    if late.size:
        astray |= day > ordered[len(gaps) - few + late[0]]
    return astray
