"""Appeals from decisions on objections, on a small Kyrgyz office: 3,000 som for one home."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from conftest import OFFICER
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import bill_appeals, bill_objections, books, ledger, rolls, suspensions
from kazyna.services.bill_appeals import BodyDecision, NewAppeal
from kazyna.services.context import Context
from kazyna.store import collection
from kazyna.store.connection import Database
from services.kyrgyz_office import OTHER, OWN, hold, homes, open_office, settle
from services.test_roll_lifecycle import issue, owed

TO_SERVICE = NewAppeal("tax_service", Decimal(1500), "the survey was not looked at", "survey 7")
TO_COURT = replace(TO_SERVICE, body="court")
REJECTED = BodyDecision("decision 12", "the survey is of another flat")


@pytest.fixture
def officer(database: Database) -> Context:
    ctx = open_office(database, "2026-07-20").context(OFFICER)
    settle(ctx, homes(area_m2=[120]))
    hold(ctx, ("H1", "T1", "1"))
    issue(ctx)
    return ctx


@pytest.fixture
def rejected(officer: Context) -> int:
    """Return an objection that the office has rejected."""
    own = replace(officer, actor=OWN)
    (bill,) = rolls.my_bills(own)
    filed = bill_objections.file_objection(
        own, reference=bill.reference, claimed=Decimal(1500), grounds="the flat has 100 m2"
    )
    bill_objections.decide_objection(officer, filed.objection_id, reason="no survey")
    return filed.objection_id


def held(ctx: Context) -> list[tuple[str, Decimal | None]]:
    found = suspensions.suspensions_of(ctx, "T1")
    return [(each.reason, each.disputed) for each in found if each.last_day is None]


def test_a_taxpayer_appeals_and_only_the_part_in_dispute_is_left_alone(
    officer: Context, rejected: int
) -> None:
    own = replace(officer, actor=OWN)
    (body,) = bill_appeals.next_bodies(own, rejected)
    assert (body.name, body.until) == ("tax_service", date(2026, 8, 19))
    filed = bill_appeals.file_appeal(own, rejected, TO_SERVICE)
    assert (filed.status, filed.contested) == ("filed", Decimal(3000))
    assert filed.answer_by == officer.today + timedelta(days=30)
    assert bill_appeals.next_bodies(own, rejected) == ()
    assert held(officer) == [("appeal 1", Decimal(1500))]
    late = replace(officer, today=date(2026, 12, 1))
    with late.transaction() as tx:
        (debtor,) = collection.debtors(tx, late.today).to_pylist()
    assert debtor["overdue"] == 150_000  # of 300,000: what is not in dispute is chased
    with pytest.raises(Conflict, match="is open already"):
        bill_appeals.file_appeal(own, rejected, TO_SERVICE)
    assert bill_appeals.appeals(replace(officer, actor=OTHER)) == ()
    with pytest.raises(NotFound):
        bill_appeals.file_appeal(replace(officer, actor=OTHER), rejected, TO_SERVICE)


def test_a_body_that_finds_a_fact_wrong_has_the_bill_computed_anew(
    officer: Context, rejected: int
) -> None:
    own = replace(officer, actor=OWN)
    filed = bill_appeals.file_appeal(own, rejected, TO_SERVICE)
    with pytest.raises(Forbidden):
        bill_appeals.record_decision(own, filed.appeal_id, REJECTED)
    decided = bill_appeals.record_decision(
        officer, filed.appeal_id, replace(REJECTED, changed={"area_m2": "110"})
    )
    assert (decided.status, decided.decided_amount) == ("partly_upheld", Decimal(2250))
    assert (decided.document, decided.lowered) == ("decision 12", Decimal(0))
    assert owed(officer, "T1") == 2250
    assert held(officer) == []
    corrected = rolls.bill_versions(own, reference=filed.reference)[-1]
    assert (corrected.amount, corrected.cause) == (Decimal(2250), "appeal 1")


def test_a_court_says_what_is_owed_and_the_account_follows(officer: Context, rejected: int) -> None:
    own = replace(officer, actor=OWN)
    (bill,) = rolls.my_bills(own)
    ledger.record_payment(
        officer, reference=bill.reference, amount=Decimal(3000), received_on=officer.today, key="k"
    )
    with pytest.raises(Conflict, match="From a decision of 'objection' nobody appeals to 'court'"):
        bill_appeals.file_appeal(own, rejected, TO_COURT)
    first = bill_appeals.file_appeal(own, rejected, TO_SERVICE)
    assert bill_appeals.record_decision(officer, first.appeal_id, REJECTED).status == "rejected"
    second = bill_appeals.file_appeal(own, rejected, TO_COURT)
    judged = bill_appeals.record_decision(
        officer, second.appeal_id, replace(REJECTED, amount=Decimal("1499.99"))
    )
    assert (judged.status, judged.lowered) == ("upheld", Decimal("1500.01"))
    assert rolls.my_bills(own)[0].amount == 3000  # what the law computes stays
    accounts = {each.account: each for each in ledger.statement(officer, taxpayer_id="T1")}
    assert accounts["credit:T1"].balance == Decimal("-1500.01")  # it was paid already
    assert books.audit(officer).sound
    assert bill_appeals.next_bodies(own, rejected) == ()


def test_appeals_have_their_days_and_their_order(officer: Context, rejected: int) -> None:
    own = replace(officer, actor=OWN)
    late = replace(own, today=date(2026, 8, 20))
    assert bill_appeals.next_bodies(late, rejected) == ()
    with pytest.raises(Conflict, match="could be appealed until 2026-08-19"):
        bill_appeals.file_appeal(late, rejected, TO_SERVICE)
    with pytest.raises(NotFound, match="it has: tax_service, court"):
        bill_appeals.file_appeal(own, rejected, replace(TO_SERVICE, body="parliament"))
    for wrong, column in ((replace(TO_SERVICE, claimed=Decimal(3000)), "claimed"),
                          (replace(TO_SERVICE, grounds=" "), "grounds")):  # fmt: skip
        with pytest.raises(InputError, match=f"column {column}"):
            bill_appeals.file_appeal(own, rejected, wrong)
    taken_back = bill_appeals.file_appeal(own, rejected, TO_SERVICE)
    gone = bill_appeals.withdraw_appeal(own, taken_back.appeal_id)
    assert (gone.status, held(officer)) == ("withdrawn", [])
    with pytest.raises(Conflict, match="is withdrawn already"):
        bill_appeals.record_decision(officer, taken_back.appeal_id, REJECTED)
    again = bill_appeals.file_appeal(own, rejected, TO_SERVICE)
    for wrong_decision, column in (
        (replace(REJECTED, document=" "), "document"),
        (replace(REJECTED, decided_on=date(2026, 7, 19)), "decided_on"),
        (replace(REJECTED, amount=Decimal("0.001")), "amount"),
        (replace(REJECTED, amount=Decimal(3001)), "amount"),
        (replace(REJECTED, amount=Decimal(1), changed={"area_m2": "1"}), "amount"),
    ):
        with pytest.raises(InputError, match=f"column {column}"):
            bill_appeals.record_decision(officer, again.appeal_id, wrong_decision)
    assert [each.status for each in bill_appeals.appeals_of(own, rejected)] == [
        "withdrawn",
        "filed",
    ]


def test_nobody_appeals_against_what_was_not_decided_or_was_granted(officer: Context) -> None:
    own = replace(officer, actor=OWN)
    (bill,) = rolls.my_bills(own)

    def objection() -> int:
        return bill_objections.file_objection(
            own, reference=bill.reference, claimed=Decimal(1500), grounds="smaller"
        ).objection_id

    open_ = objection()
    assert bill_appeals.next_bodies(own, open_) == ()
    with pytest.raises(Conflict, match="is filed: not decided"):
        bill_appeals.file_appeal(own, open_, TO_SERVICE)
    bill_objections.decide_objection(officer, open_, reason="so it is", changed={"area_m2": "100"})
    with pytest.raises(Conflict, match="gave what was claimed"):
        bill_appeals.file_appeal(own, open_, replace(TO_SERVICE, claimed=Decimal(1)))


def test_two_disputes_of_a_year_end_each_on_its_own(officer: Context, rejected: int) -> None:
    own = replace(officer, actor=OWN)
    bill_appeals.file_appeal(own, rejected, TO_SERVICE)
    suspensions.suspend(
        officer, taxpayer_id="T1", tax="residential_property", period=2026, reason="flood"
    )
    with pytest.raises(Conflict, match="suspended already"):
        suspensions.suspend(
            officer, taxpayer_id="T1", tax="residential_property", period=2026, reason="storm"
        )
    bill_appeals.withdraw_appeal(own, 1)
    assert held(officer) == [("flood", None)]
