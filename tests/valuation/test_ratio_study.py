"""Ratio statistics against an independent implementation, by hand, and by their invariants."""

import assesspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.valuation import ratio_study


def market(sales: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    price = np.exp(random.normal(13, 0.5, sales))
    return price**0.97 * 1.5 * np.exp(random.normal(0, 0.15, sales)), price


@pytest.mark.parametrize("sales", [2, 3, 50, 4321])
def test_statistics_equal_those_of_assesspy(sales: int) -> None:
    estimate, price = market(sales)
    study = ratio_study(estimate, price, draws=2)
    assert study.cod.value == pytest.approx(assesspy.cod(estimate, price), rel=1e-12)
    assert study.prd.value == pytest.approx(assesspy.prd(estimate, price), rel=1e-12)
    assert study.prb.value == pytest.approx(assesspy.prb(estimate, price), rel=1e-9)


def test_five_sales_by_hand() -> None:
    # Ratios 0.8, 0.9, 1.0, 1.1, 1.2: median 1, distances 0.2, 0.1, 0, 0.1, 0.2: COD 12.
    # Mean 1; values 80 + 180 + 100 + 110 + 240 = 710 over prices 700: PRD = 700 / 710.
    study = ratio_study([80, 180, 100, 110, 240], [100, 200, 100, 100, 200], draws=50)
    assert study.n == 5
    assert study.median_ratio.value == pytest.approx(1.0)
    assert study.cod.value == pytest.approx(12.0)
    assert study.weighted_mean_ratio.value == pytest.approx(710 / 700)
    assert study.prd.value == pytest.approx(700 / 710)
    assert study.cov.value == pytest.approx(100 * np.sqrt(0.025))
    assert study.meets.level
    assert study.meets.cod


def test_prb_is_the_slope_on_log2_of_the_proxy_of_value() -> None:
    # The ratio falls by 10 % of the median whenever the proxy doubles: found as -0.1.
    proxy = np.array([100.0, 200, 400, 800, 1600])
    ratio = 1 - 0.1 * (np.log2(proxy) - np.log2(400))
    price = 2 * proxy / (1 + ratio)  # so that value / 2 + price / 2 is the proxy again
    study = ratio_study(ratio * price, price, draws=2)
    assert study.prb.value == pytest.approx(-0.1)
    assert not study.meets.prb


def test_intervals_agree_with_those_of_assesspy() -> None:
    estimate, price = market(800)
    study = ratio_study(estimate, price, draws=2000)
    low, high = assesspy.cod_ci(estimate, price, nboot=1000)
    assert study.cod.low == pytest.approx(low, rel=0.02)
    assert study.cod.high == pytest.approx(high, rel=0.02)
    low, high = assesspy.prd_ci(estimate, price, nboot=1000)
    assert study.prd.low == pytest.approx(low, rel=0.005)
    assert study.prd.high == pytest.approx(high, rel=0.005)


def test_a_large_study_has_intervals_as_wide_as_its_size_warrants() -> None:
    # A draw takes a tenth of these rows; the interval must be that of all of them.
    estimate, price = market(200_000)
    study = ratio_study(estimate, price, draws=200)
    ratios = estimate / price
    half_width = 1.96 * ratios.std() / np.sqrt(len(ratios))
    assert (study.mean_ratio.high - study.mean_ratio.low) / 2 == pytest.approx(half_width, rel=0.2)
    assert study.mean_ratio.low < study.mean_ratio.value < study.mean_ratio.high


def test_strata_are_studied_on_their_own() -> None:
    estimate, price = market(300)
    area = np.where(np.arange(300) % 3 == 0, "north", "south")
    study = ratio_study(estimate, price, by=area, draws=50)
    assert [label for label, _ in study.strata] == ["north", "south"]
    alone = ratio_study(estimate[area == "north"], price[area == "north"], draws=50)
    assert study.strata[0][1] == alone


def test_the_same_seed_gives_the_same_intervals() -> None:
    estimate, price = market(100)
    assert ratio_study(estimate, price, draws=50) == ratio_study(estimate, price, draws=50)
    other = ratio_study(estimate, price, draws=50, seed=1)
    assert other.cod.low != ratio_study(estimate, price, draws=50).cod.low


def test_one_sale_has_no_dispersion() -> None:
    study = ratio_study([90.0], [100.0], draws=5)
    assert (study.cod.value, study.cov.value, study.prb.value) == (0, 0, 0)


@pytest.mark.parametrize(
    ("estimates", "row"),
    [([1.0, 0.0, 1.0], 2), ([1.0, 1.0, -5.0], 3), ([None, 1.0, 1.0], 1)],
)
def test_a_ratio_that_cannot_be_made_is_named(estimates: list[float], row: int) -> None:
    with pytest.raises(InputError) as caught:
        ratio_study(estimates, [1.0, 1.0, 1.0])
    assert caught.value.findings[0].row == row
    assert caught.value.findings[0].column == "estimate"


def test_no_rows_is_an_input_error() -> None:
    with pytest.raises(InputError, match="no rows"):
        ratio_study([], [])


pairs = st.lists(st.tuples(st.floats(1e3, 1e7), st.floats(0.3, 3.0)), min_size=2, max_size=40)


@given(pairs, st.floats(0.01, 100))
@settings(max_examples=60, deadline=None)
def test_the_unit_of_money_changes_nothing(sales: list[tuple[float, float]], unit: float) -> None:
    price = np.array([price for price, _ in sales])
    value = price * np.array([ratio for _, ratio in sales])
    here, there = (ratio_study(value * u, price * u, draws=2) for u in (1.0, unit))
    assert there.median_ratio.value == pytest.approx(here.median_ratio.value)
    assert there.cod.value == pytest.approx(here.cod.value, abs=1e-9)
    assert there.prd.value == pytest.approx(here.prd.value)
    assert there.prb.value == pytest.approx(here.prb.value, abs=1e-6)


@given(pairs, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_sales_changes_nothing(sales, random) -> None:  # type: ignore[no-untyped-def]
    price = np.array([price for price, _ in sales])
    value = price * np.array([ratio for _, ratio in sales])
    order = list(range(len(price)))
    random.shuffle(order)
    here = ratio_study(value, price, draws=2)
    there = ratio_study(value[order], price[order], draws=2)
    assert there.cod.value == pytest.approx(here.cod.value, abs=1e-9)
    assert there.prb.value == pytest.approx(here.prb.value, abs=1e-6)
    assert here.cod.value >= 0
