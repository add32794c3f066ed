import doctest
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    Entry,
    Movement,
    Posting,
    age_bucket,
    charge,
    chart,
    creditor_reference,
    entry,
    is_creditor_reference,
    payment,
    reference,
    reversal,
    running,
    totals,
)

DAY = date(2016, 4, 1)
NOON = datetime(2016, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("module", [chart, entry, reference], ids=lambda module: module.__name__)
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_a_charge_is_owed_and_earned_and_a_payment_settles_it() -> None:
    owed = charge(
        key="k",
        tax="t",
        taxpayer_id="T1",
        amount=100,
        effective_on=DAY,
        due_on=DAY,
        description="d",
    )
    paid = payment(
        key="p", tax="t", taxpayer_id="T1", amount=100, effective_on=DAY, description="d"
    )
    assert owed.postings == (Posting("receivable:t:T1", "revenue:t", 100),)
    assert paid.postings == (Posting("treasury", "receivable:t:T1", 100),)


def test_a_reversal_of_a_reversal_posts_the_first_entry_again() -> None:
    first = (Posting("a", "b", 5), Posting("c", "d", 7))
    undone = reversal(1, first, key="u", effective_on=DAY, reason="mistake")
    redone = reversal(2, undone.postings, key="r", effective_on=DAY, reason="no mistake")
    assert undone.postings == (Posting("b", "a", 5), Posting("d", "c", 7))
    assert redone.postings == first


@pytest.mark.parametrize(
    ("debit", "credit", "amount", "reason"),
    [
        ("a", "a", 1, "two accounts"),
        ("a", "b", 0, "positive amount that fits"),
        ("a", "b", -1, "positive amount that fits"),
        ("a", "b", 2**63, "positive amount that fits"),
    ],
)
def test_what_is_no_posting_cannot_be_made(
    debit: str, credit: str, amount: int, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Posting(debit, credit, amount)


def test_what_is_no_entry_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one posting"):
        Entry("k", "payment", DAY, "nothing", ())
    with pytest.raises(ValueError, match="only a reversal"):
        Entry("k", "payment", DAY, "odd", (Posting("a", "b", 1),), reverses=3)


amounts = st.integers(-(10**9), 10**9).filter(bool)


@st.composite
def movements(draw: st.DrawFn) -> list[Movement]:
    drawn = draw(st.lists(st.tuples(st.integers(0, 20), amounts), max_size=12))
    return [
        Movement(
            account="a",
            entry_id=number,
            kind="charge" if amount > 0 else "payment",
            effective_on=date(2016, 1, 1 + day),
            posted_at=NOON,
            description="d",
            amount=amount,
            reversed=False,
        )
        for number, (day, amount) in enumerate(drawn)
    ]


@given(movements(), st.randoms())
def test_a_statement_does_not_depend_on_the_order_of_arrival(
    given_: list[Movement], chance: Random
) -> None:
    shuffled = chance.sample(given_, len(given_))
    assert running(shuffled) == running(given_)
    lines = running(given_)
    summed = totals(given_)
    assert summed.charged - summed.paid == summed.balance
    assert (lines[-1].balance if lines else 0) == summed.balance


def test_an_entry_and_its_reversal_are_neither_charged_nor_paid() -> None:
    paid = Movement("a", 1, "payment", DAY, NOON, "paid", -100, reversed=True)
    undone = Movement("a", 2, "reversal", DAY, NOON, "mistake", 100, reversed=False)
    owed = Movement("a", 3, "charge", DAY, NOON, "owed", 250, reversed=False)
    summed = totals([paid, undone, owed])
    assert (summed.charged, summed.paid, summed.balance) == (250, 0, 250)


def test_the_reference_of_the_standard() -> None:
    # The example of ISO 11649.
    assert creditor_reference("539007547034") == "RF18539007547034"


@given(st.from_regex(r"[0-9]{6,21}", fullmatch=True), st.data())
def test_a_slip_of_the_hand_never_gives_a_valid_reference(number: str, data: st.DataObject) -> None:
    right = creditor_reference(number)
    assert is_creditor_reference(right)
    place = data.draw(st.integers(2, len(right) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != right[place]]))
    assert not is_creditor_reference(right[:place] + digit + right[place + 1 :])
    place = data.draw(st.integers(4, len(right) - 2))
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert swapped == right or not is_creditor_reference(swapped)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(1, (1, 30)), (30, (1, 30)), (31, (31, 90)), (365, (181, 365)), (366, (366, None))],
)
def test_the_age_of_a_debt(days: int, bucket: tuple[int, int | None]) -> None:
    assert age_bucket(days) == bucket


def test_what_is_not_late_has_no_age() -> None:
    with pytest.raises(ValueError, match="late from the first day"):
        age_bucket(0)
