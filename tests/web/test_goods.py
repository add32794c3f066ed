"""The pages of participants: ordering, handing in, answering, and what is refused by line."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from api.conftest import served
from kazyna.services import users
from kazyna.store.connection import Database
from marking.epcis.epcis_events import document
from services.marking_world import PILLS, SHOES, World, make_world
from services.test_epcis_operations import applied, introduced, links, sold

PASSWORD = "a long password"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with Database(database_url) as database:
        yield make_world(database_url, tmp_path)(database)


def test_a_participant_works_on_its_pages(world: World) -> None:
    for name in ("maker", "shop"):
        users.create_user(
            world.ctx("officer"),
            name=name,
            password=PASSWORD,
            role="participant",
            participant_id=name,
        )
    with (
        served(world.installation) as address,
        httpx.Client(base_url=address, headers=SAME_SITE, timeout=60) as maker,
        httpx.Client(base_url=address, headers=SAME_SITE, timeout=60) as shop,
    ):
        for client, name in ((maker, "maker"), (shop, "shop")):
            entered = client.post("/sign-in", data={"name": name, "password": PASSWORD})
            assert entered.headers["location"] == "/goods"
            assert "My goods" in client.get("/goods").text
        items = links(world, world.order("maker", SHOES, 6))
        _orders(maker)
        _hands_in(maker, items)
        _ships_and_accepts(maker, shop, items)
        _subscribes(maker)
        for language, title in (("ru", "Мои товары"), ("ky", "Менин товарларым")):
            assert f"<h1>{title}</h1>" in maker.get("/goods", params={"lang": language}).text


def _subscribes(maker: httpx.Client) -> None:
    at = "/goods/subscriptions"
    query = {"name": "shipped", "conditions": "EQ_bizStep=shipping; EQ_action=OBSERVE"}
    assert "is saved" in maker.post(f"{at}/queries", data=query).text
    wrong = maker.post(f"{at}/queries", data={"name": "x", "conditions": "EQ_nothing=1"})
    assert (wrong.status_code, "EQ_nothing" in wrong.text) == (422, True)
    stranger = {"name": "shipped", "dest": "https://stranger.example/", "schedule": ""}
    refused = maker.post(at, data=stranger)
    assert (refused.status_code, "KAZYNA_WEBHOOKS" in refused.text) == (422, True)
    assert "EQ_bizStep=shipping" in maker.get(at).text
    assert "is forgotten" in maker.post(f"{at}/queries/forget", data={"name": "shipped"}).text


def _orders(maker: httpx.Client) -> None:
    ordered = {"gtin": SHOES, "codes": "25", "key": "once"}
    for _ in range(2):
        assert "is placed" in maker.post("/goods/orders", data=ordered).text
    page = maker.get("/goods").text
    assert page.count("pay by") == 1
    assert "Fees owed" in page
    valued = {"gtin": PILLS, "codes": "5", "key": "valued", "values": "17=281231; 10=L7"}
    assert "is placed" in maker.post("/goods/orders", data=valued).text
    unsaid = maker.post("/goods/orders", data=valued | {"values": "17=soon", "key": "unsaid"})
    assert unsaid.status_code == 422
    assert "values.17" in unsaid.text
    refused = maker.post("/goods/orders", data=ordered | {"codes": "many", "key": "other"})
    assert (refused.status_code, "expected a whole number" in refused.text) == (422, True)


def _hands_in(maker: httpx.Client, items: list[str]) -> None:
    content = orjson.dumps(document(applied(*items), introduced(*items)))
    done = maker.post("/goods/files", files={"file": ("line.jsonld", content)})
    assert "2 of 2 events captured" in done.text, done.text
    wrong = orjson.dumps(document(sold(items[0]) | {"bizStep": "smuggling"}))
    refused = maker.post("/goods/files", files={"file": ("bad.json", wrong)})
    assert refused.status_code == 422
    assert "eventList[0].bizStep" in refused.text
    for name, fields in (("units.txt", {}), ("units.txt", {"kind": "withdraw"})):
        refused = maker.post("/goods/files", files={"file": (name, items[0].encode())}, data=fields)
        assert refused.status_code == 422, fields
    listed = maker.post(
        "/goods/files",
        files={"file": ("lost.txt", f"{items[0]}\nnonsense".encode())},
        data={"kind": "withdraw", "needs": "reason=loss"},
    )
    assert "Line 2" in listed.text, listed.text[listed.text.find("message") :][:900]


def _ships_and_accepts(maker: httpx.Client, shop: httpx.Client, items: list[str]) -> None:
    sent = maker.post(
        "/goods/files",
        files={"file": ("truck 7.csv", ("code\n" + "\n".join(items)).encode())},
        data={"kind": "ship", "counterparty": "shop"},
    )
    assert "is taken up: 6 units" in sent.text, sent.text
    page = shop.get("/goods").text
    assert "Shipments to you that wait" in page
    assert "Maker" in page
    number = page.partition("/goods/documents/")[2].partition('"')[0]
    address = f"/goods/documents/{number}"
    assert maker.post(f"{address}/accept").status_code == 404
    sheet = shop.get(address).text
    assert 'type="checkbox"' in sheet
    assert 'type="checkbox"' not in maker.get(address).text
    wrong = shop.post(f"{address}/accept", data={"typed": "nonsense", "key": "a1"})
    assert (wrong.status_code, "Line 1" in wrong.text) == (422, True)
    some = shop.post(f"{address}/accept", data={"typed": "\n".join(items[:2]), "key": "a2"}).text
    assert "is taken up: 2 units" in some
    assert "wait for an answer: 4" in some
    assert "4 of 6 wait" in maker.get("/goods/documents", params={"kind": "ship"}).text
    (line,) = re.findall(r'name="line" value="(\d+:\d+-\d+)"', some)
    refused = shop.post(f"{address}/refuse", data={"line": [line], "key": "a3"}).text
    assert "The whole shipment is answered" in refused
    again = shop.post(f"{address}/accept")
    assert "nothing of shipment" in again.text
    assert "that wait for an answer" not in shop.get("/goods").text
    assert "Refusal of a shipment" in maker.get("/goods/documents").text, "the sender is told"
    stock = shop.get("/goods/stock", params={"gtin": SHOES}).text
    assert "footwear" in stock
    assert ">2</td>" in stock
    assert "hold no units" in shop.get("/goods/stock", params={"gtin": "04601234500012"}).text


def test_who_is_no_participant_has_no_goods(world: World) -> None:
    with served(world.installation) as address:
        answer = httpx.get(f"{address}/goods", timeout=60)
        assert answer.headers["location"].startswith("/sign-in")
