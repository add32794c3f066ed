"""`kazyna mark`: registers, orders, documents, balance and reconciliation in an office."""

from pathlib import Path

import orjson
import pytest

from cli.conftest import Kazyna
from marking.epcis.epcis_events import document
from services.marking_world import PILLS, SHOES, World
from services.test_epcis_operations import applied, links

pytestmark = pytest.mark.usefixtures("on_world")
NOON = "2026-03-01T12:00:00+06:00"


def test_registers_keep_every_version(kazyna: Kazyna) -> None:
    for name in ("Ala-Too", "Ala-Too Shoes"):
        made = kazyna("mark", "participant", "P-1", "--name", name, "--kind", "manufacturer",
                      "--from", "2026-01-01", "--json")  # fmt: skip
        assert made.code == 0, made.err
        place = kazyna("mark", "facility", "F-1", "--name", f"{name} 1", "--kind", "shop", "--of",
                       "P-1", "--lon", "74.6", "--lat", "42.9", "--json")  # fmt: skip
        assert place.result["kind"] == "shop"
        goods = kazyna("mark", "product", "04601234500050", "--name", f"{name} 42", "--goods",
                       "footwear", "--of", "P-1", "--attribute", "size=42", "--json")  # fmt: skip
        assert goods.result["attributes"] == {"size": "42"}
    for kind, entry, fact in (
        ("participant", "P-1", ["manufacturer"]),
        ("facility", "F-1", "shop"),
        ("product", "04601234500050", "footwear"),
    ):
        history = kazyna("mark", f"{kind}-history", entry, "--json")
        versions = history.result["versions"]
        assert [each["revision"] for each in versions] == [2, 1]
        assert fact in versions[0]["facts"].values()
        assert versions[0]["name"].startswith("Ala-Too Shoes")
        assert "Ala-Too" in kazyna("mark", f"{kind}-history", entry).out
        unknown = kazyna("mark", f"{kind}-history", "nobody", "--json")
        assert (unknown.code, "nobody" in unknown.failure["error"]) == (1, True)
    for kind in ("participants", "facilities", "products"):
        assert kazyna("mark", kind, "--json").code == 0
    foreign = kazyna("mark", "facility", "F-1", "--name", "x", "--kind", "shop", "--of", "maker",
                     "--json")  # fmt: skip
    assert "another participant's" in foreign.failure["error"]
    wrong = kazyna("mark", "product", "123", "--name", "x", "--goods", "gold", "--json")
    assert {each["column"] for each in wrong.failure["findings"]} == {"gtin", "goods"}


def test_queries_are_saved_and_subscribed_to(kazyna: Kazyna) -> None:
    saved = kazyna("mark", "save-query", "shipped", "--where", "EQ_bizStep=shipping", "--json")
    assert (saved.code, saved.result["query"]) == (0, {"EQ_bizStep": "shipping"})
    strange = ("mark", "subscribe", "shipped", "--to", "https://stranger.example/", "--json")
    assert "KAZYNA_WEBHOOKS" in kazyna(*strange).failure["error"]
    assert "[0-23]" in kazyna(*strange, "--at", "hour=25").failure["error"]
    (found,) = kazyna("mark", "queries", "--json").result["queries"]
    assert (found["query"]["name"], found["subscriptions"]) == ("shipped", [])
    assert "shipped" in kazyna("mark", "queries").out
    assert kazyna("mark", "unsubscribe", "shipped", "nothing", "--json").code == 1
    assert kazyna("mark", "forget-query", "shipped", "--json").code == 0
    account = kazyna("mark", "account", "--for", "maker", "--json").result
    assert account["participant"] == "maker"


def test_an_order_is_paid_filled_and_moved(kazyna: Kazyna, tmp_path: Path) -> None:
    ordered = kazyna("mark", "order", f"{SHOES}:20", "--id", "cli-1", "--for", "maker", "--json")
    assert ordered.code == 0, ordered.err
    number, batch = ordered.result["order_no"], ordered.result["batches"][0]["batch"]
    out = tmp_path / "codes.txt"
    early = kazyna("mark", "order-codes", number, "--out", out, "--json")
    assert (early.code, out.exists()) == (1, False)
    paid = kazyna("mark", "pay-fees", "maker", "--amount", ordered.result["fee"], "--on",
                  "2026-03-02", "--key", "cli-1", "--json")  # fmt: skip
    assert paid.result["released"] == [number]
    assert kazyna("mark", "order-codes", number, "--out", out, "--json").code == 0
    assert out.read_bytes().count(b"\n") == 20
    listed = kazyna("mark", "orders", "--json").result["orders"]
    assert number in [each["order_no"] for each in listed]
    common = ("--at", NOON, "--for", "maker", "--json")
    moved = kazyna("mark", "move", "apply", out, "--id", "cli-a", *common, "--set", "lot=C1")
    assert moved.code == 0, moved.err
    assert (moved.result["units"], moved.result["created"]) == (20, True)
    again = kazyna("mark", "move", "apply", out, "--id", "cli-a", *common, "--set", "lot=C1")
    assert again.result["created"] is False
    bad = kazyna("mark", "move", "introduce", f"{batch}:0-30", "--id", "cli-b", *common)
    assert bad.code == 2
    assert kazyna("mark", "documents", "--kind", "apply", "--json").result["documents"]
    unpaid = kazyna("mark", "order", f"{SHOES}:5", "--id", "cli-2", "--for", "maker", "--json")
    gone = kazyna("mark", "cancel-order", unpaid.result["order_no"], "--json")
    assert gone.result["cancelled_on"]
    assert kazyna("mark", "expire", "--json").result["codes"] == 0


def test_values_stand_in_the_codes_of_a_line_or_of_all(kazyna: Kazyna) -> None:
    order = ("mark", "order", f"{PILLS}:2", f"{PILLS}:3", "--id", "cli-3", "--for", "maker")
    values = ("--value", "17=281231", "--value", "1:10=L7", "--value", "2:10=L8")
    ordered = kazyna(*order, *values, "--value", "2:17=290101", "--json")
    assert ordered.code == 0, ordered.err
    assert [each["values"] for each in ordered.result["batches"]] == [
        {"17": "281231", "10": "L7"},
        {"17": "290101", "10": "L8"},
    ]
    beyond = kazyna(*order, "--value", "3:10=L9", "--json")
    assert (beyond.code, "there are 2" in beyond.err) == (2, True)


def test_servers_and_what_moves_between_them(kazyna: Kazyna) -> None:
    assert "main" in kazyna("mark", "servers", "--json").out
    unknown = kazyna("mark", "move-buckets", "0-1", "--to", "moon", "--json")
    assert unknown.code != 0
    assert "moon" in unknown.err


def test_events_are_captured_and_wrong_ones_named(
    kazyna: Kazyna, on_world: World, tmp_path: Path
) -> None:
    items = links(on_world, on_world.order("maker", SHOES, 3))
    sent = tmp_path / "line.jsonld"
    sent.write_bytes(orjson.dumps(document(applied(*items))))
    done = kazyna("mark", "capture", sent, "--for", "maker", "--json")
    assert done.code == 0, done.err
    sent.write_bytes(b'{"type": "EPCISDocument"')
    broken = kazyna("mark", "capture", sent, "--for", "maker", "--json")
    assert (broken.code, broken.result["refused"]) == (1, 1)


def test_balance_and_declarations(kazyna: Kazyna, on_world: World, tmp_path: Path) -> None:
    batch = on_world.order("maker", SHOES, 10)
    on_world.send("maker", "apply", f"{batch}:0-9")
    on_world.send("maker", "introduce", f"{batch}:0-9")
    out = tmp_path / "balances.parquet"
    found = kazyna("mark", "balance", "--out", out, "--json")
    assert found.code == 0, found.err
    assert (found.result["difference_count"], out.exists()) == (0, True)
    compared = kazyna("mark", "reconcile", "2026-02", "--json")
    assert compared.result["differences"] == []
    assert kazyna("mark", "proposed", "--json").result == {"proposals": []}
    nothing = kazyna("mark", "assess", "7", "--json")
    assert (nothing.code, "number 7" in nothing.failure["error"]) == (1, True)
