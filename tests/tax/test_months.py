"""Months owed: two conventions, and no month counted twice or lost among successive holders."""

from datetime import date, timedelta
from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.tax.months import MonthConvention, months_owed

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def months(since: date, until: date | None, convention: MonthConvention, year: int = 2026) -> int:
    days = pa.array([since], pa.date32()), pa.array([until], pa.date32())
    (found,) = months_owed(*days, year=year, convention=convention).to_pylist()
    return int(found)


@pytest.mark.parametrize(
    ("since", "until", "after", "middle"),
    [
        (date(2020, 5, 5), None, 12, 12),
        (date(2026, 1, 1), None, 11, 12),
        (date(2026, 1, 15), None, 11, 12),
        (date(2026, 1, 16), None, 11, 11),
        (date(2026, 12, 1), None, 0, 1),
        (date(2026, 12, 31), None, 0, 0),
        (date(2027, 1, 1), None, 0, 0),
        (date(2020, 5, 5), date(2026, 6, 15), 6, 5),
        (date(2020, 5, 5), date(2026, 6, 16), 6, 6),
        (date(2020, 5, 5), date(2025, 12, 31), 0, 0),
        (date(2026, 3, 20), date(2026, 3, 25), 0, 0),
    ],
)
def test_months_of_2026(since: date, until: date | None, after: int, middle: int) -> None:
    assert months(since, until, "month_after") == after
    assert months(since, until, "middle_of_month") == middle


@given(changes=st.lists(DAYS, min_size=2, max_size=6).map(sorted), year=st.integers(2024, 2027))
@pytest.mark.parametrize("convention", get_args(MonthConvention))
def test_successive_holders_share_the_year_without_gap(
    convention: MonthConvention, changes: list[date], year: int
) -> None:
    ends = [*changes[1:], None]
    parts = [months(since, until, convention, year)
             for since, until in zip(changes, ends, strict=True)]  # fmt: skip
    assert sum(parts) == months(changes[0], None, convention, year)
    assert all(0 <= part <= 12 for part in parts)


@given(since=DAYS, convention=st.sampled_from(get_args(MonthConvention)))
def test_a_later_right_never_owes_more(since: date, convention: MonthConvention) -> None:
    later = months(since + timedelta(days=1), None, convention)
    assert later <= months(since, None, convention)


def test_an_unknown_convention_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="'daily' is not one of"):
        months(date(2026, 1, 1), None, "daily")  # type: ignore[arg-type]
