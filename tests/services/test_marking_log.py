"""The log of goods marking: append-only, a row for each range, whole for staff, own for others."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kazyna.core.errors import Forbidden
from kazyna.services import marking_log
from kazyna.services.marking_documents import lines_of
from kazyna.store.connection import Database
from services.marking_world import SHOES, World, make_world


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with Database(database_url) as database:
        yield make_world(database_url, tmp_path)(database)


def test_ranges_scattered_units_and_packages(world: World) -> None:
    batch = world.order("maker", SHOES, 20_000)
    world.send("maker", "apply", f"{batch}:0-19999", lot="L1")
    world.send("maker", "introduce", *(f"{batch}:{n}" for n in range(0, 40, 3)))
    boxes = [f"{batch}:{10 * n}" for n in range(3)]
    world.send(
        "maker", "aggregate",
        lines=lines_of([f"{batch}:{10 * n + 1}-{10 * n + 4}" for n in range(3)], parent=boxes),
    )  # fmt: skip
    table = marking_log.event_table(world.ctx("officer"))
    rows = {kind: [r for r in table.to_pylist() if r["kind"] == kind] for kind in
            ("order", "release", "apply", "introduce", "aggregate")}  # fmt: skip
    assert [len(each) for each in rows.values()] == [1, 1, 1, 1, 3]
    applied, introduced = rows["apply"][0], rows["introduce"][0]
    assert (applied["first_index"], applied["last_index"]) == (0, 19_999)
    assert (applied["lot"], applied["gtin"], applied["taxpayer_id"]) == ("L1", SHOES, "T-maker")
    assert json.loads(introduced["indices"]) == list(range(0, 40, 3))
    assert [row["parent_index"] for row in rows["aggregate"]] == [0, 10, 20]
    assert sum(table["units"].to_pylist()) == 3 * 20_000 + 14 + 12


def test_a_participant_sees_only_what_it_is_a_party_of(world: World) -> None:
    batch = world.order("maker", SHOES, 10)
    for kind in ("apply", "introduce"):
        world.send("maker", kind, f"{batch}:0-9")
    world.send("maker", "ship", f"{batch}:0-4", counterparty="shop")
    assert marking_log.event_table(world.ctx("shop"))["kind"].to_pylist() == ["ship"]
    assert marking_log.event_table(world.ctx("shop2")).num_rows == 0
    assert set(marking_log.event_table(world.ctx("maker"))["taxpayer_id"].to_pylist()) == {None}


@pytest.mark.parametrize("statement", ["UPDATE {} SET units = 1", "DELETE FROM {}"])
def test_nobody_changes_what_was_logged(world: World, statement: str) -> None:
    batch = world.order("maker", SHOES, 10)
    world.send("maker", "apply", f"{batch}:0-9")
    with Database(world.installation.database.url) as database:
        for table in ("marking_events", "marking_documents"):
            with pytest.raises(Forbidden), database.administration() as tx:
                tx.connection.execute(statement.format(table).encode())
