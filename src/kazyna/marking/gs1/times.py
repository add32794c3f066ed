"""Checks of dates, times and other numbers below a limit."""

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import date

from kazyna.marking.gs1.flaw import Flaw, digits_only

Linter = Callable[[str], Flaw | None]
"""A check of one component: nothing, or what is wrong."""

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def below(limit: int, length: int, what: str) -> Linter:
    """Make a check of a number of fixed length below a limit."""

    def check(text: str) -> Flaw | None:
        if len(text) != length:
            return Flaw(0, f"{what} has {length} digits, not {len(text)}")
        flaw = digits_only(text)
        if flaw is None and int(text) >= limit:
            return Flaw(0, f"{text!r} is not {what}")
        return flaw

    return check


def date_of(length: int, *, day_zero: bool) -> Linter:
    """Make a check of a date of 6 (YYMMDD) or 8 digits; day 00 says the month is enough."""

    def check(text: str) -> Flaw | None:
        if len(text) != length:
            return Flaw(0, f"a date has {length} digits, not {len(text)}")
        if flaw := digits_only(text):
            return flaw
        year, month, day = text[:-4], int(text[-4:-2]), int(text[-2:])
        if not 1 <= month <= len(MONTH_DAYS):
            return Flaw(length - 4, f"there is no month {text[-4:-2]}")
        # YY is within 49 years before and 50 after today: the leap year 2000 is the only century.
        leap = isleap(int(year)) if length > 6 else int(year) % 4 == 0  # noqa: PLR2004
        last = 29 if month == 2 and leap else MONTH_DAYS[month - 1]  # noqa: PLR2004
        if day > last or (day == 0 and not day_zero):
            return Flaw(length - 2, f"month {text[-4:-2]} has no day {text[-2:]}")
        return None

    return check


short_date = date_of(6, day_zero=False)


def read_short_date(text: str, on: date) -> date:
    """Return the day that six digits mean: YYMMDD, where DD 00 is the end of the month.

    Parameters
    ----------
    text
        Six digits that are a date.
    on
        Today: YY is within 49 years before it and 50 after (GS1 General Specifications, 7.12).
    """
    year = on.year - (on.year - int(text[:2])) % 100
    year += 100 * (on.year - year > 49)  # noqa: PLR2004
    month, day = int(text[2:4]), int(text[4:])
    return date(year, month, day or monthrange(year, month)[1])


hour = below(24, 2, "an hour")
minute = below(60, 2, "a minute")


def hour_minute(text: str) -> Flaw | None:
    """Take a time such as 2359."""
    if len(text) != 4:  # noqa: PLR2004 (HHMM)
        return Flaw(0, f"a time has 4 digits, not {len(text)}")
    if flaw := hour(text[:2]):
        return flaw
    flaw = minute(text[2:])
    return flaw and Flaw(2 + flaw.offset, flaw.reason)
