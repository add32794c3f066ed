"""What trimming takes out, and what it must leave."""

import numpy as np
import pandas as pd
import pytest
from assesspy import is_outlier
from hypothesis import given
from hypothesis import strategies as st

from kazyna.valuation.ratios.ratio_outliers import outliers
from valuation.invented_ratios import market


@pytest.mark.parametrize(("method", "reach"), [("iqr1.5", 1.5), ("iqr3", 3.0)])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_same_ratios_lie_outside_as_by_assesspy(method: str, reach: float) -> None:
    estimate, price = market(2000)
    estimate[::97] *= 5
    ratios = estimate / price
    mask, removed = outliers(ratios, method)  # type: ignore[arg-type]
    assert mask.tolist() == is_outlier(pd.Series(ratios), mult=reach).tolist()
    assert removed.outside == removed.count == mask.sum()


def test_nine_ratios_by_hand() -> None:
    # Quartiles 0.9 and 1.1 (third and seventh of nine): the inner limits are 0.6 and 1.4.
    ratios = np.array([0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.5])
    _, removed = outliers(ratios, "iqr1.5")
    assert [removed.low_limit, removed.high_limit] == pytest.approx([0.6, 1.4])
    # A tenth of nine sales is less than one sale.
    assert (removed.outside, removed.count) == (1, 0)
    _, removed = outliers(np.append(ratios, 1.0), "iqr1.5")
    assert (removed.outside, removed.removed_high, removed.rows) == (1, 1, (9,))


def test_no_more_than_a_tenth_is_removed_and_the_farthest_first() -> None:
    ratios = np.concatenate([np.linspace(0.95, 1.05, 80), np.linspace(3, 5, 10), [0.01] * 10])
    mask, removed = outliers(ratios, "iqr3")
    assert (removed.outside, removed.count, removed.removed_low) == (20, 10, 10)
    assert mask[90:].all()


def test_nothing_is_removed_unasked() -> None:
    mask, removed = outliers(np.array([0.001, 1.0, 1000.0]), "none")
    assert not mask.any()
    assert (removed.count, removed.rows) == (0, ())


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=60))
def test_what_is_removed_lies_outside_and_is_a_tenth_at_most(ratios: list[float]) -> None:
    given_ = np.array(ratios)
    mask, removed = outliers(given_, "iqr1.5")
    assert mask.sum() == removed.count <= len(ratios) / 10
    outside = (given_ < removed.low_limit) | (given_ > removed.high_limit)
    assert outside[mask].all()
