"""Kits made from the register, sales without a network, and what an inspector does."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from kazyna.core.errors import Conflict, Forbidden, InputError, Refused, SignInRequired
from kazyna.marking.offline_kit import Kit, check_offline, read_kit
from kazyna.services import alerts, offline_kits
from kazyna.services.inspection import (
    inspect_code,
    recent_measures,
    report_finding,
    take_measure,
)
from kazyna.services.till_sync import OfflineSale, Synced, sync_sales
from kazyna.services.verification import Place, check_codes, check_receipt
from services.marking_world import SHOES, World
from services.shelf import NOON, Shelf, stock


@pytest.fixture
def signed(shop_world: World, tmp_path: Path) -> Shelf:
    """Put goods with signatures of 88 characters on the shelf."""
    return stock(shop_world, tmp_path, template="eaeu_88")


def kit_of(world: World, name: str | None = None) -> Kit:
    offline_kits._kits.clear()  # a kit is kept for ten minutes
    ctx = world.ctx(name) if name else world.installation.context()
    key = offline_kits.kit_key(ctx).key.public_key
    return read_kit(offline_kits.kit_for(ctx), trusted={key})


def said(kit: Kit, code: str) -> tuple[str, bool]:
    answer = check_offline(kit, code, kit.made_at + timedelta(hours=1))
    return answer.reason, answer.allowed


def test_a_tills_kit_knows_its_own_stock(shelf: Shelf, signed: Shelf) -> None:
    world = shelf.world
    world.send("officer", "block", shelf.codes[2], signed.codes[2], reason="test")
    world.send("shop", "sell", shelf.codes[3], signed.codes[3])
    kit = kit_of(world, "shop")
    assert said(kit, shelf.codes[0]) == ("listed", True)
    assert said(kit, signed.codes[0]) == ("on_sale", True)
    assert said(kit, shelf.codes[2]) == said(kit, signed.codes[2]) == ("held_back", False)
    assert said(kit, shelf.codes[3]) == said(kit, signed.codes[3]) == ("sold", False)
    assert said(kit, shelf.maker[0]) == ("not_listed", False)  # of another's stock
    assert said(kit, shelf.codes[0][:-6] + "AAAAA=") == ("listed", True)  # no proof: only listed
    assert said(kit, signed.codes[0][:-6] + "AAAA==") == ("wrong_tail", False)


def test_the_publics_kit_lists_no_stock(shelf: Shelf, signed: Shelf) -> None:
    shelf.world.send("officer", "block", signed.codes[5], reason="test")
    kit = kit_of(shelf.world)
    assert {each.status for each in kit.sets} <= {"blocked", "quarantined", "recalled"}
    assert said(kit, signed.codes[0]) == ("signed", True)
    assert said(kit, signed.codes[5]) == ("held_back", False)
    assert said(kit, shelf.codes[0]) == ("cannot_be_checked", False)


def test_goods_past_their_date_are_told_apart(shelf: Shelf) -> None:
    shop = shelf.world.ctx("shop")
    tomorrow = replace(shop, today=shop.today + timedelta(days=1))
    made = offline_kits.make_kit(tomorrow)
    answer = check_offline(made, shelf.codes[0], made.made_at)
    assert (answer.reason, answer.allowed) == ("expired", False)


def test_an_officer_writes_a_kit_that_a_file_check_believes(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "shop.kit"
    made = offline_kits.write_kit_file(shelf.world.ctx("officer"), out, [SHOES])
    assert made.codes >= 40
    assert made.bytes == out.stat().st_size
    later = made.made_at + timedelta(hours=71)
    found = offline_kits.check_with_kit(
        out, [shelf.codes[0], shelf.unused[0], "x"], trusted=[made.public_key], at=later
    )
    assert [answer.reason for _, answer in found.answers] == ["listed", "not_applied", "malformed"]
    assert found.allowed == 1
    with pytest.raises(Refused, match="not trusted"):
        offline_kits.check_with_kit(out, ["x"], trusted=["00" * 32])
    with pytest.raises(InputError, match="no public key"):
        offline_kits.check_with_kit(out, ["x"], trusted=["hello"])


def test_without_a_key_of_signatures_no_kit_is_made(shop_world: World) -> None:
    ctx = replace(shop_world.ctx("officer"), keys=None)
    with pytest.raises(Refused, match="No open key of signatures"):
        offline_kits.kit_key(ctx)


def sync(world: World, *sales: OfflineSale, device: str, who: str = "shop") -> Synced:
    return sync_sales(world.ctx(who), sales, Place(device))


def test_offline_sales_are_taken_up_once(shelf: Shelf) -> None:
    world = shelf.world
    sales = [OfflineSale(n, NOON + timedelta(minutes=n), (shelf.codes[n],)) for n in (1, 2)]
    done = sync(world, *reversed(sales), device="till-a")
    assert [(sale.counter, sale.outcome, sale.created) for sale in done.sales] == [
        (1, "sold", True), (2, "sold", True),
    ]  # fmt: skip
    assert (done.alerts, done.next_counter) == ((), 3)
    again = sync(world, *sales, device="till-a")
    assert [(sale.outcome, sale.created) for sale in again.sales] == [("sold", False)] * 2
    with pytest.raises(Conflict, match="with other goods"):
        sync(world, replace(sales[0], codes=(shelf.codes[9],)), device="till-a")
    assert check_receipt(world.ctx("shop"), [shelf.codes[9]]).allowed


def test_conflicts_of_offline_sales_become_alerts(shelf: Shelf) -> None:
    world, code = shelf.world, shelf.codes[7]
    first = sync(world, OfflineSale(1, NOON + timedelta(hours=2), (code,)), device="till-b")
    assert first.sales[0].outcome == "sold"
    forged = shelf.codes[8][:-6] + "AAAAA="
    second = sync(
        world,
        OfflineSale(1, NOON + timedelta(hours=1), (code,)),
        OfflineSale(2, NOON + timedelta(hours=1, minutes=1), (forged,)),
        OfflineSale(3, NOON + timedelta(hours=1, minutes=2), (shelf.codes[10],)),
        device="till-c",
    )
    assert [sale.outcome for sale in second.sales] == ["conflict", "refused", "sold"]
    assert len(second.alerts) == 2
    raised = {
        alert.rule: alert
        for alert in alerts.list_alerts(world.ctx("officer"))
        if alert.alert_id in second.alerts
    }
    assert raised.keys() == {"offline_conflict", "offline_refused"}
    assert "was first" in raised["offline_conflict"].reason.en  # by its clock, the later report
    assert raised["offline_conflict"].evidence_count == 2
    assert raised["offline_refused"].device == "till-c"


def test_missing_receipts_and_a_clock_that_went_back_are_told(shelf: Shelf) -> None:
    done = sync(
        shelf.world,
        OfflineSale(4, NOON + timedelta(hours=3), (shelf.codes[11],)),
        OfflineSale(5, NOON, (shelf.codes[12],)),
        device="till-d",
    )
    assert [sale.outcome for sale in done.sales] == ["sold", "sold"]
    found = alerts.list_alerts(shelf.world.ctx("officer"))
    rules = {alert.rule for alert in found if alert.alert_id in done.alerts}
    assert rules == {"till_counter_gap", "till_clock"}


def test_bad_reports_are_refused(shelf: Shelf) -> None:
    sale = OfflineSale(1, NOON, (shelf.codes[0],))
    with pytest.raises(InputError, match="stand twice"):
        sync(shelf.world, sale, sale, device="till-e")
    with pytest.raises(InputError, match="not named"):
        sync_sales(shelf.world.ctx("shop"), [sale], Place())
    with pytest.raises(Forbidden):
        sync(shelf.world, sale, device="till-e", who="officer")


def test_an_inspector_sees_the_history_and_acts(shelf: Shelf) -> None:
    officer, code = shelf.world.ctx("officer"), shelf.codes[15]
    check_codes(shelf.world.installation.context(), [code], address="x")
    seen = inspect_code(officer, code)
    kinds = [event.kind for event in seen.events]
    assert kinds == ["accept", "ship", "introduce", "apply", "release", "order"]
    assert {scan.purpose for scan in seen.scans} == {"public", "inspector"}
    assert (seen.state.holder, seen.answer.reason) == ("shop", "genuine")
    done = take_measure(officer, code, measure="block", reason="smuggled", document_id="insp-1")
    assert done.units == 1
    assert inspect_code(officer, code).answer.reason == "held_back"
    take_measure(officer, code, measure="unblock", reason="cleared", document_id="insp-2")
    assert inspect_code(officer, code).answer.allowed


def test_goods_are_taken_into_custody_and_destroyed(shelf: Shelf) -> None:
    officer, (first, second) = shelf.world.ctx("officer"), shelf.codes[17:19]
    take = partial(take_measure, officer, reason="no papers")
    with pytest.raises(InputError, match="protocol"):
        take(first, measure="detain", document_id="c-0")
    for number, code in enumerate((first, second)):
        take(code, measure="detain", document_id=f"c-{number + 1}", protocol="17/2026")
        assert inspect_code(officer, code).answer.reason == "held_back"
    with pytest.raises(InputError, match="in_custody"):
        shelf.world.send("shop", "sell", first)
    take(first, measure="unblock", document_id="c-3")
    assert inspect_code(officer, first).answer.allowed, "it stands where it stood"
    take(second, measure="destroy", document_id="c-4", protocol="act 9")
    state = inspect_code(officer, second).state
    assert (state.status, state.hold, state.reason) == ("withdrawn", None, "destroyed")
    with pytest.raises(InputError):
        take(first, measure="destroy", document_id="c-5", protocol="act 10")
    chain = recent_measures(officer)
    assert [(each.label.en, each.protocol) for each in chain[:2]] == [
        ("Destruction by the authority", "act 9"),
        ("Release of what was held back", None),
    ]


def test_findings_of_forged_codes_are_reported(shelf: Shelf) -> None:
    officer, forged = shelf.world.ctx("officer"), shelf.codes[16][:-6] + "AAAAA="
    seen = inspect_code(officer, forged)
    assert (seen.answer.finding, seen.events, seen.scans) == ("false", (), ())
    made = report_finding(officer, forged, note="Osh bazaar, stall 12")
    assert made.alert_id is not None
    assert report_finding(officer, forged, note="again").alert_id is None
    with pytest.raises(InputError, match="it is empty"):
        report_finding(officer, forged, note=" ")
    with pytest.raises(SignInRequired):
        inspect_code(shelf.world.installation.context(), forged)
