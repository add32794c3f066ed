from datetime import date

import pytest

from kazyna.core.dated import Dated

RATE = Dated.of([(date(2022, 1, 1), "0.8 %"), (date(2020, 1, 1), "0.6 %")])


@pytest.mark.parametrize(
    ("day", "rate", "since"),
    [
        (date(2020, 1, 1), "0.6 %", date(2020, 1, 1)),
        (date(2021, 12, 31), "0.6 %", date(2020, 1, 1)),
        (date(2022, 1, 1), "0.8 %", date(2022, 1, 1)),
        (date(2099, 1, 1), "0.8 %", date(2022, 1, 1)),
    ],
)
def test_each_value_holds_until_the_next_begins(day: date, rate: str, since: date) -> None:
    assert RATE.on(day) == rate
    assert RATE.since(day) == since


def test_no_value_holds_before_the_first() -> None:
    with pytest.raises(
        LookupError, match="no value holds on 2019-12-31: the first begins on 2020-01-01"
    ):
        RATE.on(date(2019, 12, 31))


def test_refuses_two_values_for_one_day_and_none_at_all() -> None:
    with pytest.raises(ValueError, match="two values begin on 2020-01-01"):
        Dated.of([(date(2020, 1, 1), 1), (date(2020, 1, 1), 2)])
    with pytest.raises(ValueError, match="no value is given"):
        Dated.of([])
