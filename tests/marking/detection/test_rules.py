"""Each rule: the fraud it is for raises its own alert, and what only looks like it raises none."""

from datetime import date
from decimal import Decimal

import pytest

from kazyna.marking.detection import RULES, unit_number
from marking.detection.chains import CODE, START, World, alerts_of, price_table, rules_of

PACKAGE = unit_number(900, 1)
OTHER_PACKAGE = unit_number(900, 2)
SOLD_AT = 100


@pytest.fixture
def world() -> World:
    """Tell of one thing that has come to its shop."""
    told = World()
    told.made()
    return told


def test_an_honest_life_raises_nothing(world: World) -> None:
    world.tell("sell", "shop", SOLD_AT, price=Decimal(130))
    world.tell("scan", None, SOLD_AT + 3, device="phone", verdict="genuine")
    assert alerts_of(world) == []


def test_sold_twice(world: World) -> None:
    first = world.tell("sell", "shop", SOLD_AT)
    second = world.tell("sell", "shop", SOLD_AT + 2)
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["evidence"]) == ("duplicate_sale", [first, second])
    assert alert["subject"] == "7:12"
    assert "2026-01-09 14:00:00" in alert["reason_en"]
    assert all("{" not in alert[f"reason_{language}"] for language in ("en", "ru", "ky"))


def test_a_till_that_repeats_itself_sells_once(world: World) -> None:
    for minutes in (0, 1, 20):
        world.tell("sell", "shop", SOLD_AT + minutes / 60)
    assert alerts_of(world) == []
    world.tell("sell", "shop", SOLD_AT + 0.5, device="another till")
    assert rules_of(world) == {"duplicate_sale"}


def test_what_came_back_may_be_sold_again(world: World) -> None:
    world.tell("sell", "shop", SOLD_AT)
    world.tell("return", "shop", SOLD_AT + 24)
    world.tell("sell", "shop", SOLD_AT + 48)
    assert alerts_of(world) == []


def test_sold_before_it_was_introduced() -> None:
    never, later, in_time = World(), World(), World()
    never.tell("apply", "factory", 0)
    never.tell("sell", "factory", 10)
    later.tell("apply", "factory", 0)
    later.tell("sell", "factory", 10)
    later.tell("introduce", "factory", 40)
    in_time.tell("sell", "factory", 10)
    in_time.tell("introduce", "factory", 20)
    assert rules_of(never) == {"sale_before_introduction"}
    assert rules_of(later) == {"sale_before_introduction"}
    assert rules_of(in_time) == set(), "the two moments are within what clocks may be apart"
    assert rules_of(never, as_of=START) == set(), "the report may still come in"


def test_sold_by_who_never_got_it(world: World) -> None:
    sold = world.tell("sell", "corner shop", SOLD_AT)
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["participant"]) == ("wrong_owner", "C")
    assert alert["evidence"] == [6, sold], "the event by which the shop holds it, and the sale"


def test_a_transfer_may_be_reported_after_the_sale(world: World) -> None:
    world.tell("ship", "shop", SOLD_AT - 1, counterparty="C")
    world.tell("sell", "corner shop", SOLD_AT)
    assert rules_of(world) == set(), "it was on its way"
    late = World()
    late.made()
    late.tell("sell", "corner shop", SOLD_AT)
    late.tell("ship", "shop", SOLD_AT + 24, counterparty="C")
    assert rules_of(late) == set()
    too_late = World()
    too_late.made()
    too_late.tell("sell", "corner shop", SOLD_AT)
    too_late.tell("ship", "shop", SOLD_AT + 24 * 8, counterparty="C")
    assert rules_of(too_late) == {"wrong_owner"}


def test_what_is_refused_stays_with_its_sender(world: World) -> None:
    world.tell("ship", "shop", SOLD_AT, counterparty="C")
    world.tell("refuse", "corner shop", SOLD_AT + 1)
    world.tell("sell", "shop", SOLD_AT + 30)
    assert alerts_of(world) == []


def test_sold_after_it_was_exported(world: World) -> None:
    gone = world.tell("withdraw", "shop", SOLD_AT, reason="export")
    sold = world.tell("sell", "shop", SOLD_AT + 100)
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["evidence"]) == ("sale_after_withdrawal", [gone, sold])
    assert "withdraw export" in alert["reason_en"]


def test_what_comes_back_from_withdrawal_may_be_sold(world: World) -> None:
    world.tell("withdraw", "shop", SOLD_AT, reason="own use")
    world.tell("return", "shop", SOLD_AT + 40)
    world.tell("sell", "shop", SOLD_AT + 100)
    assert alerts_of(world) == []


def test_sold_after_its_date() -> None:
    world = World()
    world.made(expires_on=date(2026, 1, 10))
    world.tell("sell", "shop", 24 * 5)
    assert rules_of(world) == set(), "the last day itself"
    world = World()
    world.made(expires_on=date(2026, 1, 10))
    world.tell("sell", "shop", 24 * 9)
    assert rules_of(world) == {"sale_after_expiry"}


@pytest.mark.parametrize("by_lot", [True, False])
def test_sold_after_a_recall(world: World, *, by_lot: bool) -> None:
    code = None if by_lot else CODE
    stop = world.tell("recall", None, SOLD_AT, code=code, reason="glass in it")
    sold = world.tell("sell", "shop", SOLD_AT + 30)
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["evidence"]) == ("sale_after_recall", [stop, sold])


@pytest.mark.parametrize("by_lot", [True, False])
def test_sold_in_time_or_after_a_release(world: World, *, by_lot: bool) -> None:
    code = None if by_lot else CODE
    world.tell("recall", None, SOLD_AT, code=code)
    world.tell("unblock", None, SOLD_AT + 40, code=code)
    world.tell("sell", "shop", SOLD_AT + 60)
    assert alerts_of(world) == []


def test_a_recall_of_another_lot_stops_nothing(world: World) -> None:
    world.tell("recall", None, SOLD_AT, code=None, lot="L2")
    world.tell("sell", "shop", SOLD_AT + 60)
    assert alerts_of(world) == []


def test_faster_than_it_can_travel(world: World) -> None:
    first = world.tell("scan", "shop", SOLD_AT, verdict="genuine")
    second = world.tell("scan", "shop in Osh", SOLD_AT + 0.3, verdict="genuine")
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["evidence"]) == ("impossible_speed", [first, second])
    assert "299 km" in alert["reason_en"], "the great circle from Bishkek to Osh"


def test_goods_may_travel_at_the_speed_of_goods(world: World) -> None:
    world.tell("ship", "shop", SOLD_AT, counterparty="O")
    world.tell("accept", "shop in Osh", SOLD_AT + 12)
    world.tell("sell", "shop in Osh", SOLD_AT + 13)
    world.tell("scan", None, SOLD_AT + 14, device="phone", lon=78.4, lat=42.5, verdict="genuine")
    assert alerts_of(world) == [], "where a phone says it is proves nothing"


def test_in_many_hands_at_once(world: World) -> None:
    for hours, place in enumerate(("shop", "corner shop", "warehouse")):
        world.tell("scan", place, SOLD_AT + hours, verdict="genuine")
    (alert,) = alerts_of(world)
    assert (alert["rule"], len(alert["evidence"])) == ("scan_burst", 3)


def test_a_family_with_phones_is_no_burst(world: World) -> None:
    world.tell("sell", "shop", SOLD_AT)
    for number in range(6):
        world.tell("scan", None, SOLD_AT + 2, device=f"phone {number}", verdict="genuine")
    assert alerts_of(world) == []
    for number in range(6, 12):
        world.tell("scan", None, SOLD_AT + 2, device=f"phone {number}", verdict="genuine")
    assert rules_of(world) == {"scan_burst"}


def test_serials_are_tried_out() -> None:
    world = World()
    for number in range(12):
        world.tell(
            "scan", "shop", number / 60, code=None, verdict="forged", text_hash=1_000 + number
        )
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["subject_kind"]) == ("serial_guessing", "device")
    assert alert["subject"] == "shop till"
    assert "12 different false codes in 12 of 12 scans" in alert["reason_en"]


def test_one_bad_pack_or_a_bad_scanner_guesses_nothing() -> None:
    world = World()
    for number in range(30):
        world.tell("scan", "shop", number / 60, code=None, verdict="forged", text_hash=1)
        world.tell("scan", "shop", number / 60, code=None, verdict="unreadable", text_hash=number)
    assert alerts_of(world) == []
    for number in range(15):
        world.tell("scan", "shop", 2, code=None, verdict="forged", text_hash=number)
    for number in range(300):
        world.tell("scan", "shop", 3, code=unit_number(8, number), verdict="genuine")
    assert rules_of(world) == set(), "a busy till meets a few false codes"


def test_in_two_packages(world: World) -> None:
    first = world.tell("aggregate", "shop", SOLD_AT, parent=PACKAGE)
    second = world.tell("aggregate", "shop", SOLD_AT + 10, parent=OTHER_PACKAGE)
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["evidence"]) == ("two_parents", [first, second])


@pytest.mark.parametrize("unpacked", [105, 130])
def test_packed_again_after_or_shortly_before_unpacking(world: World, unpacked: int) -> None:
    world.tell("aggregate", "shop", SOLD_AT, parent=PACKAGE)
    world.tell("disaggregate", "shop", unpacked, parent=PACKAGE)
    world.tell("aggregate", "shop", SOLD_AT + 10, parent=OTHER_PACKAGE)
    assert alerts_of(world) == []


def test_an_empty_package_is_shipped(world: World) -> None:
    shipped = world.tell("ship", "shop", SOLD_AT + 5, code=PACKAGE, package=True, counterparty="C")
    (alert,) = alerts_of(world)
    assert (alert["rule"], alert["subject"]) == ("empty_package_shipped", "900:1")
    assert alert["evidence"] == [shipped]
    world.tell("aggregate", "shop", SOLD_AT, parent=PACKAGE)
    assert rules_of(world) == set()
    world.tell("disaggregate", "shop", SOLD_AT + 1, parent=PACKAGE)
    assert rules_of(world) == {"empty_package_shipped"}


def test_packed_before_it_was_put_on_goods() -> None:
    world = World()
    world.tell("aggregate", "factory", 0, parent=PACKAGE)
    assert rules_of(world) == {"uncommissioned_child"}
    world.tell("apply", "factory", 3)
    assert rules_of(world) == set()
    world.tell("aggregate", "factory", 0, code=PACKAGE, package=True, parent=OTHER_PACKAGE)
    assert rules_of(world) == set(), "a package is put on nothing"


def test_prices_out_of_bounds(world: World) -> None:
    least = price_table(
        [("cigarettes", date(2025, 1, 1), date(2025, 12, 31), "110"),
         ("cigarettes", date(2026, 1, 1), None, "120")]
    )  # fmt: skip
    world.tell(
        "sell", "shop", SOLD_AT, goods="cigarettes", price=Decimal(120), printed_price=Decimal(150)
    )
    assert rules_of(world, minimum_prices=least) == set()
    low, high = World(), World()
    for told, price in ((low, "119.50"), (high, "150.01")):
        told.made()
        told.tell(
            "sell", "shop", SOLD_AT, goods="cigarettes", price=Decimal(price),
            printed_price=Decimal(150),
        )  # fmt: skip
        (alert,) = alerts_of(told, minimum_prices=least)
        assert alert["rule"] == "price_out_of_bounds"
        assert f"for {price}; at least 120.00, at most 150.00" in alert["reason_en"]
    assert rules_of(low) == set(), "without a law no price is too low"


def test_limits_are_what_decides(world: World) -> None:
    world.tell("sell", "shop", SOLD_AT)
    world.tell("sell", "shop", SOLD_AT + 0.2)
    assert rules_of(world) == set()
    strict = {"duplicate_sale": {"repeat_minutes": Decimal(5)}}
    assert rules_of(world, limits=strict) == {"duplicate_sale"}


def test_every_rule_explains_itself() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        for text in (rule.title, rule.reason, *(limit.meaning for limit in rule.limits)):
            assert len({text.en, text.ru, text.ky}) == 3
