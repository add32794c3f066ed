"""Mass balance: what came in covers what left, and every difference names its documents."""

from typing import Any

import duckdb

from kazyna.marking.balance import mass_balance
from kazyna.marking.detection import unit_number
from marking.detection.chains import World


def differences(world: World, **options: int) -> list[dict[str, Any]]:
    with duckdb.connect() as computing:
        computing.register("events", world.table())
        rows: list[dict[str, Any]] = mass_balance(computing, **options).differences.to_pylist()
    return rows


def made(units: int) -> World:
    world = World()
    for index in range(units):
        world.made(code=unit_number(7, index), document=f"papers {index % 2}")
    return world


def test_an_honest_chain_balances_to_its_stock() -> None:
    world = made(10)
    for index in range(4):
        world.tell("sell", "shop", 100, code=unit_number(7, index))
    world.tell("withdraw", "shop", 101, code=unit_number(7, 5))
    assert differences(world) == []
    with duckdb.connect() as computing:
        computing.register("events", world.table())
        rows = mass_balance(computing).balances.to_pylist()
    stock = {row["participant"]: row["stock"] for row in rows}
    assert stock == {"F": 0, "W": 0, "S": 10 - 4 - 1}


def test_more_left_than_came_in() -> None:
    world = made(3)
    for number in range(5):
        world.tell("sell", "shop", 100, code=unit_number(7, number % 3), document=f"day {number}")
    (found,) = differences(world)
    assert (found["difference"], found["participant"], found["units"]) == (
        "more left than came in", "S", 2,
    )  # fmt: skip
    assert {"day 4", "papers 0"} <= set(found["documents"])
    assert differences(world, tolerance=2) == []


def test_introduced_more_than_applied() -> None:
    world = made(2)
    world.tell("introduce", "factory", 3, code=unit_number(7, 9), document="more")
    assert [row["difference"] for row in differences(world)] == ["introduced more than applied"]


def test_a_shipment_that_nobody_answers_ages() -> None:
    world = made(2)
    world.tell("ship", "shop", 100, counterparty="C", document="lost", code=unit_number(7, 0))
    world.tell("sell", "shop", 100 + 24 * 20, code=unit_number(7, 1))
    (found,) = differences(world)
    assert (found["difference"], found["documents"]) == ("not accepted or refused", ["lost"])
    assert differences(world, open_days=30) == []


def test_what_is_refused_is_its_senders_again() -> None:
    world = made(1)
    code = unit_number(7, 0)
    world.tell("ship", "shop", 100, counterparty="C", code=code)
    world.tell("refuse", "corner shop", 110, code=code)
    world.tell("sell", "shop", 130, code=code)
    assert differences(world) == []


def test_applied_more_than_ordered() -> None:
    world = made(4)
    assert differences(world) == [], "events that tell of no orders say nothing of them"
    for index in range(5):
        world.tell("order", "factory", -50, code=unit_number(7, index), lot=None, document="order")
    assert differences(world) == []
    world.tell("cancel_order", "factory", -40, code=unit_number(7, 4), lot=None, document="less")
    assert differences(world) == []
    world.tell("apply", "factory", 1, code=unit_number(8, 0), document="more")
    (found,) = differences(world)
    assert (found["difference"], found["lot"], found["units"]) == (
        "applied more than ordered", None, 1,
    )  # fmt: skip
    assert {"order", "more", "papers 0"} <= set(found["documents"])


def test_received_more_than_was_shipped_to_it() -> None:
    world = made(2)
    world.tell("accept", "shop", 60, code=unit_number(9, 0), document="from nowhere")
    (found,) = differences(world)
    assert (found["difference"], found["participant"], found["units"]) == (
        "received more than was shipped to it", "S", 1,
    )  # fmt: skip
    assert {"from nowhere", "papers 0"} <= set(found["documents"])


def test_what_the_authority_takes_is_its_holders_no_more() -> None:
    world = made(3)
    for index, kind in ((0, "seize"), (1, "destroy")):
        world.tell(kind, None, 100, code=unit_number(7, index), document="act")
    with duckdb.connect() as computing:
        computing.register("events", world.table())
        rows = mass_balance(computing).products.to_pylist()
    (shop,) = [row for row in rows if row["participant"] == "S"]
    assert (shop["withdrawn"], shop["stock"]) == (2, 1)
    assert differences(world) == []


def test_codes_that_were_never_goods_are_no_withdrawn_stock() -> None:
    world = made(1)
    for index, kind in ((5, "scrap"), (6, "expire")):
        world.tell("apply", "factory", 1, code=unit_number(7, index))
        world.tell(kind, "factory", 2, code=unit_number(7, index))
    world.tell("scrap", "shop", 100, code=unit_number(7, 0))
    assert differences(world) == []
    world.tell("sell", "shop", 120, code=unit_number(7, 0))
    assert [row["difference"] for row in differences(world)] == ["more left than came in"]
