"""Compliance risk: points for what is known of a taxpayer, each with a reason that can be read.

No model and no training: an officer, and the taxpayer, can count the points again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True)
class RiskReason:
    """What is measured, and how many points it gives from which value on."""

    measure: str
    """A column of the table of what is known."""
    bands: tuple[tuple[int, int], ...]
    """Values from which so many points are given, in rising order; the highest reached counts."""

    def points(self, value: int) -> int:
        """Return the points of one value."""
        return max((points for start, points in self.bands if value >= start), default=0)


def risk_points(known: pa.Table, reasons: Sequence[RiskReason]) -> pa.Table:
    """Return the points of every taxpayer: one column a reason, and their sum as `score`.

    Parameters
    ----------
    known
        One row a taxpayer, with a whole number for each measure.
    reasons
        What gives points.

    Examples
    --------
    >>> known = pa.table({"years_late": [0, 1, 3]})
    >>> risk_points(known, [RiskReason("years_late", ((1, 10), (2, 30)))])["score"].to_pylist()
    [0, 10, 30]
    """
    columns = {}
    for reason in reasons:
        starts = np.array([start for start, _ in reason.bands])
        points = np.array([0, *(points for _, points in reason.bands)], np.int64)
        values = known[reason.measure].to_numpy()
        columns[reason.measure] = points[np.searchsorted(starts, values, side="right")]
    score = sum(columns.values(), np.zeros(known.num_rows, np.int64))
    return pa.table({**columns, "score": score})


@dataclass(frozen=True)
class Ranking:
    """How well points put those who did not pay above those who did."""

    auc: float | None
    """Of all pairs of one who did not pay and one who did, the share in which the first had more
    points; equal points count half. 0.5 is no better than chance; None where one kind is absent."""
    standard_error: float | None


def ranking(score: NDArray[np.int64], unpaid: NDArray[np.bool_]) -> Ranking:
    """Measure points against what came of it: the area under the ROC curve.

    The statistic of Mann and Whitney divided by the number of pairs, with the standard error of
    Hanley and McNeil (Radiology 143, 1982, 29-36): from q1 = a / (2 - a) and q2 = 2 a² / (1 + a),
    the variance is (a (1 - a) + (m - 1) (q1 - a²) + (n - 1) (q2 - a²)) / (m n).

    Parameters
    ----------
    score
        Points of each taxpayer.
    unpaid
        Whether it then did not pay.

    Examples
    --------
    >>> ranking(np.array([30, 20, 20, 0]), np.array([True, True, False, False])).auc
    0.875
    """
    above, below = int(unpaid.sum()), int((~unpaid).sum())
    if not above or not below:
        return Ranking(None, None)
    _values, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    # The middle rank of each value: those of equal points share it.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    a = float((ranks[unpaid].sum() - above * (above + 1) / 2) / (above * below))
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    spread = a * (1 - a) + (above - 1) * (q1 - a * a) + (below - 1) * (q2 - a * a)
    return Ranking(a, float(np.sqrt(max(spread, 0.0) / (above * below))))
