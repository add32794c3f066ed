from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.money import Currency, allocate, from_minor
from kazyna.tax import split_by_share

DOLLAR = Currency("USD", 2)


def split(minor: int, shares: list[Decimal]) -> list[int]:
    """Split an amount among holders who are named in the order of their shares."""
    roll = pa.table(
        {"house": ["h"], "amount": pa.array([from_minor(minor, DOLLAR)], pa.decimal128(20, 2))}
    )
    holdings = pa.table(
        {
            "house": ["h"] * len(shares),
            "taxpayer_id": [f"T{number}" for number in range(len(shares))],
            "share": pa.array(shares, pa.decimal128(9, 8)),
        }
    )
    parts = split_by_share(roll, holdings, id_column="house", currency=DOLLAR).to_pylist()
    return [part["amount_minor"] for part in sorted(parts, key=lambda part: part["taxpayer_id"])]


def test_halves_of_an_odd_amount() -> None:
    assert split(101, [Decimal("0.5"), Decimal("0.5")]) == [51, 50]


def test_a_share_that_nobody_is_known_to_hold_is_not_billed() -> None:
    assert split(10_000, [Decimal("0.25")]) == [2_500]


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=5),
)
def test_the_parts_add_up_and_agree_with_the_exact_split(minor: int, weights: list[int]) -> None:
    scale = 10**8
    shares = [Decimal(weight * scale // sum(weights)) / scale for weight in weights[:-1]]
    shares.append(1 - sum(shares, Decimal(0)))
    parts = split(minor, shares)
    assert sum(parts) == minor
    assert parts == allocate(minor, shares)
