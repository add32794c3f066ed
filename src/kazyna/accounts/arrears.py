"""The age of debts that are past their due day."""

from bisect import bisect_left

AGE_LIMITS_DAYS = (30, 90, 180, 365)
"""Upper limits of the age classes in days; the last class has none. Debts over 12 months are
counted apart by the TADAT field guide (2019), outcome area 5, 'stock and flow of arrears'."""


def age_bucket(days_late: int) -> tuple[int, int | None]:
    """Return the age class of a debt: its first and last day, the last class without an end.

    Parameters
    ----------
    days_late
        Days since the due day, at least 1.

    Examples
    --------
    >>> age_bucket(30), age_bucket(31), age_bucket(1000)
    ((1, 30), (31, 90), (366, None))
    """
    if days_late < 1:
        raise ValueError(f"a debt is late from the first day after it was due, not {days_late}")
    position = bisect_left(AGE_LIMITS_DAYS, days_late)
    first = 1 if position == 0 else AGE_LIMITS_DAYS[position - 1] + 1
    last = AGE_LIMITS_DAYS[position] if position < len(AGE_LIMITS_DAYS) else None
    return first, last
