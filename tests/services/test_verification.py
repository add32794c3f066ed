"""Checks of codes against the register: anyone's, a till's, and the sale itself."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from kazyna.core.errors import (
    Forbidden,
    InputError,
    NotFound,
    SignInRequired,
    TooMany,
    Unavailable,
)
from kazyna.services import scan_log as scan_logs
from kazyna.services.code_standing import look_up, look_up_one
from kazyna.services.context import Context
from kazyna.services.scan_log import Scan, ScanLog
from kazyna.services.verification import (
    CheckedCode,
    Place,
    Sale,
    check_codes,
    check_receipt,
    sell_receipt,
)
from kazyna.store import scans
from kazyna.store.connection import Database, Transaction
from kazyna.store.scans import NewScan
from services.marking_world import SHOES, World
from services.shelf import NOON, Shelf


@pytest.fixture
def world(shop_world: World) -> World:
    return shop_world


@pytest.fixture
def codes(shelf: Shelf) -> list[str]:
    return shelf.codes


def public(world: World) -> Context:
    return world.installation.context()


def reasons(answers: tuple[CheckedCode, ...]) -> list[str]:
    return [answer.reason for answer in answers]


def test_anyone_learns_what_a_code_is(world: World, codes: list[str]) -> None:
    forged = codes[0][:-6] + "AAAAA="
    given = [codes[0], "]d2" + codes[1].replace("\x1d", ""), codes[38], forged, "hello", ""]
    answers = check_codes(public(world), given)
    assert reasons(answers) == [
        "genuine", "genuine", "not_applied", "wrong_tail", "malformed", "malformed",
    ]  # fmt: skip
    first, spoilt, _, false, *_ = answers
    assert (first.product, first.goods, first.gtin) == ("footwear", "footwear", SHOES)
    assert (first.allowed, first.finding, first.first_sold_on) == (True, "genuine", None)
    assert (spoilt.repaired, spoilt.scanner_faults) == (codes[1], ("lost_separator",))
    assert (false.finding, false.product) == ("false", None)
    assert "shop" not in repr(answers)  # whose goods they are is between the trade and the state


def test_a_forged_tail_never_reaches_the_database(
    world: World, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = [code[:-6] + "AAAAA=" for code in codes[:10]]
    asked: list[object] = []

    def acting(*_: object, **__: object) -> None:
        asked.append(_)
        raise AssertionError("the database was asked")

    # The thread of the log must have nothing left to write.
    scan_logs.scan_log(world.installation.database).flush()
    for name in ("acting", "transaction", "call", "administration", "_connected"):
        monkeypatch.setattr(Database, name, acting)
    ctx = replace(public(world), public_checks=0)
    states = look_up(ctx, [*forged, "hello", "0104601234567890214abc"])
    assert {state.verdict for state in states[:10]} == {"wrong_tail"}
    assert asked == []


def test_many_codes_are_looked_up_as_one_is(world: World, codes: list[str]) -> None:
    ctx = world.ctx("officer")
    assert look_up(ctx, codes) == tuple(
        replace(look_up_one(ctx, code), line=line) for line, code in enumerate(codes, 1)
    )


@pytest.mark.parametrize("seller", ["shop", "shop2"])
def test_a_till_sells_its_own_goods_only(world: World, codes: list[str], seller: str) -> None:
    checked = check_receipt(world.ctx(seller), [codes[0], codes[32], codes[38]])
    assert not checked.allowed
    own = "genuine" if seller == "shop" else "wrong_owner"
    assert reasons(checked.answers) == [own, "wrong_owner", "not_applied"]


def sale(receipt: str, *codes: str, minutes: int = 0) -> Sale:
    return Sale(
        f"{receipt}:{codes[0][18:31]}",
        codes,
        NOON + timedelta(minutes=minutes),
        place=Place("till-1"),
    )


def test_goods_are_sold_once(world: World, codes: list[str]) -> None:
    shop = world.ctx("shop")
    sold = sell_receipt(shop, sale("r1", codes[0], codes[1]))
    assert sold.sold
    assert sold.document is not None
    assert sold.document.created
    again = sell_receipt(shop, sale("r1", codes[0], codes[1]))
    assert again.sold
    assert again.document is not None
    assert not again.document.created
    other = sell_receipt(shop, sale("r2", codes[1], codes[2], minutes=30))
    assert (other.sold, other.document) == (False, None)
    assert reasons(other.answers) == ["sold", "genuine"]
    assert check_receipt(shop, [codes[2]]).allowed  # all or none
    (shown,) = check_codes(public(world), [codes[0]])
    assert (shown.reason, shown.first_sold_on) == ("sold", NOON.date())
    soon = sell_receipt(shop, sale("r3", codes[1], minutes=2))
    assert reasons(soon.answers) == ["sold_just_now"]


def test_of_tills_that_race_one_sells(world: World, codes: list[str]) -> None:
    shop = world.ctx("shop")
    with ThreadPoolExecutor(8) as pool:
        done = list(
            pool.map(lambda n: sell_receipt(shop, sale(f"race-{n}", codes[5])).sold, range(16))
        )
    assert done.count(True) == 1


def test_what_is_held_back_or_expired_is_not_sold(world: World, codes: list[str]) -> None:
    shop = world.ctx("shop")
    world.send("officer", "block", codes[3], reason="test")
    assert reasons(check_receipt(shop, [codes[3]]).answers) == ["held_back"]
    assert not sell_receipt(shop, sale("r9", codes[3])).sold
    tomorrow = replace(shop, today=shop.today + timedelta(days=1))
    assert reasons(check_receipt(tomorrow, [codes[4]]).answers) == ["expired"]
    assert reasons(check_codes(public(world), [codes[3]])) == ["held_back"]


def test_who_may_ask_what(world: World, codes: list[str]) -> None:
    with pytest.raises(SignInRequired):
        check_receipt(public(world), codes[:1])
    with pytest.raises(Forbidden):
        sell_receipt(world.ctx("officer"), sale("r", codes[0]))
    with pytest.raises(InputError, match="0 codes"):
        check_codes(public(world), [])
    with pytest.raises(InputError, match="21 codes"):
        check_codes(public(world), codes[:21])
    with pytest.raises(NotFound, match="no facility"):
        check_receipt(world.ctx("shop"), codes[:1], Place(facility="nowhere"))


def test_the_public_asks_so_often_a_minute(world: World, codes: list[str]) -> None:
    ctx = replace(public(world), public_checks=5)
    assert len(check_codes(ctx, codes[:5], address="10.0.0.1")) == 5
    with pytest.raises(TooMany, match="5 codes a minute"):
        check_codes(ctx, codes[:1], address="10.0.0.1")
    assert check_codes(ctx, codes[:1], address="10.0.0.2")
    assert check_codes(replace(world.ctx("shop"), public_checks=5), codes[:20])


def test_scans_are_logged_without_who_made_them(world: World, codes: list[str]) -> None:
    ctx = public(world)
    check_codes(ctx, [codes[0], "hello you"], address="203.0.113.7")
    check_codes(ctx, [codes[0]], address="203.0.113.7")
    check_receipt(world.ctx("shop"), [codes[1]], Place("till-1", lon=74.6, lat=42.9))
    scan_logs.scan_log(ctx.database).flush()
    with world.ctx("officer").transaction() as tx:
        rows = tx.connection.execute(
            "SELECT purpose, reason, batch IS NULL, length(code_hash), device, participant_no,"
            " repeat, lon FROM marking_scans ORDER BY scan_no DESC LIMIT 4"
        ).fetchall()[::-1]
    device = rows[0][4]
    assert [row[:4] + row[5:] for row in rows] == [
        ("public", "genuine", False, None, None, False, None),
        ("public", "malformed", True, 16, None, False, None),
        ("public", "genuine", False, None, None, True, None),
        ("till", "genuine", False, None, world.numbers["shop"], False, 74.6),
    ]
    assert device.startswith("web:")
    assert "203.0.113.7" not in repr(rows)


def written(world: World, device: str) -> int:
    with world.installation.database.transaction(role="officer", actor="test") as tx:
        found: int = tx.value("SELECT count(*) FROM marking_scans WHERE device = %s", (device,))
    return found


def scans_by(device: str, count: int) -> list[Scan]:
    return [Scan("public", "genuine", "genuine", f"text {n}", device=device) for n in range(count)]


def test_scans_wait_for_a_database_that_is_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = ScanLog(world.installation.database)
    monkeypatch.setattr(scan_logs, "WRITTEN_AT_ONCE", 4)
    monkeypatch.setattr(scan_logs, "Thread", lambda **_: SimpleNamespace(start=lambda: None))
    log.add(scans_by("down", 10))
    insert, calls = scans.insert_scans, iter((True, False))

    def failing(tx: Transaction, rows: Sequence[NewScan]) -> None:
        insert(tx, rows)
        if not next(calls, True):
            raise Unavailable("The server went away.")

    monkeypatch.setattr(scans, "insert_scans", failing)
    with pytest.raises(Unavailable):
        log.flush()
    assert written(world, "down") == 4
    log.flush()
    assert written(world, "down") == 10


def test_a_scan_that_cannot_be_written_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = ScanLog(world.installation.database)
    monkeypatch.setattr(scan_logs, "Thread", lambda **_: SimpleNamespace(start=lambda: None))
    given = scans_by("poison", 9)
    given[4] = replace(given[4], gtin="9" * 30)
    given[7] = replace(given[7], device="poison\0")
    log.add(given)
    log.flush()
    assert written(world, "poison") == 7
    assert caplog.text.count("a scan was left out") == 2
