"""Alerts over HTTP: raised by a service, gathered into a case, closed, and taken away as a file."""

from dataclasses import replace
from http import HTTPStatus

from api.conftest import served, signed_in
from conftest import OFFICER, make_staff
from kazyna.services import alerts
from kazyna.services.context import Installation
from services.test_alerts import TWICE


def test_a_case_from_its_alert_to_its_evidence(installation: Installation) -> None:
    ctx = installation.context(OFFICER)
    make_staff(ctx, "officer")
    make_staff(ctx, "valuer", "valuer")
    numbers = alerts.raise_alerts(ctx, [TWICE, replace(TWICE, key="again", severity="low")]).created
    with served(installation) as address, signed_in(address, "officer") as officer:
        listed = officer.get("/v1/alerts", params={"severity": "low"}).json()
        assert [each["alert_id"] for each in listed] == [numbers[1]]
        grouped = officer.post("/v1/alerts/groups", json={"by": "lot"}).json()
        assert (grouped["alerts"], len(grouped["cases"])) == (2, 1)
        case = f"/v1/alerts/cases/{grouped['cases'][0]['case_id']}"
        early = officer.post(f"{case}/closing", json={"outcome": "fraud", "note": "seen"})
        assert early.status_code == HTTPStatus.CONFLICT
        officer.post(f"{case}/assignment", json={"assignee": "inspector"})
        officer.post(f"{case}/comments", json={"note": "called the shop"})
        closed = officer.post(f"{case}/closing", json={"outcome": "fraud", "note": "seen"}).json()
        assert [event["kind"] for event in closed["events"]] == ["assigned", "commented", "closed"]
        assert closed["alerts"][0]["evidence"][0]["kind"] == "sell"
        sheet = officer.get(f"{case}/evidence.csv")
        assert sheet.headers["content-type"].startswith("text/csv")
        assert len(sheet.text.splitlines()) == 1 + 4
    with served(installation) as address, signed_in(address, "valuer") as other:
        assert other.get("/v1/alerts").status_code == HTTPStatus.FORBIDDEN
