"""Captured events move marked goods: by the lifecycle, all or none, or those that are right."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from kazyna.core.errors import InputError
from kazyna.marking.epcis import hash_id
from kazyna.marking.gs1 import compute_check_digit
from kazyna.services import (
    code_states,
    epcis_capture,
    epcis_jobs,
    epcis_queries,
    epcis_resources,
    marking_documents,
    marking_log,
    marking_orders,
)
from kazyna.services.epcis_jobs import Behaviour, CaptureJob
from kazyna.store.connection import Database
from marking.epcis.epcis_events import document
from services.marking_world import SHOES, World, make_world

KAZYNA = {"kz": "urn:kazyna:epcis:"}
CARTON = "https://id.gs1.org/00/046012345000000012"
CARTON_2, PALLET = (
    f"https://id.gs1.org/00/{digits}{compute_check_digit(digits)}"
    for digits in ("04601234500000002", "04601234500000003")
)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with Database(database_url) as database:
        yield make_world(database_url, tmp_path)(database)


@pytest.fixture
def items(world: World) -> list[str]:
    """Six codes of one batch, as events have them."""
    return links(world, world.order("maker", SHOES, 6))


def links(world: World, batch: int) -> list[str]:
    ctx = world.ctx("maker")
    (order,) = [each for each in marking_orders.orders(ctx) if each.batches[0].batch == batch]
    codes = b"".join(marking_orders.codes_of_order(ctx, order.order_no)).split(b"\n")
    serials = [code[18:].partition(b"\x1d")[0].decode() for code in codes if code]
    return [f"https://id.gs1.org/01/{SHOES}/21/{quote(serial, safe='')}" for serial in serials]


def told(step: str, disposition: str | None, *epcs: str, **more: Any) -> dict[str, Any]:
    """An event of the morning of the world's day."""
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T09:00:00+06:00",
        "eventTimeZoneOffset": "+06:00",
        "action": "OBSERVE",
        "bizStep": step,
        **({} if disposition is None else {"disposition": disposition}),
        **({"epcList": list(epcs)} if epcs else {}),
    } | more


def applied(*epcs: str) -> dict[str, Any]:
    return told("commissioning", "active", *epcs, action="ADD")


def introduced(*epcs: str) -> dict[str, Any]:
    return told("inspecting", "sellable_accessible", *epcs)


def shipped(*epcs: str, to: str = "shop") -> dict[str, Any]:
    party = {"type": "owning_party", "destination": f"urn:kazyna:participant:{to}"}
    return told("shipping", "in_transit", *epcs, destinationList=[party])


def sold(*epcs: str) -> dict[str, Any]:
    return told("retail_selling", "retail_sold", *epcs)


def capture(
    world: World, name: str, *events: dict[str, Any], behaviour: Behaviour = "rollback"
) -> CaptureJob:
    content = orjson.dumps(document(*events, **{"@context": [KAZYNA]}))
    return epcis_capture.capture(world.ctx(name), content, source="events", behaviour=behaviour)


def documents(world: World, name: str) -> list[tuple[str, int]]:
    """What the registry took up, the latest last."""
    recent = marking_documents.recent_documents(world.ctx(name))
    return [
        (each.kind, each.units)
        for each in reversed(recent)
        if each.kind not in marking_documents.OWN_SERVICE
    ]


def seen(world: World, name: str) -> list[str]:
    """The business steps of the events that a participant sees."""
    page = epcis_queries.query_events(world.ctx(name), {})
    return [event.fields["bizStep"] for event in page.events]


def test_from_line_to_till(world: World, items: list[str]) -> None:
    packed = told(
        "packing",
        None,
        type="AggregationEvent",
        action="ADD",
        parentID=CARTON,
        childEPCs=items[:4],
    )
    unpacked = packed | {"bizStep": "unpacking", "action": "DELETE", "childEPCs": []}
    job = capture(world, "maker", applied(*items), introduced(*items), packed, shipped(CARTON))
    assert (job.success, job.captured) == (True, 4), job.errors
    assert capture(world, "shop", told("accepting", None, CARTON)).success
    some = capture(world, "shop", unpacked | {"childEPCs": items[:2]})
    assert (some.success, some.errors[0].path) == (False, "eventList[0].childEPCs")
    assert "holds 4" in some.errors[0].reason
    unpacked |= {"childEPCs": items[:4]}
    job = capture(world, "shop", unpacked, sold(items[0]))
    assert job.success, job.errors
    assert [kind for kind, _ in documents(world, "shop")][-3:] == ["accept", "disaggregate", "sell"]
    again = capture(world, "shop", sold(items[0]) | {"eventTime": "2026-03-01T10:00:00+06:00"})
    assert not again.success
    assert again.captured == 0
    assert again.errors[0].path.startswith("eventList[0]")


def test_a_participant_sees_its_events_and_those_that_name_it(
    world: World, items: list[str]
) -> None:
    capture(world, "maker", applied(*items), introduced(*items), shipped(*items))
    assert seen(world, "maker") == ["commissioning", "inspecting", "shipping"]
    assert seen(world, "shop") == ["shipping"]
    assert seen(world, "shop2") == []
    for name, count in (("maker", 6), ("shop", 6), ("shop2", 0)):
        found = epcis_resources.list_values(world.ctx(name), "epcs")
        assert len(found.values) == count, name
    hidden = epcis_queries.query_events(world.ctx("shop"), {"EQ_bizStep": "commissioning"})
    assert hidden.events == ()


def test_events_out_of_order_are_refused_and_nothing_is_done(
    world: World, items: list[str]
) -> None:
    job = capture(world, "maker", applied(*items), shipped(*items))
    assert (job.success, job.captured) == (False, 0)
    assert job.errors[0].path.startswith("eventList[1]"), job.errors
    assert "applied" in job.errors[0].reason
    assert (documents(world, "maker"), seen(world, "maker")) == ([], [])
    job = capture(world, "maker", applied(*items), shipped(*items), behaviour="proceed")
    assert (job.success, job.captured) == (False, 1)
    assert job.errors[0].path.startswith("eventList[1]")
    assert (documents(world, "maker"), seen(world, "maker")) == ([("apply", 6)], ["commissioning"])


def at(event: dict[str, Any], hour: int) -> dict[str, Any]:
    """Let an event happen at another hour."""
    return event | {"eventTime": f"2026-03-01T{hour:02}:00:00+06:00"}


def test_receipts_of_a_day_are_taken_as_one_and_recorded_apart(
    world: World, items: list[str]
) -> None:
    capture(world, "maker", applied(*items), introduced(*items), shipped(*items))
    capture(world, "shop", told("accepting", None, *items))
    known = at(sold(items[5]), 8)
    capture(world, "shop", known)
    receipts = [at(sold(items[2 * n], items[2 * n + 1]), 9 + n) for n in range(2)]
    job = capture(world, "shop", receipts[0], known, receipts[1], at(sold(items[4]), 12))
    assert (job.success, job.captured, job.known) == (True, 3, 1), job.errors
    assert documents(world, "shop")[2:] == [("sell", 1), ("sell", 2), ("sell", 2), ("sell", 1)]
    found = code_states.look_up(world.ctx("officer"), items).to_pylist()
    assert [row["first_sold_at"].hour for row in found] == [3, 3, 4, 4, 6, 2]
    told_by = [row["first_document"] for row in found]
    assert told_by[0] == told_by[1] != told_by[2] == told_by[3]
    log = marking_log.event_table(world.ctx("shop")).to_pylist()
    log = [row for row in log if row["kind"] == "sell"]
    assert {row["document_id"]: row["happened_at"].hour for row in log} == {
        row["first_document"]: row["first_sold_at"].hour for row in found
    }
    assert sum(row["units"] for row in log) == 6
    assert {row["line"] for row in log} <= {1, 2}


def test_of_events_taken_as_one_the_wrong_one_is_named(world: World, items: list[str]) -> None:
    capture(world, "maker", applied(*items), introduced(*items), shipped(*items))
    capture(world, "shop", told("accepting", None, *items))
    twice = sold(items[0]), at(sold(items[1]), 10), at(sold(items[2], items[0]), 11)
    job = capture(world, "shop", *twice)
    assert (job.success, job.captured) == (False, 0)
    assert job.errors[0].path.startswith("eventList[2]"), job.errors
    assert "is sold" in job.errors[0].reason
    job = capture(world, "shop", *twice, behaviour="proceed")
    assert (job.success, job.captured) == (False, 2)
    assert documents(world, "shop")[-2:] == [("sell", 1), ("sell", 1)]


def packed(parent: str, *children: str) -> dict[str, Any]:
    more = {"type": "AggregationEvent", "action": "ADD", "parentID": parent}
    return told("packing", None, **more, childEPCs=list(children))


def test_cartons_of_a_day_are_packed_as_one_in_their_order(world: World, items: list[str]) -> None:
    capture(world, "maker", applied(*items), introduced(*items))
    cartons = packed(CARTON, *items[:2]), packed(CARTON_2, *items[2:4])
    late = packed(CARTON, items[4])
    job = capture(world, "maker", packed(PALLET, CARTON, items[5]), *cartons, late)
    assert (job.success, job.captured) == (False, 0)
    assert job.errors[0].path.startswith("eventList[0]"), job.errors
    job = capture(world, "maker", *cartons, packed(PALLET, CARTON, CARTON_2), late)
    assert (job.success, job.captured) == (False, 0)
    assert job.errors[0].path.startswith("eventList[3]"), job.errors
    job = capture(world, "maker", *cartons, late, packed(PALLET, CARTON, CARTON_2))
    assert (job.success, job.captured) == (True, 4), job.errors
    assert documents(world, "maker")[2:] == [("aggregate", n) for n in (2, 2, 1, 2)]
    assert capture(world, "maker", shipped(PALLET)).success
    assert documents(world, "maker")[-1] == ("ship", 8)


def test_codes_of_another_owner_are_refused(world: World, items: list[str]) -> None:
    capture(world, "maker", applied(*items), introduced(*items))
    job = capture(world, "shop", sold(items[0]))
    assert (job.success, job.captured, seen(world, "shop")) == (False, 0, [])
    with pytest.raises(InputError):
        epcis_capture.capture_event(world.ctx("shop"), orjson.dumps(sold(items[0])))


def test_a_document_sent_again_changes_nothing(world: World, items: list[str]) -> None:
    events = applied(*items), introduced(*items)
    first = capture(world, "maker", *events)
    again = capture(world, "maker", *events)
    assert (first.captured, first.known, again.captured, again.known) == (2, 0, 0, 2)
    assert documents(world, "maker") == [("apply", 6), ("introduce", 6)]


def test_what_an_operation_needs_comes_with_the_event(world: World, items: list[str]) -> None:
    capture(world, "maker", applied(*items), introduced(*items))
    lost = told("decommissioning", None, items[0], action="DELETE")
    job = capture(world, "maker", lost)
    assert "reason" in f"{job.errors[0].path} {job.errors[0].reason}"
    assert capture(world, "maker", lost | {"kz:reason": "loss"}).success
    assert documents(world, "maker")[-1] == ("withdraw", 1)


def test_what_is_not_marked_is_recorded_alone(world: World) -> None:
    other = "https://id.gs1.org/01/09506000134352/21/7"
    job = capture(world, "shop", sold(other), told("transporting", None, other))
    assert (job.success, job.captured) == (True, 2)
    assert documents(world, "shop") == []


def test_what_was_promised_is_done_after_a_crash(world: World, items: list[str]) -> None:
    ctx = world.ctx("maker")
    content = orjson.dumps(document(applied(*items)))
    received = epcis_capture.receive(ctx, content, source="events", behaviour="rollback")
    assert epcis_jobs.find_job(ctx, received.capture_id).running
    assert epcis_capture.resume_jobs(world.ctx("shop")) == ()
    (job,) = epcis_capture.resume_jobs(world.ctx("officer"))
    assert (job.capture_id, job.success, job.captured) == (received.capture_id, True, 1)
    assert seen(world, "maker") == ["commissioning"]
    assert epcis_capture.resume_jobs(ctx) == ()
    # Whoever comes late with the same document changes nothing.
    assert epcis_capture.work_off(ctx, received) == epcis_jobs.find_job(ctx, received.capture_id)
    assert documents(world, "maker") == [("apply", 6)]


def wrong(event: dict[str, Any]) -> dict[str, Any]:
    """Declare an event wrong, an hour after it."""
    declared = {"declarationTime": "2026-03-01T10:00:00+06:00", "reason": "did_not_occur"}
    return event | {"errorDeclaration": declared}


def test_an_event_declared_wrong_is_taken_back(world: World, items: list[str]) -> None:
    capture(world, "maker", applied(*items), introduced(*items), shipped(*items))
    assert capture(world, "maker", wrong(shipped(*items))).success
    assert documents(world, "maker")[-1] == ("cancel_shipment", 6)
    # The goods are the maker's again, so they can go to somebody else.
    assert capture(world, "maker", shipped(*items[:2], to="shop2")).success
    packed = told(
        "packing", None, type="AggregationEvent", action="ADD", parentID=CARTON, childEPCs=items[2:]
    )
    job = capture(world, "maker", packed, wrong(packed))
    assert (job.success, job.captured) == (True, 2), job.errors
    assert documents(world, "maker")[-2:] == [("aggregate", 4), ("disaggregate", 4)]
    assert capture(world, "maker", wrong(packed)).known == 1


def test_what_nothing_takes_back_is_refused(world: World, items: list[str]) -> None:
    capture(world, "maker", applied(*items), introduced(*items), shipped(*items))
    capture(world, "shop", told("accepting", None, *items))
    before = documents(world, "maker")
    for event, word in ((applied(*items), "apply"), (shipped(*items), "not known to you")):
        job = capture(world, "maker", wrong(event))
        assert (job.success, job.captured) == (False, 0)
        assert job.errors[0].path.startswith("eventList[0]")
        assert word in job.errors[0].reason
    assert documents(world, "maker") == before


def of_class(*, lot: str | None, quantity: int = 6) -> dict[str, Any]:
    name = f"https://id.gs1.org/01/{SHOES}" + (f"/10/{lot}" if lot else "")
    return {"quantityList": [{"epcClass": name, "quantity": quantity}]}


def test_marked_goods_are_named_by_the_unit(world: World, items: list[str]) -> None:
    lot = {"kz:lot": "A7", "ilmd": {"cbvmda:lotNumber": "A7"}}
    job = capture(world, "maker", applied(*items) | lot, introduced(*items))
    assert job.success, job.errors
    named = shipped(items[0]) | of_class(lot="A7")
    job = capture(world, "maker", named)
    assert (job.success, job.captured) == (False, 0)
    assert job.errors[0].path == "eventList[0].quantityList[0]"
    assert "by the unit" in job.errors[0].reason
    # A recall is of a lot as a whole.
    recalled = told("holding", "recalled", **of_class(lot="A7"), **{"kz:reason": "mould"})
    assert not capture(world, "maker", recalled | of_class(lot=None)).success
    assert capture(world, "maker", recalled).success
    assert documents(world, "maker")[-1] == ("recall", 6)
    # Other goods may be told of by their class.
    other = {"quantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.1", "quantity": 2}]}
    assert capture(world, "maker", told("shipping", "in_transit", **other)).success


def test_documents_are_events_too(world: World) -> None:
    batch = world.order("maker", SHOES, 6)
    items = links(world, batch)
    world.send("maker", "apply", f"{batch}:0-5", lot="B 8")
    world.send("maker", "introduce", *items)
    lines = marking_documents.lines_of(items[:2], parent=["00046012345000000012"] * 2)
    world.send("maker", "aggregate", lines=lines)
    paper = {"document_id": "paper 7", "counterparty": "shop"}
    for _ in range(2):
        world.send("maker", "ship", CARTON, *items[2:4], **paper)
    applied, introduced, packed, shipped = (
        event.fields for event in epcis_queries.query_events(world.ctx("maker"), {}).events
    )
    (lot,) = applied["quantityList"]
    assert lot == {"epcClass": f"https://id.gs1.org/01/{SHOES}/10/B%208", "quantity": 6}
    assert (applied["bizStep"], applied["kz:lot"]) == ("commissioning", "B 8")
    assert introduced["epcList"] == items
    assert (packed["parentID"], packed["childEPCs"]) == (CARTON, items[:2])
    assert shipped["destinationList"][0]["destination"] == "urn:kazyna:participant:shop"
    found = epcis_queries.query_events(world.ctx("shop"), {"MATCH_epc": [items[2]]}).events
    assert [event.fields["kz:document"] for event in found] == ["paper 7"]
    assert hash_id(found[0]) == found[0].id
    assert epcis_queries.query_events(world.ctx("shop2"), {}).events == ()
    own = {name: value for name, value in shipped.items() if name != "recordTime"}
    job = capture(world, "maker", wrong(own))
    assert job.success, job.errors
    assert documents(world, "maker")[-1] == ("cancel_shipment", 5)
