"""The points of a day held against what came in afterwards, on a small office."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from debtors import HEAD, office_of, pay
from kazyna.core.errors import InputError
from kazyna.services import collection, ledger, risk_outcomes, settlements
from kazyna.services.context import Context, Installation
from kazyna.services.settlements import NewSettlement

OWED = {"T1": "5000.00", "T2": "1234.56", "T3": "40.00", "T4": "60000.00", "T5": "700.00"}


@pytest.fixture
def officer(installation: Installation) -> Context:
    return office_of(installation, OWED)


def test_points_are_those_that_were_known_then_and_money_is_what_came_since(
    officer: Context,
) -> None:
    pay(officer, "T1", "100.00", date(2016, 5, 1), "before")
    early = pay(officer, "T2", "5.00", date(2016, 5, 1), "not hers")
    ledger.reverse(officer, early.entry_id, reason="not hers", key="undo early")
    collection.dun(officer)
    shown = {each.taxpayer_id: each.score for each in collection.risks(officer)}

    later = replace(officer, today=officer.today + timedelta(days=400))
    soon = officer.today + timedelta(days=30)
    pay(later, "T1", "4900.00", soon, "whole")
    pay(later, "T3", "20.00", soon, "half")
    pay(later, "T4", "29999.99", soon, "less than half")
    wrong = pay(later, "T5", "700.00", soon, "not his")
    ledger.reverse(later, wrong.entry_id, reason="not his", key="undo")
    asked = settlements.request(
        later, NewSettlement("write_off", "T2", Decimal("1234.56"), "gone", "property_tax")
    )
    settlements.approve(replace(later, actor=HEAD), asked.request_id)
    collection.dun(later)

    found = risk_outcomes.risk_test(later, on=officer.today)
    assert (found.debtors, found.unpaid, found.until) == (5, 3, date(2017, 6, 15))
    unpaid = {"T2", "T4", "T5"}  # given up, too little, and undone
    pairs = [(shown[a], shown[b]) for a in unpaid for b in set(OWED) - unpaid]
    won = sum(a > b for a, b in pairs) + sum(a == b for a, b in pairs) / 2
    assert found.auc == pytest.approx(won / len(pairs))
    assert sum(group.debtors for group in found.groups) == found.debtors
    assert sum(group.overdue for group in found.groups) == Decimal("66874.56")
    assert sum(group.paid for group in found.groups) == Decimal("34919.99")


def test_days_that_are_not_over_and_days_without_debtors(officer: Context) -> None:
    with pytest.raises(InputError, match="column on"):
        risk_outcomes.risk_test(officer, on=officer.today, days=30)
    nobody = risk_outcomes.risk_test(officer)
    assert (nobody.debtors, nobody.auc, nobody.lift) == (0, None, None)
    one_kind = risk_outcomes.risk_test(officer, on=date(2016, 6, 1), days=7)
    assert (one_kind.debtors, one_kind.unpaid, one_kind.auc) == (0, 0, None)  # posted later
