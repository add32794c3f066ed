"""Days and months as people write them."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from kazyna.valuation.evidence.units import month_of

MONTHS = 12
PIVOT = 69
"""A year of two digits up to this is of this century."""


def format_of(texts: Sequence[str]) -> str | None:
    """Decide whether 05/06/2025 or 05-06-25 begins with the day or the month.

    None where nothing decides, or the texts are not written so.
    """
    written = [re.match(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)", text) for text in texts]
    pairs = [found for found in written if found]
    first = max((int(found[1]) for found in pairs), default=0)
    second = max((int(found[3]) for found in pairs), default=0)
    if max(first, second) <= MONTHS or min(first, second) > MONTHS:
        return None
    mark, year = pairs[0][2], "%Y" if len(pairs[0][4]) > len("25") else "%y"
    return mark.join(["%d", "%m", year] if first > MONTHS else ["%m", "%d", year])


def day_of(text: str, pattern: str | None) -> date | None:
    """Read a day, by the pattern if the text follows it; of a month its first day.

    Parameters
    ----------
    text
        Such as `2025-06-01`, `1.6.2025`, `1 июня 2025`, `June 1, 2025`, `01-Jun-25`, `2025-06`.
    pattern
        As `datetime.strptime` takes it, such as `%m/%d/%Y`.
    """
    return next(filter(None, _readings(text, pattern)), None)


def _readings(text: str, pattern: str | None) -> Iterator[date | None]:
    if pattern is not None:
        yield _by_pattern(text, pattern)
    yield _in_digits(text)
    yield _in_words(text)
    yield _month_alone(text)


def _by_pattern(text: str, pattern: str) -> date | None:
    clock = re.sub(r"[T\s]+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\s*([AaPp][Mm])?$", "", text)
    try:
        return datetime.strptime(clock, pattern).date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None


def _in_digits(text: str) -> date | None:
    if found := re.match(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:$|[T\s])", text):
        return _day(found[1], found[3], found[4])
    if found := re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?:$|[T\s])", text):
        return _day(found[1], found[2], found[3])
    if found := re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?!\d)", text):
        return _day(found[3], found[2], found[1])
    return None


def _in_words(text: str) -> date | None:
    """Read `5 июня 2025 г.`, 05-Jun-25 and `June 5, 2025`."""
    if found := re.match(r"(\d{1,2})[\s-]+([^\W\d]+)\.?,?[\s-]+(\d{4}|\d{2})(?!\d)", text):
        return _day(found[3], month_of(found[2]), found[1])
    if found := re.match(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)", text):
        return _day(found[3], month_of(found[1]), found[2])
    return None


def _month_alone(text: str) -> date | None:
    """Read 2025-06, 06/2025, `июнь 2025` and Jun-2025."""
    if found := re.fullmatch(r"(\d{4})[-/](\d{1,2})", text):
        return _day(found[1], found[2], "1")
    if found := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text):
        return _day(found[2], found[1], "1")
    if found := re.fullmatch(r"([^\W\d]+)\.?,?[\s-]+(\d{4})(\s*г\.?)?", text):
        return _day(found[2], month_of(found[1]), "1")
    return None


def _day(year: str, month: str | int | None, day: str) -> date | None:
    whole = int(year)
    if len(year) == len("25"):
        whole += 2000 if whole <= PIVOT else 1900
    try:
        return date(whole, int(month or 0), int(day))
    except ValueError:
        return None
