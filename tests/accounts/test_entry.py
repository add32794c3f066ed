import doctest
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    Debt,
    Entry,
    Movement,
    Posting,
    age_bucket,
    charge,
    chart,
    crediting,
    creditor_reference,
    entry,
    is_creditor_reference,
    reference,
    reversal_postings,
    running,
    totals,
)

DAY = date(2016, 4, 1)
NOON = datetime(2016, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "module", [chart, crediting, entry, reference], ids=lambda module: module.__name__
)
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_a_charge_is_owed_and_earned_by_its_bucket() -> None:
    debt = Debt(2016, "interest", DAY)
    owed = charge(
        key="k",
        account="receivable:t:T1",
        amount=100,
        effective_on=DAY,
        debt=debt,
        description="d",
    )
    assert owed.postings == (Posting("receivable:t:T1", "revenue:t:interest", 100, debt),)


def test_a_reversal_gives_back_what_is_open_and_credits_what_was_paid() -> None:
    debt = Debt(2016, "tax", DAY)
    first = (Posting("receivable:t:T1", "revenue:t", 10, debt),)
    undone = reversal_postings(first, {("receivable:t:T1", debt): 4}, "T1")
    assert undone == (
        Posting("revenue:t", "receivable:t:T1", 4, debt),
        Posting("revenue:t", "credit:T1", 6),
    )
    assert reversal_postings(undone, {}, "T1") == (
        Posting("receivable:t:T1", "revenue:t", 4, debt),
        Posting("credit:T1", "revenue:t", 6),
    )


@pytest.mark.parametrize(
    ("debit", "credit", "amount", "reason"),
    [
        ("treasury", "treasury", 1, "two accounts"),
        ("treasury", "suspense", 0, "positive amount that fits"),
        ("treasury", "suspense", -1, "positive amount that fits"),
        ("treasury", "suspense", 2**63, "positive amount that fits"),
        ("treasury", "receivable:t:T1", 1, "names the debt"),
        ("treasury", "bank", 1, "is no account"),
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
        Entry("k", "payment", DAY, "odd", (Posting("treasury", "suspense", 1),), reverses=3)


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


def test_what_was_paid_of_an_undone_charge_has_left_the_account_as_credit() -> None:
    owed = Movement("a", 1, "charge", DAY, NOON, "owed", 100, reversed=True)
    paid = Movement("a", 2, "payment", DAY, NOON, "paid", -60, reversed=False)
    undone = Movement("a", 3, "reversal", DAY, NOON, "mistake", -40, reversed=False)
    summed = totals([owed, paid, undone])
    assert (summed.charged, summed.paid, summed.balance) == (60, 60, 0)


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
