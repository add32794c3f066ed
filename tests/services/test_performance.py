"""The office's performance by TADAT's areas, from the live data of small offices."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from conftest import OFFICER
from debtors import HEAD, office_of, pay
from kazyna.core.errors import Forbidden
from kazyna.services import (
    bill_objections,
    books,
    collection,
    declarations,
    objects,
    performance,
    rolls,
    settlements,
    users,
)
from kazyna.services.context import Context, Installation
from kazyna.services.demo_steps import PASSWORD
from kazyna.services.performance_words import AREAS, WORDS
from kazyna.store.connection import Database
from services.kyrgyz_office import OWN, issue_cars, open_cars

YEAR = 2026


def indicators(ctx: Context, year: int = YEAR) -> dict[str, performance.Indicator]:
    found = performance.performance(ctx, year=year)
    return {each.key: each for area in found.areas for each in area.indicators}


def counted(each: performance.Indicator) -> tuple[int, int]:
    """Return what is divided by what."""
    return int(each.part or 0), int(each.whole or 0)


@pytest.fixture(scope="module")
def office(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Installation]:
    """Open an office that issued a roll of three cars, four bills."""
    with Database(module_clone(empty_template)) as database:
        opened = open_cars(database)
        issue_cars(opened)
        yield opened


@pytest.fixture
def officer(office: Installation) -> Context:
    return office.context(OFFICER)


def test_every_figure_stands_in_its_area_with_its_words(officer: Context) -> None:
    found = performance.performance(officer, year=YEAR)
    assert [area.number for area in found.areas] == list(range(1, len(AREAS) + 1))
    assert [area.title for area in found.areas] == list(AREAS)
    keys = {each.key for area in found.areas for each in area.indicators}
    assert keys <= set(WORDS)
    for area in found.areas:
        assert area.indicators
        for each in area.indicators:
            assert each.reference.startswith(f"TADAT P{area.number}-")
            assert all((each.definition.en, each.definition.ru, each.definition.ky))
    with pytest.raises(Forbidden):
        performance.performance(replace(officer, actor=OWN), year=YEAR)


def test_the_registered_base_and_its_errors(officer: Context) -> None:
    before = indicators(officer)
    assert before["taxpayers"].value == 3
    # one of the two who have bills can sign in; every car is held; nothing is in a cadastre
    online = before["payers_online"]
    assert (*counted(online), online.value) == (1, 2, Decimal("0.5"))
    assert before["objects_held"].value == 1
    assert before["properties_registered"].value is None
    assert before["bills_corrected"].part == 0


def test_disputes_count_by_the_days_that_they_took(officer: Context, office: Installation) -> None:
    def decide_after(days: int, object_id: str) -> None:
        bill = next(
            each for each in rolls.page(officer, tax="vehicle", year=YEAR)
            if each.property_id == object_id
        )  # fmt: skip
        filed = bill_objections.file_objection(
            officer, reference=bill.reference, claimed=Decimal(1), grounds="engine"
        )
        later = replace(officer, today=officer.today + timedelta(days=days))
        changed = {"engine_cm3": "1500"} if object_id == "V1" else None
        bill_objections.decide_objection(later, filed.objection_id, reason="seen", changed=changed)

    decide_after(10, "V1")
    decide_after(45, "V2")
    found = indicators(replace(officer, today=date(YEAR, 12, 1)))
    assert found["disputes_decided"].value == 2
    # the law gives 30 days: one of two was answered in them
    assert found["disputes_in_time"].value == Decimal("0.5")
    shares = [found[f"disputes_in_{days}"].value for days in (30, 60, 90)]
    assert shares == [Decimal("0.5"), Decimal(1), Decimal(1)]
    assert found["dispute_days"].value == 10
    assert found["disputes_upheld"].part == 1
    # the bill that was upheld is a bill corrected
    assert counted(found["bills_corrected"]) == (1, 4)
    # what is decided after the end was open at the end
    assert indicators(replace(officer, today=date(YEAR, 8, 25)))["disputes_open_late"].value == 1


def test_filing_counts_those_who_fell_silent(officer: Context, office: Installation) -> None:
    users.create_user(officer, name="bermet", password=PASSWORD, role="taxpayer", taxpayer_id="T2")
    own = office.context(OWN)

    def file(ctx: Context, who: str, month: int, on: date) -> None:
        table = pa.table({"taxpayer_id": [who], "supply": [1000], "input_vat": [0]})
        at = replace(ctx, today=on)
        declarations.file(at, table, tax="vat", month=date(YEAR, month, 1))

    file(own, "T1", 1, date(YEAR, 2, 10))
    file(officer, "T2", 1, date(YEAR, 3, 20))
    file(own, "T1", 2, date(YEAR, 3, 10))
    found = indicators(replace(officer, today=date(YEAR, 4, 10)))
    # T2 was late for January and has filed nothing of February
    rate = found["filed_in_time"]
    assert counted(rate) == (2, 4)
    assert counted(found["filed_online"]) == (2, 3)
    assert found["assessed_to_declared"].whole == Decimal(360)


def test_payment_refunds_and_books(installation: Installation) -> None:
    officer = office_of(installation, {"T1": "100.00", "T2": "300.00"})
    pay(officer, "T1", "150.00", date(2016, 4, 20), "k1")
    asked = settlements.request(
        officer, settlements.NewSettlement("refund", "T1", Decimal(50), "paid twice")
    )
    later = replace(officer, today=officer.today + timedelta(days=40))
    settlements.approve(replace(later, actor=HEAD), asked.request_id)
    books.close(later, through=date(2016, 6, 30))
    found = indicators(later, 2016)
    figures = collection.figures(later, year=2016)
    # the same figures as those of collection, not a second way to them
    assert found["in_time_by_value"].value == figures.in_time_by_value == Decimal("0.25")
    assert found["arrears"].value == figures.arrears == 300
    assert found["arrears_to_collected"].value == figures.arrears_to_collected
    assert counted(found["bank_by_number"]) == (0, 1)
    assert found["refunds_in_time"].value == 0
    assert found["refund_days"].value == 40
    assert found["sealed"].value == 1
    assert found["days_since_close"].value == (later.today - date(2016, 6, 30)).days
    assert found["signed_by_two"].value == 1
    assert found["suspense"].value == 0


def test_an_object_nobody_holds_shows(officer: Context) -> None:
    cars = pa.table(
        {
            "object_id": ["V9"],
            "council": ["other"],
            "vehicle_class": ["passenger_cars_vans_pickups"],
            "made_in": [2019],
            "engine_cm3": [2000],
            "book_value": [0],
        }
    )
    objects.load_objects(officer, cars, kind="vehicle", valid_from=date(2019, 1, 1), source="cars")
    held = indicators(officer)["objects_held"]
    assert counted(held) == (3, 4)
