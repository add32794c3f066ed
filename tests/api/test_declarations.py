from collections.abc import Iterator
from http import HTTPStatus

import httpx
import pytest

from api.conftest import served
from conftest import OFFICER
from kazyna.services import users
from kazyna.services.context import Installation
from kazyna.services.demo_steps import PASSWORD
from services.test_declarations import office

__all__ = ["office"]
MARCH = "/v1/declarations/vat/2026-03"


@pytest.fixture
def own(office: Installation) -> Iterator[httpx.Client]:
    """Act over HTTP as the taxpayer T1."""
    users.create_user(
        office.context(OFFICER), name="akmal", role="taxpayer", password=PASSWORD, taxpayer_id="T1"
    )
    with served(office) as address, httpx.Client(base_url=address, timeout=60) as client:
        session = client.post("/v1/sessions", json={"name": "akmal", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {session.json()['token']}"
        yield client


def test_a_taxpayer_files_and_corrects_its_own(own: httpx.Client) -> None:
    line = {"supply": "1000", "input_vat": "0"}
    filed = own.post(MARCH, json={"lines": [line]})
    assert (filed.status_code, filed.json()["amount"]) == (HTTPStatus.CREATED, "120.00")
    other = own.post(MARCH, json={"lines": [line | {"supply": "2000"}]})
    assert other.status_code == HTTPStatus.CONFLICT
    mended = own.put(MARCH, json={"lines": [line | {"supply": "2000"}], "reason": "forgot"})
    assert mended.json()["amount"] == "120.00"
    (stands,) = own.get("/v1/taxpayers/T1/declarations").json()
    assert (stands["version"], stands["lines"][0]["declared"]["supply"]) == (2, "2000")
    assert own.get(MARCH).status_code == HTTPStatus.FORBIDDEN
    wrong = own.post("/v1/declarations/vat/2026-02", json={"lines": [{"supply": "x"}]})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert {each["column"] for each in wrong.json()["findings"]} == {"supply", "input_vat"}
