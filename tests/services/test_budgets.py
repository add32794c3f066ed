"""Receipts divided among budgets on a small office whose law divides a tax in two."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from debtors import HEAD, office_of, pay
from kazyna.core.dated import Dated
from kazyna.core.errors import InputError
from kazyna.core.text import Text
from kazyna.packs.division import Budgets, Division
from kazyna.packs.grounds import Grounds
from kazyna.services import budgets, ledger, settlements
from kazyna.services.context import Context, Installation
from kazyna.services.settlements import NewSettlement

YEAR = {"first": date(2016, 1, 1), "last": date(2016, 12, 31)}
LAW = Budgets(
    {name: Text(name, name, name) for name in ("state", "city")},
    {
        "property_tax": Dated.of([
            (date(2016, 1, 1), Division({"state": Decimal("0.3"), "city": Decimal("0.7")},
                                        Grounds("act 1", doubt="from memory"))),
            (date(2016, 6, 1), Division({"city": Decimal(1)}, Grounds("act 2"))),
        ]),
    },
)  # fmt: skip


@pytest.fixture
def officer(installation: Installation) -> Context:
    ctx = office_of(installation, {"T1": "100.00", "T2": "50.00"})
    accounts = replace(ctx.pack.accounts, budgets=LAW)
    return replace(ctx, pack=replace(ctx.pack, accounts=accounts))


def totals(ctx: Context) -> dict[str, Decimal]:
    """Return the total of each budget, having checked that all of them make up the treasury."""
    found = budgets.divided_receipts(ctx, **YEAR)
    sums = {each.budget: each.amount for each in found.totals}
    assert sum(sums.values()) + found.waiting == found.received
    treasury = [line for line in ledger.trial_balance(ctx).lines if line.account == "treasury"]
    assert found.received == sum(line.debit - line.credit for line in treasury)
    return sums | {"waiting": found.waiting}


def test_each_receipt_is_divided_by_the_law_of_its_day(officer: Context) -> None:
    pay(officer, "T1", "10.01", date(2016, 5, 31), "may")
    pay(officer, "T1", "5.00", date(2016, 6, 1), "june")
    assert totals(officer) == {
        "state": Decimal("3.00"), "city": Decimal("12.01"), "": 0, "waiting": 0,
    }  # fmt: skip
    found = budgets.divided_receipts(officer, **YEAR)
    assert [(law.since.month, law.doubt) for law in found.laws] == [(1, "from memory"), (6, None)]
    lines = budgets.export_budgets(officer, **YEAR).decode().splitlines()
    assert lines[1] == "2016-05,property_tax,,city,7.01,USD"


def test_what_is_undone_takes_from_each_budget_what_it_was_given(officer: Context) -> None:
    pay(officer, "T2", "0.01", date(2016, 5, 1), "kept")
    before = totals(officer)
    wrong = pay(officer, "T1", "33.33", date(2016, 5, 2), "wrong")
    assert totals(officer) != before
    ledger.reverse(officer, wrong.entry_id, reason="of another", key="undo")
    # It counts from today, when another law holds, and is divided as what it undoes.
    assert totals(officer) == before


def test_money_beyond_all_debts_waits_until_it_settles_a_tax(officer: Context) -> None:
    pay(officer, "T1", "120.00", date(2016, 5, 1), "more")
    assert totals(officer) == {"state": 30, "city": 70, "": 0, "waiting": 20}
    asked = settlements.request(officer, NewSettlement("refund", "T1", Decimal(5), "wants it"))
    settlements.approve(replace(officer, actor=HEAD), asked.request_id)
    assert totals(officer) == {"state": 30, "city": 70, "": 0, "waiting": 15}


def test_a_tax_that_the_pack_does_not_divide_is_shown_as_such(officer: Context) -> None:
    plain = replace(officer, pack=replace(officer.pack, accounts=replace(
        officer.pack.accounts, budgets=Budgets())))  # fmt: skip
    pay(officer, "T1", "10.01", date(2016, 5, 31), "may")
    assert totals(plain) == {"": Decimal("10.01"), "waiting": 0}
    with pytest.raises(InputError, match="column last"):
        budgets.divided_receipts(officer, first=date(2016, 2, 1), last=date(2016, 1, 1))
