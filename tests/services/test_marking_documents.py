"""Documents of goods marking: units go from status to status, all or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kazyna.store.connection import Database
from services.marking_world import SHOES, World, make_world


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with Database(database_url) as database:
        yield make_world(database_url, tmp_path)(database)


def test_from_order_to_till(world: World) -> None:
    batch = world.order("maker", SHOES, 2_500)
    whole = f"{batch}:0-2499"
    assert world.send("maker", "apply", whole).units == 2_500
    world.send("maker", "introduce", whole)
    world.send("maker", "ship", whole, counterparty="shop")
    world.send("shop", "accept", whole)
    sold = world.send("shop", "sell", f"{batch}:7", f"{batch}:1700")
    assert sold.units == 2
