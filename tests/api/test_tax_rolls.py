"""Rolls of the register, reliefs and objections to bills over HTTP, on a small Kyrgyz office."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest

from api.conftest import Client, served, signed_in
from conftest import OFFICER, make_staff
from kazyna.services.context import Installation
from kazyna.store.connection import Database
from services.kyrgyz_office import demand, issue_cars, open_cars

ROLL = "/v1/rolls/vehicle/2026"


@pytest.fixture(scope="module")
def office(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Installation]:
    with Database(module_clone(empty_template)) as database:
        yield open_cars(database)


@pytest.fixture(scope="module")
def at(office: Installation) -> Iterator[str]:
    with served(office) as address:
        yield address


@pytest.fixture
def officer(at: str) -> Iterator[Client]:
    with signed_in(at, "officer") as client:
        yield client


@pytest.fixture
def head(at: str) -> Iterator[Client]:
    with signed_in(at, "head") as client:
        yield client


@pytest.fixture
def own(at: str) -> Iterator[Client]:
    with signed_in(at, "akmal") as client:
        yield client


def test_a_roll_lives_from_draft_to_withdrawal(officer: Client, head: Client, own: Client) -> None:
    assert officer.post(ROLL).status_code == HTTPStatus.NOT_FOUND  # nobody has drafted it
    drafted = officer.post(f"{ROLL}/draft").json()
    assert (drafted["bills"], drafted["total"], drafted["drafted_by"]) == (4, "4200.00", "officer")
    assert head.get(f"{ROLL}/draft").json() == drafted
    assert own.get("/v1/bills/mine").json() == []
    assert own.post(f"{ROLL}/draft").status_code == HTTPStatus.FORBIDDEN
    waiting = head.post(ROLL)
    assert waiting.status_code == HTTPStatus.CONFLICT
    assert "doubtful and not confirmed" in waiting.json()["detail"]
    confirmed = {"ids": drafted["doubts"], "document": "Tax Code, official edition"}
    assert officer.post(f"{ROLL}/confirmations", json=confirmed).json()["confirmed"] > 0
    assert officer.post(ROLL).status_code == HTTPStatus.FORBIDDEN
    issued = head.post(ROLL)
    assert (issued.status_code, issued.json()["total"]) == (HTTPStatus.CREATED, "4200.00")
    assert [each["status"] for each in officer.get("/v1/rolls").json()] == ["issued"]

    compared = officer.get(f"{ROLL}/comparison").json()
    assert [(each["change"], each["bills"]) for each in compared["groups"]] == [("new", 4)]
    bills = officer.get(f"{ROLL}/bills").json()
    assert [bill["property_id"] for bill in bills] == ["V1", "V2", "V3", "V3"]
    assert [b["property_id"] for b in officer.get(f"{ROLL}/bills?after=3").json()] == ["V3"]

    priced = officer.get("/v1/tax-expenditures/2026").json()
    assert (priced["billed"], priced["forgone"]) == ("4200.00", "0.00")
    assert own.get("/v1/tax-expenditures/2026").status_code == HTTPStatus.FORBIDDEN

    change = {"valid_from": "2026-01-01", "document": "deed 5", "changed": {"engine_cm3": "1600"}}
    assert officer.post("/v1/objects/V1/changes", json=change).is_success
    corrected = officer.post(f"{ROLL}/corrections", json={"reason": "deed 5"}).json()
    assert (corrected["bills_lowered"], corrected["difference"]) == (1, "-300.00")
    reference = bills[0]["reference"]
    versions = own.get(f"/v1/bills/{reference}/versions").json()
    assert [(each["amount"], each["cause"]) for each in versions] == [
        ("1500.00", ""), ("1200.00", "deed 5"),
    ]  # fmt: skip
    other = bills[1]["reference"]
    assert own.get(f"/v1/bills/{other}/versions").status_code == HTTPStatus.NOT_FOUND
    unsaid = officer.post(f"{ROLL}/withdrawal", json={"reason": " "})
    assert unsaid.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    withdrawn = officer.post(f"{ROLL}/withdrawal", json={"reason": "annulled"}).json()
    assert (withdrawn["status"], withdrawn["total"]) == ("withdrawn", "0")
    steps = [event["to_status"] for event in officer.get(f"{ROLL}/events").json()]
    assert steps == ["issued", "issued", "withdrawn"]
    assert own.get(f"{ROLL}/events").status_code == HTTPStatus.FORBIDDEN


def test_the_register_is_searched_and_bills_are_forecast(
    at: str, officer: Client, own: Client
) -> None:
    found = officer.get("/v1/register/search", params={"q": "akm"}).json()
    assert [each["taxpayer_id"] for each in found["taxpayers"]] == ["T1"]
    assert own.get("/v1/register/search", params={"q": "v"}).status_code == HTTPStatus.FORBIDDEN
    with Client(base_url=at) as public:
        (cars,) = public.get("/v1/register/overview").json()["kinds"]
    assert cars == {"kind": "vehicle", "objects": 3, "invented": 3}
    forecast = own.get("/v1/taxpayers/T1/forecast").json()
    assert {(each["property_id"], each["share"]) for each in forecast} == {
        ("V1", "1.00000000"), ("V3", "0.50000000"),
    }  # fmt: skip
    assert own.get("/v1/taxpayers/T2/forecast").json() == []
    assert officer.get("/v1/declarations/vat/2026-06/missing").json() == []


def test_a_relief_is_claimed_and_decided(officer: Client, own: Client) -> None:
    claim = {
        "object_id": "V1", "relief": "relief_category", "value": "parent_of_child_with_disability",
        "valid_from": "2026-01-01", "evidence": "certificate 7",
    }  # fmt: skip
    filed = own.post("/v1/reliefs", json=claim)
    assert (filed.status_code, filed.json()["status"]) == (HTTPStatus.CREATED, "claimed")
    number = filed.json()["claim_id"]
    assert own.post("/v1/reliefs", json=claim).status_code == HTTPStatus.CONFLICT
    king = own.post("/v1/reliefs", json=claim | {"object_id": "V3", "value": "king"})
    assert king.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert king.json()["findings"][0]["column"] == "relief_category"
    foreign = own.post("/v1/reliefs", json=claim | {"object_id": "V2"})
    assert foreign.status_code == HTTPStatus.NOT_FOUND
    order = {"document": "order 5"}
    assert own.post(f"/v1/reliefs/{number}/grant", json=order).status_code == HTTPStatus.FORBIDDEN
    assert officer.post(f"/v1/reliefs/{number}/grant", json=order).json()["status"] == "granted"
    late = officer.post(f"/v1/reliefs/{number}/refusal", json=order)
    assert late.status_code == HTTPStatus.CONFLICT
    ended = officer.post(f"/v1/reliefs/{number}/end", json=order | {"on": "2026-09-01"})
    assert (ended.json()["status"], ended.json()["valid_to"]) == ("ended", None)
    assert [each["claim_id"] for each in own.get("/v1/reliefs").json()] == [number]
    assert officer.post("/v1/reliefs/99/grant", json=order).status_code == HTTPStatus.NOT_FOUND


def test_an_objection_to_a_bill_is_decided_by_its_facts(
    office: Installation, officer: Client, own: Client
) -> None:
    issue_cars(office, 2025)
    # in 2025 a car of 2019 is six years old, and the rate is that of five to nine
    mine = own.get("/v1/bills/mine").json()
    bill = next(b for b in mine if (b["year"], b["property_id"]) == (2025, "V3"))
    new = {"reference": bill["reference"], "claimed": "600", "grounds": "the engine has 1,600 cm3"}
    filed = own.post("/v1/bill-objections", json=new)
    assert filed.status_code == HTTPStatus.CREATED
    assert (filed.json()["contested"], filed.json()["answer_by"]) == ("750.00", "2026-08-19")
    path = f"/v1/bill-objections/{filed.json()['objection_id']}"
    assert own.post("/v1/bill-objections", json=new).status_code == HTTPStatus.CONFLICT
    decision = {"reason": "seen at the inspection", "changed": {"engine_cm3": "1600"}}
    assert own.post(f"{path}/decision", json=decision).status_code == HTTPStatus.FORBIDDEN
    decided = officer.post(f"{path}/decision", json=decision).json()
    assert (decided["status"], decided["decided_amount"]) == ("upheld", "600.00")
    assert own.post(f"{path}/withdrawal").status_code == HTTPStatus.CONFLICT
    (listed,) = own.get("/v1/bill-objections").json()
    assert listed["reason"] == "seen at the inspection"
    nothing = officer.post("/v1/bill-objections/99/decision", json=decision)
    assert nothing.status_code == HTTPStatus.NOT_FOUND
    _appeal(officer, own, new | {"claimed": "500"})


def _appeal(officer: Client, own: Client, objection: dict[str, str]) -> None:
    """Have another objection rejected, and go on to the next body."""
    filed = own.post("/v1/bill-objections", json=objection).json()
    path = f"/v1/bill-objections/{filed['objection_id']}"
    officer.post(f"{path}/decision", json={"reason": "no proof"})
    (body,) = own.get(f"{path}/bodies").json()
    assert (body["name"], body["until"]) == ("tax_service", "2026-08-19")
    new = {"body": body["name"], "claimed": "500", "grounds": "it was measured"}
    appealed = own.post(f"{path}/appeals", json=new)
    assert (appealed.status_code, appealed.json()["status"]) == (HTTPStatus.CREATED, "filed")
    appeal = f"/v1/bill-appeals/{appealed.json()['appeal_id']}"
    said = {"document": "decision 9", "reason": "it was not", "amount": "599.99"}
    assert own.post(f"{appeal}/decision", json=said).status_code == HTTPStatus.FORBIDDEN
    decided = officer.post(f"{appeal}/decision", json=said).json()
    assert (decided["status"], decided["lowered"]) == ("partly_upheld", "0.01")
    assert own.post(f"{appeal}/withdrawal").status_code == HTTPStatus.CONFLICT
    assert [each["document"] for each in own.get("/v1/bill-appeals").json()] == ["decision 9"]


def test_a_fine_is_proposed_imposed_objected_to_and_decided(
    office: Installation, officer: Client, head: Client, own: Client
) -> None:
    new = {
        "taxpayer_id": "T1", "tax": "vehicle", "period": 2024, "amount": "1000",
        "offence": "late_payment_of_individual", "grounds": "paid on 5 November",
    }  # fmt: skip
    assert own.post("/v1/fines", json=new).status_code == HTTPStatus.FORBIDDEN
    low = officer.post("/v1/fines", json=new | {"amount": "999"})
    assert low.json()["findings"][0]["column"] == "amount"
    proposed = officer.post("/v1/fines", json=new)
    assert (proposed.status_code, proposed.json()["status"]) == (HTTPStatus.CREATED, "proposed")
    path = f"/v1/fines/{proposed.json()['fine_id']}"
    assert own.get(path).status_code == HTTPStatus.NOT_FOUND
    assert officer.post(f"{path}/imposition").status_code == HTTPStatus.CONFLICT
    imposed = head.post(f"{path}/imposition").json()
    assert (imposed["status"], imposed["open"]) == ("imposed", "1000.00")
    waived = officer.post(f"{path}/waiver", json={"reason": "hardship"}).json()
    assert (waived["kind"], waived["status"]) == ("remission", "requested")
    assert own.post(f"{path}/objection", json={"reason": "in time"}).json()["status"] == "objected"
    outcome = {"amount": "0", "reason": "the receipt was seen"}
    assert head.post(f"{path}/decision", json=outcome).status_code == HTTPStatus.CONFLICT
    make_staff(office.context(OFFICER), "third")
    with signed_in(str(officer.base_url), "third") as third:
        decided = third.post(f"{path}/decision", json=outcome).json()
    assert (decided["status"], decided["standing"], decided["open"]) == (
        "cancelled",
        "0.00",
        "0.00",
    )
    (seen,) = own.get("/v1/fines").json()
    assert seen["answer"] == "the receipt was seen"
    again = officer.post("/v1/fines", json=new).json()["fine_id"]
    refused = head.post(f"/v1/fines/{again}/refusal", json={"reason": "no proof"})
    assert refused.json()["status"] == "refused"


def test_a_measure_of_enforcement_is_signed_by_two_and_lifted(
    office: Installation, officer: Client, head: Client, own: Client
) -> None:
    issue_cars(office, 2024)
    demand(office, 2024)
    first = officer.get("/v1/enforcement/due").json()[0]
    assert (first["name"], first["two_persons"]) == ("account_freeze", True)
    new = {"account": first["account"], "grounds": "no answer"}
    proposed = officer.post("/v1/enforcement/measures", json=new)
    assert proposed.status_code == HTTPStatus.CREATED
    path = f"/v1/enforcement/measures/{proposed.json()['measure_id']}"
    assert officer.post(f"{path}/imposition", json={}).status_code == HTTPStatus.CONFLICT
    why = {"reason": "a plan is near"}
    assert head.post(f"{path}/refusal", json=why).json()["status"] == "refused"
    again = officer.post("/v1/enforcement/measures", json=new).json()["measure_id"]
    path = f"/v1/enforcement/measures/{again}"
    assert head.post(f"{path}/imposition", json={}).json()["status"] == "imposed"
    assert officer.post("/v1/enforcement/settled-runs").json()["lifted"] == 0
    assert own.post(f"{path}/lifting", json=why).status_code == HTTPStatus.FORBIDDEN
    assert officer.post(f"{path}/lifting", json=why).json()["reason"] == "a plan is near"
    assert own.get("/v1/enforcement/due").status_code == HTTPStatus.FORBIDDEN
    seen = own.get("/v1/enforcement/measures").json()
    assert all(each["taxpayer_id"] == "T1" for each in seen)
    assert officer.post("/v1/enforcement/measures", json=new).status_code == HTTPStatus.CONFLICT
