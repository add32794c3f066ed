"""Reliefs and objections change bills by the register, and the books by the difference."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conftest import OFFICER
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import bill_objections, reliefs, roll_comparison, rolls, suspensions
from kazyna.services.context import Context, Installation
from kazyna.services.reliefs import NewRelief
from kazyna.store.connection import Database
from services.kyrgyz_office import OTHER, OWN, hold, homes, open_office, settle
from services.test_roll_lifecycle import TAX, YEAR, amounts, confirm, correct, issue, owed

HERO = NewRelief(
    "H1", "relief_category", "hero_or_holder_of_high_order", date(2026, 1, 1), "certificate 5"
)
FIRST, SECOND = ("H1", "T1"), ("H2", "T1")


@pytest.fixture
def office(database: Database) -> Installation:
    installation = open_office(database, "2026-07-20")
    ctx = installation.context(OFFICER)
    settle(ctx, homes(area_m2=[120, 100]))
    hold(ctx, ("H1", "T1", "1"), ("H2", "T1", "1"))
    return installation


@pytest.fixture
def officer(office: Installation) -> Context:
    return office.context(OFFICER)


def test_a_relief_is_claimed_granted_and_ended(office: Installation, officer: Context) -> None:
    own = office.context(OWN)
    issue(officer)
    claim = reliefs.claim_relief(own, HERO)
    assert correct(officer).difference == 0  # not granted yet
    with pytest.raises(Conflict, match="claimed or granted for H1 already"):
        reliefs.claim_relief(own, HERO)
    with pytest.raises(Forbidden):
        reliefs.grant_relief(own, claim.claim_id, document="mine")
    reliefs.grant_relief(officer, claim.claim_id, document="order 5")
    with pytest.raises(Conflict, match="relief@2022-01-01"):
        correct(officer, "order 5")  # the relief itself is a doubtful value of the law
    confirm(officer)
    # half of (120 - 80) x 75 = 3,000 on one home
    assert correct(officer, "order 5").difference == -1500
    assert amounts(officer) == {FIRST: Decimal(1500), SECOND: Decimal(1500)}
    # the relief is for one object: the second has no other
    second = reliefs.claim_relief(own, replace(HERO, object_id="H2"))
    reliefs.grant_relief(officer, second.claim_id, document="order 6")
    assert correct(officer, "order 6").difference == 0
    reliefs.end_relief(officer, claim.claim_id, on=date(2026, 1, 1), document="order 7")
    # without the first, the second is the one object that the relief is for
    assert correct(officer, "order 7").difference == 1500 - 750
    assert owed(officer, "T1") == 3750
    assert {each.status for each in reliefs.claims(own)} == {"ended", "granted"}


def test_claims_that_make_no_sense_are_refused(office: Installation, officer: Context) -> None:
    own, other = office.context(OWN), office.context(OTHER)
    with pytest.raises(NotFound, match="T2 holds no object"):
        reliefs.claim_relief(other, HERO)
    with pytest.raises(Forbidden):
        reliefs.claim_relief(own, replace(HERO, taxpayer_id="T2"))
    for wrong, match in (
        ({"relief": "months"}, "'months' is no relief"),
        ({"value": "king"}, "'king' is not known"),
        ({"evidence": " "}, "no evidence"),
        ({"valid_to": date(2025, 1, 1)}, "ends on 2025-01-01"),
    ):
        with pytest.raises(InputError, match=match):
            reliefs.claim_relief(own, replace(HERO, **wrong))
    claim = reliefs.claim_relief(own, HERO)
    reliefs.refuse_relief(officer, claim.claim_id, document="no such certificate")
    with pytest.raises(Conflict, match="is refused, not claimed"):
        reliefs.grant_relief(officer, claim.claim_id, document="order")


def test_an_objection_that_is_upheld_corrects_the_bill(
    office: Installation, officer: Context
) -> None:
    own = office.context(OWN)
    issue(officer)
    (bill,) = (b for b in rolls.my_bills(own) if b.property_id == "H1")
    filed = bill_objections.file_objection(
        own, reference=bill.reference, claimed=Decimal(1500), grounds="the flat has 100 m2"
    )
    assert (filed.contested, filed.answer_by) == (Decimal(3000), date(2026, 8, 19))
    with pytest.raises(Conflict, match="is open already"):
        bill_objections.file_objection(
            officer, reference=bill.reference, claimed=Decimal(1), grounds="again"
        )
    with pytest.raises(Forbidden):
        bill_objections.decide_objection(own, filed.objection_id, reason="mine")
    (stopped,) = suspensions.suspensions_of(officer, "T1")
    assert (stopped.period, stopped.last_day, stopped.interest_pauses) == (2026, None, False)
    decided = bill_objections.decide_objection(
        officer, filed.objection_id, reason="survey 7", changed={"area_m2": "110"}
    )
    assert (decided.status, decided.decided_amount) == ("partly_upheld", Decimal(2250))
    assert owed(officer, "T1") == 2250 + 1500
    (stopped,) = suspensions.suspensions_of(officer, "T1")
    assert (stopped.reason, stopped.last_day) == (f"objection {filed.objection_id}", officer.today)
    (version, corrected) = rolls.bill_versions(own, reference=bill.reference)
    assert (version.amount, corrected.cause) == (Decimal(3000), f"objection {filed.objection_id}")
    with pytest.raises(Conflict, match="is partly_upheld already"):
        bill_objections.withdraw_objection(own, filed.objection_id)


def test_objections_have_their_days(office: Installation, officer: Context) -> None:
    own = office.context(OWN)
    issue(officer)
    (bill,) = (b for b in rolls.my_bills(own) if b.property_id == "H1")
    late = replace(own, today=date(2026, 8, 20))

    def object_to(ctx: Context, claimed: str = "1", grounds: str = "wrong") -> int:
        return bill_objections.file_objection(
            ctx, reference=bill.reference, claimed=Decimal(claimed), grounds=grounds
        ).objection_id

    with pytest.raises(Conflict, match="could be objected to until 2026-08-19"):
        object_to(late)
    with pytest.raises(InputError, match="no grounds"):
        object_to(own, grounds=" ")
    with pytest.raises(InputError, match="not the bill's 3000"):
        object_to(own, claimed="3000")
    with pytest.raises(NotFound):
        object_to(office.context(OTHER))
    rejected = bill_objections.decide_objection(officer, object_to(own), reason="no evidence")
    assert (rejected.status, rejected.decided_amount) == ("rejected", Decimal(3000))
    taken_back = bill_objections.withdraw_objection(own, object_to(own))
    assert [each.status for each in bill_objections.objections(own)] == ["rejected", "withdrawn"]
    assert taken_back.decided_amount is None


def test_a_roll_is_compared_with_the_year_before(officer: Context) -> None:
    issue(officer, 2025)
    claim = reliefs.claim_relief(officer, replace(HERO, taxpayer_id="T1"))
    reliefs.grant_relief(officer, claim.claim_id, document="order 5")
    settle(officer, homes(area_m2=[120, 120]), since=date(2025, 6, 1))
    issue(officer)
    compared = roll_comparison.compare_roll(officer, tax=TAX, year=YEAR)
    assert {g.change: (g.bills, g.before, g.after) for g in compared.groups} == {
        "falls": (1, Decimal(3000), Decimal(1500)), "rises": (1, Decimal(1500), Decimal(3000)),
    }  # fmt: skip
    assert (compared.before, compared.after) == (Decimal(4500), Decimal(4500))
    with pytest.raises(NotFound):
        roll_comparison.compare_roll(officer, tax=TAX, year=2030)
