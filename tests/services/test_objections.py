"""Objections: who may file and decide them, when, and what a decision does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from conftest import OFFICER, VALUER
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import (
    cadastre,
    objections,
    overrides,
    round_files,
    rounds,
    taxpayers,
)
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.objections import NewObjection

HEAD = Actor("test-head", "valuer")
OWNER, OTHER = Actor("owner", "taxpayer", "T1"), Actor("other", "taxpayer", "T2")
SAID = NewObjection(Decimal(150_000), "condition", "the roof leaks", "photo")


@pytest.fixture
def office(town: Installation) -> Installation:
    """Give a town whose round is open to objections; T1 holds h001, and T2 holds h002."""
    owners = {
        "taxpayer_id": ["T1", "T2"], "name": ["A", "B"], "language": ["en", "ky"],
        "synthetic": [True, True],
    }  # fmt: skip
    holdings = {
        "property_id": ["h001", "h002"], "taxpayer_id": ["T1", "T2"], "share": ["1", "0.5"],
        "held_from": [date(2015, 1, 1)] * 2,
    }  # fmt: skip
    taxpayers.load_holdings(
        town.context(OFFICER), owners=pa.table(owners), holdings=pa.table(holdings)
    )
    valuer = town.context(VALUER)
    round_files.freeze_round(valuer, 1)
    rounds.publish_round(valuer, 1)
    rounds.open_objections(valuer, 1)
    return town


@pytest.fixture
def filed(office: Installation) -> objections.Objection:
    return objections.file_objection(office.context(OWNER), "h001", SAID)


def value_of(office: Installation, property_id: str) -> Decimal:
    valuation = cadastre.find_property(office.context(), property_id).valuation
    assert valuation is not None
    return valuation.value


def test_an_owner_files_and_sees_only_own_objections(
    office: Installation, filed: objections.Objection
) -> None:
    assert (filed.status, filed.contested_value) == ("filed", value_of(office, "h001"))
    assert filed.answer_by == filed.filed_on + timedelta(days=60)
    assert objections.my_objections(office.context(OWNER)) == (filed,)
    other = office.context(OTHER)
    assert objections.my_objections(other) == ()
    assert objections.objections_of_property(other, "h001") == ()
    assert objections.objections_of_round(other, 1) == ()
    with pytest.raises(NotFound):
        objections.find_objection(other, filed.objection_id)
    with pytest.raises(NotFound):
        objections.withdraw_objection(other, filed.objection_id)
    assert objections.objections_of_property(office.context(), "h001") == ()


def test_nobody_objects_to_what_another_holds(office: Installation) -> None:
    with pytest.raises(Forbidden, match="Only who holds the property h002"):
        objections.file_objection(office.context(OWNER), "h002", SAID)
    with pytest.raises(Forbidden, match="no other name"):
        objections.file_objection(office.context(OWNER), "h002", SAID, taxpayer_id="T2")
    officer = office.context(OFFICER)
    with pytest.raises(InputError, match="who objects"):
        objections.file_objection(officer, "h002", SAID)
    with pytest.raises(NotFound, match="no published value"):
        objections.file_objection(officer, "nowhere", SAID, taxpayer_id="T2")
    taken = objections.file_objection(officer, "h002", SAID, taxpayer_id="T2")
    assert objections.my_objections(office.context(OTHER))[0].objection_id == taken.objection_id


INSERT = (
    "INSERT INTO objections (round_id, property_id, taxpayer_id, contested_value, claimed_value,"
    " kind, grounds, evidence, filed_on, answer_by)"
    " VALUES (1, '{}', '{}', 10, 5, 'other', 'x', '', '{}', '2017-01-01')"
)


@pytest.mark.parametrize(
    ("property_id", "taxpayer_id", "day"),
    [
        ("h002", "T1", "2016-06-20"),  # held by another
        ("h002", "T2", "2016-06-20"),  # in another's name
        ("h001", "T1", "2016-06-01"),  # before the window
        ("h001", "T1", "2016-09-01"),  # after it
    ],
)
def test_the_database_refuses_what_the_service_would(
    office: Installation, property_id: str, taxpayer_id: str, day: str
) -> None:
    statement = INSERT.format(property_id, taxpayer_id, day)
    with pytest.raises(Forbidden), office.context(OWNER).transaction() as tx:
        tx.connection.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objections SET status = 'upheld'",
        "DELETE FROM objections",
        "INSERT INTO objection_events (objection_id, from_status, to_status, happened_on,"
        " decided_value, note) VALUES (1, 'filed', 'upheld', '2016-06-20', 1, 'x')",
        "INSERT INTO overrides (round_id, property_id, previous_value, value, reason, evidence,"
        " proposed_on) VALUES (1, 'h001', 2, 1, 'x', 'y', '2016-06-20')",
        "SELECT evidence FROM overrides",
    ],
)
def test_an_owner_cannot_decide(
    office: Installation, filed: objections.Objection, statement: str
) -> None:
    with pytest.raises(Forbidden), office.context(OWNER).transaction() as tx:
        tx.connection.execute(statement.encode())


def test_objections_are_taken_in_the_window_only(office: Installation) -> None:
    owner = office.context(OWNER)
    window = objections.may_object(owner, "h001")
    assert window is not None
    assert window.is_open
    assert objections.may_object(owner, "h002") is None
    assert objections.may_object(office.context(), "h001") is None
    late = replace(owner, today=window.closes_on + timedelta(days=1))
    with pytest.raises(Conflict, match=f"from {window.opens_on} to {window.closes_on}"):
        objections.file_objection(late, "h001", SAID)
    last_day = replace(owner, today=window.closes_on)
    assert objections.file_objection(last_day, "h001", SAID).filed_on == window.closes_on


def test_an_objection_at_a_time(office: Installation) -> None:
    owner = office.context(OWNER)

    def file(_: int) -> bool:
        try:
            objections.file_objection(owner, "h001", SAID)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(file, range(6))) == 1
    (mine,) = objections.my_objections(owner)
    assert objections.withdraw_objection(owner, mine.objection_id).status == "withdrawn"
    assert file(0)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"grounds": " "}, "column grounds: nothing is written"),
        ({"grounds": "x" * 4_001}, "column grounds: the text is too long"),
        ({"evidence": "x" * 4_001}, "column evidence: the text is too long"),
        ({"claimed_value": Decimal(-1)}, "-1 is not accepted"),
    ],
)
def test_what_is_not_said_well_is_not_filed(
    office: Installation, change: dict[str, object], fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        objections.file_objection(office.context(OWNER), "h001", replace(SAID, **change))  # type: ignore[arg-type]


def test_to_claim_what_is_recorded_is_no_objection(office: Installation) -> None:
    same = replace(SAID, claimed_value=value_of(office, "h001"))
    with pytest.raises(InputError, match="the claimed value is the recorded one"):
        objections.file_objection(office.context(OWNER), "h001", same)


Decide = Callable[[Decimal | None], objections.Objection]


@pytest.fixture
def decide(office: Installation, filed: objections.Objection) -> Decide:
    return lambda value: objections.decide_objection(
        office.context(VALUER), filed.objection_id, value=value, reason="inspected"
    )


def test_a_new_value_counts_from_the_second_signature(
    office: Installation, filed: objections.Objection, decide: Decide
) -> None:
    granted = filed.contested_value - 1000
    assert decide(granted).status == "partly_upheld"
    assert value_of(office, "h001") == filed.contested_value
    head = replace(office.context(HEAD), today=date(2016, 9, 1))
    with pytest.raises(Conflict, match="wait for a second signature: 1"):
        rounds.approve_round(head, 1)
    (proposed,) = overrides.overrides_of_round(head, 1)
    assert proposed.objection_id == filed.objection_id
    overrides.confirm_override(head, proposed.override_id)
    assert value_of(office, "h001") == granted
    assert rounds.approve_round(head, 1).status == "approved"


def test_a_refused_signature_opens_the_objection_again(
    office: Installation, filed: objections.Objection, decide: Decide
) -> None:
    decide(SAID.claimed_value)
    head = office.context(HEAD)
    (proposed,) = overrides.overrides_of_round(head, 1)
    overrides.refuse_override(head, proposed.override_id, note="the wrong house")
    again = objections.find_objection(head, filed.objection_id)
    assert (again.status, again.decided_value) == ("under_review", None)
    assert again.events[-1].note == "second signature refused: the wrong house"
    with pytest.raises(Conflict, match="not decided: 1"):
        rounds.approve_round(replace(head, today=date(2016, 9, 1)), 1)
    assert decide(None).status == "rejected"
    assert [event.status for event in objections.find_objection(head, 1).events] == [
        "under_review", "upheld", "under_review", "rejected",
    ]  # fmt: skip


def test_a_decision_goes_towards_the_claim_and_says_why(
    office: Installation, filed: objections.Objection, decide: Decide
) -> None:
    with pytest.raises(InputError, match="does not go from"):
        decide(filed.contested_value + 1)
    with pytest.raises(InputError, match="no reason is given"):
        objections.decide_objection(
            office.context(VALUER), filed.objection_id, value=None, reason=" "
        )
    assert objections.find_objection(office.context(VALUER), 1).status == "filed"
    assert decide(SAID.claimed_value - 1).status == "upheld"
    with pytest.raises(Conflict, match="is upheld"):
        decide(None)


def test_two_valuers_who_decide_at_once_decide_once(
    office: Installation, filed: objections.Objection
) -> None:
    def reject(number: int) -> bool:
        valuer: Context = office.context(Actor(f"v{number}", "valuer"))
        try:
            objections.decide_objection(valuer, filed.objection_id, value=None, reason="no")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(reject, range(5))) == 1


def test_the_model_is_checked_by_objections(
    office: Installation, filed: objections.Objection, decide: Decide
) -> None:
    decide(SAID.claimed_value)
    check = objections.objection_check(office.context(VALUER), 1)
    assert (check.contested, check.decided, check.upheld_share) == (1, 1, 1.0)
    (segment,) = check.segments
    assert (segment.segment, segment.objections, segment.lowered) == ("98101", 1, 1)
    assert 0 < segment.holdout_sales < 120
