"""One payment through three published orders (Kenai; Rosemont; Richton Park), and conservation."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    BUCKETS,
    OLDEST_FIRST,
    Bucket,
    CreditingOrder,
    Debt,
    OpenDebt,
    settle,
)

DAY = date(2020, 4, 1)
# Kenai Peninsula Borough code 5.12.295; Rosemont, Illinois 3-1-6; Richton Park, Illinois.
KENAI = CreditingOrder(("cost", "interest", "penalty", "tax"), oldest_first=True)
ROSEMONT = CreditingOrder(("interest", "tax", "penalty", "cost"), oldest_first=False)
RICHTON_PARK = CreditingOrder(("tax", "interest", "penalty", "cost"), oldest_first=False)
# San Francisco: the oldest year, unless the payer names another.
SAN_FRANCISCO = CreditingOrder(KENAI.buckets, oldest_first=True, payer_names_period=True)

BILLED: list[tuple[int, Bucket, int]] = [
    (2019, "tax", 500),
    (2019, "interest", 60),
    (2019, "penalty", 50),
    (2019, "cost", 10),
    (2020, "tax", 400),
    (2020, "interest", 20),
    (2020, "penalty", 40),
]
OWED = [OpenDebt(Debt(year, bucket, DAY), amount) for year, bucket, amount in BILLED]


@pytest.mark.parametrize(
    ("order", "period", "expected"),
    [
        (KENAI, None, "2019 cost 10, 2019 interest 60, 2019 penalty 50, 2019 tax 480"),
        (ROSEMONT, None, "2019 interest 60, 2020 interest 20, 2019 tax 500, 2020 tax 20"),
        (RICHTON_PARK, None, "2019 tax 500, 2020 tax 100"),
        (SAN_FRANCISCO, 2020, "2020 interest 20, 2020 penalty 40, 2020 tax 400, 2019 cost 10,"
                              " 2019 interest 60, 2019 penalty 50, 2019 tax 20"),
        (KENAI, 2020, "2019 cost 10, 2019 interest 60, 2019 penalty 50, 2019 tax 480"),
    ],
)  # fmt: skip
def test_one_payment_of_600_in_the_orders_of_the_law(
    order: CreditingOrder, period: int | None, expected: str
) -> None:
    parts = settle(OWED, 600, order, period).parts
    written = ", ".join(f"{p.debt.period} {p.debt.bucket} {p.balance}" for p in parts)
    assert written == expected


@given(
    st.lists(
        st.builds(
            OpenDebt,
            st.builds(Debt, st.integers(2018, 2021), st.sampled_from(BUCKETS), st.just(DAY)),
            st.integers(0, 1000),
        ),
        max_size=8,
        unique_by=lambda item: item.debt,
    ),
    st.integers(1, 5000),
    st.sampled_from([KENAI, ROSEMONT, RICHTON_PARK, SAN_FRANCISCO, OLDEST_FIRST]),
)
def test_a_payment_is_conserved_and_no_debt_is_overpaid(
    owed: list[OpenDebt], amount: int, order: CreditingOrder
) -> None:
    settled = settle(owed, amount, order)
    assert sum(part.balance for part in settled.parts) + settled.surplus == amount
    open_of = {item.debt: item.balance for item in owed}
    assert all(0 < part.balance <= open_of[part.debt] for part in settled.parts)
    assert settled.surplus == 0 or amount > sum(open_of.values())


def test_an_order_names_every_bucket_once() -> None:
    with pytest.raises(ValueError, match="once each"):
        CreditingOrder(("tax", "tax", "interest", "cost"), oldest_first=True)
