from decimal import Decimal
from http import HTTPStatus

import httpx
import pytest

from api.conftest import SignIn


def debt_of(client: httpx.Client) -> tuple[str, str]:
    """Return the taxpayer with the largest debt and the reference of the unpaid bill."""
    debt = client.get("/v1/arrears", params={"limit": 1}).json()["largest"][0]
    (account,) = client.get(f"/v1/taxpayers/{debt['taxpayer_id']}/statement").json()
    property_id = account["lines"][0]["description"]
    bills = client.get(f"/v1/properties/{property_id}/bills").json()
    own = next(bill for bill in bills if bill["taxpayer_id"] == debt["taxpayer_id"])
    return debt["taxpayer_id"], own["reference"]


def test_a_payment_sent_twice_is_posted_once_and_can_be_undone(office: httpx.Client) -> None:
    taxpayer_id, reference = debt_of(office)
    before = Decimal(office.get(f"/v1/taxpayers/{taxpayer_id}/statement").json()[0]["balance"])
    payment = {"reference": reference, "amount": "100.10", "received_on": "2016-06-01"}
    headers = {"Idempotency-Key": "bank-1"}

    first = office.post("/v1/payments", json=payment, headers=headers)
    assert first.status_code == HTTPStatus.CREATED
    assert first.json()["created"] is True
    assert Decimal(first.json()["balance"]) == before - Decimal("100.10")
    second = office.post("/v1/payments", json=payment, headers=headers)
    assert second.json() == first.json() | {"created": False}
    other = office.post("/v1/payments", json=payment | {"amount": "7.00"}, headers=headers)
    assert other.status_code == HTTPStatus.CONFLICT

    undone = office.post(
        f"/v1/entries/{first.json()['entry_id']}/reversal",
        json={"reason": "cheque returned"},
        headers={"Idempotency-Key": "bank-1-back"},
    )
    assert Decimal(undone.json()["balance"]) == before
    totals = office.get("/v1/trial-balance").json()
    assert totals["debit"] == totals["credit"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"amount": 100.1}, "amount"),
        ({"amount": "100,10"}, "amount"),
        ({"amount": "-5.00"}, "amount"),
        ({"received_on": "2016-13-01"}, "received_on"),
        ({"reference": ""}, "reference"),
    ],
)
def test_a_payment_that_cannot_be_read_names_the_field(
    sign_in: SignIn, change: dict[str, object], column: str
) -> None:
    payment: dict[str, object] = {
        "reference": "RF00",
        "amount": "100.10",
        "received_on": "2016-06-01",
    }
    answer = sign_in("officer").post(
        "/v1/payments", json=payment | change, headers={"Idempotency-Key": "bank-2"}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (finding,) = answer.json()["findings"]
    assert finding["column"] == column


def test_a_payment_without_a_key_is_not_taken(sign_in: SignIn) -> None:
    payment = {"reference": "RF00", "amount": "1.00", "received_on": "2016-06-01"}
    answer = sign_in("officer").post("/v1/payments", json=payment)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (finding,) = answer.json()["findings"]
    assert (finding["source"], finding["column"]) == ("request header", "Idempotency-Key")


def test_the_books_are_for_the_office(public: httpx.Client, sign_in: SignIn) -> None:
    for path in ("/v1/revenue", "/v1/arrears", "/v1/trial-balance"):
        assert public.get(path).status_code == HTTPStatus.UNAUTHORIZED
        assert sign_in("taxpayer").get(path).status_code == HTTPStatus.FORBIDDEN
        assert sign_in("auditor").get(path).status_code == HTTPStatus.OK
