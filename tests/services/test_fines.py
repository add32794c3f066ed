"""Fines on a small Kyrgyz office: proposed, imposed, objected to, lowered, waived."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from conftest import OFFICER
from kazyna.core.errors import Conflict, InputError, NotFound
from kazyna.services import fines, ledger, rolls, settlements, suspensions
from kazyna.services.context import Actor, Context
from kazyna.services.fines import NewFine
from kazyna.store.connection import Database
from services.kyrgyz_office import OTHER, OWN, issue_cars, open_cars

LATE = NewFine(
    "T1", "vehicle", 2026, "late_payment_of_individual", Decimal(1000), "paid two months late"
)

NOTHING = Decimal(0)


@pytest.fixture
def officer(database: Database) -> Context:
    office = open_cars(database)
    issue_cars(office)
    return office.context(OFFICER)


def as_(ctx: Context, name: str) -> Context:
    return replace(ctx, actor=Actor(name, "officer"))


def owed(ctx: Context) -> Decimal:
    (account,) = ledger.statement(ctx, taxpayer_id="T1")[-1:]
    return account.balance


def test_a_fine_is_owed_once_a_second_officer_has_signed(officer: Context) -> None:
    before = owed(officer)
    proposed = fines.propose(officer, LATE)
    assert (proposed.status, proposed.open, owed(officer)) == ("proposed", NOTHING, before)
    with pytest.raises(NotFound):  # it is the office's own until then
        fines.find_fine(replace(officer, actor=OWN), proposed.fine_id)
    with pytest.raises(Conflict, match="another must sign"):
        fines.impose(officer, proposed.fine_id)
    imposed = fines.impose(as_(officer, "head"), proposed.fine_id)
    assert (imposed.status, imposed.open, imposed.imposed_by) == ("imposed", LATE.amount, "head")
    assert imposed.law.startswith("Tax Code of the Kyrgyz Republic, ")
    assert imposed.due_on == officer.today + timedelta(days=30)
    assert owed(officer) == before + 1000
    kinds = [line.kind for line in ledger.statement(officer, taxpayer_id="T1")[-1].lines]
    assert kinds[-1] == "fine"
    with pytest.raises(Conflict, match="already"):
        fines.propose(officer, LATE)
    with pytest.raises(Conflict, match="not proposed"):
        fines.impose(as_(officer, "third"), proposed.fine_id)


def test_a_payment_settles_the_fine_in_the_order_of_the_law(officer: Context) -> None:
    fine = fines.impose(as_(officer, "head"), fines.propose(officer, LATE).fine_id)
    (account,) = ledger.statement(officer, taxpayer_id="T1")[-1:]
    bills = [line for line in account.lines if line.kind == "charge"]
    tax = sum((line.debit for line in bills), Decimal(0))

    reference = rolls.bills_of_taxpayer(officer, "T1")[0].reference
    ledger.record_payment(
        officer, reference=reference, amount=tax + 400, received_on=officer.today, key="all"
    )
    assert fines.find_fine(officer, fine.fine_id).open == 600  # the tax is settled first
    asked = fines.waive(officer, fine.fine_id, reason="hardship")
    assert (asked.kind, asked.amount, asked.bucket) == ("remission", Decimal(600), "penalty")
    settlements.approve(as_(officer, "head"), asked.request_id)
    assert (fines.find_fine(officer, fine.fine_id).open, owed(officer)) == (NOTHING, NOTHING)
    with pytest.raises(Conflict, match="Nothing is open"):
        fines.waive(officer, fine.fine_id, reason="again")


def test_an_objection_lowers_or_cancels_and_is_decided_by_a_third(officer: Context) -> None:
    own, before = replace(officer, actor=OWN), owed(officer)
    fine = fines.impose(as_(officer, "head"), fines.propose(officer, LATE).fine_id)
    with pytest.raises(NotFound):
        fines.object_to(replace(officer, actor=OTHER), fine.fine_id, grounds="not mine")
    with pytest.raises(InputError, match="column grounds"):
        fines.object_to(own, fine.fine_id, grounds=" ")
    objected = fines.object_to(own, fine.fine_id, grounds="paid in time")
    assert (objected.status, objected.objection) == ("objected", "paid in time")
    (paused,) = suspensions.suspensions_of(officer, "T1")
    assert paused.last_day is None
    for name in (OFFICER.name, "head"):
        with pytest.raises(Conflict, match="another must sign"):
            fines.decide(as_(officer, name), fine.fine_id, amount=Decimal(0), reason="so it is")
    with pytest.raises(InputError, match="at most the fine"):
        fines.decide(as_(officer, "third"), fine.fine_id, amount=Decimal(1001), reason="more")
    reduced = fines.decide(as_(officer, "third"), fine.fine_id, amount=Decimal(250), reason="half")
    assert (reduced.status, reduced.standing, reduced.open) == (
        "reduced",
        Decimal(250),
        Decimal(250),
    )
    assert owed(officer) == before + 250
    (resumed,) = suspensions.suspensions_of(officer, "T1")
    assert resumed.last_day == officer.today
    assert [each.answer for each in fines.fines(own)] == ["half"]


def test_what_was_paid_of_a_cancelled_fine_is_credit(officer: Context) -> None:

    fine = fines.impose(as_(officer, "head"), fines.propose(officer, LATE).fine_id)
    reference = rolls.bills_of_taxpayer(officer, "T1")[0].reference
    all_of_it = owed(officer)
    ledger.record_payment(
        officer, reference=reference, amount=all_of_it, received_on=officer.today, key="all"
    )
    fines.object_to(officer, fine.fine_id, grounds="paid in time")
    gone = fines.decide(as_(officer, "third"), fine.fine_id, amount=Decimal(0), reason="true")
    assert (gone.status, gone.standing, gone.open) == ("cancelled", NOTHING, NOTHING)
    accounts = {each.account: each.balance for each in ledger.statement(officer, taxpayer_id="T1")}
    assert accounts["credit:T1"] == -1000
    fines.propose(officer, replace(LATE, grounds="paid late after all"))


def test_what_is_no_fine_of_the_law_is_refused(officer: Context) -> None:
    for wrong, column in ((replace(LATE, amount=Decimal(999)), "amount"),
                          (replace(LATE, grounds=" "), "grounds")):  # fmt: skip
        with pytest.raises(InputError, match=f"column {column}"):
            fines.propose(officer, wrong)
    for wrong in (replace(LATE, offence="theft"), replace(LATE, tax="air"),
                  replace(LATE, taxpayer_id="T99")):  # fmt: skip
        with pytest.raises(NotFound):
            fines.propose(officer, wrong)
    fine = fines.propose(officer, LATE)
    assert fines.refuse(as_(officer, "head"), fine.fine_id, reason="no proof").status == "refused"
    late = fines.impose(as_(officer, "head"), fines.propose(officer, LATE).fine_id)
    later = replace(officer, today=officer.today + timedelta(days=31))
    with pytest.raises(Conflict, match="could be objected to until"):
        fines.object_to(later, late.fine_id, grounds="too late")
