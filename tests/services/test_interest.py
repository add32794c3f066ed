from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from debtors import HEAD, office_of, pay
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import books, interest, ledger, settlements
from kazyna.services.context import Actor, Context, Installation

DUE = date(2016, 4, 30)


OWED = {"T1": "5000.00", "T2": "1234.56", "T3": "0.33"}
DEBTOR = "T1"
DEBT = Decimal("5000.00")


@pytest.fixture
def officer(installation: Installation) -> Context:
    return office_of(installation, OWED)


def month(amount: Decimal, months: int) -> Decimal:
    """Return interest as Washington has it: 1 % for each month that has begun."""
    return (amount * months / 100).quantize(Decimal("0.01"))


def test_a_run_charges_every_late_debt_once(officer: Context) -> None:
    before = ledger.arrears(officer, limit=10**6)
    run = interest.accrue(officer)
    # Late since 1 May; May and June have begun.
    each = [month(debt.balance, 2) for debt in before.largest]
    assert run.debts == before.debtors == len(each)
    assert run.charged == pytest.approx(sum(each), abs=Decimal("0.005") * len(each))
    again = interest.accrue(officer)
    assert (again.debts, int(again.charged), again.run_id) == (0, 0, None)
    after = {debt.taxpayer_id: debt.balance for debt in ledger.arrears(officer, 10**6).largest}
    assert after[DEBTOR] == DEBT + month(DEBT, 2)
    assert books.audit(officer).sound
    trial = ledger.trial_balance(officer)
    earned = {line.account: line.credit for line in trial.lines}["revenue:property_tax"]
    assert trial.debit == trial.credit
    assert earned > 0
    assert [found.run_id for found in interest.runs(officer)] == [run.run_id]


def test_two_months_in_one_run_or_in_two_are_the_same(officer: Context) -> None:
    interest.accrue(officer, through=date(2016, 5, 31))
    first = interest.interest_to(officer, taxpayer_id=DEBTOR)
    (debt,) = first.debts
    assert debt.charged == month(DEBT, 1)
    assert debt.interest == month(DEBT, 2)
    assert first.not_charged == debt.interest - debt.charged
    assert [(line.first, line.last, int(line.units)) for line in debt.lines] == [
        (date(2016, 5, 1), date(2016, 6, 15), 2)
    ]
    interest.accrue(officer)
    (debt,) = interest.interest_to(officer, taxpayer_id=DEBTOR).debts
    assert debt.charged == debt.interest == debt.owed == month(DEBT, 2)
    with pytest.raises(Conflict, match="charged through 2016-06-15 already"):
        interest.accrue(officer, through=date(2016, 6, 14))
    with pytest.raises(InputError, match="the day is 2016-06-16"):
        interest.accrue(officer, through=date(2016, 6, 16))


def test_interest_is_not_on_the_day_it_was_due(officer: Context) -> None:
    assert interest.accrue(officer, through=DUE).charged == 0
    assert interest.accrue(officer, through=DUE + timedelta(days=1)).charged > 0


def test_a_payment_that_comes_to_light_late_takes_interest_back(officer: Context) -> None:
    interest.accrue(officer)
    pay(officer, DEBTOR, "5000.00", DUE, "late news")
    owed = {x.account: x.balance for x in ledger.statement(officer, taxpayer_id=DEBTOR)}
    assert sum(owed.values()) == month(DEBT, 2)
    run = interest.accrue(officer)
    assert (run.replayed, run.charged) == (1, -month(DEBT, 2))
    balances = [x.balance for x in ledger.statement(officer, taxpayer_id=DEBTOR)]
    assert sum(balances) == 0
    assert interest.accrue(officer).run_id is None
    assert books.audit(officer).sound


def test_a_payment_before_the_run_settles_interest_first_where_the_law_says_so(
    officer: Context,
) -> None:
    part = Decimal("100.00")
    pay(officer, DEBTOR, "100.00", date(2016, 5, 10), "part")
    interest.accrue(officer)
    (debt,) = interest.interest_to(officer, taxpayer_id=DEBTOR).debts
    first = month(DEBT, 1)
    assert debt.principal == DEBT - (part - first)
    assert debt.charged == debt.interest
    assert debt.owed == debt.interest - first


def test_a_reversed_payment_never_was(officer: Context) -> None:
    pay(officer, DEBTOR, "5000.00", date(2016, 5, 10), "cheque")
    interest.accrue(officer)
    paid = next(
        line
        for account in ledger.statement(officer, taxpayer_id=DEBTOR)
        for line in account.lines
        if line.kind == "payment"
    )
    ledger.reverse(officer, paid.entry_id, reason="cheque returned", key="back")
    interest.accrue(officer)
    (debt,) = interest.interest_to(officer, taxpayer_id=DEBTOR).debts
    assert debt.principal == DEBT
    assert debt.charged == debt.owed == month(DEBT, 2)


def test_a_run_is_mended_by_the_next_not_undone(officer: Context) -> None:
    interest.accrue(officer)
    (account,) = ledger.statement(officer, taxpayer_id=DEBTOR)
    entry = next(line for line in account.lines if line.kind == "penalty_interest")
    with pytest.raises(Conflict, match="mended by the next one"):
        ledger.reverse(officer, entry.entry_id, reason="no", key="r")


def test_credit_that_was_paid_out_is_left_for_an_officer(officer: Context) -> None:
    interest.accrue(officer, through=date(2016, 5, 31))
    pay(officer, DEBTOR, "5050.00", date(2016, 6, 1), "all")
    pay(officer, DEBTOR, "50.00", date(2016, 6, 2), "too much")
    asked = settlements.NewSettlement("refund", DEBTOR, Decimal(50), "paid twice")
    number = settlements.request(officer, asked).request_id
    settlements.approve(replace(officer, actor=HEAD), number)
    # On 1 June the second month had begun: the payment was short by its interest.
    run = interest.accrue(officer)
    assert run.left == (f"receivable:property_tax:{DEBTOR}",)
    assert books.audit(officer).sound


def test_who_may_look(officer: Context) -> None:
    own = replace(officer, actor=Actor("t", "taxpayer", DEBTOR))
    mine = interest.interest_to(own, taxpayer_id=DEBTOR)
    assert mine == interest.interest_to(officer, taxpayer_id=DEBTOR)
    with pytest.raises(Forbidden):
        interest.interest_to(own, taxpayer_id="T0000001")
    with pytest.raises(Forbidden):
        interest.accrue(own)
    with pytest.raises(NotFound):
        interest.interest_to(officer, taxpayer_id="nobody")


def test_a_pack_without_interest_says_so(officer: Context) -> None:
    silent = replace(officer.pack, accounts=replace(officer.pack.accounts, interest=None))
    with pytest.raises(NotFound, match="says nothing of penalty interest"):
        interest.accrue(replace(officer, pack=silent))


def test_settling_in_another_order_leaves_no_noise_on_the_statement(officer: Context) -> None:
    pay(officer, DEBTOR, "300.00", date(2016, 5, 20), "part")
    interest.accrue(officer)
    (account,) = ledger.statement(officer, taxpayer_id=DEBTOR)
    assert [line.kind for line in account.lines] == ["charge", "payment", "penalty_interest"]
    assert account.paid == Decimal("300.00")
