from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest

from api.conftest import served, signed_in
from conftest import make_staff
from debtors import bill_of, office_of
from kazyna.services import users
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD

ROWS = "id,booked_on,amount,currency,payer,text\n1,2016-05-02,{amount},{currency},,{text}\n"
FORM = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def address(installation: Installation) -> Iterator[str]:
    ctx = office_of(installation, {"T1": "5000.00", "T2": "9000.00"})
    make_staff(ctx, "officer")
    make_staff(ctx, "head")
    users.create_user(ctx, name="own", password=PASSWORD, role="taxpayer", taxpayer_id="T1")
    with served(installation) as found:
        yield found


@pytest.fixture
def office(address: str) -> Iterator[httpx.Client]:
    with signed_in(address, "officer") as client:
        yield client


def send(office: httpx.Client, **change: str) -> httpx.Response:
    given = {"amount": "10.00", "currency": "USD", "text": "who knows"} | change
    content = ROWS.format(**given).encode()
    return office.post("/v1/bank-files", params={"name": "d.csv"}, content=content, headers=FORM)


def test_a_file_comes_in_once_and_waits_until_it_is_assigned(office: httpx.Client) -> None:
    first = send(office)
    assert (first.status_code, first.json()["unmatched"]) == (HTTPStatus.CREATED, 1)
    assert send(office).json()["created"] is False
    assert send(office, amount="11.00").status_code == HTTPStatus.CONFLICT
    wrong = send(office, currency="EUR", amount="12.00")
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert wrong.json()["findings"][0]["row"] == 1
    assert len(office.get("/v1/bank-files").json()) == 1
    queue = office.get("/v1/bank-transactions/unmatched").json()
    path = f"/v1/bank-transactions/{queue['payments'][0]['transaction_id']}/assignment"
    done = office.post(path, json={"reference": bill_of("T1")})
    assert done.json()["status"] == "assigned"
    found = office.get("/v1/bank-transactions", params={"status": "assigned"}).json()
    assert [item["taxpayer_id"] for item in found] == ["T1"]
    back = path.replace("assignment", "returns")
    assert office.post(back, json={"reason": "not ours"}).status_code == HTTPStatus.CONFLICT
    assert office.get("/v1/bank-returns").json() == []
    for step in ("approval", "refusal"):
        answer = office.post(f"/v1/bank-returns/1/{step}", json={"reason": "no"})
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_interest_dunning_and_lists(office: httpx.Client) -> None:
    total = office.post("/v1/interest-accruals", json={}).json()
    assert (total["debts"], total["accrued"]) == (2, total["added"])
    run = office.post("/v1/interest-runs", json={})
    assert run.json()["charged"] == total["accrued"]
    assert (run.status_code, run.json()["debts"]) == (HTTPStatus.CREATED, 2)
    assert len(office.get("/v1/interest-runs").json()) == 1
    to_day = office.get("/v1/taxpayers/T1/interest").json()
    assert to_day["debts"][0]["charged"] == "100.00"
    assert office.post("/v1/dunning-runs").json()["notices"] == 2
    (told,) = office.get("/v1/dunning-notices", params={"taxpayer_id": "T1"}).json()
    pdf = office.get(f"/v1/dunning-notices/{told['notice_id']}.pdf", params={"language": "ru"})
    assert pdf.content.startswith(b"%PDF")
    assert office.get("/v1/worklist").json()["items"][0]["taxpayer_id"] == "T2"
    assert office.get("/v1/risks").json()[0]["reasons"]
    asked: dict[str, str | int] = {"on": "2016-05-01", "days": 30}
    assert office.get("/v1/risks/outcomes", params=asked).json()["until"] == "2016-05-31"
    assert office.get("/v1/lapsed-debts").json() == []
    assert office.get("/v1/collection-figures/2016").json()["through"] == "2016-06-15"


def test_plans_and_suspensions(office: httpx.Client, address: str) -> None:
    plan = {"taxpayer_id": "T1", "tax": "property_tax", "months": 3, "first_due": "2016-07-15"}
    with signed_in(address, "own") as own:
        granted = own.post("/v1/plans", json=plan)
        assert granted.json()["status"] == "running"
        assert own.post("/v1/plans", json=plan | {"taxpayer_id": "T2"}).status_code == (
            HTTPStatus.FORBIDDEN
        )
        assert len(own.get("/v1/plans").json()) == 1
    large = office.post("/v1/plans", json=plan | {"taxpayer_id": "T2"}).json()
    verdict = {"granted": True, "note": "seen"}
    with signed_in(address, "head") as head:
        decided = head.post(f"/v1/plans/{large['plan_id']}/decision", json=verdict)
    assert decided.json()["status"] == "running"
    ended = office.post(f"/v1/plans/{large['plan_id']}/withdrawal", json={"note": "paid"})
    assert ended.json()["status"] == "withdrawn"
    assert office.post("/v1/plan-reviews").json()["running"] == 1
    new = {"taxpayer_id": "T2", "tax": "property_tax", "period": 2016, "reason": "objection"}
    held = office.post("/v1/suspensions", json=new)
    assert held.status_code == HTTPStatus.CREATED
    path = f"/v1/suspensions/{held.json()['suspension_id']}/end"
    assert office.post(path).json()["last_day"] == "2016-06-15"
    assert len(office.get("/v1/taxpayers/T2/suspensions").json()) == 1


def test_the_performance_of_a_year_is_asked_by_staff(address: str, office: httpx.Client) -> None:
    payment = office.get("/v1/performance/2016").json()["areas"][4]
    arrears = next(each for each in payment["indicators"] if each["key"] == "arrears")
    assert (arrears["value"], arrears["reference"]) == (
        "14000.00",
        "TADAT P5-15; ISORA: Tax arrears",
    )
    assert len(office.get("/v1/revenue-forecast?months=2").json()["months"]) == 2
    with signed_in(address, "own") as own:
        assert own.get("/v1/revenue-forecast").status_code == HTTPStatus.FORBIDDEN
        assert own.get("/v1/performance/2016").status_code == HTTPStatus.FORBIDDEN
