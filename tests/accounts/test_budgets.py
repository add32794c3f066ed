from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import divide_receipts
from kazyna.core.money import MINOR_UNITS_MAX, allocate

AMOUNTS = st.lists(st.integers(-MINOR_UNITS_MAX, MINOR_UNITS_MAX), min_size=1, max_size=20)


@st.composite
def divisions(draw: st.DrawFn) -> list[Decimal]:
    """Draw shares of a hundred thousand parts that add up to 1."""
    cuts = sorted(draw(st.lists(st.integers(0, 100_000), max_size=4)))
    return [Decimal(b - a) / 100_000 for a, b in zip([0, *cuts], [*cuts, 100_000], strict=True)]


@given(AMOUNTS, divisions())
def test_parts_add_up_and_lie_within_a_unit_of_the_share(
    amounts: list[int], shares: list[Decimal]
) -> None:
    given_amounts = np.array(amounts, np.int64)
    parts = divide_receipts(given_amounts, shares)
    assert (np.sum(parts, axis=0) == given_amounts).all()
    for share, part in zip(shares, parts, strict=True):
        for amount, own in zip(amounts, part.tolist(), strict=True):
            assert abs(own - amount * Fraction(share)) < 1


@given(AMOUNTS, divisions())
def test_what_is_taken_back_is_what_was_given(amounts: list[int], shares: list[Decimal]) -> None:
    there = divide_receipts(np.array(amounts, np.int64), shares)
    back = divide_receipts(-np.array(amounts, np.int64), shares)
    assert all((a == -b).all() for a, b in zip(there, back, strict=True))


@given(st.integers(0, 10**12), divisions())
def test_many_at_once_are_divided_as_one_is(amount: int, shares: list[Decimal]) -> None:
    parts = divide_receipts(np.array([amount], np.int64), shares)
    assert [int(part[0]) for part in parts] == allocate(amount, shares)


@pytest.mark.parametrize("shares", [["0.5", "0.4"], ["1.5", "-0.5"], []])
def test_shares_that_do_not_divide_the_whole_are_refused(shares: list[str]) -> None:
    with pytest.raises(ValueError, match="no division of 1"):
        divide_receipts(np.array([1], np.int64), list(map(Decimal, shares)))
