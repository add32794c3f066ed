"""Queries of the repository: what SQL finds is what the engine finds in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import OFFICER, installed
from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.marking.epcis import Event, hash_id, parse_query, read, select
from kazyna.services import epcis_capture, epcis_queries
from kazyna.services.context import Context
from marking.epcis.epcis_events import ITEM, NAMESPACES, document, object_event
from marking.epcis.epcis_parameters import EXISTENCE, GATE, LOT, PARAMETERS, ROW

EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "marking" / "gs1-epcis" / "JSON"
ORIGINAL = {name: value for name, value in ROW.items() if name != "errorDeclaration"}
SCATTERED = [
    object_event(
        eventTime=f"2026-05-{day:02}T00:00:00.{day}Z",
        bizStep=("shipping", "receiving", "https://ns.example.com/steps/tasting")[day % 3],
        **({} if weight is None else {"example:weight": weight}),
    )
    for day, weight in enumerate([3, 1, 2, None, 10, "heavy", "20", True, 3, [7, 8]], start=1)
]


@pytest.fixture(scope="module")
def office(
    module_clone: Callable[[str], str],
    empty_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Context]:
    """Capture one event with everything, some that differ in little, and GS1's examples."""
    url = module_clone(empty_template)
    with installed(url, tmp_path_factory.mktemp("kept")) as opened:
        ctx = opened.context(OFFICER)
        for content in (document(ORIGINAL), document(ROW), document(*SCATTERED)):
            assert epcis_capture.capture(ctx, orjson.dumps(content), source="test").success
        for path in sorted(EXAMPLES.rglob("*.jsonld")):
            job = epcis_capture.capture(ctx, path.read_bytes(), source=path.name)
            # Some of the examples are different events under one identifier.
            reasons = {error.reason.partition(" under ")[0] for error in job.errors}
            assert reasons <= {"another event is captured"}, job
        yield ctx


@pytest.fixture(scope="module")
def everything(office: Context) -> tuple[Event, ...]:
    return walk(office, {})


Walk = Callable[[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def both(office: Context, everything: tuple[Event, ...]) -> tuple[Walk, Walk]:
    """Ask the repository, and the engine in memory."""
    return (
        lambda parameters: [e.fields for e in walk(office, parameters)],
        lambda parameters: in_memory(everything, parameters),
    )


def walk(ctx: Context, parameters: dict[str, Any]) -> tuple[Event, ...]:
    """All pages of a query."""
    found: list[Event] = []
    asked = dict(parameters)
    while True:
        page = epcis_queries.query_events(ctx, asked, namespaces=NAMESPACES)
        found += page.events
        if page.next_token is None:
            return tuple(found)
        assert page.events
        asked["nextPageToken"] = page.next_token


def in_memory(events: tuple[Event, ...], parameters: dict[str, Any]) -> list[dict[str, Any]]:
    asked = {n: v for n, v in parameters.items() if n != "perPage"} | {"perPage": 1000}
    return [e.fields for e in select(events, parse_query(asked, namespaces=NAMESPACES)).events]


@pytest.mark.parametrize(("parameter", "yes", "no"), PARAMETERS)
def test_parameter(
    office: Context, everything: tuple[Event, ...], parameter: str, yes: Any, no: Any
) -> None:
    for value in (yes, no):
        found = [e.fields for e in walk(office, {parameter: value})]
        assert found == in_memory(everything, {parameter: value})
        declared = [e for e in found if e["eventID"] == ROW["eventID"] and "errorDeclaration" in e]
        # The time of its record is the repository's, whatever the sender wrote.
        assert "recordTime" in parameter or len(declared) == (value == yes)


@pytest.mark.parametrize("parameter", EXISTENCE)
def test_existence(office: Context, everything: tuple[Event, ...], parameter: str) -> None:
    found = [e.fields for e in walk(office, {parameter: "true"})]
    assert found == in_memory(everything, {parameter: "true"})
    assert any("errorDeclaration" in each for each in found)


def test_the_examples_are_there(everything: tuple[Event, ...]) -> None:
    if not EXAMPLES.exists():
        pytest.skip("the published examples are not here")
    assert {each.type for each in everything} == {
        f"{kind}Event"
        for kind in ("Object", "Aggregation", "Transaction", "Transformation", "Association")
    }
    assert len(everything) > 50, len(everything)


@settings(max_examples=25)
@given(
    asked=st.lists(st.sampled_from(PARAMETERS), max_size=3, unique_by=lambda each: each[0]),
    order=st.sampled_from([None, "eventTime", "example:weight"]),
    direction=st.sampled_from(["ASC", "DESC"]),
    per_page=st.integers(1, 40),
    limit=st.none() | st.integers(1, 30),
)
def test_any_query_finds_the_same(  # noqa: PLR0917 (what a query is made of)
    both: tuple[Walk, Walk],
    asked: list[tuple[str, Any, Any]],
    order: str | None,
    direction: str,
    per_page: int,
    limit: int | None,
) -> None:
    parameters: dict[str, Any] = {name: yes for name, yes, _ in asked}
    parameters |= {"perPage": per_page, "orderDirection": direction}
    if order is not None:
        parameters["orderBy"] = order
    if limit is not None:
        parameters["eventCountLimit"] = limit
    in_repository, in_memory = both
    assert in_repository(parameters) == in_memory(parameters)


def test_a_place_stands_for_those_in_it(office: Context) -> None:
    site = "urn:epc:id:sgln:4012345.00011.0"
    header = {
        "epcisMasterData": {
            "vocabularyList": [
                {
                    "type": "urn:epcglobal:epcis:vtype:ReadPoint",
                    "vocabularyElementList": [
                        {"id": site, "children": ["urn:x:hall"]},
                        {"id": "urn:x:hall", "children": [GATE]},
                    ],
                }
            ]
        }
    }
    assert not walk(office, {"WD_readPoint": site})
    told = orjson.dumps(document(ORIGINAL, epcisHeader=header))
    job = epcis_capture.capture(office, told, source="places")
    assert (job.captured, job.known) == (0, 1)
    assert len(walk(office, {"WD_readPoint": site})) == 2


def test_more_than_may_match_is_refused(office: Context) -> None:
    matching = len(walk(office, {"MATCH_epc": ITEM}))
    assert len(walk(office, {"MATCH_epc": ITEM, "maxEventCount": matching})) == matching
    with pytest.raises(Refused, match=f"More events match .*: {matching - 1}"):
        walk(office, {"MATCH_epc": ITEM, "maxEventCount": matching - 1})


@pytest.mark.parametrize("token", ["", "x", "W10", "bm9uc2Vuc2U", "WzFd"])
def test_a_token_of_something_else_is_refused(office: Context, token: str) -> None:
    with pytest.raises(InputError, match="the token of a page of this query"):
        epcis_queries.query_events(office, {"nextPageToken": token})


def test_a_token_of_another_query_is_refused(office: Context) -> None:
    first = epcis_queries.query_events(office, {"perPage": 2})
    asked = {"perPage": 2, "EQ_action": "ADD", "nextPageToken": first.next_token}
    with pytest.raises(InputError, match="the token of a page of this query"):
        epcis_queries.query_events(office, asked)


def test_an_event_is_found_with_its_declaration(office: Context) -> None:
    found = epcis_queries.find_event(office, ROW["eventID"])
    assert ["errorDeclaration" in each.fields for each in found] == [False, True]
    assert hash_id(found[0]) == hash_id(read(orjson.dumps(document(ORIGINAL)), "x").events[0])
    with pytest.raises(NotFound, match="urn:uuid:none"):
        epcis_queries.find_event(office, "urn:uuid:none")


def test_an_event_without_a_name_is_named_by_its_hash(office: Context) -> None:
    named = hash_id(read(orjson.dumps(document(SCATTERED[0])), "x").events[0])
    (found,) = epcis_queries.find_event(office, named)
    assert found.fields["eventID"] == named
    assert LOT not in orjson.dumps(found.fields).decode()
