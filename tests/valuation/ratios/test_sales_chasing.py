"""Chased sales are suspected, honest ones are not, and few sales say nothing."""

import numpy as np
import pytest
from assesspy import is_sales_chased

from kazyna.valuation.ratios.sales_chasing import (
    change_of_value,
    chasing_in_ratios,
    cumulative_jump,
    expected_distribution,
    joined,
    split_sample,
    value_per_unit,
)
from valuation.invented_ratios import Floats


def honest(sales: int = 1000, seed: int = 0, spread: float = 0.15) -> Floats:
    return np.random.default_rng(seed).normal(1, spread, sales)


def chased(share: float = 0.1) -> Floats:
    ratios = honest()
    ratios[: int(share * len(ratios))] = 1.0
    return ratios


@pytest.mark.parametrize("ratios", [honest(), chased(), chased(0.02), chased(0.5)])
def test_ratios_are_suspected_as_by_assesspy(ratios: Floats) -> None:
    jump, heap = cumulative_jump(ratios), expected_distribution(ratios)
    assert jump.suspected == is_sales_chased(ratios, method="cdf")
    assert heap.suspected == is_sales_chased(ratios, method="dist")
    found = chasing_in_ratios(ratios)
    assert found is not None
    assert found.suspected == (jump.suspected and heap.suspected)


def test_a_heap_away_from_one_is_not_chasing() -> None:
    ratios = honest()
    ratios[:100] = 0.8
    assert not cumulative_jump(ratios).suspected
    assert cumulative_jump(ratios).found == pytest.approx(0.1)


def test_a_tenth_of_the_ratios_at_one_by_hand() -> None:
    ratios = np.concatenate([np.linspace(0.5, 0.9, 45), [1.0] * 10, np.linspace(1.1, 1.5, 45)])
    heap = expected_distribution(ratios)
    assert heap.found == pytest.approx(0.1)
    # The density of a normal distribution at its mean, times the width of 0.04.
    assert heap.expected == pytest.approx(0.04 / (ratios.std() * np.sqrt(2 * np.pi)), rel=0.01)
    assert cumulative_jump(ratios).found == pytest.approx(0.1)


@pytest.mark.parametrize("ratios", [np.ones(29), honest(29)])
def test_below_thirty_sales_nothing_is_said(ratios: Floats) -> None:
    assert chasing_in_ratios(ratios) is None
    assert value_per_unit(ratios, honest(500)) is None
    assert split_sample(honest(500), ratios) is None
    assert joined(chasing_in_ratios(ratios), None) is None


def test_equal_ratios_do_not_break_the_tests() -> None:
    same = np.full(50, 0.9)
    assert chasing_in_ratios(same) is not None
    for test in (value_per_unit(same, same), split_sample(same, same)):
        assert test is not None
        assert not test.suspected


def test_values_of_sold_properties_that_rose_more_are_suspected() -> None:
    random = np.random.default_rng(1)
    factor = random.normal(1.05, 0.05, 600)
    alike = change_of_value(factor[:200], factor[200:])
    raised = change_of_value(factor[:200] * 1.1, factor[200:])
    assert alike is not None
    assert raised is not None
    assert (alike.suspected, raised.suspected) == (False, True)
    assert (raised.found, raised.expected) == pytest.approx((1.155, 1.05), abs=0.02)


def test_a_sure_difference_that_is_small_is_not_suspected() -> None:
    test = value_per_unit(honest(100_000, 1) * 1.01, honest(100_000, 2))
    assert test is not None
    assert test.p_value is not None
    assert test.p_value < 1e-6
    assert not test.suspected


def test_later_sales_that_scatter_more_are_suspected() -> None:
    tight, wide = honest(200, 1, 0.05), honest(200, 2, 0.15)
    test = split_sample(tight, wide)
    assert test is not None
    assert test.suspected
    assert (test.found, test.expected) == pytest.approx((4.0, 12.0), abs=1.5)
    turned = split_sample(wide, tight)
    assert turned is not None
    assert not turned.suspected


def test_one_comparison_with_other_evidence_is_enough() -> None:
    found = joined(chasing_in_ratios(honest()), split_sample(honest(99, 1, 0.02), honest(99, 2)))
    assert found is not None
    assert found.suspected
    assert [test.technique for test in found.tests] == [
        "expected distribution",
        "cumulative jump",
        "split sample",
    ]
