"""Which columns become characteristics: those of the property, and not those of the month."""

import numpy as np
import pyarrow as pa
import pytest

from kazyna.valuation.columns import Floats, Ints
from kazyna.valuation.features import Encoder, learn_encoder

SALES = 300


def encoder(column: Floats, day: Ints) -> Encoder:
    random = np.random.default_rng(0)
    table = pa.table({"area": random.uniform(30, 200, len(day)), "column": column})
    return learn_encoder(table, random.uniform(1e4, 1e5, len(day)), day=day)


@pytest.fixture(scope="module")
def day() -> Ints:
    """Days of sale over two years, in no order."""
    return np.random.default_rng(1).integers(16_000, 16_730, SALES)


def months(day: Ints) -> Ints:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def test_a_rate_of_the_month_is_left_out_with_its_reason(day: Ints) -> None:
    rate = np.random.default_rng(2).normal(12, 1, 1000)[months(day)]
    found = encoder(rate, day)
    assert found.names == ("area",)
    assert found.left_out == (("column", "told by the date: all sales of a month have the same"),)


def test_a_rate_that_is_not_known_of_some_months_is_left_out_too(day: Ints) -> None:
    rate = np.random.default_rng(2).normal(12, 1, 1000)[months(day)]
    assert encoder(np.where(months(day) % 5 == 0, np.nan, rate), day).names == ("area",)


def test_one_sale_that_differs_from_its_month_makes_it_a_characteristic(day: Ints) -> None:
    rate = np.random.default_rng(2).normal(12, 1, 1000)[months(day)]
    rate[np.flatnonzero(months(day) == months(day)[0])[-1]] += 1
    assert encoder(rate, day).names == ("area", "column")


def test_what_few_sales_have_may_agree_by_chance() -> None:
    day = np.arange(SALES) * 2
    day[-5:] = 9_000
    rare = np.where(day == day.max(), 1.0, 0.0)
    assert encoder(rare, day).names == ("area", "column")


def test_sales_that_stand_alone_in_their_month_tell_nothing() -> None:
    apart = np.arange(SALES) * 31
    assert encoder(np.random.default_rng(3).normal(size=SALES), apart).names == ("area", "column")
