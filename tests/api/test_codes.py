"""Checks of codes over HTTP: the public's, a till's, and the kit for where there is no network."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone

import httpx
import pytest

from api.conftest import Client, served
from kazyna.marking.offline_kit import read_kit
from kazyna.services import offline_kits, users
from services.marking_world import World
from services.shelf import NOON, Shelf

PASSWORD = "a long password"
BISHKEK = timezone(timedelta(hours=6))


@pytest.fixture(scope="module")
def address(shop_world: World) -> Iterator[str]:
    installation = shop_world.installation
    limited = replace(installation, settings=replace(installation.settings, public_checks=200))
    with served(limited) as address:
        yield address


@pytest.fixture(scope="module")
def anyone(address: str) -> Iterator[Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def till(address: str, shop_world: World) -> Iterator[Client]:
    users.create_user(
        shop_world.ctx("officer"), name="cashier", password=PASSWORD, role="participant",
        participant_id="shop",
    )  # fmt: skip
    with httpx.Client(base_url=address, timeout=60) as client:
        session = client.post("/v1/sessions", json={"name": "cashier", "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {session.json()['token']}"
        yield client


def test_one_code_is_checked(anyone: Client, shelf: Shelf) -> None:
    answer = anyone.get("/v1/codes/check", params={"code": shelf.codes[0]}).json()
    assert (answer["finding"], answer["reason"], answer["allowed"]) == ("genuine", "genuine", True)
    assert answer["product"] == "footwear"
    assert set(answer["text"]) == {"en", "ru", "ky"}
    assert "shop" not in str(answer)
    forged = anyone.get("/v1/codes/check", params={"code": shelf.codes[0][:-6] + "AAAAA="}).json()
    assert (forged["finding"], forged["reason"]) == ("false", "wrong_tail")


def test_callers_at_the_same_moment_get_each_their_own_answer(anyone: Client, shelf: Shelf) -> None:
    def ask(number: int) -> tuple[int, str]:
        code = shelf.codes[number] if number % 3 else f"hello {number}"
        answer = anyone.get("/v1/codes/check", params={"code": code})
        assert answer.json()["code"] == code
        return number, answer.json()["reason"]

    with ThreadPoolExecutor(16) as pool:
        for number, reason in pool.map(ask, range(40)):
            expected = "malformed" if number % 3 == 0 else (
                "genuine" if number < 35 else "not_applied"
            )  # fmt: skip
            assert reason == expected


def test_a_plain_question_is_answered_as_any_other(anyone: Client, shelf: Shelf) -> None:
    for code in (shelf.codes[0], "hello+%61", "код", "01 04"):
        plain = anyone.get("/v1/codes/check", params={"code": code})
        other = anyone.get("/v1/codes/check", params={"code": code, "more": ""})
        assert (plain.status_code, plain.json()) == (other.status_code, other.json())
        assert plain.headers["Content-Type"] == other.headers["Content-Type"]


def test_a_defect_of_the_program_is_a_problem_document(
    anyone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("kazyna.api.codes.check_admitted", broken)
    once = {"Connection": "close"}  # the server may close one on which a defect was answered
    for more in ({}, {"more": ""}):
        answer = anyone.get("/v1/codes/check", params={"code": "x"} | more, headers=once)
        assert (answer.status_code, answer.json()["type"]) == (500, "urn:kazyna:error:defect")
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_some_codes_are_checked_together(anyone: Client, shelf: Shelf) -> None:
    given = {"codes": [shelf.codes[1], "x"]}
    answers = anyone.post("/v1/codes/check", json=given).json()["answers"]
    assert [answer["reason"] for answer in answers] == ["genuine", "malformed"]
    assert anyone.post("/v1/codes/check", json={"codes": ["x"] * 21}).status_code == 422
    assert anyone.post("/v1/codes/check", json={"codes": []}).status_code == 422
    assert anyone.get("/v1/codes/check").status_code == 422


def test_a_body_nested_too_deeply_is_refused(anyone: Client) -> None:
    body = b"[" * 300_000 + b"]" * 300_000
    headers = {"Content-Type": "application/json"}
    refused = anyone.post("/v1/codes/check", content=body, headers=headers)
    assert (refused.status_code, "nested too deeply" in refused.text) == (400, True)


def test_a_receipt_is_checked_and_sold_once(till: Client, anyone: Client, shelf: Shelf) -> None:
    codes = [shelf.codes[2], shelf.maker[0]]
    assert anyone.post("/v1/till/check", json={"codes": codes}).status_code == 401
    checked = till.post("/v1/till/check", json={"codes": codes, "device": "till-1"}).json()
    assert not checked["allowed"]
    assert [each["reason"] for each in checked["answers"]] == ["genuine", "wrong_owner"]
    receipt = {
        "receipt": f"r-{shelf.batch}", "codes": codes[:1], "prices": [250_000],
        "sold_at": NOON.isoformat(), "device": "till-1",
    }  # fmt: skip
    first = till.post("/v1/till/sell", json=receipt).json()
    again = till.post("/v1/till/sell", json=receipt).json()
    assert (first["sold"], first["document"]["created"]) == (True, True)
    assert (again["sold"], again["document"]["created"]) == (True, False)
    other = till.post("/v1/till/sell", json=receipt | {"receipt": "another"}).json()
    assert (other["sold"], other["document"]) == (False, None)
    assert till.post("/v1/till/sell", json=receipt | {"sold_at": "2026-03-02"}).status_code == 422


def test_offline_sales_are_reported(till: Client, shelf: Shelf) -> None:
    sold_at = (NOON + timedelta(hours=1)).isoformat()
    sale = {"counter": 1, "codes": [shelf.codes[4]], "sold_at": sold_at}
    report = {"device": f"till-{shelf.batch}", "sales": [sale]}
    done = till.post("/v1/till/sync", json=report).json()
    assert [each["outcome"] for each in done["sales"]] == ["sold"]
    assert done["next_counter"] == 2
    in_bishkek = {"sold_at": (NOON + timedelta(hours=1)).astimezone(BISHKEK).isoformat()}
    for again in (report, report | {"sales": [sale | in_bishkek]}):
        answer = till.post("/v1/till/sync", json=again)
        assert answer.status_code == 200, "the same moment in another zone is the same sale"
        assert answer.json()["sales"] == [done["sales"][0] | {"created": False}]
    changed = report | {"sales": [sale | {"codes": [shelf.codes[5]]}]}
    assert till.post("/v1/till/sync", json=changed).status_code == 409


def test_the_kit_is_given_to_all(till: Client, anyone: Client, shop_world: World) -> None:
    trusted = {offline_kits.kit_key(shop_world.ctx("officer")).key.public_key}
    public = read_kit(anyone.get("/v1/offline-kit").content, trusted=trusted)
    own = read_kit(till.get("/v1/offline-kit").content, trusted=trusted)
    assert sum(each.codes.codes for each in own.sets) > sum(
        each.codes.codes for each in public.sets
    )


def test_who_asks_too_often_is_told_to_wait(anyone: Client) -> None:
    codes = {"codes": ["x"] * 20}
    answers = [anyone.post("/v1/codes/check", json=codes) for _ in range(12)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].json()["type"] == "urn:kazyna:error:too-many"
