"""An account played again from its facts: what the law says, whenever they came to light."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    CreditingOrder,
    Debt,
    Fact,
    InterestRate,
    InterestRule,
    Terms,
    corrections,
    replay,
    weights,
)
from kazyna.core.dated import Dated

THROUGH = date(2021, 12, 31)
RULE = InterestRule(Dated.of([(date(2019, 1, 1), InterestRate(Decimal("0.001")))]), cap=Decimal(1))
INTEREST_FIRST = CreditingOrder(("cost", "interest", "penalty", "tax"), oldest_first=True)
TAX_FIRST = CreditingOrder(("tax", "interest", "penalty", "cost"), oldest_first=True)


def terms(order: CreditingOrder) -> Terms:
    return Terms(lambda _: order, RULE, weights(RULE, THROUGH))


OLD, NEW = (Debt(year, "tax", date(year, 4, 30)) for year in (2020, 2021))


def test_interest_is_settled_before_the_tax_or_after_as_the_law_says() -> None:
    facts = [
        Fact(date(2020, 1, 1), 10_000, OLD),
        Fact(date(2020, 5, 10), -1_000),  # ten days late: 10,000 × 0.1 % × 10 = 100
    ]
    first = replay(facts, date(2020, 5, 20), terms(INTEREST_FIRST))
    # 100 went to interest, 900 to the tax; 100 + 9,100 × 0.1 % × 10 = 191 charged
    interest = Debt(2020, "interest", OLD.due_on)
    assert first.balances() == {OLD: 9_100, interest: 91}
    assert first.interest == {interest: 191}
    after = replay(facts, date(2020, 5, 20), terms(TAX_FIRST))
    # All 1,000 to the tax: 100 + 9,000 × 0.1 % × 10 = 190
    assert after.balances() == {OLD: 9_000, interest: 190}


def test_a_payment_that_comes_to_light_late_takes_interest_back() -> None:
    owed = Fact(date(2020, 1, 1), 10_000, OLD)
    paid = Fact(date(2020, 4, 30), -10_000)
    before = replay([owed], date(2020, 6, 1), terms(INTEREST_FIRST))
    lawful = replay([owed, paid], date(2020, 6, 1), terms(INTEREST_FIRST))
    found = corrections(lawful, before)
    assert found.interest == {Debt(2020, "interest", OLD.due_on): -320}
    assert found.lowered == ((date(2020, 4, 30), OLD, 10_000),)
    assert found.from_credit == 10_000
    assert not corrections(lawful, lawful)


def test_a_disputed_debt_bears_no_interest_meanwhile() -> None:
    owed = [Fact(date(2020, 1, 1), 10_000, OLD)]
    disputed = {OLD: [(date(2020, 5, 6), date(2020, 12, 31))]}
    played = replay(owed, THROUGH, terms(TAX_FIRST), pauses=disputed)
    # Five days before and 365 after the dispute.
    assert sum(played.interest.values()) == 10 * (5 + 365)


DAYS = st.dates(date(2020, 1, 1), THROUGH)
FACTS = st.lists(
    st.builds(Fact, DAYS, st.integers(1, 50_000), st.sampled_from([OLD, NEW]))
    | st.builds(Fact, DAYS, st.integers(-60_000, -1), st.none() | st.sampled_from([OLD, NEW])),
    max_size=8,
)


@given(FACTS, st.sampled_from([INTEREST_FIRST, TAX_FIRST]), st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_in_the_same_account(
    facts: list[Fact], order: CreditingOrder, chance: Random
) -> None:
    """Invariant I5: back-dated facts give the same balances and the same interest."""
    mixed = list(facts)
    chance.shuffle(mixed)
    once = replay(facts, THROUGH, terms(order))
    again = replay(mixed, THROUGH, terms(order))
    assert once == again
    assert min(once.balances().values(), default=0) >= 0
    raised = sum(fact.amount for fact in facts if fact.amount > 0)
    lowered = sum(-fact.amount for fact in facts if fact.amount < 0)
    charged = sum(once.interest.values())
    owed = sum(once.balances().values())
    assert max(raised + charged - lowered, 0) <= owed <= raised + charged


@given(FACTS, st.integers(0, 8), st.sampled_from([INTEREST_FIRST, TAX_FIRST]))
def test_corrections_lead_from_what_is_posted_to_what_is_lawful(
    facts: list[Fact], known: int, order: CreditingOrder
) -> None:
    early = THROUGH - timedelta(days=60)
    posted = replay(facts[:known], early, terms(order))
    lawful = replay(facts, THROUGH, terms(order))
    found = corrections(lawful, posted)
    moved = dict(posted.moved)
    for sign, parts in ((1, found.raised), (-1, found.lowered)):
        for day, debt, amount in parts:
            assert amount > 0
            moved[debt, day] = moved.get((debt, day), 0) + sign * amount
    assert {key: amount for key, amount in moved.items() if amount} == lawful.moved
    for debt in {**lawful.interest, **posted.interest}:
        charged = posted.interest.get(debt, 0) + found.interest.get(debt, 0)
        assert charged == lawful.interest.get(debt, 0)
