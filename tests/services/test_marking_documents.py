"""Documents of goods marking: units go from status to status, whole documents or nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pyarrow.compute as pc
import pytest

from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound, Refused
from kazyna.marking.gs1 import compute_check_digit
from kazyna.services import (
    code_batches,
    code_standing,
    code_states,
    marking_fees,
    marking_orders,
    participants,
)
from kazyna.services.context import Context
from kazyna.services.marking_documents import Document, lines_of, submit, submit_all
from kazyna.services.marking_orders import NewOrder, OrderLine
from kazyna.services.marking_symbols import render_codes
from kazyna.services.stock import stock
from kazyna.store.connection import Database
from services.marking_world import MILK, NOON, PILLS, SHOES, World, make_world

BOX, BOX2, PALLET, CRATE, CRATE2 = (
    digits + compute_check_digit(digits) for digits in (f"0460123400000000{n}" for n in range(1, 6))
)

WRONG_SSCC = f"00{BOX[:-1]}{(int(BOX[-1]) + 1) % 10}"


@pytest.fixture(scope="module")
def world(
    module_clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """Open one world for all tests here: each orders codes of its own and leaves nothing unpaid."""
    url = module_clone(empty_template)
    with Database(url) as database:
        yield make_world(url, tmp_path_factory.mktemp("marking"))(database)


def statuses(world: World, *codes: str) -> dict[str | None, int]:
    """Count the statuses of units."""
    found = code_states.look_up(world.ctx("officer"), codes)
    return {row["values"]: row["counts"] for row in pc.value_counts(found["status"]).to_pylist()}


def state_of(world: World, code: str) -> SimpleNamespace:
    """Return where one unit stands."""
    return SimpleNamespace(**code_states.look_up(world.ctx("officer"), [code]).to_pylist()[0])


def holders(world: World, *codes: str) -> set[str]:
    return set(code_states.look_up(world.ctx("officer"), codes)["holder"].to_pylist())


def faults(caught: pytest.ExceptionInfo[InputError]) -> dict[int | None, str]:
    return {finding.row: finding.reason for finding in caught.value.findings}


def write_codes(world: World, batch: int, out: Path) -> None:
    """Write the codes of the order to which a batch belongs."""
    ctx = world.ctx("maker")
    order_no = next(
        order.order_no
        for order in marking_orders.orders(ctx)
        if batch in {each.batch for each in order.batches}
    )
    marking_orders.write_order_codes(ctx, order_no, out)


def in_shop(world: World, units: int = 1_200, lot: str = "L1") -> int:
    """Bring units into a shop; return their batch."""
    batch = world.order("maker", SHOES, units)
    whole = f"{batch}:0-{units - 1}"
    world.send("maker", "apply", whole, lot=lot)
    world.send("maker", "introduce", whole)
    world.send("maker", "ship", whole, counterparty="shop")
    world.send("shop", "accept", whole)
    return batch


def test_from_order_to_till(world: World) -> None:
    batch = in_shop(world, 2_500)
    sold = world.send("shop", "sell", f"{batch}:7", f"{batch}:1700")
    assert sold.units == 2
    assert statuses(world, f"{batch}:0-2499") == {"in_circulation": 2_498, "sold": 2}
    state = state_of(world, f"{batch}:7")
    assert state.first_sold_at == NOON
    assert (state.first_seller, state.holder, state.lot) == ("shop", "shop", "L1")


def test_the_codes_of_the_file_are_the_units(world: World, tmp_path: Path) -> None:
    batch = world.order("maker", SHOES, 300)
    write_codes(world, batch, tmp_path / "codes.txt")
    codes = (tmp_path / "codes.txt").read_text().split("\n")[:-1]
    assert len(set(codes)) == 300
    gtin, serial = codes[9][2:16], codes[9][18:31]
    forms = [codes[7], "]d2" + codes[8], f"https://id.gs1.org/01/{gtin}/21/{serial}"]
    assert world.send("maker", "apply", *forms).units == 3
    assert statuses(world, f"{batch}:7-9") == {"applied": 3}
    forged = codes[20][:-1] + ("A" if codes[20][-1] != "A" else "B")
    with pytest.raises(InputError) as caught:
        world.send("maker", "apply", codes[21], forged)
    assert "its tail is not the one" in faults(caught)[2]
    assert statuses(world, f"{batch}:20-21") == {"emitted": 2}


def test_short_serials_are_counted_by_product(world: World, tmp_path: Path) -> None:
    first = world.order("maker", MILK, 10)
    second = world.order("maker", MILK, 10)
    write_codes(world, second, tmp_path / "codes.txt")
    code = (tmp_path / "codes.txt").read_text().split("\n")[:-1][3]
    world.send("maker", "apply", code)
    assert statuses(world, f"{second}:3") == {"applied": 1}
    assert statuses(world, f"{first}:3") == {"emitted": 1}


def test_codes_are_of_no_use_until_the_account_shows_them_paid(world: World) -> None:
    maker = world.ctx("maker")
    first, second = (
        marking_orders.place_order(maker, NewOrder(name, (OrderLine(SHOES, 1_000),)))
        for name in ("unpaid-a", "unpaid-b")
    )
    unpaid = f"{first.batches[0].batch}:0-999"
    with pytest.raises(InputError) as caught:
        world.send("maker", "apply", unpaid)
    assert "is fee_unpaid (and 999 more of the line)" in faults(caught)[1]
    with pytest.raises(Refused):
        marking_orders.codes_of_order(maker, first.order_no)
    for amount, released in ((first.fee - 1, ()), (Decimal(1), (first.order_no,))):
        paid = marking_fees.pay_fees(
            world.ctx("officer"), "maker", amount=amount, received_on=maker.today,
            key=f"bank-{amount}",
        )  # fmt: skip
        assert paid.released == released
    assert world.send("maker", "apply", unpaid).units == 1_000
    assert marking_orders.order(maker, second.order_no).released_on is None
    marking_orders.cancel_order(world.ctx("officer"), second.order_no)


def test_a_cancelled_order_is_owed_no_more(world: World) -> None:
    placed = marking_orders.place_order(
        world.ctx("maker"), NewOrder("to-be-cancelled", (OrderLine(SHOES, 1_000),))
    )
    officer = world.ctx("officer")
    assert marking_orders.cancel_order(officer, placed.order_no).cancelled_on == officer.today
    assert statuses(world, f"{placed.batches[0].batch}:0-999") == {"cancelled": 1_000}
    with pytest.raises(Conflict):
        marking_orders.cancel_order(officer, placed.order_no)
    with Database(world.installation.database.url) as database, database.administration() as tx:
        owed = "SELECT sum(balance) FROM items WHERE account = 'receivable:marking_fee:T-maker'"
        assert tx.value(owed) == 0


def test_stock_stands_where_its_receipt_was_reported(world: World) -> None:
    batch = world.order("maker", SHOES, 1_300)
    whole = f"{batch}:0-1299"
    for kind in ("apply", "introduce"):
        world.send("maker", kind, whole)
    world.send("maker", "ship", whole, counterparty="shop")
    for place in ("here", "there"):
        participants.register_facility(
            world.ctx("shop"),
            participants.NewFacility(place, place, "shop", valid_from=date(2024, 1, 1)),
        )
    world.send("shop", "accept", f"{batch}:0-999", facility="here")
    world.send("shop", "accept", f"{batch}:1000-1199", facility="there")
    world.send("shop", "accept", f"{batch}:1200-1299")
    world.send("shop", "sell", f"{batch}:7", f"{batch}:9", facility="there")
    rows = [row for row in stock(world.ctx("shop")).rows if row.batch == batch]
    assert {(row.status.en, row.place): row.units for row in rows} == {
        ("In circulation", "here"): 998,
        ("In circulation", "there"): 200,
        ("In circulation", None): 100,
        ("Sold", "there"): 2,
    }


def test_codes_and_fees_have_a_balance(world: World) -> None:
    officer = world.ctx("officer")
    before = marking_fees.code_account(officer, "importer")
    assert (before.ordered, before.owed) == (0, Decimal(0))
    batch = world.order("importer", SHOES, 100)
    world.send("importer", "apply", f"{batch}:0-39")
    world.send("importer", "scrap", f"{batch}:40-44", reason="spoilt")
    waiting = marking_orders.place_order(
        world.ctx("importer"), NewOrder("waits", (OrderLine(SHOES, 10),))
    )
    account = marking_fees.code_account(world.ctx("importer"))
    assert account == marking_fees.code_account(officer, "importer")
    assert (account.ordered, account.unpaid, account.unused) == (110, 10, 55)
    assert (account.applied, account.written_off, account.owed) == (40, 5, waiting.fee)
    marking_orders.cancel_order(officer, waiting.order_no)
    account = marking_fees.code_account(world.ctx("importer"))
    assert (account.cancelled, account.unpaid, account.unused, account.owed) == (
        10,
        0,
        55,
        Decimal(0),
    )


def test_an_order_says_what_stands_in_its_codes(world: World, tmp_path: Path) -> None:
    values = {"17": "270200", "10": "L7/x"}
    new = NewOrder("valued", (OrderLine(PILLS, 30, values=values), OrderLine(PILLS, 5)))
    maker = world.ctx("maker")
    placed = marking_orders.place_order(maker, new)
    assert [dict(batch.values) for batch in placed.batches] == [values, {}]
    assert marking_orders.place_order(maker, new).created is False
    other = replace(new.lines[0], values={"17": "270131", "10": "L7/x"})
    with pytest.raises(Conflict):
        marking_orders.place_order(maker, replace(new, lines=(other, new.lines[1])))
    marking_orders.write_order_codes(maker, placed.order_no, tmp_path / "codes.txt")
    texts = (tmp_path / "codes.txt").read_text().split("\n")[:30]
    render_codes(tmp_path / "codes.txt", label_format="zpl-native", out=tmp_path / "labels.zpl",
                 dated=NOON.date())  # fmt: skip
    world.send("maker", "apply", *texts[:20], lot="L7/x", expires_on="2027-02-28")
    assert statuses(world, *texts) == {"applied": 20, "emitted": 10}
    told = code_standing.look_up_one(world.ctx("shop"), texts[25])
    assert (told.verdict, told.lot, told.expires_on) == ("genuine", "L7/x", date(2027, 2, 28))


def test_what_codes_cannot_say_is_told_by_line(world: World) -> None:
    lines = (
        OrderLine(PILLS, 5, values={"17": "279999", "8005": "1"}),
        OrderLine(SHOES, 5, values={"10": "L7"}),
        OrderLine(MILK, 5, template="tobacco_block"),
    )
    with pytest.raises(InputError) as caught:
        marking_orders.place_order(world.ctx("maker"), NewOrder("unsaid", lines))
    assert [(finding.row, finding.column) for finding in caught.value.findings] == [
        (1, "values.17"), (1, "values.8005"), (2, "values.10"), (3, "template"),
    ]  # fmt: skip


def test_an_order_is_placed_once(world: World) -> None:
    new = NewOrder("once", (OrderLine(SHOES, 5), OrderLine(PILLS, 7)))
    first = marking_orders.place_order(world.ctx("maker"), new)
    again = marking_orders.place_order(world.ctx("maker"), new)
    assert (first.created, again.created) == (True, False)
    assert again.batches == first.batches
    with pytest.raises(Conflict):
        marking_orders.place_order(world.ctx("maker"), replace(new, lines=new.lines[:1]))
    with pytest.raises(InputError) as caught:
        marking_orders.place_order(
            world.ctx("maker"), NewOrder("b", (OrderLine("04601234567890", 5), OrderLine(SHOES, 0)))
        )
    assert [finding.row for finding in caught.value.findings] == [1, 2]
    with pytest.raises(Forbidden):
        marking_orders.place_order(world.ctx("shop"), new)
    marking_orders.cancel_order(world.ctx("officer"), first.order_no)


def test_unused_codes_expire_after_their_days(world: World) -> None:
    batch = world.order("maker", SHOES, 1_500)
    world.send("maker", "apply", f"{batch}:0-99")
    officer = replace(world.ctx("officer"), today=date(2027, 3, 3))
    assert code_batches.expire_unused(officer).codes >= 1_400
    assert code_batches.expire_unused(officer).batches == 0
    assert statuses(world, f"{batch}:0-1499") == {"applied": 100, "expired": 1_400}


def test_a_document_is_taken_up_once(world: World) -> None:
    batch = world.order("maker", SHOES, 10)
    first = world.send("maker", "apply", f"{batch}:0-4", document_id="report")
    again = world.send("maker", "apply", f"{batch}:0-4", document_id="report")
    assert (first.created, again.created) == (True, False)
    assert again.document_no == first.document_no
    with pytest.raises(Conflict):
        world.send("maker", "apply", f"{batch}:5-9", document_id="report")
    assert statuses(world, f"{batch}:0-9") == {"applied": 5, "emitted": 5}


def test_every_wrong_line_is_told_and_nothing_is_changed(world: World) -> None:
    batch = world.order("maker", SHOES, 100)
    world.send("maker", "apply", f"{batch}:50")
    lines = (f"{batch}:0-9", f"{batch}:45-54", f"{batch}:5", f"{batch}:99-100", "7:1",
             "lot:04601234567893:X", WRONG_SSCC, "nonsense", f"{batch}:20-10",
             "document:none", f"00{BOX}")  # fmt: skip
    with pytest.raises(InputError) as caught:
        world.send("maker", "apply", *lines)
    told = faults(caught)
    assert set(told) == set(range(2, 12))
    assert f"unit {batch}:50 is applied" in told[2]
    assert "named again" in told[3]
    assert "has no unit 100" in told[4]
    assert "no batch 7" in told[5]
    assert "check digit" in told[7]
    assert "not registered" in told[11]
    assert statuses(world, f"{batch}:0-99") == {"emitted": 99, "applied": 1}


def test_a_document_that_cannot_be_is_refused_before_units_are_looked_at(world: World) -> None:
    good = Document("apply", "x", NOON, lines_of(["1:1"]))
    for bad in (
        replace(good, kind="steal"),
        replace(good, document_id=""),
        replace(good, happened_at=NOON.replace(tzinfo=None)),
        replace(good, happened_at=NOON.replace(year=2027)),
        replace(good, lines=lines_of([])),
        replace(good, facility="nowhere"),
    ):
        with pytest.raises(InputError):
            submit(world.ctx("maker"), bad)
    with pytest.raises(NotFound):
        submit(world.ctx("maker"), replace(good, counterparty="nobody"))
    with pytest.raises(NotFound):
        submit(world.ctx("maker"), replace(good, participant="shop"))


def test_needs_reasons_and_roles_of_the_rules(world: World) -> None:
    batch = in_shop(world)
    with pytest.raises(InputError, match="no reason is given"):
        world.send("shop", "withdraw", f"{batch}:1")
    with pytest.raises(InputError, match="'boredom'"):
        world.send("shop", "withdraw", f"{batch}:1", reason="boredom")
    with pytest.raises(Forbidden):
        world.send("shop", "block", f"{batch}:1", reason="x")
    pills = world.order("maker", PILLS, 10)
    with pytest.raises(InputError, match="no lot is given"):
        world.send("maker", "apply", f"{pills}:0-9")
    world.send("maker", "apply", f"{pills}:0-4", lot="A", expires_on="2027-01-01")
    with pytest.raises(InputError, match="reported before"):
        world.send("maker", "apply", f"{pills}:5-9", lot="A", expires_on="2028-01-01")
    with pytest.raises(InputError, match="such as 2026-01-31"):
        world.send("maker", "apply", f"{pills}:5-9", lot="A", expires_on="tomorrow")
    world.send("shop", "withdraw", f"{batch}:1", reason="damage")
    state = state_of(world, f"{batch}:1")
    assert (state.status, state.withdrawn_for) == ("withdrawn", "damage")


def test_units_of_another_are_not_even_seen(world: World) -> None:
    batch = world.order("maker", SHOES, 10)
    world.send("maker", "apply", f"{batch}:0-9")
    world.send("maker", "introduce", f"{batch}:0-9")
    for kind, more in (("ship", {"counterparty": "shop2"}), ("sell", {}), ("accept", {})):
        with pytest.raises(InputError) as caught:
            world.send("shop", kind, f"{batch}:0-9", **more)
        assert "is not known to you" in faults(caught)[1]


def test_a_shipment_is_confirmed_refused_and_taken_back_in_parts(world: World) -> None:
    batch = world.order("maker", SHOES, 3_000)
    whole = f"{batch}:0-2999"
    world.send("maker", "apply", whole)
    world.send("maker", "introduce", whole)
    world.send("maker", "ship", whole, counterparty="shop", document_id="waybill")
    with pytest.raises(InputError):
        world.send("maker", "sell", f"{batch}:1")
    with pytest.raises(InputError):
        world.send("shop2", "accept", whole)
    world.send("shop", "accept", f"{batch}:0-1999")
    world.send("shop", "refuse", f"{batch}:2000-2499")
    world.send("maker", "cancel_shipment", f"{batch}:2500-2999")
    assert statuses(world, whole) == {"in_circulation": 3_000}
    assert holders(world, f"{batch}:0-1999") == {"shop"}
    assert holders(world, f"{batch}:2000-2999") == {"maker"}
    with pytest.raises(InputError):
        world.send("shop", "accept", "document:waybill")
    world.send("maker", "ship", f"{batch}:2000-2010", counterparty="shop", document_id="again")
    assert world.send("shop", "accept", "document:again").units == 11


def test_packages_in_packages_move_with_all_that_is_in_them(world: World) -> None:
    batch = world.order("maker", SHOES, 2_000)
    world.send("maker", "apply", f"{batch}:0-1999")
    packed = world.send(
        "maker", "aggregate",
        lines=lines_of(
            [f"{batch}:0-799", f"{batch}:1500", f"{batch}:800-999", f"00{BOX}", f"00{BOX2}"],
            parent=[f"00{BOX}", f"00{BOX}", f"00{BOX2}", f"00{PALLET}", f"00{PALLET}"],
        ),
    )  # fmt: skip
    assert packed.units == 1_003
    pallet = f"00{PALLET}"
    world.send("maker", "introduce", pallet)
    with pytest.raises(InputError) as caught:
        world.send("maker", "ship", f"{batch}:3", counterparty="wholesaler")
    assert "is in a package" in faults(caught)[1]
    assert world.send("maker", "ship", pallet, counterparty="wholesaler").units == 1_004
    assert world.send("wholesaler", "accept", f"00{BOX2}").units == 201
    world.send("wholesaler", "accept", pallet)
    assert holders(world, pallet, f"00{BOX}", f"{batch}:0-999", f"{batch}:1500") == {"wholesaler"}
    world.send("wholesaler", "disaggregate", pallet)
    world.send("wholesaler", "ship", f"00{BOX}", counterparty="shop")
    world.send("shop", "accept", f"00{BOX}")
    world.send("shop", "sell", f"{batch}:1500")
    state = state_of(world, f"{batch}:5")
    assert (state.holder, state.parent) == ("shop", f"00{BOX}")
    assert state_of(world, f"{batch}:1500").parent is None
    assert world.send("shop", "disaggregate", f"00{BOX}").units == 800
    assert statuses(world, pallet, f"00{BOX}", f"00{BOX2}") == {"unpacked": 2, "packed": 1}


def test_a_unit_is_in_one_package_and_no_package_in_itself(world: World) -> None:
    batch = world.order("maker", SHOES, 100)
    world.send("maker", "apply", f"{batch}:0-99")

    def pack(*pairs: tuple[str, str]) -> None:
        codes, parent = zip(*pairs, strict=True)
        world.send("maker", "aggregate", lines=lines_of(list(codes), parent=list(parent)))

    pack((f"{batch}:0-9", f"00{CRATE}"))
    with pytest.raises(InputError, match="is in a package"):
        pack((f"{batch}:5-14", f"00{CRATE2}"))
    with pytest.raises(InputError, match="in itself"):
        pack(
            (f"00{CRATE}", f"00{CRATE2}"),
            (f"00{CRATE2}", f"00{CRATE}"),
            (f"{batch}:20", f"00{CRATE2}"),
        )
    pack((f"{batch}:10", f"00{CRATE}"))
    pack((f"{batch}:30-39", f"{batch}:40"))  # a group of packs that has a code of its own
    pack((f"{batch}:40", f"00{CRATE}"))
    assert world.send("maker", "introduce", f"00{CRATE}").units == 1 + 11 + 11
    with pytest.raises(InputError, match="is in a package"):
        world.send("maker", "disaggregate", f"{batch}:40")
    world.send("maker", "disaggregate", f"00{CRATE}")
    world.send("maker", "disaggregate", f"{batch}:40")
    with pytest.raises(InputError, match="there is nothing in it"):
        world.send("maker", "disaggregate", f"{batch}:40")


def test_codes_of_another_state_are_followed_by_the_same_operations(world: World) -> None:
    foreign = [f"01{SHOES}215abcdefghij{n:02d}\x1d91EE06\x1d92{'A' * 44}" for n in range(30)]
    papers = {"country": "RU", "waybill": "17", "waybill_on": "2026-02-27"}
    taken = world.send("importer", "import_eaeu", *foreign, **papers)
    assert taken.units == 30
    with pytest.raises(InputError) as caught:
        world.send("importer", "import_eaeu", foreign[3], **papers)
    assert "registered already" in faults(caught)[1]
    world.send("importer", "ship", *foreign[:10], counterparty="shop")
    world.send("shop", "accept", *foreign[:10])
    world.send("shop", "sell", foreign[2])
    state = state_of(world, foreign[2])
    assert (state.status, state.country, state.kind) == ("sold", "RU", "foreign")
    with pytest.raises(InputError, match="not registered"):
        world.send("shop", "sell", foreign[2].replace("5abc", "5abX"))


def test_imported_goods_need_their_declaration(world: World) -> None:
    batch = world.order("importer", SHOES, 10)
    world.send("importer", "apply", f"{batch}:0-9")
    with pytest.raises(Forbidden):
        world.send("importer", "introduce", f"{batch}:0-9")
    with pytest.raises(InputError, match="declaration"):
        world.send("importer", "import", f"{batch}:0-9")
    world.send("importer", "import", f"{batch}:0-9", declaration="41700", declared_on="2026-02-20")
    assert statuses(world, f"{batch}:0-9") == {"in_circulation": 10}


def test_what_came_back_is_sold_again_but_never_for_the_first_time_again(world: World) -> None:
    batch = in_shop(world)
    world.send("shop", "sell", f"{batch}:1", document_id="receipt-1")
    with pytest.raises(InputError, match="is sold"):
        world.send("shop", "sell", f"{batch}:1")
    world.send("shop", "return", f"{batch}:1", reason="not liked")
    world.send("shop", "sell", f"{batch}:1", document_id="receipt-2")
    state = state_of(world, f"{batch}:1")
    assert (state.first_document, state.sales, state.status) == ("receipt-1", 2, "sold")


def test_a_lot_is_blocked_recalled_and_freed(world: World) -> None:
    batch = in_shop(world, lot="L2")
    world.send("shop", "sell", f"{batch}:1")
    lot = f"lot:{SHOES}:L2"
    assert world.send("officer", "block", lot, reason="suspected").units == 1_199
    assert statuses(world, f"{batch}:0-1199") == {"blocked": 1_199, "sold": 1}
    with pytest.raises(InputError, match="is blocked"):
        world.send("shop", "sell", f"{batch}:2")
    world.send("officer", "unblock", lot, reason="cleared")
    world.send("shop", "sell", f"{batch}:2")
    world.send("officer", "recall", f"{batch}:0-1199", reason="glue")
    world.send("shop", "withdraw", f"{batch}:3", reason="destroyed")
    world.send("officer", "seize", f"{batch}:4", reason="seized")
    with pytest.raises(InputError, match="no unit of the set fits"):
        world.send("officer", "recall", f"{batch}:1", reason="glue")
    found = statuses(world, f"{batch}:0-1199")
    assert found == {"recalled": 1_196, "sold": 2, "withdrawn": 2}


def test_a_new_code_takes_the_place_of_a_spoilt_one(world: World) -> None:
    batch = in_shop(world)
    spare = world.order("maker", SHOES, 10)
    world.send("maker", "scrap", f"{spare}:9", reason="misprint")
    world.send("maker", "apply", f"{spare}:8")
    world.send("maker", "introduce", f"{spare}:8")
    swap = lines_of([f"{spare}:0"], replaces=[f"{spare}:8"])
    world.send("maker", "remark", lines=swap, reason="torn")
    assert statuses(world, f"{spare}:0") == {"in_circulation": 1}
    assert statuses(world, f"{spare}:8-9") == {"replaced": 1, "written_off": 1}
    for new, old, why in (
        (f"{spare}:1", f"{batch}:1", "not known to you"),
        (f"{spare}:0", f"{spare}:0", "not unused"),
        (f"{spare}:1-2", f"{spare}:0", "names 2 units"),
        (f"{spare}:9", f"{spare}:0", "not unused"),
    ):
        with pytest.raises(InputError, match=why):
            world.send("maker", "remark", lines=lines_of([new], replaces=[old]), reason="torn")


def test_documents_of_one_capture_are_taken_up_together_or_not(world: World) -> None:
    batch = world.order("maker", SHOES, 10)
    steps = [
        Document(kind, f"d-{kind}", NOON, lines_of([f"{batch}:0-9"]))
        for kind in ("apply", "introduce", "accept")
    ]
    with pytest.raises(InputError):
        submit_all(world.ctx("maker"), steps)
    assert statuses(world, f"{batch}:0-9") == {"emitted": 10}
    assert len(submit_all(world.ctx("maker"), steps[:2])) == 2
    assert statuses(world, f"{batch}:0-9") == {"in_circulation": 10}


@pytest.mark.parametrize("role", ["taxpayer", "public", "valuer"])
def test_only_participants_and_officers_report(world: World, role: str) -> None:
    ctx: Context = replace(
        world.ctx("officer"),
        actor=replace(world.ctx("officer").actor, role=role),  # type: ignore[arg-type]
    )
    with pytest.raises(Forbidden):
        submit(ctx, Document("apply", "x", NOON, lines_of(["1:1"])))
