"""The line that brings values to the same ratio: what it reaches, and what it leaves alone."""

import numpy as np
import pytest

from kazyna.valuation.columns import Floats
from kazyna.valuation.equity import DISPERSION_COST_MAX, PRB_TARGET, Equity, equity_of
from kazyna.valuation.ratio_study import statistics


def market(noise: float) -> tuple[Floats, Floats]:
    """Expected log prices and log prices: what a model that knows all but the noise shows."""
    random = np.random.default_rng(0)
    expected = random.normal(12, 0.5, 4000)
    return expected, expected + random.normal(0, noise, len(expected))


def studied(equity: Equity, expected: Floats, target: Floats) -> tuple[float, float, float]:
    found = statistics(np.exp(equity.apply(expected)), np.exp(target))
    return found.prb, found.cod, found.median_ratio


def test_a_bias_within_reach_is_taken_out_at_little_cost() -> None:
    expected, target = market(0.15)
    before = statistics(np.exp(expected), np.exp(target))
    equity = equity_of(expected, target)
    prb, cod, median = studied(equity, expected, target)
    assert before.prb < -PRB_TARGET
    assert abs(prb) <= PRB_TARGET
    assert equity.prb == pytest.approx(prb, abs=1e-3)
    assert not equity.out_of_reach
    assert cod <= before.cod * (1 + DISPERSION_COST_MAX)
    assert median == pytest.approx(1, abs=1e-4)


def test_a_bias_out_of_reach_costs_no_accuracy() -> None:
    expected, target = market(0.5)
    equity = equity_of(expected, target)
    assert equity.slope == 1
    assert equity.out_of_reach
    assert studied(equity, expected, target)[2] == pytest.approx(1, abs=1e-4)


def test_values_without_bias_are_not_stretched() -> None:
    expected, target = market(0.02)
    assert equity_of(expected, target).slope == 1
