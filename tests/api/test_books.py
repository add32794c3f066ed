from http import HTTPStatus

import httpx

from conftest import OFFICER, make_staff
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD


def test_a_request_waits_for_a_second_person(office: httpx.Client, demo: Installation) -> None:
    debtor = office.get("/v1/arrears", params={"limit": 1}).json()["largest"][0]["taxpayer_id"]
    new = {"kind": "write_off", "taxpayer_id": debtor, "amount": "5.00", "reason": "insolvent",
           "tax": "property_tax", "claimed_on": "2016-05-02"}  # fmt: skip
    asked = office.post("/v1/settlements", json=new)
    assert asked.status_code == HTTPStatus.CREATED
    assert (asked.json()["claimed_on"], asked.json()["pay_by"]) == ("2016-05-02", None)
    path = f"/v1/settlements/{asked.json()['request_id']}/decision"
    own = office.post(path, json={"approved": True, "note": "mine"})
    assert own.status_code == HTTPStatus.CONFLICT
    make_staff(demo.context(OFFICER), "head2")
    office_head = {"name": "head2", "password": PASSWORD}
    session = httpx.post(f"{office.base_url}/v1/sessions", json=office_head, timeout=60)
    token = session.json()["token"]
    head = {"Authorization": f"Bearer {token}"}
    signed = office.post(path, json={"approved": True, "note": "seen"}, headers=head)
    assert signed.json()["status"] == "approved"
    assert office.get("/v1/settlements").json()[0]["status"] == "approved"


def test_the_books_are_closed_proved_and_taken_away(office: httpx.Client) -> None:
    closing = {"through": "2016-01-31", "reason": "month"}
    closed = office.post("/v1/periods", json=closing)
    assert closed.json()["event"] == "closed"
    assert office.post("/v1/periods", json=closing).status_code == HTTPStatus.CONFLICT
    asked = office.post("/v1/periods/reopening", json={"reason": "late"})
    assert asked.json()["event"] == "reopening_asked"
    assert len(office.get("/v1/periods").json()) == 2
    assert office.get("/v1/audit").json()["sound"] is True
    days = {"from": "2016-01-01", "to": "2016-12-31"}
    assert office.get("/v1/journal.csv", params=days).text.startswith("entry_id,line,kind")
    assert b"AuditFile" in office.get("/v1/journal.xml", params=days).content
    assert office.get("/v1/revenue/places").json()[0]["tax"] == "property_tax"
    divided = office.get("/v1/revenue/budgets", params=days).json()
    assert [each["budget"] for each in divided["totals"]] == [""]  # the pack divides nothing
    assert divided["totals"][0]["amount"] == divided["received"]
