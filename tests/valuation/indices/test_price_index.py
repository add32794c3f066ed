"""How sure the index is of the days after the last sale."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.valuation.indices.price_index import PriceIndex, index_of_residuals, with_own_forecasts

DAYS, SALES = 700, 3_000
AHEAD = 100
"""Days after the last sale."""


def market(level_of, seed: int, *, noise: float = 0.15) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    """Log prices of like properties, and the days on which they were sold."""
    random = np.random.default_rng(seed)
    day = np.sort(random.integers(0, DAYS, SALES)) + 18_000
    return level_of((day - 18_000) / DAYS) + random.normal(0, noise, SALES), day


def tried(level: np.ndarray, day: np.ndarray) -> tuple[PriceIndex, PriceIndex]:
    """The index as its likelihood tells it, and with what its forecasts were worth."""
    index = index_of_residuals(level, day)
    return index, with_own_forecasts(index, level, day)


def test_a_market_that_turned_widens_the_days_ahead_and_nothing_else() -> None:
    level, day = market(lambda t: 0.3 * np.abs(t - 0.65), seed=1)
    index, found = tried(level, day)
    ahead = day.max() + AHEAD
    assert found.deviation_at(ahead) > 1.2 * index.deviation_at(ahead)
    seen = day[day <= index.day[-1]]
    np.testing.assert_array_equal(found.deviation_at(seen), index.deviation_at(seen))
    np.testing.assert_array_equal(found.at(day + AHEAD), index.at(day + AHEAD))


def test_a_market_that_stands_still_is_known_ahead_too() -> None:
    level, day = market(lambda t: 0 * t, seed=2)
    _, found = tried(level, day)
    assert found.deviation_at(day.max() + AHEAD) < 0.02


@settings(max_examples=10)
@given(seed=st.integers(0, 1_000), rise=st.floats(-0.5, 0.5))
def test_forecasts_never_make_an_index_surer(seed: int, rise: float) -> None:
    level, day = market(lambda t: rise * t**2, seed)
    index, found = tried(level, day)
    assert found.move >= index.move


def test_growth_that_lasted_for_years_is_carried_on() -> None:
    random = np.random.default_rng(4)
    day = np.sort(random.integers(0, 2_200, SALES)) + 18_000
    level = 0.04 * (day - 18_000) / 365 + random.normal(0, 0.3, SALES)
    index = index_of_residuals(level, day)
    last = np.array([float(day.max())])
    grown = float((index.at(last + 365) - index.at(last))[0])
    assert 0.03 < grown < 0.05
    assert index.lasting > abs(index.slope)


def test_a_market_that_stood_still_is_not_carried_away() -> None:
    level, day = market(lambda t: 0 * t, seed=5)
    index = index_of_residuals(level, day)
    last = np.array([float(day.max())])
    assert abs(float((index.at(last + 180) - index.at(last))[0])) < 0.015


def test_too_few_sales_leave_the_index_as_it_is() -> None:
    level, day = market(lambda t: 0.5 * t, seed=3)
    index, found = tried(level[::20], day[::20])
    assert found == index
