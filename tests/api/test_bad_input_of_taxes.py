"""What docs/methods/bad-input-of-taxes.md says of HTTP: refused by place, and nothing is kept."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from api.conftest import Client, served, signed_in
from kazyna.services.context import Installation
from kazyna.store.connection import Database
from services.kyrgyz_office import issue_cars, open_cars

CAR = {
    "object_id": "V9", "council": "other", "vehicle_class": "passenger_cars_vans_pickups",
    "made_in": 2019, "engine_cm3": 2000, "book_value": 0,
}  # fmt: skip
HOME = {
    "object_id": "H9", "dwelling": "flat", "council": "bishkek", "area_m2": "64.5",
    "plot_area_m2": 0, "region": "none", "population": 1_000_000,
}  # fmt: skip
HELD = {"property_id": "V3", "taxpayer_id": "T1", "share": "1", "held_from": "2026-02-01"}
BANK_HEAD = "Номер документа;Дата;Сумма;Валюта;Плательщик;Счёт плательщика;Назначение платежа\n"


@pytest.fixture(scope="module")
def office(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Installation]:
    with Database(module_clone(empty_template)) as database:
        installation = open_cars(database)
        issue_cars(installation)
        yield installation


@pytest.fixture(scope="module")
def officer(office: Installation) -> Iterator[Client]:
    with served(office) as address, signed_in(address, "officer") as client:
        yield client


@pytest.fixture(scope="module")
def reference(officer: Client) -> str:
    first: str = officer.get("/v1/rolls/vehicle/2026/bills").json()[0]["reference"]
    return first


def places(answer: httpx.Response) -> list[tuple[int | None, str | None]]:
    """Return row and column of every mistake that a refusal names."""
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, answer.text
    findings = answer.json()["findings"]
    assert all(each["source"] and each["reason"] and each["expected"] for each in findings)
    return [(each["row"], each["column"]) for each in findings]


def load(officer: Client, *rows: dict[str, Any], kind: str = "vehicle") -> httpx.Response:
    body = {"kind": kind, "valid_from": "2020-01-01", "objects": rows}
    return officer.post("/v1/register/objects", json=body)


def hold(officer: Client, *rows: dict[str, Any]) -> httpx.Response:
    known = {"taxpayer_id": "T1", "name": "Akmal", "language": "ky", "synthetic": True}
    body = {"taxpayers": [known], "holdings": rows}
    return officer.post("/v1/register/holdings", json=body)


@pytest.mark.parametrize(
    ("kind", "wrong", "column"),
    [
        ("vehicle", {"vehicle_class": "spaceship"}, "vehicle_class"),
        ("vehicle", {"engine_cm3": -1}, "engine_cm3"),
        ("vehicle", {"engine_cm3": "many"}, "engine_cm3"),
        ("vehicle", {"engine_cm3": None}, "engine_cm3"),
        ("vehicle", {"valid_from": "yesterday"}, "valid_from"),
        ("home", {"area_m2": "-64.5"}, "area_m2"),
        ("home", {"area_m2": "1e99"}, "area_m2"),
    ],
)
def test_an_object_of_a_request_is_refused_by_row_and_column(
    officer: Client, kind: str, wrong: dict[str, Any], column: str
) -> None:
    right = CAR if kind == "vehicle" else HOME
    answer = load(officer, right | {"object_id": "X1"}, right | wrong, kind=kind)
    assert (2, column) in places(answer)
    assert officer.get("/v1/objects/X1").status_code == HTTPStatus.NOT_FOUND


def test_columns_that_lack_or_that_nobody_reads_are_refused(officer: Client) -> None:
    lacking = {name: value for name, value in CAR.items() if name != "engine_cm3"}
    assert places(load(officer, lacking)) == [(None, "engine_cm3")]
    assert places(load(officer, CAR | {"colour": "red"})) == [(None, "colour")]
    boats = load(officer, CAR, kind="boat")
    assert boats.status_code == HTTPStatus.NOT_FOUND
    assert "vehicle" in boats.json()["detail"]


def test_shares_over_the_whole_are_refused(officer: Client) -> None:
    assert places(hold(officer, HELD | {"share": "1.2"})) == [(1, "share")]
    half = HELD | {"property_id": "V2", "share": "0.6"}
    assert places(hold(officer, half, half | {"taxpayer_id": "T2"})) == [(1, "share")]
    assert places(hold(officer, HELD | {"share": "0.1", "taxpayer_id": "T3"})) == [(1, "share")]
    assert places(hold(officer, HELD | {"taxpayer_id": "T99"})) == [(1, "taxpayer_id")]
    assert places(hold(officer, HELD | {"property_id": "V99"})) == [(1, "property_id")]
    both = [{"share": "0.6", "taxpayer_id": number} for number in ("T1", "T2")]
    deed = {"on": "2026-01-01", "document": "deed"}
    moved = officer.post("/v1/objects/V1/transfers", json=deed | {"holders": both})
    assert (moved.status_code, "1.2" in moved.json()["detail"]) == (HTTPStatus.CONFLICT, True)
    alone = [{"share": "1.5", "taxpayer_id": "T1"}]
    over = officer.post("/v1/objects/V1/transfers", json=deed | {"holders": alone})
    assert places(over) == [(None, "share")]
    (held,) = officer.get("/v1/objects/V1").json()["holdings"]
    assert (held["taxpayer_id"], held["share"]) == ("T1", "1.00000000")


def test_a_roll_without_a_coefficient_is_refused_by_object(officer: Client) -> None:
    hayfield = {
        "object_id": "F1", "council": "other", "place": "batken_district",
        "land_type": "hayfield", "plot_area_m2": 600,
    }  # fmt: skip
    assert load(officer, hayfield, kind="farm_land").is_success
    assert hold(officer, HELD | {"property_id": "F1", "held_from": "2020-01-01"}).is_success
    drafted = officer.post("/v1/rolls/agricultural_land/2026/draft")
    assert places(drafted) == [(None, "taxable_value")]
    assert drafted.json()["findings"][0]["source"] == "object F1"
    assert officer.get("/v1/rolls/agricultural_land/2026/draft").status_code == HTTPStatus.NOT_FOUND


def test_words_that_the_law_does_not_have_are_refused(officer: Client) -> None:
    change = {"parameter": "book_value_rate", "value": "0.01"}

    def simulated(**asked: Any) -> httpx.Response:
        return officer.post("/v1/simulations", json={"tax": "vehicle", "changes": [change]} | asked)

    for asked, named in (
        (simulated(changes=[change | {"parameter": "nothing"}]), "book_value_rate"),
        (simulated(changes=[change | {"parameter": "vehicle_rate", "keys": ["boat"]}]), "boat"),
        (simulated(neutral="nothing"), "nothing"),
        (simulated(by=["nothing"]), "vehicle_class"),
        (simulated(tax="nothing"), "vehicle"),
    ):
        assert asked.is_client_error
        assert named in asked.text
    typo = change | {"parametr": "book_value_rate"}
    assert places(simulated(changes=[typo])) == [(None, "changes.0.parametr")]

    decided = (
        "place,parameter,keys,from,to,value,document,source\nbishkek,residential_rat,,x,,8,d,\n"
    )
    csv = {"Content-Type": "text/csv"}
    refused = officer.post("/v1/council-decisions", content=decided, headers=csv)
    assert (1, "parameter") in places(refused)
    line = {"taxpayer_id": "T1", "supply": "-5", "input_vat": "0"}
    filed = officer.post("/v1/declarations/vat/2026-06", json={"lines": [line]})
    assert places(filed) == [(1, "supply")]
    unread = {"lines": [line | {"suply": "5"}]}
    assert places(officer.post("/v1/declarations/vat/2026-06", json=unread)) == [(None, "suply")]


def test_a_bank_file_is_posted_whole_or_not(officer: Client, reference: str) -> None:
    def sent(content: str) -> httpx.Response:
        octets = {"Content-Type": "application/octet-stream"}
        return officer.post(
            "/v1/bank-files", params={"name": "july.csv"}, content=content, headers=octets
        )

    good = f"7;01.07.2026;10,00;KGS;Akmal;KG9;{reference}\n"
    cut = sent(BANK_HEAD + good[:-9])
    assert places(cut) == [(None, None)]
    assert "line 2 does not end" in cut.text
    dollars = good.replace("KGS", "USD")
    assert places(sent(BANK_HEAD + good + dollars)) == [(2, "currency"), (2, None)]
    odd = good.replace("10,00", "10,005") + good.replace("01.07.2026", "yesterday")
    assert places(sent(BANK_HEAD + odd)) == [(1, "amount"), (2, "booked_on")]
    assert places(sent("<Document><BkToCstmrStmt><Stmt>"))
    assert officer.get("/v1/bank-files").json() == []


def test_a_payment_of_another_currency_or_fineness_is_refused(
    officer: Client, reference: str
) -> None:
    def pay(**changed: str) -> httpx.Response:
        body = {"reference": reference, "amount": "5.00", "received_on": "2026-07-01"} | changed
        return officer.post("/v1/payments", json=body, headers={"Idempotency-Key": "one"})

    assert places(pay(currency="USD")) == [(None, "currency")]
    assert places(pay(amount="5.005")) == [(None, "amount")]
    assert places(pay(amount="-5"))
    assert places(pay(amout="5"))
    assert pay(reference="RF18000000").status_code == HTTPStatus.NOT_FOUND
    assert officer.get("/v1/revenue").json()["payments"] == 0
    assert pay(currency="KGS").status_code == HTTPStatus.CREATED
