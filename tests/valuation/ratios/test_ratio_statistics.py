"""The statistics against assesspy, against plain definitions, by hand, and by invariants."""

import statistics as plain
from math import log2

import assesspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.valuation.ratios.ratio_statistics import (
    accuracy,
    kakwani,
    statistics,
    statistics_of_rows,
)
from valuation.invented_ratios import Floats, arrays, market, pairs

their_pandas = pytest.mark.filterwarnings("ignore:The inplace keyword")
"""assesspy 2.0.2 sorts in a way that pandas 3.1 warns of."""


@pytest.fixture(scope="module")
def cook_county() -> tuple[Floats, Floats]:
    """The sample that assesspy ships: 979 sales of two townships in 2019."""
    sample = assesspy.ccao_sample()
    return sample["estimate"].to_numpy(dtype=float), sample["sale_price"].to_numpy(dtype=float)


@their_pandas
def test_cook_county_as_assesspy_has_it(cook_county: tuple[Floats, Floats]) -> None:
    estimate, price = cook_county
    found, gini = statistics(estimate, price), kakwani(estimate, price)
    assert found.cod == pytest.approx(assesspy.cod(estimate, price), rel=1e-13)
    assert found.prd == pytest.approx(assesspy.prd(estimate, price), rel=1e-13)
    assert found.prb == pytest.approx(assesspy.prb(estimate, price), rel=1e-10)
    assert gini.mki == pytest.approx(assesspy.mki(estimate, price), rel=1e-12)
    assert gini.ki == pytest.approx(assesspy.ki(estimate, price), rel=1e-10)
    # The figures that its documentation prints, so that both cannot be wrong together.
    assert (round(found.cod, 4), round(found.prd, 4)) == (17.8146, 1.0484)


@their_pandas
@pytest.mark.parametrize("sales", [2, 3, 50, 4321])
def test_any_market_as_assesspy_has_it(sales: int) -> None:
    estimate, price = market(sales)
    found, gini = statistics(estimate, price), kakwani(estimate, price)
    assert found.cod == pytest.approx(assesspy.cod(estimate, price), rel=1e-12)
    assert found.prd == pytest.approx(assesspy.prd(estimate, price), rel=1e-12)
    assert found.prb == pytest.approx(assesspy.prb(estimate, price), rel=1e-9)
    assert gini.mki == pytest.approx(assesspy.mki(estimate, price), rel=1e-12)


def test_five_sales_by_hand() -> None:
    # Ratios 0.8, 0.9, 1.0, 1.1, 1.2: median 1, distances 0.2, 0.1, 0, 0.1, 0.2: COD 12.
    # Mean 1; values 80 + 180 + 100 + 110 + 240 = 710 over prices 700: PRD = 700 / 710.
    estimate, price = np.array([80.0, 180, 100, 110, 240]), np.array([100.0, 200, 100, 100, 200])
    found = statistics(estimate, price)
    assert found.median_ratio == pytest.approx(1.0)
    assert found.cod == pytest.approx(12.0)
    assert found.weighted_mean_ratio == pytest.approx(710 / 700)
    assert found.prd == pytest.approx(700 / 710)
    assert found.cov == pytest.approx(100 * np.sqrt(0.025))
    # Distances from 1: 0.2, 0.1, 0, 0.1, 0.2. Within 10 %: three of five; within 20 %: all.
    near = accuracy(estimate, price)
    assert near.mdape == pytest.approx(10.0)
    assert [near.coc_15, near.coc_20] == pytest.approx([60.0, 100.0])


def test_the_kakwani_index_by_hand() -> None:
    # Prices 1, 3: Gini 2 * (1 + 2 * 3) / 4 / 2 - 3 / 2 = 0.25.
    # Estimates 2, 2: 2 * (2 + 4) / 4 / 2 - 3 / 2 = 0, so all inequality of prices is lost.
    found = kakwani(np.array([2.0, 2.0]), np.array([3.0, 1.0]))
    assert [found.mki, found.ki] == pytest.approx([0.0, -0.25])


def test_prb_is_the_slope_on_log2_of_the_proxy_of_value() -> None:
    # The ratio falls by 10 % of the median whenever the proxy doubles: found as -0.1.
    proxy = np.array([100.0, 200, 400, 800, 1600])
    ratio = 1 - 0.1 * (np.log2(proxy) - np.log2(400))
    price = 2 * proxy / (1 + ratio)  # so that value / 2 + price / 2 is the proxy again
    assert statistics(ratio * price, price).prb == pytest.approx(-0.1)


def test_one_sale_has_no_dispersion() -> None:
    one = np.array([90.0]), np.array([100.0])
    assert statistics(*one) == (0.9, 0.9, 0.9, 0, 0, 1, 0)
    assert kakwani(*one) == (1, 0)


def test_equal_prices_have_no_inequality_to_compare() -> None:
    price = np.full(40, 250_000.0)
    assert kakwani(price * np.linspace(0.8, 1.2, 40), price) == (1, 0)


@given(pairs)
@settings(max_examples=100, deadline=None)
def test_statistics_are_what_their_definitions_say(sales: list[tuple[float, float]]) -> None:
    estimate, price = arrays(sales)
    ratios = [e / p for e, p in zip(estimate.tolist(), price.tolist(), strict=True)]
    middle, mean = plain.median(ratios), plain.mean(ratios)
    found = statistics(estimate, price)
    assert found.median_ratio == pytest.approx(middle)
    assert found.mean_ratio == pytest.approx(mean)
    assert found.weighted_mean_ratio == pytest.approx(sum(estimate) / sum(price))
    cod = 100 * plain.mean(abs(r - middle) for r in ratios) / middle
    assert found.cod == pytest.approx(cod, abs=1e-9)
    assert found.cov == pytest.approx(100 * plain.stdev(ratios) / mean, abs=1e-6)
    assert found.prd == pytest.approx(mean / (sum(estimate) / sum(price)))
    x = [log2(e / middle / 2 + p / 2) for e, p in zip(estimate, price, strict=True)]
    if plain.pvariance(x) > 1e-9:
        slope = plain.linear_regression(x, [r / middle - 1 for r in ratios]).slope
        assert found.prb == pytest.approx(slope, abs=1e-6)


def gini(values: list[float]) -> float:
    """Of values in a given order: by the area under the Lorenz curve, trapezium by trapezium."""
    total, below, area = sum(values), 0.0, 0.0
    for value in values:
        area += (below + (below := below + value)) / 2
    return 1 - 2 * area / total / len(values)


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_the_kakwani_index_is_that_of_the_lorenz_curves(sales: list[tuple[float, float]]) -> None:
    estimate, price = arrays(sales)
    order = sorted(range(len(price)), key=lambda row: price[row])
    of_prices = gini([price[row] for row in order])
    of_estimates = gini([estimate[row] for row in order])
    found = kakwani(estimate, price)
    if of_prices > 1e-6:
        assert found.ki == pytest.approx(of_estimates - of_prices, abs=1e-9)
        assert found.mki == pytest.approx(of_estimates / of_prices, rel=1e-5, abs=1e-9)


@given(pairs, st.floats(0.01, 100))
@settings(max_examples=60, deadline=None)
def test_the_unit_of_money_changes_nothing(sales: list[tuple[float, float]], unit: float) -> None:
    estimate, price = arrays(sales)
    here, there = statistics(estimate, price), statistics(estimate * unit, price * unit)
    assert there == pytest.approx(here, rel=1e-6, abs=1e-6)


@given(pairs, st.floats(0.1, 10))
@settings(max_examples=60, deadline=None)
def test_the_level_changes_no_uniformity(sales: list[tuple[float, float]], level: float) -> None:
    estimate, price = arrays(sales)
    here, there = statistics(estimate, price), statistics(estimate * level, price)
    assert there.median_ratio == pytest.approx(here.median_ratio * level)
    assert there[3:] == pytest.approx(here[3:], rel=1e-6, abs=1e-6)
    assert kakwani(estimate * level, price) == pytest.approx(kakwani(estimate, price), abs=1e-6)


def test_many_draws_are_computed_as_each_alone() -> None:
    estimate, price = (np.stack(side) for side in zip(market(31), market(31, 1), strict=True))
    each = [statistics(e, p) for e, p in zip(estimate, price, strict=True)]
    assert statistics_of_rows(estimate, price) == pytest.approx(np.array(each))
