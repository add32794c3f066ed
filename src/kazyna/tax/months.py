"""How many months of a year a holder is taxed for: two conventions of law.

Whatever the dates, the months of successive holders neither overlap nor leave a gap.
"""

from datetime import date
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MonthConvention = Literal["month_after", "middle_of_month"]
"""`month_after`: from the first day of the month after the right arose, to the end of the month
in which it ended (Kyrgyz Tax Code, art. 383). `middle_of_month`: the month counts in full in which
the right arose by the 15th, or ended after it (Russian Tax Code, art. 408(5) and 396(7))."""

MONTHS = 12
MIDDLE = 15
EPOCH_YEAR = 1970


def months_owed(
    since: pa.Array, until: pa.Array, *, year: int, convention: MonthConvention
) -> pa.Array:
    """Count the months of a year for which each holder owes.

    Parameters
    ----------
    since
        Days on which the rights arose, date32 of n.
    until
        Days on which they ended, date32 of n; null where they have not.
    year
        The tax year.
    convention
        How the months of the change are counted.

    Returns
    -------
    pyarrow.Array
        Whole months from 0 to 12, int64 of n.

    Raises
    ------
    ValueError
        If the convention is not known.

    References
    ----------
    Tax Code of the Kyrgyz Republic, art. 383; Tax Code of the Russian Federation, art. 408(5).

    Examples
    --------
    >>> from datetime import date
    >>> bought = pa.array([date(2026, 3, 20), date(2020, 1, 1)])
    >>> sold = pa.array([None, date(2026, 3, 20)])
    >>> months_owed(bought, sold, year=2026, convention="month_after").to_pylist()
    [9, 3]
    """
    if convention not in get_args(MonthConvention):
        raise ValueError(f"{convention!r} is not one of {', '.join(get_args(MonthConvention))}")
    january = (year - EPOCH_YEAR) * MONTHS
    month, day = _month_and_day(since)
    open_end = pa.scalar(date(year + 1, 12, 31), pa.date32())
    ended_month, ended_day = _month_and_day(pc.fill_null(until, open_end))
    if convention == "month_after":
        first, last = month + 1, ended_month
    else:
        first, last = month + (day > MIDDLE), ended_month - (ended_day <= MIDDLE)
    first, last = np.maximum(first, january), np.minimum(last, january + MONTHS - 1)
    return pa.array(np.maximum(last - first + 1, 0))


def _month_and_day(days: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Take days apart: months since January 1970, and days of the month from 1."""
    values = days.cast(pa.date32()).to_numpy(zero_copy_only=False).astype("datetime64[D]")
    months = values.astype("datetime64[M]")
    return months.astype(np.int64), (values - months).astype(np.int64) + 1
