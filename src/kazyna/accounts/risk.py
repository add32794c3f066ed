"""Compliance risk: points for what is known of a taxpayer, each with a reason that can be read.

No model and no training: an officer, and the taxpayer, can count the points again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa


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
