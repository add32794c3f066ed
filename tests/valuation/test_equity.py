"""The stretch that brings values to the same ratio: what it reaches, and what it leaves alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.valuation.columns import Floats
from kazyna.valuation.equity import DISPERSION_COST_MAX, PRB_TARGET, Equity, equity_of
from kazyna.valuation.ratios.ratio_study import statistics


def market(noise: float, *, sales: int = 4000, seed: int = 0) -> tuple[Floats, Floats, Floats]:
    """Expected log prices, log prices and local spread, where a third of the sales is uncertain.

    What is expected is what a model that knows all but the noise shows.
    """
    random = np.random.default_rng(seed)
    expected = random.normal(12, 0.5, sales)
    spread = np.where(random.random(sales) < 1 / 3, 1.5, 0.6)
    return expected, expected + noise * spread * random.normal(0, 1, sales), spread


def studied(
    equity: Equity, expected: Floats, target: Floats, spread: Floats
) -> tuple[float, float, float]:
    found = statistics(np.exp(equity.apply(expected, spread)), np.exp(target))
    return found.prb, found.cod, found.median_ratio


def test_a_bias_within_reach_is_taken_out_at_little_cost() -> None:
    expected, target, spread = market(0.15)
    before = statistics(np.exp(expected), np.exp(target))
    equity = equity_of(expected, target, spread)
    prb, cod, median = studied(equity, expected, target, spread)
    assert before.prb < -PRB_TARGET
    assert abs(prb) <= PRB_TARGET
    assert equity.prb == pytest.approx(prb, abs=1e-3)
    assert not equity.out_of_reach
    assert cod <= before.cod * (1 + DISPERSION_COST_MAX)
    assert median == pytest.approx(1, abs=1e-4)


def test_stretching_by_what_is_known_costs_less_than_one_line_for_all() -> None:
    expected, target, spread = market(0.2, seed=1)
    plain = np.ones(len(spread))
    local, line = (equity_of(expected, target, each) for each in (spread, plain))
    _, cod, _ = studied(local, expected, target, spread)
    _, cod_of_line, _ = studied(line, expected, target, plain)
    assert max(abs(local.prb), abs(line.prb)) <= PRB_TARGET
    assert cod < cod_of_line


def test_a_bias_out_of_reach_costs_no_accuracy() -> None:
    expected, target, spread = market(0.5)
    equity = equity_of(expected, target, spread)
    assert equity.stretch == 0
    assert equity.out_of_reach
    assert studied(equity, expected, target, spread)[2] == pytest.approx(1, abs=1e-4)


def test_values_without_bias_are_not_stretched() -> None:
    expected, target, spread = market(0.02)
    assert equity_of(expected, target, spread).stretch == 0


@settings(max_examples=15, deadline=None)
@given(
    noise=st.floats(0.02, 0.4), seed=st.integers(0, 100), level=st.floats(-0.3, 0.3),
    sales=st.integers(30, 300),
)  # fmt: skip
def test_whatever_the_market_level_order_and_bias_come_out_right(
    noise: float, seed: int, level: float, sales: int
) -> None:
    expected, target, spread = market(noise, sales=sales, seed=seed)
    equity = equity_of(expected, target + level, spread)
    prb, _, median = studied(equity, expected, target + level, spread)
    assert median == pytest.approx(1, abs=1e-3)
    unbiased = statistics(np.exp(expected), np.exp(target)).prb
    assert abs(prb) <= max(abs(unbiased), PRB_TARGET) + 1e-3
    # Of two properties known equally well the dearer stays the dearer.
    rising = np.sort(expected)
    assert np.all(np.diff(equity.apply(rising, np.full(sales, 1.3))) >= 0)
    # The order of the sales is no evidence.
    mixed = np.random.default_rng(seed).permutation(sales)
    again = equity_of(expected[mixed], (target + level)[mixed], spread[mixed])
    assert again.stretch == equity.stretch
    assert again.shift == pytest.approx(equity.shift, abs=2e-6)


def test_base_and_contributions_add_up_to_the_calibrated_value() -> None:
    random = np.random.default_rng(1)
    parts, spread = random.normal(0, 0.3, (50, 4)), random.uniform(0.3, 3, 50)
    equity = Equity(centre=12.0, shift=0.01, stretch=0.04, prb=0.0)
    base, stretched = equity.apply_to_parts(11.7, parts, spread)
    whole = equity.apply(11.7 + parts.sum(axis=1), spread)
    assert base + stretched.sum(axis=1) == pytest.approx(whole, abs=1e-12)
