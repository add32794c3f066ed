"""Goods marking over HTTP: an order, its codes, and what happens to the units."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.conftest import served
from conftest import make_staff
from kazyna.services import users
from kazyna.store.connection import Database
from services.marking_world import SHOES, World, make_world

PASSWORD = "a long password"


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with Database(database_url) as database:
        yield make_world(database_url, tmp_path)(database)


def client(world: World, address: str, name: str) -> httpx.Client:
    opened = httpx.Client(base_url=address, timeout=60)
    session = opened.post("/v1/sessions", json={"name": name, "password": PASSWORD})
    opened.headers["Authorization"] = f"Bearer {session.json()['token']}"
    return opened


def test_an_order_and_its_documents(world: World) -> None:
    officer = world.ctx("officer")
    make_staff(officer, "clerk", password=PASSWORD)
    for name in ("maker", "shop"):
        users.create_user(
            officer, name=name, password=PASSWORD, role="participant", participant_id=name
        )
    with served(world.installation) as address:
        maker, shop, clerk = (client(world, address, n) for n in ("maker", "shop", "clerk"))
        new = {"document_id": "o1", "lines": [{"gtin": SHOES, "codes": 20}]}
        order = maker.post("/v1/marking/orders", json=new)
        assert order.status_code == 201, order.text
        number, fee = order.json()["order_no"], order.json()["fee"]
        assert maker.get(f"/v1/marking/orders/{number}/codes").status_code == 409
        assert shop.get(f"/v1/marking/orders/{number}").status_code == 404
        paid = {"participant_id": "maker", "amount": fee, "received_on": "2026-03-02", "key": "k"}
        assert maker.post("/v1/marking/fee-payments", json=paid).status_code == 403
        released = clerk.post("/v1/marking/fee-payments", json=paid).json()
        assert released["released"] == [number]
        codes = maker.get(f"/v1/marking/orders/{number}/codes").text.split("\n")[:-1]
        assert len(codes) == 20
        document = {
            "kind": "apply", "document_id": "d1", "happened_at": "2026-03-01T12:00:00+06:00",
            "lines": [{"code": code} for code in codes], "attributes": {"lot": "L1"},
        }  # fmt: skip
        first = maker.post("/v1/marking/documents", json=document)
        again = maker.post("/v1/marking/documents", json=document)
        assert (first.json()["units"], first.json()["created"]) == (20, True)
        assert (again.status_code, again.json()["created"]) == (201, False)
        wrong = maker.post("/v1/marking/documents", json=document | {"document_id": "d2"})
        assert wrong.status_code == 422
        assert [finding["row"] for finding in wrong.json()["findings"]] == list(range(1, 21))
        many = document | {"document_id": "d3", "lines": [{"code": "z" * 480}] * 3_000}
        refused = maker.post("/v1/marking/documents", json=many)
        assert refused.status_code == 422, "a document may be larger than other bodies"
        assert len(refused.json()["findings"]) > 50
        kinds = [row["kind"] for row in maker.get("/v1/marking/documents").json()]
        assert kinds == ["apply", "release", "order"]
        assert shop.get("/v1/marking/documents").json() == []
        at = f"/v1/marking/documents/{first.json()['document_no']}"
        sheet = maker.get(at).json()
        assert (sheet["participant"], sheet["goods"][0]["lot"]) == ("maker", "L1")
        assert (sheet["standing"][0][1], shop.get(at).status_code) == (20, 404)
        (held,) = maker.get("/v1/marking/stock").json()["rows"]
        assert (held["gtin"], held["units"], held["lot"]) == (SHOES, 20, "L1")
        assert clerk.get("/v1/marking/stock").status_code == 403
        for opened in (maker, shop, clerk):
            opened.close()
