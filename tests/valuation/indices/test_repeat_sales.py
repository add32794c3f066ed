"""Whether the market is found again from what the same houses fetched twice."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.valuation.columns import Floats, Ints, Properties, Sales, day_number
from kazyna.valuation.indices.price_index import PriceIndex
from kazyna.valuation.indices.repeat_sales import combined_index, hats, repeat_sales_index

START, DAYS = day_number(date(2018, 1, 1)), 1800


def path(day: Ints | Floats) -> Floats:
    """Log level of the invented market: up, down, and up again."""
    at = (np.asarray(day) - START) / 365.25
    return np.asarray(0.05 * at + 0.08 * np.sin(1.3 * at))


def sold_twice(houses: int, seed: int = 0, *, odd: float = 0.0, noise: float = 0.1) -> Sales:
    random = np.random.default_rng(seed)
    day = START + np.sort(random.integers(0, DAYS, (houses, 2)), axis=1)
    day[:, 1] += day[:, 1] == day[:, 0]
    log_price = random.normal(12, 0.5, (houses, 1)) + path(day)
    log_price += random.normal(0, noise, (houses, 2))
    wrong = random.random(houses) < odd
    log_price[wrong, 1] += random.normal(0.8, 0.3, wrong.sum())
    ids = np.repeat([f"H{n}" for n in range(houses)], 2).astype(object)
    nowhere = Properties(ids, np.full((2 * houses, 2), np.nan), pa.table({}))
    return Sales(nowhere, np.exp(log_price.ravel()), day.ravel().astype(np.int64))


def error(index: PriceIndex) -> Floats:
    off = index.at(index.day) - path(index.day)
    return np.asarray(off - off.mean())


def test_a_known_market_is_found_again() -> None:
    found = repeat_sales_index(sold_twice(3000))
    assert found is not None
    assert found.pairs + found.too_near == 3000
    assert np.abs(error(found.index)).max() < 0.03
    assert found.noise + 2 * found.drift == pytest.approx(0.02, rel=0.3)
    assert found.index.step_days == 30


def test_odd_pairs_hardly_move_it() -> None:
    clean = repeat_sales_index(sold_twice(2000, 1))
    soiled = repeat_sales_index(sold_twice(2000, 1, odd=0.05))
    assert clean is not None
    assert soiled is not None
    assert np.abs(error(soiled.index)).mean() < 0.025


def test_the_deviation_is_that_of_the_errors() -> None:
    scores = []
    for seed in range(8):
        found = repeat_sales_index(sold_twice(400, seed))
        assert found is not None
        scores.append(error(found.index) / found.index.deviation)
    assert 0.6 < float(np.sqrt(np.mean(np.square(scores)))) < 1.4


def test_few_pairs_give_a_smoother_index_with_a_wider_margin() -> None:
    few, many = (repeat_sales_index(sold_twice(houses, 3)) for houses in (60, 3000))
    assert few is not None
    assert many is not None
    assert few.index.deviation.mean() > 2 * many.index.deviation.mean()
    assert np.abs(error(few.index)).max() < 0.15


def test_no_market_is_seen_in_a_handful_of_pairs() -> None:
    assert repeat_sales_index(sold_twice(20)) is None


def test_prices_that_never_change_give_a_level_that_never_does() -> None:
    sales = sold_twice(50)
    found = repeat_sales_index(Sales(sales.properties, np.full(100, 5e4), sales.day))
    assert found is not None
    np.testing.assert_allclose(found.index.at(found.index.day), 0, atol=1e-9)


def test_pairs_too_near_in_time_are_left_out_and_counted() -> None:
    sales = sold_twice(500)
    near = int((np.diff(sales.day.reshape(-1, 2), axis=1) < 180).sum())
    found = repeat_sales_index(sales)
    every = repeat_sales_index(sales, apart_days_min=0)
    assert found is not None
    assert every is not None
    assert found.too_near == near > 0
    assert every.pairs == 500


def test_a_season_is_told_from_the_trend() -> None:
    sales = sold_twice(3000, 5)
    summer = 0.04 * np.cos(2 * np.pi * (sales.day / 365.25 - 0.5))
    found = repeat_sales_index(Sales(sales.properties, sales.price * np.exp(summer), sales.day))
    assert found is not None
    off = found.index.at(found.index.day) - path(found.index.day)
    off -= 0.04 * np.cos(2 * np.pi * (found.index.day / 365.25 - 0.5))
    assert np.abs(off - off.mean()).max() < 0.03
    assert np.hypot(*found.index.season[:2]) == pytest.approx(0.04, abs=0.01)


def test_a_third_sale_makes_a_second_pair() -> None:
    sales = sold_twice(100)
    sales.properties.id[[2, 3]] = sales.properties.id[0]
    found = repeat_sales_index(sales, apart_days_min=0)
    assert found is not None
    assert found.pairs == 101


@given(st.floats(-3, 3), st.integers(0, 50))
@settings(max_examples=4, deadline=None)
def test_the_unit_of_money_and_the_order_decide_nothing(shift: float, seed: int) -> None:
    sales = sold_twice(120, seed)
    order = np.random.default_rng(seed).permutation(len(sales))
    other = sales.take(order)
    one = repeat_sales_index(sales)
    two = repeat_sales_index(Sales(other.properties, other.price * np.exp(shift), other.day))
    assert one is not None
    assert two is not None
    np.testing.assert_allclose(one.index.trend, two.index.trend, atol=1e-6)


@given(st.lists(st.integers(-50, 500), min_size=1, max_size=20), st.integers(1, 12))
def test_hats_read_as_the_index_does(days: list[int], steps: int) -> None:
    middles = np.asarray(10 + 30.0 * np.arange(steps), np.float64)
    level = np.random.default_rng(steps).normal(size=steps)
    weights = hats(np.array(days), middles)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(weights @ level, np.interp(days, middles, level))


def index_of(level: Floats, deviation: float, step_days: int) -> PriceIndex:
    day = np.asarray(START + step_days * (np.arange(len(level)) + 0.5), np.float64)
    errors = np.full(len(level), deviation)
    return PriceIndex(
        day, level, errors, slope=0.01, move=0.01, step_days=step_days, season=np.zeros(4)
    )


def test_two_indices_meet_by_their_precision() -> None:
    hedonic = index_of(np.linspace(0, 0.4, 60), 0.01, 14)
    repeat = index_of(np.linspace(5, 5.2, 28), 0.02, 30)
    both = combined_index(hedonic, repeat)
    growth = np.diff(both.trend).sum()
    assert growth == pytest.approx(0.8 * 0.4 + 0.2 * 0.2, abs=0.02)
    assert (both.deviation <= 0.02).all()
    assert (both.deviation >= 0.01).all()
    assert both.slope == pytest.approx(0.8 * 0.01 + 0.2 * 0.01 * 14 / 30, rel=0.02)


def test_an_index_combined_with_itself_is_itself() -> None:
    one = index_of(np.sin(np.arange(40.0)), 0.01, 14)
    both = combined_index(one, one)
    np.testing.assert_allclose(both.trend, one.trend)
    np.testing.assert_allclose(both.deviation, one.deviation)
