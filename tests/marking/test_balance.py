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
