"""Two servers: units are routed, documents are whole over both, buckets move under load."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from kazyna.core.errors import InputError, Unavailable
from kazyna.services import code_states, marking_shards
from kazyna.services.marking_documents import lines_of
from kazyna.store import buckets, migrate, server, shards
from kazyna.store.connection import Database
from kazyna.store.shards import Work
from services.marking_world import SHOES, World, make_world


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Start another PostgreSQL server in a folder of its own."""
    folder = tmp_path_factory.mktemp("second")
    with Database(server.start(folder)) as database:
        migrate.migrate(database)
        yield database
    server.stop(folder)


@pytest.fixture
def world(database_url: str, tmp_path: Path, second: Database) -> Iterator[World]:
    with second.administration() as tx:
        for table in buckets.TABLES:
            tx.connection.execute(f"DELETE FROM {table}".encode())
    with Database(database_url) as database:
        yield make_world(database_url, tmp_path, {"second": second})(database)


def blocks_on(database: Database) -> int:
    with database.administration() as tx:
        found: int = tx.value("SELECT count(*) FROM code_blocks")
    return found


def counts(world: World, *codes: str) -> set[tuple[str, str]]:
    found = code_states.look_up(world.ctx("officer"), codes)
    return set(zip(found["status"].to_pylist(), found["holder"].to_pylist(), strict=True))


def move_to(world: World, batch: int, to: str) -> int:
    moved = marking_shards.move_buckets(world.ctx("officer"), [batch % 4096], to=to)
    return moved.rows


def test_a_document_is_whole_over_both_servers(world: World, second: Database) -> None:
    here, there = (world.order("maker", SHOES, 2_000) for _ in range(2))
    assert move_to(world, there, "second") == 2
    assert (blocks_on(world.installation.database), blocks_on(second)) == (2, 2)
    both = (f"{here}:0-1999", f"{there}:0-1999")
    world.send("maker", "apply", *both)
    world.send("maker", "introduce", *both)
    with pytest.raises(InputError):  # a fault here undoes what was done there
        world.send("maker", "ship", both[1], f"{here}:5", f"{here}:5", counterparty="shop")
    world.send("maker", "ship", *both, counterparty="shop")
    world.send("shop", "accept", *both)
    world.send("shop", "sell", f"{here}:1", f"{there}:1")
    assert counts(world, *both) == {("in_circulation", "shop"), ("sold", "shop")}
    box = "00046012340000000017"
    world.send("shop", "aggregate", lines=lines_of([f"{there}:5-9", f"{here}:5"], parent=[box] * 2))
    assert world.send("shop", "ship", box, counterparty="shop2").units == 7
    assert counts(world, box, f"{here}:5", f"{there}:5-9") == {
        ("packed", "shop"), ("in_transit", "shop"),
    }  # fmt: skip
    rows = {row.server: row.buckets for row in
            marking_shards.servers(world.ctx("officer")).servers}  # fmt: skip
    assert rows == {"main": 4_095, "second": 1}
    assert move_to(world, there, "main") >= 3
    assert blocks_on(second) == 0
    assert counts(world, box) == {("packed", "shop")}


def test_what_a_crash_leaves_prepared_is_settled_by_the_decision(
    world: World, second: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = world.order("maker", SHOES, 1_000)
    move_to(world, batch, "second")
    whole = f"{batch}:0-999"

    def stopped(*_: object, **__: object) -> None:
        raise Unavailable("the program was killed")

    with monkeypatch.context() as patch:
        patch.setattr(Work, "settle", stopped)  # after the decision, before it is carried out
        with pytest.raises(Unavailable):
            world.send("maker", "apply", whole, document_id="apply-a")
    assert shards.recover(world.ctx("officer").shards) == shards.Recovered(1, 0)
    assert counts(world, whole) == {("applied", "maker")}
    assert not world.send("maker", "apply", whole, document_id="apply-a").created

    def undecided(work: Work) -> None:
        decide(work)
        raise Unavailable("the registry's server was lost")

    decide = Work.decide
    with monkeypatch.context() as patch:
        patch.setattr(Work, "decide", undecided)
        patch.setattr(Work, "settle", stopped)
        with pytest.raises(Unavailable):
            world.send("maker", "introduce", whole)
    assert marking_shards.recover(world.ctx("officer")) == shards.Recovered(0, 1)
    assert counts(world, whole) == {("applied", "maker")}
    with second.administration() as tx:
        assert tx.value("SELECT count(*) FROM pg_prepared_xacts") == 0


def test_a_bucket_moves_under_load_and_nothing_is_lost(world: World, second: Database) -> None:
    units = 400
    batch = world.order("maker", SHOES, units)
    world.send("maker", "apply", f"{batch}:0-{units - 1}")
    world.send("maker", "introduce", f"{batch}:0-{units - 1}")
    ready, done = Event(), Event()
    sold: list[int] = []
    numbers = count()

    def sell() -> None:
        while not done.is_set() and (unit := next(numbers)) < units:
            assert world.send("maker", "sell", f"{batch}:{unit}").created
            sold.append(unit)
            if len(sold) > 5:
                ready.set()

    sellers = [Thread(target=sell, daemon=True) for _ in range(3)]
    with ExitStack() as stack:
        stack.callback(done.set)
        for seller in sellers:
            seller.start()
        assert ready.wait(120)
        for to in ("second", "main", "second"):
            before = len(sold)
            assert move_to(world, batch, to) > before
        done.set()
    for seller in sellers:
        seller.join()
    found = code_states.look_up(world.ctx("officer"), [f"{batch}:0-{units - 1}"])
    assert found["status"].to_pylist().count("sold") == len(sold)
    assert [n for n in found["sales"].to_pylist() if n] == [1] * len(sold)
    assert blocks_on(second) == 1
    assert blocks_on(world.installation.database) == 0


def test_a_server_that_is_not_set_is_named(world: World, second: Database) -> None:
    with pytest.raises(InputError, match="there is no server 'third'"):
        marking_shards.move_buckets(world.ctx("officer"), [1], to="third")
    with pytest.raises(InputError, match="there is no bucket 4096"):
        marking_shards.move_buckets(world.ctx("officer"), [4_096], to="second")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def test_every_statement_on_units_goes_by_the_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planner's guess that scans every unit of a country is never right: read the plans."""
    seen: list[dict[str, Any]] = []
    execute = psycopg.Cursor.execute

    def explained(cursor: Any, query: Any, *given: Any, **more: Any) -> Any:
        text = query if isinstance(query, str) else ""
        if re.search(rf"\b({'|'.join(buckets.TABLES)})\b", text):
            plan = psycopg.Cursor(cursor.connection)
            execute(plan, "EXPLAIN (FORMAT JSON) " + text, *given)
            row = plan.fetchone()
            assert row is not None
            seen.append({"query": text, "nodes": list(nodes(row[0][0]["Plan"]))})
        return execute(cursor, query, *given, **more)

    box = "00046012340000000017"
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", explained)
        batch = world.order("maker", SHOES, 3_000)
        world.send("maker", "apply", f"{batch}:0-2999")
        world.send("maker", "introduce", f"{batch}:0-2999")
        world.send("maker", "aggregate", lines=lines_of([f"{batch}:0-9"], parent=[box]))
        world.send("maker", "ship", box, f"{batch}:10-2999", counterparty="shop")
        world.send("shop", "accept", box, f"{batch}:10-2999")
        world.send("shop", "sell", f"{batch}:0-19")
        world.send("shop", "return", f"{batch}:3", reason="x")
        world.send("shop", "sell", f"{batch}:3")
        world.send("shop", "disaggregate", box)
        code_states.look_up(world.ctx("officer"), [f"{batch}:0-2999", box])
    assert len(seen) > 30
    for statement in seen:
        assert "bucket" in statement["query"]
        kinds = {node["Node Type"] for node in statement["nodes"]}
        assert not kinds & {"Seq Scan", "Hash Join", "Merge Join"}, statement["query"]
        for node in statement["nodes"]:
            if node.get("Relation Name") in buckets.TABLES and "Index Cond" in node:
                assert "bucket" in node["Index Cond"], statement["query"]
