"""The register in two times: since when a fact holds, and since when it is known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import OFFICER
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import objects, taxpayers
from kazyna.services.context import Context, Installation
from kazyna.services.taxpayers import Holder
from kazyna.store.connection import Database
from services.kyrgyz_office import OTHER, OWN, hold, homes, open_office, settle

HALF = Decimal("0.5")
MARCH, MAY = date(2026, 3, 10), date(2026, 5, 2)


@pytest.fixture
def office(database: Database) -> Installation:
    installation = open_office(database, MARCH.isoformat())
    ctx = installation.context(OFFICER)
    settle(ctx, homes(area_m2=[120, 64]))
    hold(ctx, ("H1", "T1", "0.5"), ("H1", "T2", "0.5"), ("H2", "T1", "1"))
    return installation


@pytest.fixture
def officer(office: Installation) -> Context:
    return office.context(OFFICER)


def area(found: objects.RegisteredObject, on: date) -> str:
    """Return the area that an object has on a day."""
    (value,) = (
        each.value
        for state in found.states
        if state.valid_from <= on and (state.valid_to is None or state.valid_to > on)
        for each in state.characteristics
        if each.name == "area_m2"
    )
    return value


def held(found: objects.RegisteredObject) -> list[tuple[str | None, Decimal, date, date | None]]:
    return [(each.taxpayer_id, each.share, each.held_from, each.held_to)
            for each in found.holdings]  # fmt: skip


def test_a_correction_leaves_what_was_known_before(officer: Context) -> None:
    later = replace(officer, today=MAY)
    objects.change_object(
        later, "H1", {"area_m2": "131.5"}, valid_from=date(2025, 1, 1), document="survey 7"
    )
    now = objects.find_object(later, "H1")
    assert [area(now, day) for day in (date(2024, 12, 31), date(2025, 1, 1))] == ["120", "131.5"]
    then = objects.find_object(later, "H1", known_on=date(2026, 5, 1))
    assert area(then, MAY) == "120"
    assert len(then.states) == 1
    assert [change.document for change in now.changes if change.kind == "correction"] == [
        "survey 7"
    ]


def test_the_same_again_changes_nothing(officer: Context) -> None:
    before = objects.find_object(officer, "H1").states
    again = objects.load_objects(
        officer, homes(area_m2=[120, 64]), kind="home", valid_from=date(2020, 1, 1)
    )
    assert again.changed == 0
    assert objects.find_object(officer, "H1").states == before


def test_a_sale_ends_one_holding_and_leaves_the_other_unbroken(officer: Context) -> None:
    later = replace(officer, today=MAY)
    since = date(2020, 1, 15)
    taxpayers.transfer(
        later, "H1", on=MARCH, holders=[Holder("T2", HALF), Holder("T3", HALF)], document="deed 5"
    )
    assert held(objects.find_object(later, "H1")) == [
        ("T1", HALF, since, MARCH), ("T2", HALF, since, None), ("T3", HALF, MARCH, None)
    ]  # fmt: skip
    known_before = objects.find_object(later, "H1", known_on=date(2026, 5, 1))
    assert held(known_before) == [("T1", HALF, since, None), ("T2", HALF, since, None)]
    assert [each.property_id for each in objects.holdings_of(later, "T3")] == ["H1"]


def test_heirs_may_be_unknown_and_are_found_later(officer: Context) -> None:
    taxpayers.transfer(
        officer, "H2", on=MARCH, holders=[Holder(None, Decimal(1), estate_of="T1")],
        document="death certificate 3", kind="inheritance",
    )  # fmt: skip
    (count,) = objects.coverage(officer)
    assert (count.objects, count.without_holder) == (2, 1)
    later = replace(officer, today=MAY)
    heirs = [Holder("T2", HALF), Holder("T3", HALF)]
    taxpayers.transfer(
        later, "H2", on=MARCH, holders=heirs, document="certificate of heirs", kind="inheritance"
    )
    found = objects.find_object(later, "H2")
    assert [(row[0], row[2]) for row in held(found)][1:] == [("T2", MARCH), ("T3", MARCH)]
    then = objects.find_object(later, "H2", known_on=MARCH)
    assert [(each.taxpayer_id, each.estate_of) for each in then.holdings][1:] == [(None, "T1")]


def test_one_person_under_two_numbers_becomes_one(officer: Context) -> None:
    merged = taxpayers.merge(officer, twice="T2", into="T3", document="passport")
    assert merged.holdings == 1
    assert [each.property_id for each in objects.holdings_of(officer, "T3")] == ["H1"]
    assert objects.holdings_of(officer, "T2") == ()
    with pytest.raises(Conflict, match="merged into T3 already"):
        taxpayers.merge(officer, twice="T2", into="T1", document="passport")
    with pytest.raises(Conflict, match="one number"):
        taxpayers.merge(officer, twice="T1", into="T1", document="passport")


def test_a_demolished_object_is_no_more(officer: Context) -> None:
    found = objects.end_object(officer, "H2", on=MARCH, document="act of demolition")
    assert [state.valid_to for state in found.states] == [MARCH]
    with pytest.raises(NotFound, match="No object 'H2' is known on"):
        objects.end_object(officer, "H2", on=MAY, document="again")


def test_a_taxpayer_sees_only_its_own(office: Installation) -> None:
    own, other = office.context(OWN), office.context(OTHER)
    assert objects.find_object(own, "H2").changes == ()
    assert [each.taxpayer_id for each in objects.find_object(own, "H1").holdings] == ["T1"]
    with pytest.raises(NotFound):
        objects.find_object(other, "H2")
    assert objects.holdings_of(other, "T1") == ()
    with pytest.raises(Forbidden):
        objects.change_object(own, "H2", {"area_m2": "1"}, valid_from=MARCH, document="x")


def test_what_is_wrong_is_refused_by_its_name(officer: Context) -> None:
    bad = homes(area_m2=["-5", "many"], dwelling=["flat", "castle"])
    with pytest.raises(InputError) as refused:
        objects.load_objects(officer, bad, kind="home", valid_from=MARCH, source="homes.csv")
    assert "homes.csv, row 2, column area_m2: 'many' cannot be read" in str(refused.value)
    assert "homes.csv, row 2, column dwelling: 'castle' is not known" in str(refused.value)
    with pytest.raises(InputError, match="column council: the column is missing"):
        objects.load_objects(officer, homes().drop(["council"]), kind="home", valid_from=MARCH)
    with pytest.raises(NotFound, match="no objects of kind 'ship'"):
        objects.load_objects(officer, homes(), kind="ship")
    for changed, error, match in (
        ({"area_m2": "-1"}, InputError, "-1.* is too small"),
        ({"colour": "red"}, Conflict, "no characteristic 'colour'"),
    ):
        with pytest.raises(error, match=match):
            objects.change_object(officer, "H1", changed, valid_from=MARCH, document="x")
    with pytest.raises(NotFound, match="is not known on 1990-01-01"):
        objects.change_object(
            officer, "H1", {"area_m2": "1"}, valid_from=date(1990, 1, 1), document="x"
        )
    with pytest.raises(Conflict, match="Name the document"):
        objects.change_object(officer, "H1", {"area_m2": "1"}, valid_from=MARCH, document=" ")
    with pytest.raises(Conflict, match="exceed the whole"):
        taxpayers.transfer(
            officer, "H1", on=MARCH, holders=[Holder("T1", HALF), Holder("T2", Decimal("0.6"))],
            document="deed",
        )  # fmt: skip
    with pytest.raises(InputError, match="row 1, column taxpayer_id: the value is missing"):
        hold(officer, ("H1", None, "1"))


DAYS = st.integers(0, 40)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(DAYS, st.integers(1, 500)), min_size=1, max_size=6))
def test_what_was_known_on_a_day_never_changes(
    office: Installation, edits: list[tuple[int, int]]
) -> None:
    """I14: whatever comes in later, an answer as known on a day stays the same."""
    ctx = office.context(OFFICER)
    first = date(2026, 6, 1).toordinal()
    answers: dict[date, objects.RegisteredObject] = {}
    for turn, (start, area_m2) in enumerate(edits):
        today = date.fromordinal(first + turn)
        day = date.fromordinal(first - start)
        acting = replace(ctx, today=today)
        objects.change_object(
            acting, "H2", {"area_m2": str(area_m2)}, valid_from=day, document="survey"
        )
        answers[today] = objects.find_object(acting, "H2")
        assert area(answers[today], day) == area(answers[today], date(2030, 1, 1))
    for today, answer in answers.items():
        assert objects.find_object(ctx, "H2", known_on=today).states == answer.states
