from collections.abc import Iterator
from http import HTTPStatus
from time import sleep

import httpx
import pytest

from api.conftest import Client, SignIn, served, signed_in
from conftest import OFFICER, TOWN_HOUSES, make_staff
from kazyna.services.context import Installation


def test_the_ratio_study_stands_on_its_sales(public: httpx.Client) -> None:
    latest = public.get("/v1/rounds/latest").json()
    path = f"/v1/rounds/{latest['round_id']}/study"
    points = public.get(path, params={"limit": 5000}).json()
    assert len(points) == latest["study"]["sales"]
    assert public.get(path, params={"limit": 2, "offset": 3}).json() == points[3:5]


def test_a_date_is_valued_once(sign_in: SignIn) -> None:
    answer = sign_in("valuer").post("/v1/rounds", json={"valuation_date": "2015-05-31"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "published already" in answer.json()["detail"]


def test_only_valuers_draft(sign_in: SignIn) -> None:
    answer = sign_in("officer").post("/v1/rounds", json={"valuation_date": "2015-05-31"})
    assert answer.status_code == HTTPStatus.FORBIDDEN


@pytest.fixture
def people(town: Installation) -> Iterator[tuple[Client, Client, Client]]:
    """Ask over HTTP as a valuer, as a second one, and as anyone, in a town with a draft."""
    officer = town.context(OFFICER)
    for name in ("valuer", "head"):
        make_staff(officer, name, "valuer")
    with (
        served(town) as address,
        signed_in(address, "valuer") as valuer,
        signed_in(address, "head") as head,
        httpx.Client(base_url=address, timeout=60) as public,
    ):
        yield valuer, head, public


def test_a_draft_is_frozen_published_and_corrected_by_hand(
    people: tuple[Client, Client, Client],
) -> None:
    valuer, head, public = people
    assert public.get("/v1/rounds").json() == []
    assert public.get("/v1/rounds/1").status_code == HTTPStatus.NOT_FOUND
    (line,) = valuer.get("/v1/rounds").json()
    assert line["status"] == "draft"
    frozen = valuer.post("/v1/rounds/1/freeze", json={}).json()
    assert len(frozen["manifest_hash"]) == 64
    published = valuer.post("/v1/rounds/1/publish", json={"note": "notices"}).json()
    assert published["status"] == "published"
    assert public.get("/v1/rounds/latest").json()["total_value"] == line["total_value"]
    said = {"property_id": "h001", "value": "123456", "reason": "burnt", "evidence": "photo"}
    proposed = valuer.post("/v1/rounds/1/overrides", json=said)
    assert proposed.status_code == HTTPStatus.CREATED
    path = f"/v1/rounds/overrides/{proposed.json()['override_id']}/confirmation"
    assert valuer.post(path, json={}).status_code == HTTPStatus.FORBIDDEN
    assert head.post(path, json={}).json()["decision"] == "confirmed"
    (found,) = head.get("/v1/rounds/1/overrides").json()
    assert (found["value"], found["decided_by"]) == ("123456.00", "head")
    assert public.get("/v1/rounds/1/overrides").status_code == HTTPStatus.UNAUTHORIZED
    card = public.get("/v1/properties/h001").json()["valuation"]
    assert (card["value"], card["override_reason"]) == ("123456.00", "burnt")
    events = public.get("/v1/rounds/1/state").json()["events"]
    assert [event["status"] for event in events] == ["draft", "frozen", "published"]
    same = public.get("/v1/rounds/1/comparison/1").json()["comparison"]
    assert (same["unchanged"], same["median_change"]) == (TOWN_HOUSES, 0.0)


def test_a_draft_is_asked_for_and_followed_over_http(
    people: tuple[Client, Client, Client],
) -> None:
    valuer, _, public = people
    asked = valuer.post("/v1/rounds", json={"valuation_date": "2014-12-31", "seed": 2})
    assert asked.status_code == HTTPStatus.ACCEPTED
    place = asked.headers["location"]
    while (job := valuer.get(place).json())["state"] == "running":
        sleep(0.1)
    assert job["state"] == "done", job["error"]
    made = valuer.get(f"/v1/rounds/{job['round_id']}").json()
    assert (made["status"], made["valuation_date"]) == ("draft", "2014-12-31")
    assert public.get(place).status_code == HTTPStatus.UNAUTHORIZED
    assert valuer.get("/v1/rounds/drafts/99").status_code == HTTPStatus.NOT_FOUND


def test_a_cadastre_is_loaded_over_http_whole_or_not(
    people: tuple[Client, Client, Client],
) -> None:
    valuer, _, public = people
    before = valuer.get("/v1/overview").json()
    houses = [
        {"property_id": "n1", "lon": -122.31, "lat": 47.55, "sqft_living": 1500, "grade": 7},
        {"property_id": "n2", "sqft_living": 900, "grade": 6},
    ]
    sales = [{"property_id": "n1", "sold_on": "2014-07-01", "price": "455000.50"}]
    given = {"properties": houses, "sales": sales}
    for _again in range(2):
        loaded = valuer.post("/v1/cadastre", json=given)
        assert loaded.json() == {"properties": 2, "sales": 1}, loaded.text
    after = valuer.get("/v1/overview").json()
    grown = [after[name] - before[name] for name in ("properties", "sales")]
    assert grown == [2, 1]
    assert public.get("/v1/properties/n1").json()["sales"][0]["price"] == "455000.50"
    assert public.post("/v1/cadastre", json=given).status_code == HTTPStatus.UNAUTHORIZED
    for wrong, column in (
        ({"property_id": "n3", "sqft_living": 800, "grade": 6, "castle": 1}, "castle"),
        ({"property_id": "n3", "sqft_living": "much", "grade": 6}, "sqft_living"),
    ):
        refused = valuer.post("/v1/cadastre", json=given | {"properties": [*houses, wrong]})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert column in {finding["column"] for finding in refused.json()["findings"]}
    assert valuer.get("/v1/overview").json() == after
