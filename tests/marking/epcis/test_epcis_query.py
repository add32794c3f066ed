"""Each query parameter on events that do and do not fulfil it; order, pages, wrong parameters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError, Refused
from kazyna.marking.epcis import Event, matches, parse_query, select, with_descendants
from marking.epcis.epcis_events import ITEM, NAMESPACES, event, object_event
from marking.epcis.epcis_parameters import EXISTENCE, LOT, PARAMETERS, ROW


def holds(fields: dict[str, Any], **parameters: Any) -> bool:
    return matches(event(fields), parse_query(parameters, namespaces=NAMESPACES))


@pytest.mark.parametrize(("parameter", "yes", "no"), PARAMETERS)
def test_parameter(parameter: str, yes: Any, no: Any) -> None:
    assert holds(ROW, **{parameter: yes})
    assert not holds(ROW, **{parameter: no})


@pytest.mark.parametrize("parameter", EXISTENCE)
def test_existence(parameter: str) -> None:
    assert holds(ROW, **{parameter: "true"})
    assert holds(ROW, **{parameter: None})
    assert not holds(object_event(), **{parameter: 1})
    assert holds(object_event(), **{parameter: False}), "asking for nothing asks nothing"


def test_transformations_and_parents() -> None:
    made = {
        "type": "TransformationEvent",
        "eventTime": "2026-05-31T10:20:30Z",
        "eventTimeZoneOffset": "+06:00",
        "inputEPCList": [ITEM],
        "outputQuantityList": [{"epcClass": LOT, "quantity": 3}],
        "transformationID": "urn:epc:id:gdti:4012345.55555.1234",
    }
    packed = {
        "type": "AggregationEvent",
        "eventTime": "2026-05-31T10:20:30Z",
        "eventTimeZoneOffset": "+06:00",
        "action": "ADD",
        "parentID": "urn:epc:id:sscc:4012345.0000000333",
        "childEPCs": [ITEM],
    }
    assert holds(made, MATCH_inputEPC=ITEM)
    assert not holds(made, MATCH_outputEPC=ITEM)
    assert not holds(made, MATCH_epc=ITEM)
    assert holds(made, MATCH_anyEPC=ITEM)
    assert holds(made, MATCH_outputEPCClass=LOT)
    assert not holds(made, MATCH_inputEPCClass=LOT)
    assert holds(made, EQ_transformationID="https://id.gs1.org/253/40123455555541234")
    assert holds(packed, MATCH_epc=ITEM)
    assert holds(packed, MATCH_parentID="https://id.gs1.org/00/040123450000003338")
    assert not holds(packed, MATCH_epc="https://id.gs1.org/00/040123450000003338")


def test_a_place_stands_for_those_below_it() -> None:
    site, door = (f"https://id.gs1.org/414/401234500011{n}" for n in ("5", "5/254/987"))
    query = parse_query({"WD_readPoint": site})
    row = event(ROW)
    assert not matches(row, query)
    assert matches(row, with_descendants(query, {site: (door,)}))
    assert matches(
        row, with_descendants(query, {site: ("urn:x:hall",), "urn:x:hall": (door, site)})
    )


def test_conditions_hold_together() -> None:
    assert holds(ROW, EQ_bizStep="shipping", EQ_action="ADD")
    assert not holds(ROW, EQ_bizStep="shipping", EQ_action="DELETE")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"EQ_colour": "red"}, "no such parameter"),
        ({"EQ_bizStep": "smuggling"}, "business step of CBV 2.0"),
        ({"EQ_action": "ADD|MOVE"}, "one of OBSERVE, ADD, DELETE"),
        ({"GE_eventTime": "yesterday"}, "a time with its offset"),
        ({"GE_eventTime": "2026-05-31T10:20:30"}, "a time with its offset"),
        ({"GE_quantity": "many"}, "a number"),
        ({"EQ_quantity": "NaN"}, "a number"),
        ({"MATCH_epc": "box 7"}, "a URI"),
        ({"MATCH_epc": ""}, "at least one"),
        ({"EXISTS_errorDeclaration": "maybe"}, "true or false"),
        ({"EQ_ours:note": "x"}, "'ours' is not declared"),
        ({"GT_example:note": "heavy"}, "a number or a time"),
        ({"HASATTR_bizLocation": "x"}, "master data"),
        ({"EQ_bizTransaction_bill": "urn:a:b"}, "type of business transaction"),
        ({"orderBy": "colour"}, "eventTime, recordTime"),
        ({"orderDirection": "up"}, "ASC or DESC"),
        ({"perPage": "0"}, "from 1 to 1000"),
        ({"perPage": "x"}, "from 1 to 1000"),
        ({"maxEventCount": 2, "eventCountLimit": 3}, "one of the two"),
    ],
)
def test_a_wrong_parameter_is_named(parameters: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        parse_query(parameters, namespaces=NAMESPACES)
    assert error.value.findings[0].column in parameters


def test_all_wrong_parameters_are_named_at_once() -> None:
    with pytest.raises(InputError) as error:
        parse_query({"EQ_action": "X", "perPage": -1, "EQ_b": 1})
    assert len(error.value.findings) == 3


def test_prefixes_may_come_with_the_query() -> None:
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", NAMESPACES]
    query = parse_query({"@context": context, "EQ_example:note": ["fragile"]})
    assert matches(event(ROW), query)


WEIGHTS = [3, 1, 2, None, 10]
EVENTS = [
    event(
        object_event(
            eventTime=f"2026-05-{day:02}T00:00:00Z",
            **({} if weight is None else {"example:weight": weight}),
        )
    )
    for day, weight in enumerate(WEIGHTS, start=1)
]


def weights(**parameters: Any) -> list[int | None]:
    page = select(EVENTS, parse_query(parameters, namespaces=NAMESPACES))
    return [each.fields.get("example:weight") for each in page.events]


def test_order_and_limits() -> None:
    assert weights() == WEIGHTS
    assert weights(orderBy="eventTime") == WEIGHTS[::-1]
    assert weights(orderBy="eventTime", orderDirection="ASC", eventCountLimit=2) == [3, 1]
    assert weights(orderBy="example:weight") == [10, 3, 2, 1, None]
    assert weights(orderBy="example:weight", orderDirection="ASC") == [None, 1, 2, 3, 10]
    assert len(weights(maxEventCount=5)) == 5
    with pytest.raises(Refused, match="5 events match"):
        weights(maxEventCount=4)


@given(st.integers(1, 7))
def test_pages_together_are_the_whole(per_page: int) -> None:
    parameters: dict[str, Any] = {"perPage": per_page, "orderBy": "eventTime"}
    found: list[Event] = []
    while True:
        page = select(EVENTS, parse_query(parameters))
        assert len(page.events) <= per_page
        found += page.events
        if page.next_token is None:
            break
        parameters["nextPageToken"] = page.next_token
    assert found == EVENTS[::-1]


@pytest.mark.parametrize("token", ["", "x", "W10", "bm9uc2Vuc2U"])
def test_a_token_of_something_else_is_refused(token: str) -> None:
    with pytest.raises(InputError, match="the token of a page of this query"):
        select(EVENTS, parse_query({"nextPageToken": token}))


def test_a_token_of_another_query_is_refused() -> None:
    first = select(EVENTS, parse_query({"perPage": 2}))
    other = parse_query({"perPage": 2, "EQ_action": "ADD", "nextPageToken": first.next_token})
    with pytest.raises(InputError, match="the token of a page of this query"):
        select(EVENTS, other)
