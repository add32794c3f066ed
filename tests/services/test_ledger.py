from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from conftest import OFFICER, issue_roll
from kazyna.core.errors import Conflict, InputError, NotFound
from kazyna.services import ledger, rolls
from kazyna.services.context import Context, Installation
from kazyna.services.rolls import Payable
from kazyna.store import ledger as journal

DAY = date(2016, 5, 2)


@pytest.fixture
def bill(officer: Context) -> Payable:
    """Take a bill that nobody has paid."""
    debt = ledger.arrears(officer, limit=1).largest[0]
    (unpaid, *_) = rolls.bills_of_taxpayer(officer, debt.taxpayer_id)
    return Payable(unpaid.reference, unpaid.taxpayer_id, unpaid.amount, unpaid.due_on)


def pay(ctx: Context, bill: Payable, amount: str, key: str) -> ledger.PostedEntry:
    return ledger.record_payment(
        ctx, reference=bill.reference, amount=Decimal(amount), received_on=DAY, key=key
    )


def test_a_payment_lowers_the_debt_once_however_often_it_is_sent(
    officer: Context, bill: Payable
) -> None:
    (before,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    first = pay(officer, bill, "100.25", "k1")
    again = pay(officer, bill, "100.25", "k1")
    (after,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    assert (first.created, again.created) == (True, False)
    assert first.entry_id == again.entry_id
    assert after.balance == before.balance - Decimal("100.25") == again.balance
    assert len(after.lines) == len(before.lines) + 1


def test_a_key_cannot_be_used_for_something_else(officer: Context, bill: Payable) -> None:
    pay(officer, bill, "1.00", "k1")
    with pytest.raises(Conflict, match="was used for another"):
        pay(officer, bill, "2.00", "k1")


def test_what_is_paid_too_much_stands_as_credit(officer: Context, bill: Payable) -> None:
    posted = pay(officer, bill, "99999999.00", "k1")
    surplus, debt = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    assert surplus.account == f"credit:{bill.taxpayer_id}"
    assert posted.balance == surplus.balance < 0 == debt.balance
    late = {debt.taxpayer_id for debt in ledger.arrears(officer, limit=10**6).largest}
    assert bill.taxpayer_id not in late


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": Decimal("0.001")}, "column amount: the amount is 0.001"),
        ({"amount": Decimal(-5)}, "column amount: the amount is -5"),
        ({"received_on": date(2030, 1, 1)}, "column received_on: the payment is received on 2030"),
        ({"key": " "}, "column key: no key is given"),
    ],
)
def test_a_payment_that_cannot_be_is_refused_and_nothing_is_posted(
    officer: Context, bill: Payable, change: dict[str, object], reason: str
) -> None:
    before = ledger.trial_balance(officer)
    given = {"reference": bill.reference, "amount": Decimal(5), "received_on": DAY, "key": "k"}
    with pytest.raises(InputError) as refused:
        ledger.record_payment(officer, **(given | change))  # type: ignore[arg-type]
    assert reason in str(refused.value)
    assert ledger.trial_balance(officer) == before


def test_an_unknown_reference_and_a_slip_of_the_hand_are_told_apart(officer: Context) -> None:
    with pytest.raises(NotFound, match="No bill has the reference RF18539007547034"):
        pay(officer, Payable("RF18539007547034", "", Decimal(1), DAY), "1", "k")
    with pytest.raises(NotFound, match="a digit is wrong or missing"):
        pay(officer, Payable("RF18539007547043", "", Decimal(1), DAY), "1", "k")


def test_a_bank_day_is_posted_whole_or_not_at_all(officer: Context, bill: Payable) -> None:
    before = ledger.trial_balance(officer)
    good = ledger.Payment(bill.reference, Decimal(5), DAY, "a")
    strange = ledger.Payment("RF18539007547034", Decimal(5), DAY, "b")
    with pytest.raises(NotFound):
        ledger.record_payments(officer, [good, strange])
    assert ledger.trial_balance(officer) == before
    assert ledger.record_payments(officer, [good]).created == 1
    assert ledger.record_payments(officer, [good]).created == 0
    # The same request one by one is the same request.
    assert not pay(officer, bill, "5", "a").created


def test_a_payment_is_reversed_once(officer: Context, bill: Payable) -> None:
    (before,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    paid = pay(officer, bill, "70.00", "k1")
    undone = ledger.reverse(officer, paid.entry_id, reason="wrong taxpayer", key="r1")
    again = ledger.reverse(officer, paid.entry_id, reason="wrong taxpayer", key="r1")
    (after,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    assert after.balance == before.balance == undone.balance
    assert (undone.created, again.created) == (True, False)
    assert [line.reversed for line in after.lines if line.entry_id == paid.entry_id] == [True]
    with pytest.raises(Conflict, match=f"Entry {paid.entry_id} is reversed already"):
        ledger.reverse(officer, paid.entry_id, reason="again", key="r2")
    with pytest.raises(NotFound, match="There is no entry 0"):
        ledger.reverse(officer, 0, reason="nothing", key="r3")
    with pytest.raises(InputError, match="no reason is given"):
        ledger.reverse(officer, paid.entry_id, reason=" ", key="r4")
    with pytest.raises(InputError, match="no key is given"):
        ledger.reverse(officer, paid.entry_id, reason="again", key=" ")


def test_many_clerks_with_one_key_post_once_and_with_their_own_post_all(
    officer: Context, bill: Payable
) -> None:
    (before,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    with ThreadPoolExecutor(16) as clerks:
        same = list(clerks.map(lambda _: pay(officer, bill, "1.00", "one"), range(32)))
        own = list(clerks.map(lambda n: pay(officer, bill, "0.01", f"own{n}"), range(32)))
    (after,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    assert sum(entry.created for entry in same) == 1
    assert len({entry.entry_id for entry in same}) == 1
    assert all(entry.created for entry in own)
    assert after.balance == before.balance - Decimal("1.32")


def test_a_payment_that_is_refused_spoils_none_that_comes_with_it(
    officer: Context, bill: Payable
) -> None:
    (before,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    pay(officer, bill, "1.00", "used")
    strange = replace(bill, reference="RF18539007547034")
    with ThreadPoolExecutor(16) as clerks:
        good = [clerks.submit(pay, officer, bill, "0.01", f"good{n}") for n in range(30)]
        used = [clerks.submit(pay, officer, bill, "2.00", "used") for _ in range(5)]
        unknown = [clerks.submit(pay, officer, strange, "3.00", f"s{n}") for n in range(5)]
    assert all(one.result().created for one in good)
    assert all(isinstance(one.exception(), Conflict) for one in used)
    assert all(isinstance(one.exception(), NotFound) for one in unknown)
    (after,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    assert after.balance == before.balance - Decimal("1.30")
    assert len({one.result().balance for one in good}) == 30


def test_the_books_balance_and_agree_with_every_statement(shared_demo: Installation) -> None:
    officer = shared_demo.context(OFFICER)
    trial = ledger.trial_balance(officer)
    revenue = ledger.revenue(officer)
    assert trial.debit == trial.credit
    by_account = {line.account: line for line in trial.lines}
    assert by_account["treasury"].debit - by_account["treasury"].credit == revenue.received
    assert by_account["revenue:property_tax"].credit == revenue.charged
    arrears = ledger.arrears(officer, limit=5)
    for debt in arrears.largest:
        (statement,) = ledger.statement(officer, taxpayer_id=debt.taxpayer_id)
        assert statement.charged - statement.paid == statement.balance == debt.balance
        assert statement.lines[-1].balance == statement.balance
    assert sum(bucket.amount for bucket in arrears.buckets) == arrears.total


def test_nobody_is_late_before_the_day_after_the_due_day(
    demo: Installation, at: Callable[[date], Context]
) -> None:
    due = rolls.issued(demo.context(OFFICER))[0].due_on
    assert ledger.arrears(at(due)).total == 0
    (bucket,) = ledger.arrears(at(due + timedelta(days=1))).buckets
    assert (bucket.from_days, bucket.to_days) == (1, 30)


@pytest.fixture
def at(demo: Installation) -> Callable[[date], Context]:
    """Act as an officer on another day."""
    return lambda day: Context(demo.database, demo.pack, day, OFFICER)


@pytest.mark.parametrize(
    "amount", ["1E+30", "92233720368547758.08", "NaN", "Infinity", "1E-400", "0"]
)
def test_an_amount_that_no_account_holds_is_refused_as_input(
    officer: Context, bill: Payable, amount: str
) -> None:
    with pytest.raises(InputError, match="column amount: the amount is"):
        pay(officer, bill, amount, "k")


def test_a_line_that_stands_twice_in_a_bank_day_is_posted_once(
    officer: Context, bill: Payable
) -> None:
    line = ledger.Payment(bill.reference, Decimal(5), DAY, "a")
    assert ledger.record_payments(officer, [line, line]) == ledger.PostedPayments(2, 1)
    assert not pay(officer, bill, "5", "a").created
    other = ledger.Payment(bill.reference, Decimal(6), DAY, "b")
    with pytest.raises(Conflict, match="The key 'b' was used for another entry"):
        ledger.record_payments(officer, [other, replace(other, amount=Decimal(7))])
    assert ledger.record_payments(officer, []) == ledger.PostedPayments(0, 0)


def test_a_reversal_that_is_reversed_leaves_the_payment_standing(
    officer: Context, bill: Payable
) -> None:
    paid = pay(officer, bill, "70.00", "k1")
    (before,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    undone = ledger.reverse(officer, paid.entry_id, reason="wrong taxpayer", key="r1")
    redone = ledger.reverse(officer, undone.entry_id, reason="it was right", key="r2")
    (after,) = ledger.statement(officer, taxpayer_id=bill.taxpayer_id)
    assert redone.balance == paid.balance
    assert (after.charged, after.paid, after.balance) == (
        before.charged,
        before.paid,
        before.balance,
    )
    assert {line.entry_id: line.reversed for line in after.lines[-3:]} == {
        paid.entry_id: False,
        undone.entry_id: True,
        redone.entry_id: False,
    }


def test_a_reversal_sent_again_on_another_day_is_the_same_reversal(
    officer: Context, bill: Payable
) -> None:
    paid = pay(officer, bill, "70.00", "k1")
    first = ledger.reverse(officer, paid.entry_id, reason="mistake", key="r")
    tomorrow = replace(officer, today=officer.today + timedelta(days=1))
    again = ledger.reverse(tomorrow, paid.entry_id, reason="mistake", key="r")
    assert again == replace(first, created=False)


def test_one_key_does_not_reverse_two_payments_that_look_alike(
    officer: Context, bill: Payable
) -> None:
    one, two = (pay(officer, bill, "70.00", key) for key in ("k1", "k2"))
    ledger.reverse(officer, one.entry_id, reason="mistake", key="r")
    with pytest.raises(Conflict, match="The key 'r' was used for another entry"):
        ledger.reverse(officer, two.entry_id, reason="mistake", key="r")


def charge_entries(ctx: Context, taxpayer_id: str) -> list[ledger.StatementLine]:
    (statement,) = ledger.statement(ctx, taxpayer_id=taxpayer_id)
    return [line for line in statement.lines if line.kind == "charge"]


def arrear_of(ctx: Context, taxpayer_id: str) -> ledger.Arrear | None:
    found = ledger.arrears(ctx, limit=10**6).largest
    return next((debt for debt in found if debt.taxpayer_id == taxpayer_id), None)


def test_payments_settle_the_oldest_debt_first(
    officer: Context, bill: Payable, at: Callable[[date], Context]
) -> None:
    old = arrear_of(officer, bill.taxpayer_id)
    issue_roll(officer, tax="property_tax", year=2017)
    late = at(date(2017, 6, 15))
    both = arrear_of(late, bill.taxpayer_id)
    assert old is not None
    assert both is not None
    assert (both.due_on, both.days_late) == (date(2016, 4, 30), 411)
    pay(late, bill, str(old.balance - Decimal("0.01")), "almost")
    almost = arrear_of(late, bill.taxpayer_id)
    assert almost == replace(both, balance=both.balance - old.balance + Decimal("0.01"))
    pay(late, bill, "0.01", "rest")
    assert arrear_of(late, bill.taxpayer_id) == replace(
        both, balance=both.balance - old.balance, due_on=date(2017, 4, 30), days_late=46
    )


def test_a_charge_that_is_undone_settles_no_other_debt(officer: Context, bill: Payable) -> None:
    before = arrear_of(officer, bill.taxpayer_id)
    issue_roll(officer, tax="property_tax", year=2017)
    undone = [
        ledger.reverse(officer, line.entry_id, reason="sold", key=f"u{line.entry_id}")
        for line in charge_entries(officer, bill.taxpayer_id)
        if line.effective_on.year == 2017
    ]
    late = replace(officer, today=date(2017, 6, 15))
    after = arrear_of(late, bill.taxpayer_id)
    assert before is not None
    assert after is not None
    assert (after.balance, after.due_on) == (before.balance, before.due_on)
    assert undone[-1].balance == before.balance
    for each in undone:
        redone = ledger.reverse(late, each.entry_id, reason="not sold", key=f"r{each.entry_id}")
    again = arrear_of(late, bill.taxpayer_id)
    assert again is not None
    assert redone.balance > again.balance > before.balance  # the halves of autumn are not late


def test_a_set_that_stands_in_part_is_posted_for_the_rest(officer: Context, bill: Payable) -> None:
    day, account = date(2016, 6, 1), f"receivable:property_tax:{bill.taxpayer_id}"
    rows = [
        {
            "idempotency_key": f"fee:{n}", "kind": "fee", "effective_on": day, "description": "",
            "debit_account": account, "credit_account": "revenue:property_tax", "amount": 10 + n,
            "period": 2016, "bucket": "cost", "due_on": day, "place": "",
        }
        for n in range(5)
    ]  # fmt: skip

    def post(part: list[dict[str, object]]) -> int:
        with officer.transaction() as tx:
            return journal.post_all(tx, pa.Table.from_pylist(part, journal.STAGED))

    def owed() -> int:
        with officer.transaction() as tx:
            return sum(row.balance for row in journal.debts(tx, account) if row.bucket == "cost")

    assert (post(rows[:2]), owed()) == (2, 21)
    assert (post(rows), owed()) == (3, 60)
    assert (post(rows), owed()) == (0, 60)
    with pytest.raises(Conflict, match="The key 'fee:4' was used for another entry"):
        post([{**rows[4], "amount": 99}])
    with pytest.raises(Conflict, match="No account is open under the name 'receivable:t:nobody'"):
        post([{**rows[4], "idempotency_key": "new", "debit_account": "receivable:t:nobody"}])
