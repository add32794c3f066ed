"""Subscriptions over HTTP: what a subscriber's own server receives, and what is refused."""

import hmac
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api.conftest import served, signed_in
from conftest import OFFICER, installed, make_staff
from kazyna.marking.epcis import read
from kazyna.services import epcis_subscriptions
from kazyna.services.context import Context
from marking.epcis.epcis_events import document, object_event


class Subscriber:
    """A server that keeps what it gets, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[str | None, bytes]] = []
        self.answers: list[int] = []
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = subscriber.answers.pop(0) if subscriber.answers else 200
                if status == 200:
                    subscriber.got.append((self.headers["GS1-Signature"], body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def steps(self) -> list[list[str]]:
        """Return the business steps of each document that came."""
        documents = [read(body, "sent") for _, body in self.got]
        return [[event.fields["bizStep"] for event in each.events] for each in documents]

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    made = Subscriber()
    yield made
    made.close()


@pytest.fixture
def world(
    clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    subscriber: Subscriber,
) -> Iterator[tuple[httpx.Client, Context]]:
    """Serve a repository that may send to the subscriber; its officer, and the one who sends."""
    with installed(clone(empty_template), tmp_path_factory.mktemp("kept")) as opened:
        make_staff(opened.context(OFFICER), "officer")
        settings = replace(opened.settings, webhooks=(subscriber.address,))
        opened = replace(opened, settings=settings)  # noqa: PLW2901
        with served(opened) as address, signed_in(address, "officer") as client:
            yield client, opened.context(OFFICER)


def capture(client: httpx.Client, *steps: str) -> None:
    for step in steps:
        answer = client.post("/epcis/events", json=document(object_event(bizStep=step)))
        assert answer.status_code == 201, answer.text


def due_now(ctx: Context) -> None:
    """Let the time of all come."""
    with ctx.database.administration() as tx:
        tx.execute("UPDATE epcis_subscriptions SET next_at = now() - interval '1 second'")


def test_new_events_are_sent_once_and_signed(
    world: tuple[httpx.Client, Context], subscriber: Subscriber
) -> None:
    client, ctx = world
    capture(client, "packing")
    client.post("/epcis/queries", json={"name": "all", "query": {}})
    wanted = {"dest": f"{subscriber.address}/events?x=1", "signatureToken": "s", "stream": True}
    made = client.post("/epcis/queries/all/subscriptions", json=wanted)
    assert made.status_code == 201, made.text
    assert "signatureToken" not in made.json()
    place = made.headers["location"]
    capture(client, "shipping", "receiving")
    sent = epcis_subscriptions.send_due(ctx)
    assert (sent.subscriptions, sent.events, sent.failed) == (1, 2, 0)
    assert subscriber.steps() == [["shipping", "receiving"]]
    signature, body = subscriber.got[0]
    assert signature == hmac.new(b"s", body, sha256).hexdigest()
    assert orjson.loads(body)["epcisBody"]["queryResults"]["subscriptionID"] in place
    # What was not taken comes again, in halves where it was too much.
    capture(client, "storing", "loading", "holding")
    subscriber.answers = [503, 413]
    due_now(ctx)
    assert epcis_subscriptions.send_due(ctx).failed == 1
    assert "503" in client.get(place).json()["lastError"]
    assert epcis_subscriptions.send_due(ctx).subscriptions == 0
    due_now(ctx)
    assert epcis_subscriptions.send_due(ctx).events == 3
    assert subscriber.steps()[1:] == [["storing"], ["loading", "holding"]]
    assert "lastError" not in client.get(place).json()
    assert client.get("/epcis/queries/all/subscriptions").json()[0]["stream"] is True
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == 404


def test_a_schedule_sends_when_its_time_comes(
    world: tuple[httpx.Client, Context], subscriber: Subscriber
) -> None:
    client, ctx = world
    client.post("/epcis/queries", json={"name": "night", "query": {"EQ_bizStep": ["shipping"]}})
    wanted = {
        "dest": subscriber.address,
        "schedule": {"hour": "1", "minute": "5"},
        "reportIfEmpty": True,
        "initialRecordTime": "2020-01-01T00:00:00Z",
    }
    capture(client, "packing", "shipping")
    assert client.post("/epcis/queries/night/subscriptions", json=wanted).status_code == 201
    assert epcis_subscriptions.send_due(ctx).subscriptions == 0
    for _ in range(2):
        due_now(ctx)
        epcis_subscriptions.send_due(ctx)
    assert subscriber.steps() == [["shipping"], []]
    assert client.delete("/epcis/queries/night").status_code == 204
    due_now(ctx)
    assert epcis_subscriptions.send_due(ctx).subscriptions == 0


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"dest": "http://169.254.169.254/secrets"}, "KAZYNA_WEBHOOKS"),
    ({"dest": "file:///etc/passwd"}, "KAZYNA_WEBHOOKS"),
    ({"stream": False}, "says not when"),
    ({"stream": False, "schedule": {"hour": "25"}}, "[0-23]"),
    ({"stream": False, "schedule": {"month": "2", "dayOfMonth": "30"}}, "no such day"),
)


def test_what_cannot_be_sent_is_refused(
    world: tuple[httpx.Client, Context], subscriber: Subscriber
) -> None:
    client, _ = world
    client.post("/epcis/queries", json={"name": "all", "query": {}})
    for change, said in REFUSED:
        wanted = {"dest": subscriber.address, "stream": True} | change
        refused = client.post("/epcis/queries/all/subscriptions", json=wanted)
        assert refused.status_code == 400, change
        assert said in refused.text
        name = "Validation" if "dest" in change else "SubscriptionControls"
        assert refused.json()["type"] == f"epcisException:{name}Exception"
    assert client.get("/epcis/queries/all/subscriptions").json() == []
    wanted = {"dest": subscriber.address, "stream": True}
    assert client.post("/epcis/queries/none/subscriptions", json=wanted).status_code == 404


def opened(client: httpx.Client, place: str, **headers: str) -> ClientConnection:
    """Open a WebSocket as the signed-in caller of a client."""
    given = {"Authorization": client.headers["Authorization"]} | headers
    address = str(client.base_url.join(place)).replace("http", "ws", 1)
    return connect(address, additional_headers=given, proxy=None)


def told_next(socket: ClientConnection) -> list[str]:
    """Wait for the next document; return the business steps of its events."""
    answer = socket.recv(timeout=60, decode=False)
    return [event.fields["bizStep"] for event in read(answer, "told").events]


def test_events_are_told_over_a_websocket(world: tuple[httpx.Client, Context]) -> None:
    client, _ = world
    capture(client, "packing")
    client.post("/epcis/queries", json={"name": "all", "query": {}})
    place = "/epcis/queries/all/events"
    with opened(client, f"{place}?stream=true") as socket:
        capture(client, "shipping", "receiving")
        told: list[str] = []
        while len(told) < 2:
            told += told_next(socket)
        assert told == ["shipping", "receiving"], "of before nothing, of after each once, in order"
        assert client.delete("/v1/sessions/current").status_code == 204
        with pytest.raises(ConnectionClosed) as gone:
            socket.recv(timeout=60)
        assert gone.value.rcvd is not None
        assert gone.value.rcvd.code == 1008, "a session that has ended hears no more"


def test_a_websocket_follows_a_schedule_and_what_was_before(
    world: tuple[httpx.Client, Context],
) -> None:
    client, _ = world
    capture(client, "packing")
    client.post("/epcis/queries", json={"name": "all", "query": {}})
    since = {"GS1-Query-InitialRecordTime": "2020-01-01T00:00:00Z"}
    every_second = "/epcis/queries/all/events?second=[0-59]"
    with opened(client, every_second, **since, **{"GS1-Query-ReportIfEmpty": "true"}) as socket:
        assert (told_next(socket), told_next(socket)) == (["packing"], [])


REFUSED_STREAMS: tuple[tuple[str, dict[str, str], int, str], ...] = (
    ("all/events?stream=true", {"Authorization": "Bearer x"}, 401, "SecurityException"),
    ("none/events?stream=true", {}, 404, "NoSuchNameException"),
    ("all/events", {}, 400, "SubscriptionControlsException"),
    ("all/events?stream=true&hour=1", {}, 400, "SubscriptionControlsException"),
    ("all/events?hour=25", {}, 400, "SubscriptionControlsException"),
    ("all/events?century=1", {}, 400, "SubscriptionControlsException"),
)


def test_a_websocket_is_refused_before_it_opens(world: tuple[httpx.Client, Context]) -> None:
    client, _ = world
    client.post("/epcis/queries", json={"name": "all", "query": {}})
    for place, headers, status, name in REFUSED_STREAMS:
        with pytest.raises(InvalidStatus) as refused:
            opened(client, f"/epcis/queries/{place}", **headers)
        assert refused.value.response.status_code == status, place
        assert name.encode() in refused.value.response.body
