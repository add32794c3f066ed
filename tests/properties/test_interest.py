"""Interest on the real journal: facts in any order of arrival, runs between them, one end."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import OFFICER
from debtors import bill_of, charge
from kazyna.packs.pack import load_pack
from kazyna.services import books, interest, ledger
from kazyna.services.context import Context, Installation

FIRST, LAST = date(2026, 3, 1), date(2026, 9, 30)
DUE = {2025: date(2026, 3, 31), 2026: date(2026, 6, 30)}
EXAMPLES = 12

Payment = tuple[date, int, int]
"""A day, an amount in minor units, and the year of the bill that is quoted."""

payments = st.lists(
    st.tuples(st.dates(FIRST, LAST), st.integers(1, 400_000), st.sampled_from(sorted(DUE))),
    max_size=4,
)


@pytest.fixture
def office(installation: Installation) -> tuple[Context, Iterator[str]]:
    """Open an office by Kyrgyz law, with taxpayers to spare who owe for two years."""
    ctx = Context(installation.database, load_pack("kg"), LAST, OFFICER)
    names = [f"T{number}" for number in range(1, 20 * EXAMPLES)]
    for year, due in DUE.items():
        charge(ctx, dict.fromkeys(names, "2500.00"), tax="land", year=year, due_on=due)
    return ctx, iter(names)


def arrive(ctx: Context, who: str, paid: list[tuple[int, Payment]], runs: set[int]) -> object:
    """Record payments in the order of the list, interest run after some; return what stands."""
    for place, (number, (day, minor, year)) in enumerate(paid):
        ledger.record_payment(
            ctx, reference=bill_of(who, year=year), amount=Decimal(minor).scaleb(-2),
            received_on=day, key=f"{who}:{number}",
        )  # fmt: skip
        if place in runs:
            interest.accrue(ctx)
    interest.accrue(ctx)
    owed = {line.account.split(":")[0]: line.balance
            for line in ledger.statement(ctx, taxpayer_id=who) if line.balance}  # fmt: skip
    debts = interest.interest_to(ctx, taxpayer_id=who).debts
    assert all(debt.charged == debt.interest for debt in debts)
    return owed, [(debt.period, debt.principal, debt.interest, debt.owed) for debt in debts]


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(paid=payments, data=st.data())
def test_facts_in_any_order_end_in_the_same_account(
    office: tuple[Context, Iterator[str]], paid: list[Payment], data: st.DataObject
) -> None:
    """Invariant I5, through the database: the same dated facts, whenever they came to light."""
    ctx, names = office
    known = list(enumerate(paid))
    mixed = data.draw(st.permutations(known), label="another order of arrival")
    runs = data.draw(st.sets(st.integers(0, 3)), label="interest is run after these")
    in_time = arrive(ctx, next(names), sorted(known, key=lambda item: item[1]), set())
    assert arrive(ctx, next(names), mixed, runs) == in_time
    assert books.audit(ctx).sound
