"""Bad input of goods marking over HTTP: refused by line or path, and the database as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep
from typing import Any

import httpx
import orjson
import pytest
from psycopg import sql

from api.conftest import served
from kazyna.services import users
from kazyna.store.connection import Database
from marking.epcis.epcis_events import document, object_event
from services.marking_world import PASSWORD, SHOES, make_world

AT = "2026-03-01T12:00:00+06:00"
DOCUMENTS, CAPTURE, ORDERS = "/v1/marking/documents", "/epcis/capture", "/v1/marking/orders"
JSON, XML = {"Content-Type": "application/json"}, {"Content-Type": "application/xml"}
TABLES = """
    SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname = 'public' AND relname !~ 'session|scan|epcis_jobs'
    ORDER BY relname
"""
"""All tables; that somebody asked, scanned or was refused may be noted."""


@dataclass(frozen=True)
class Trade:
    """A maker with twenty codes of batch 4097, applied in lot L1, and a shop."""

    maker: httpx.Client
    shop: httpx.Client
    codes: list[str]
    database: Database

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """Hold that nothing is written."""
        before = self._standing()
        assert before['"marking_documents"'][0] == 3
        yield
        assert self._standing() == before

    def _standing(self) -> dict[str, Any]:
        standing = "SELECT count(*), sum(hashtext(t::text)) FROM {} AS t"
        with self.database.administration() as tx:
            ask = tx.connection.execute
            names = [sql.Identifier(name) for (name,) in ask(TABLES)]
            return {
                name.as_string(): ask(sql.SQL(standing).format(name)).fetchone() for name in names
            }


@pytest.fixture(scope="module")
def trade(
    module_clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Trade]:
    url = module_clone(empty_template)
    with Database(url) as database:
        world = make_world(url, tmp_path_factory.mktemp("kept"))(database)
        world.order("maker", SHOES, 20)
        for name in ("maker", "shop"):
            users.create_user(
                world.ctx("officer"),
                name=name, password=PASSWORD, role="participant", participant_id=name,
            )  # fmt: skip
        with (
            served(world.installation) as address,
            httpx.Client(base_url=address, timeout=60) as maker,
            httpx.Client(base_url=address, timeout=60) as shop,
        ):
            for name, client in (("maker", maker), ("shop", shop)):
                session = client.post("/v1/sessions", json={"name": name, "password": PASSWORD})
                client.headers["Authorization"] = f"Bearer {session.json()['token']}"
            codes = maker.get(f"{ORDERS}/1/codes").text.split("\n")[:-1]
            applied = report("apply", *codes, document_id="applied", attributes={"lot": "L1"})
            assert maker.post(DOCUMENTS, json=applied).status_code == 201
            yield Trade(maker, shop, codes, database)


def report(kind: str, *codes: str, **more: object) -> dict[str, Any]:
    lines = [{"code": code} for code in codes]
    said = {"kind": kind, "document_id": "bad", "happened_at": AT, "lines": lines}
    return said | more


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + b"1" + closing * depth


def told(answer: httpx.Response) -> str:
    """Return all that a refusal says, in one line."""
    problem = answer.json()
    found = [f"{each['row']} {each['column']}: {each['reason']}" for each in problem["findings"]]
    return " | ".join([str(answer.status_code), problem["detail"], *found])


def test_documents(trade: Trade) -> None:
    code, other = trade.codes[:2]
    wrong: dict[str, dict[str, Any]] = {
        "2 code: '0104601234567893' names no single unit": report(
            "introduce", code, "0104601234567893"
        ),
        "1 code: 'привет': position 1: no application identifier": report("introduce", "привет"),
        "1 code: '010460123456789": report("introduce", "0104601234567890" + code[16:]),
        "2 code: the unit of line 1 is named again": report("introduce", code, code),
        "1 code: unit 4097:0 is applied": report("sell", code),
        "1 code: batch 4097 has no unit 99": report("introduce", "4097:0-99"),
        "1 code: no lot 'L9' of": report("introduce", f"lot:{SHOES}:L9"),
        "1 code: there is no document 'none' of yours": report("introduce", "document:none"),
        "1 code: package: 'xyz': position 1": report(
            "aggregate", lines=[{"code": code, "parent": "xyz"}]
        ),
        "None kind: 'teleport' is not known": report("teleport", code),
        "None happened_at: the time has no zone": report("introduce", code, happened_at=AT[:-6]),
        "None happened_at: 2036-03-01 is in the future": report(
            "introduce", code, happened_at=AT.replace("2026", "2036")
        ),
        "None happened_at: 'yesterday' is not accepted": report(
            "introduce", code, happened_at="yesterday"
        ),
        "None lines: '[]' is not accepted": report("introduce"),
        "None counterparty: no counterparty is given": report("ship", other),
        "No participant 'nobody' is registered": report("ship", other, counterparty="nobody"),
        "None facility: 'nowhere' is no facility": report("introduce", code, facility="nowhere"),
        "None expires_on: expires_on is 'soon'": report(
            "apply", code, attributes={"lot": "L1", "expires_on": "soon"}
        ),
        "409 | The id 'applied' was used for another": report("scrap", code, document_id="applied"),
        "None parcel: ": report("introduce", code, parcel="7"),
    }
    with trade.as_before():
        for expected, sent in wrong.items():
            assert expected in told(trade.maker.post(DOCUMENTS, json=sent))
        whole = orjson.dumps(report("introduce", *trade.codes))
        for body, expected in (
            (b"", "422 | request body: it is missing"),
            (whole[:-40], "the JSON ends too early or is broken"),
            (nested(5_000_000), "400 | The body is nested too deeply"),
            (nested(1_000_000, b'{"a":', b"}"), "400 | The body is nested too deeply"),
        ):
            assert expected in told(trade.maker.post(DOCUMENTS, content=body, headers=JSON))


def test_goods_of_others(trade: Trade) -> None:
    code = trade.codes[0]
    with trade.as_before():
        for sent, expected in (
            (report("introduce", code), "403 | introduce is for manufacturer; you are retailer."),
            (report("sell", code), "1 code: unit 4097:0 is not known to you"),
            (report("sell", "4097:0-3"), "is not known to you (and 3 more of the line)"),
        ):
            assert expected in told(trade.shop.post(DOCUMENTS, json=sent))
        forged = code[:-3] + ("A" if code[-3] != "A" else "B") + code[-2:]
        sold = {"receipt": "r1", "codes": [code, forged, code[:-2], "x"], "sold_at": AT}
        answer = trade.shop.post("/v1/till/sell", json=sold).json()
        assert answer["sold"] is False
        reasons = [each["reason"] for each in answer["answers"]]
        assert reasons == ["not_introduced", "wrong_tail", "malformed", "malformed"]
        line = {"gtin": SHOES, "codes": 20}
        refused = trade.shop.post(ORDERS, json={"document_id": "o", "lines": [line]})
        assert "403 | Codes of footwear are not ordered by retailer." in told(refused)
        for more, expected in (
            ({"gtin": SHOES[:-1] + "0"}, f"1 gtin: the GTIN is '{SHOES[:-1]}0'"),
            ({"values": {"17": "270131"}}, "1 values.17: codes of eaeu_44 have no such value"),
            ({"template": "none"}, "1 template: codes of footwear have no such template"),
            ({"codes": 0}, "lines.0.codes: '0' is not accepted"),
        ):
            sent = {"document_id": "o", "lines": [line | more]}
            assert expected in told(trade.maker.post(ORDERS, json=sent))


def test_replayed(trade: Trade) -> None:
    again = report("apply", *trade.codes, document_id="applied", attributes={"lot": "L1"})
    with trade.as_before():
        answer = trade.maker.post(DOCUMENTS, json=again)
        assert (answer.status_code, answer.json()["created"]) == (201, False)


def test_epcis(trade: Trade) -> None:
    event = orjson.dumps(document(object_event(**{"example:x": "DEEP"})))
    xml = b'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:%s" schemaVersion="%s">'
    wrong = [
        (nested(5_000_000), JSON, "line 1, column 1026: depth limit exceeded"),
        (event.replace(b'"DEEP"', nested(1_000_000, b'{"a":', b"}")), JSON, "depth limit"),
        (
            event.replace(b'"DEEP"', nested(600, b'{"example:a":', b"}")), JSON,
            "None eventList[0].example:x: the extension is nested too deeply",
        ),
        (event[:-30], JSON, "unexpected end of data"),
        (orjson.dumps(document(schemaVersion="3.0")), JSON, "None schemaVersion: version '3.0'"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', XML, "a document type or entities"),
        (xml % (b"9", b"9.0") + b"</epcis:EPCISDocument>", XML, "None /: the document is a"),
        (xml % (b"1", b"1.2") + b"<EPCISBody><EventLi", XML, "line 1, column"),
        (b"<a>" * 100_000, XML, "Excessive depth"),
    ]  # fmt: skip
    with trade.as_before():
        for content, headers, expected in wrong:
            answer = trade.maker.post(CAPTURE, content=content, headers=headers)
            assert (answer.status_code, expected in told(answer)) == (400, True), answer.text[:500]
        csv = trade.maker.post(CAPTURE, content=b"a;b", headers={"Content-Type": "text/csv"})
        assert csv.status_code == 415
        early = object_event(epcList=["4097:1"], eventTime=AT, bizStep="retail_selling")
        assert "epcList[0]" in told(trade.maker.post(CAPTURE, json=document(early)))


def test_events_out_of_order(trade: Trade) -> None:
    serial = trade.codes[3].partition("\x1d")[0].removeprefix(f"01{SHOES}21")
    unit = f"https://id.gs1.org/01/{SHOES}/21/{serial}"
    sold = object_event(
        epcList=[unit], eventTime=AT, action="OBSERVE", bizStep="retail_selling",
        disposition="retail_sold",
    )  # fmt: skip
    with trade.as_before():
        answer = trade.maker.post(CAPTURE, json=document(sold))
        while (job := trade.maker.get(answer.headers["location"]).json())["running"]:
            sleep(0.02)
        assert job["success"] is False
        assert "is applied" in job["errors"][0]["reason"]
