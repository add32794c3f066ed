"""The vertical equity indicator by hand, and where it cannot be had."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kazyna.valuation.ratios.vertical_equity import vertical_equity
from valuation.invented_ratios import market


def test_twenty_sales_by_hand() -> None:
    # Ten cheap sales at 1.1 and ten dear ones at 0.9: the median of all is 1, so VEI is
    # (0.9 - 1.1) / 1 = -20 %. The groups' intervals have no width, and are 20 % apart.
    price = np.repeat([100.0, 1000.0], 10)
    found = vertical_equity(np.repeat([1.1, 0.9], 10) * price, price)
    assert found is not None
    assert found.vei == pytest.approx(-20.0)
    assert found.significance == pytest.approx(-20.0)
    assert [group.sales for group in found.groups] == [10, 10]
    assert [group.median_ratio for group in found.groups] == pytest.approx([1.1, 0.9])
    # The proxy of a cheap sale is 100 / 2 + 110 / 1 / 2.
    assert found.groups[0].value_to == pytest.approx(105.0)


@pytest.mark.parametrize(("sales", "groups"), [(20, 2), (50, 2), (51, 4), (500, 4), (501, 10)])
def test_the_number_of_groups_follows_the_number_of_sales(sales: int, groups: int) -> None:
    found = vertical_equity(*market(sales))
    assert found is not None
    assert len(found.groups) == groups
    sizes = [group.sales for group in found.groups]
    assert (sum(sizes), max(sizes) - min(sizes) <= 1) == (sales, True)


def test_too_few_or_equal_sales_have_none() -> None:
    assert vertical_equity(*market(19)) is None
    assert vertical_equity(np.full(40, 9.0), np.full(40, 10.0)) is None


def test_fair_estimates_show_no_difference_and_regressive_ones_do() -> None:
    # The proxy is even-handed only where prices err as estimates do.
    worth, (above, below) = market(4000)[1], np.random.default_rng(7).normal(0, 0.1, (2, 4000))
    estimate, price = worth * np.exp(above), worth * np.exp(below)
    fair = vertical_equity(estimate, price)
    regressive = vertical_equity(estimate**0.8, price)
    assert fair is not None
    assert regressive is not None
    assert fair.significance == 0
    assert abs(fair.vei) < 5
    assert regressive.vei < regressive.significance < -10
    assert regressive.widest is not None
    assert regressive.widest < regressive.vei
    assert regressive.kruskal_wallis_p is not None
    assert regressive.kruskal_wallis_p < 1e-6


def test_the_groups_are_compared_by_kruskal_and_wallis() -> None:
    estimate, price = market(60, slope=0.9)
    found = vertical_equity(estimate, price)
    assert found is not None
    ratio = estimate / price
    proxy = price / 2 + estimate / np.median(ratio) / 2
    groups = [ratio[[np.sort(proxy).searchsorted(p) // 15 == g for p in proxy]] for g in range(4)]
    assert found.kruskal_wallis_p == pytest.approx(stats.kruskal(*groups).pvalue)


@given(st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=20, max_size=60))
def test_values_that_repeat_stay_in_one_group(price: list[float]) -> None:
    found = vertical_equity(np.array(price), np.array(price))
    if found is not None:
        ends = [(group.value_from, group.value_to) for group in found.groups]
        assert all(low[1] < high[0] for low, high in pairwise(ends))
        assert sum(group.sales for group in found.groups) == len(price)
        assert (found.vei, found.significance, found.kruskal_wallis_p) == (0, 0, None)
