"""The office's pages of alerts and of marked goods against declarations."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

import httpx
import pytest

from api.conftest import served
from conftest import OFFICER, make_staff
from kazyna.services import alerts
from kazyna.services.context import Installation
from services.test_alerts import TWICE
from web.conftest import sign_in_at


@pytest.fixture
def office(installation: Installation) -> Iterator[httpx.Client]:
    """Act as an officer of an office with two alerts."""
    ctx = installation.context(OFFICER)
    make_staff(ctx, "officer")
    alerts.raise_alerts(ctx, [TWICE, replace(TWICE, key="again", severity="low")])
    with served(installation) as address, sign_in_at(address, "officer") as client:
        yield client


def test_from_the_list_to_a_closed_case(office: httpx.Client) -> None:
    listed = office.get("/office/alerts", params={"severity": "low"}).text
    assert "sold again" in listed
    assert "/office/alerts/2" in listed
    assert "/office/alerts/1" not in listed
    alert = office.get("/office/alerts/1", params={"lang": "ru"}).text
    assert "продано снова" in alert
    assert "<circle" in alert
    opened = office.post("/office/cases", data={"title": "shops", "ids": ["1", "2"]})
    case = opened.headers["location"]
    early = office.post(f"{case}/closing", data={"outcome": "fraud", "note": "seen"})
    assert early.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    office.post(f"{case}/assignment", data={"assignee": "officer"})
    closed = office.post(f"{case}/closing", data={"outcome": "fraud", "note": "seen"}).text
    assert "till 1" in closed
    assert office.get(f"{case}/evidence.csv").text.count("duplicate_sale") == 4
    assert "shops" in office.get("/office/cases").text


def test_a_pack_without_excise_says_so(office: httpx.Client) -> None:
    page = office.get("/office/reconciliation")
    assert page.status_code == HTTPStatus.OK
    assert "is no tax that is declared" in page.text
