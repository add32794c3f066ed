"""Dunning: which debtor is told what next, by a ladder of steps that the pack gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

DEBTORS = pa.schema(
    [
        ("account", pa.string()),
        ("overdue", pa.int64()),
        ("late_since", pa.date32()),
        ("last_step", pa.int32()),
        ("last_on", pa.date32()),
    ]
)
"""Accounts with debts past their due day: the sum in minor units, the oldest due day, and the last
step taken for it with its day (-1 and nothing where none was)."""


@dataclass(frozen=True)
class DunningStep:
    """One step of a ladder; it follows the step before it."""

    name: str
    after_days: int
    """Days since the due day, at least."""
    wait_days: int
    """Days since the step before, at least."""
    minimum: int
    """Smaller sums are not worth the step, in minor units."""


def next_steps(debtors: pa.Table, ladder: Sequence[DunningStep], on: date) -> pa.Array:
    """Return the place in the ladder of the step that is due now for each debtor, or -1.

    Parameters
    ----------
    debtors
        Columns as `DEBTORS`.
    ladder
        The steps in their order. None is skipped: who owes too little for a step waits before it.
    on
        The day of the run.

    Examples
    --------
    >>> row = {"account": "a", "overdue": 500, "late_since": date(2025, 9, 1), "last_step": -1,
    ...        "last_on": None}
    >>> steps = [DunningStep("reminder", 5, 0, 100)]
    >>> next_steps(pa.Table.from_pylist([row], DEBTORS), steps, date(2025, 9, 6)).to_pylist()
    [0]
    """
    step = _numbers(debtors["last_step"]) + 1
    exists = step < len(ladder)
    place = np.minimum(step, max(len(ladder) - 1, 0))
    today = (on - date(1970, 1, 1)).days
    late = today - _numbers(debtors["late_since"].cast(pa.int32()))
    since = today - _numbers(debtors["last_on"].cast(pa.int32()).fill_null(0))
    if not ladder:
        return pa.array(np.full(len(step), -1, np.int64))
    after, wait, minimum = (
        np.array([getattr(one, name) for one in ladder], np.int64)[place]
        for name in ("after_days", "wait_days", "minimum")
    )
    waited = (step == 0) | (since >= wait)
    due = exists & waited & (late >= after) & (_numbers(debtors["overdue"]) >= minimum)
    return pa.array(np.where(due, step, -1))


def _numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = column.to_numpy().astype(np.int64)
    return numbers
