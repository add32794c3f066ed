"""Choosing comparable sales: the least first, the same on every machine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kazyna.valuation.features import Design
from kazyna.valuation.models import comparables

SALES = 60


@given(
    arrays.arrays(
        np.float64, (3, 12), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, 7.0, np.inf])
    ),
    arrays.arrays(np.bool_, (3, 12)),
    st.integers(1, 12),
)
def test_least_sorts_stably_and_puts_last_what_must_not_speak(
    sizes: np.ndarray, own: np.ndarray, count: int
) -> None:
    order = comparables.least(sizes, own, count)
    for row in range(len(sizes)):
        wanted = sorted(range(12), key=lambda at: (own[row, at], 0 if own[row, at] else
                                                   sizes[row, at], at))  # fmt: skip
        assert order[row].tolist() == wanted[:count]


def test_least_does_not_hang_on_last_bits() -> None:
    size = np.array([[0.3, 0.1 + 0.2, 0.2]])  # 0.1 + 0.2 is 0.30000000000000004
    nothing = np.zeros((1, 3), dtype=np.bool_)
    assert comparables.least(size, nothing, 3).tolist() == [[2, 0, 1]]
    assert comparables.least(size[:, [1, 0, 2]], nothing, 3).tolist() == [[2, 0, 1]]


@pytest.fixture(scope="module")
def market() -> tuple[comparables.Comparables, Design]:
    random = np.random.default_rng(0)
    owner = np.array([f"house {number // 2}" for number in range(SALES)], dtype=object)
    kind = random.normal(0, 0.2, (SALES, 3))
    price = 10 + kind.sum(axis=1) + random.normal(0, 0.1, SALES)
    found = comparables.Comparables(
        random.normal(0, 2, (SALES, 2)), kind, price, random.normal(0, 0.1, SALES), owner
    )
    flags = np.zeros(3, dtype=np.bool_)
    return found, Design(kind, found.km, owner, flags, flags)


def test_a_property_is_not_compared_with_itself(
    market: tuple[comparables.Comparables, Design],
) -> None:
    found, design = market
    near = comparables.neighbours(found, design, found.kind)
    assert (near.own == (found.owner[near.position] == found.owner[:, None])).all()
    assert near.own.sum(axis=1).tolist() == [2] * SALES


def test_a_stranger_owns_none_of_the_sales(market: tuple[comparables.Comparables, Design]) -> None:
    found, design = market
    stranger = Design(
        design.values[:1], design.km[:1], np.array(["new"], dtype=object), design.categories,
        design.rising,
    )  # fmt: skip
    assert not comparables.neighbours(found, stranger, found.kind[:1]).own.any()


def test_tuned_scales_err_least(market: tuple[comparables.Comparables, Design]) -> None:
    found, design = market
    near = comparables.neighbours(found, design, found.kind)
    chosen = comparables.tuned(found, near)

    def error(scales: comparables.Comparables) -> float:
        alike = comparables.similarity(scales, near)
        return float(np.abs(found.residual - comparables.correction(scales, near, alike)).mean())

    assert error(chosen) <= error(found) + 1e-12
