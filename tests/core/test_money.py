from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.money import MINOR_UNITS_MAX, Currency, allocate, from_minor, round_to, to_minor

DOLLAR = Currency("USD", 2)
YEN = Currency("JPY", 0)


@pytest.mark.parametrize(
    ("amount", "unit", "mode", "rounded"),
    [
        # Dudley council tax with the single person's discount: 2,663.50 x 0.75 = 1,997.625.
        # The council rounded the tie up in 2023/24.
        ("1997.625", "0.01", "half_up", "1997.63"),
        # In 2016/17 the same council rounded 891.885 and 1,003.365 to even.
        ("891.885", "0.01", "half_even", "891.88"),
        ("1003.365", "0.01", "half_even", "1003.36"),
        # Half up is away from zero, so a correction mirrors its charge.
        ("-1997.625", "0.01", "half_up", "-1997.63"),
        # Estonia's interest is in whole euros: 10.49 becomes 10.
        ("10.49", "1", "half_up", "10"),
        ("1250", "100", "half_up", "1300"),
        ("1299.99", "100", "down", "1200"),
        ("1200.01", "100", "up", "1300"),
    ],
)
def test_rounds_as_published(amount: str, unit: str, mode: str, rounded: str) -> None:
    assert round_to(Decimal(amount), Decimal(unit), mode) == Decimal(rounded)  # type: ignore[arg-type]


decimals = st.decimals(-(10**30), 10**30, places=6)


@given(decimals, st.sampled_from(["0.01", "0.05", "1", "100"]))
def test_rounding_moves_by_at_most_half_a_unit(amount: Decimal, unit: str) -> None:
    rounded = round_to(amount, Decimal(unit))
    assert abs(rounded - amount) * 2 <= Decimal(unit)
    assert rounded == round_to(rounded, Decimal(unit))
    assert round_to(-amount, Decimal(unit)) == -rounded


@given(st.integers(-MINOR_UNITS_MAX, MINOR_UNITS_MAX), st.sampled_from([DOLLAR, YEN]))
def test_minor_units_go_there_and_back(minor: int, currency: Currency) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


def test_refuses_what_the_ledger_cannot_hold() -> None:
    with pytest.raises(ValueError, match=r"10\.005 is finer than one minor unit of USD"):
        to_minor(Decimal("10.005"), DOLLAR)
    with pytest.raises(OverflowError, match="does not fit the ledger"):
        to_minor(Decimal(MINOR_UNITS_MAX + 1), YEN)


weights = st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=8).filter(
    lambda w: sum(w) > 0
)


@given(st.integers(-(10**15), 10**15), weights)
def test_parts_add_up_and_stay_within_one_unit_of_their_share(
    minor: int, shares: list[Decimal]
) -> None:
    parts = allocate(minor, shares)
    assert sum(parts) == minor
    for part, share in zip(parts, shares, strict=True):
        assert abs(part * sum(shares) - minor * share) < sum(shares)
        assert share > 0 or part == 0


def test_refuses_weights_that_cannot_share() -> None:
    with pytest.raises(ValueError, match="non-negative with a positive sum"):
        allocate(100, [Decimal(1), Decimal(-1)])
