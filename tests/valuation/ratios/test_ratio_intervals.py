"""Intervals hold the truth as often as they say, and agree with those of others."""

from dataclasses import fields
from math import comb

import assesspy
import numpy as np
import pytest

from kazyna.valuation.ratios.ratio_intervals import analytic, bootstrap, median_interval
from kazyna.valuation.ratios.ratio_statistics import kakwani, statistics
from valuation.invented_ratios import market

TRIALS, SALES = 300, 150


def truth() -> dict[str, float]:
    """The statistics of the whole population that the samples are drawn from."""
    estimate, price = market(1_000_000, seed=99)
    return statistics(estimate, price)._asdict() | kakwani(estimate, price)._asdict()


def test_both_kinds_of_interval_hold_the_truth_as_often_as_they_say() -> None:
    population = truth()
    held_by = dict.fromkeys((f.name for f in fields(analytic(*market(9)))), 0)
    held_drawn = dict.fromkeys(population, 0)
    for seed in range(TRIALS):
        estimate, price = market(SALES, seed)
        by_formula = analytic(estimate, price)
        for name in held_by:
            bounds = getattr(by_formula, name)
            held_by[name] += bounds.low <= population[name] <= bounds.high
        for name, bounds in bootstrap(estimate, price, draws=200, seed=seed).items():
            held_drawn[name] += bounds.low <= population[name] <= bounds.high
    # 95 % of 300 trials; three standard errors are 3.8 %. The bootstrap is known to be a little
    # too narrow in samples of this size, most of all for statistics of the tails.
    assert {name: count / TRIALS for name, count in held_by.items() if count < 0.91 * TRIALS} == {}
    assert {
        name: count / TRIALS for name, count in held_drawn.items() if count < 0.88 * TRIALS
    } == {}


def test_intervals_agree_with_those_of_assesspy() -> None:
    estimate, price = market(800)
    drawn = bootstrap(estimate, price, draws=2000, seed=0)
    for name, theirs in (("cod", assesspy.cod_ci), ("prd", assesspy.prd_ci)):
        low, high = theirs(estimate, price, nboot=500)
        assert drawn[name].low == pytest.approx(low, rel=0.03)
        assert drawn[name].high == pytest.approx(high, rel=0.03)
    by_formula = analytic(estimate, price).prb
    assert by_formula is not None
    assert (by_formula.low, by_formula.high) == pytest.approx(assesspy.prb_ci(estimate, price))


def test_resampling_and_formula_agree_in_a_large_sample() -> None:
    estimate, price = market(5000)
    drawn, by_formula = bootstrap(estimate, price, draws=1000, seed=0), analytic(estimate, price)
    for name in ("median_ratio", "mean_ratio", "weighted_mean_ratio", "cod", "cov", "prd", "prb"):
        bounds = getattr(by_formula, name)
        assert bounds.high - bounds.low == pytest.approx(
            drawn[name].high - drawn[name].low, rel=0.15
        )


def test_a_large_study_has_intervals_as_wide_as_its_size_warrants() -> None:
    # A draw takes a tenth of these rows; the interval must be that of all of them.
    estimate, price = market(200_000)
    drawn = bootstrap(estimate, price, draws=200, seed=0)["mean_ratio"]
    ratios = estimate / price
    half_width = 1.96 * ratios.std() / np.sqrt(len(ratios))
    assert (drawn.high - drawn.low) / 2 == pytest.approx(half_width, rel=0.2)
    assert drawn.low < ratios.mean() < drawn.high


@pytest.mark.parametrize("n", [6, 7, 25, 30, 100])
def test_the_interval_of_a_median_is_the_narrowest_pair_that_covers_enough(n: int) -> None:
    bounds = median_interval(np.arange(1.0, n + 1))
    assert bounds is not None
    left_out = int(bounds.low) - 1
    assert bounds.high == n - left_out

    def tail(k: int) -> float:
        return float(sum(comb(n, j) for j in range(k + 1)) / 2**n)

    assert tail(left_out) <= 0.025 < tail(left_out + 1)


def test_too_few_sales_carry_no_interval() -> None:
    assert median_interval(np.arange(5.0)) is None
    assert median_interval(np.arange(5.0), 0.90) is not None
    assert bootstrap(*market(4), draws=10, seed=0) == {}
    assert analytic(*market(4)).mean_ratio is None


def test_equal_ratios_have_no_dispersion_to_bound() -> None:
    price = np.linspace(100, 200, 20)
    found = analytic(0.5 * price, price)
    assert found.median_ratio is not None
    assert (found.median_ratio.low, found.median_ratio.high) == (0.5, 0.5)
    assert (found.cod, found.cov, found.prb) == (None, None, None)
