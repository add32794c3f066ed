"""Each query parameter on events that do and do not fulfil it; order, pages, wrong parameters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.core.errors import InputError, Refused
from kazyna.marking.epcis import Event, matches, parse_query, select, with_descendants
from marking.epcis.epcis_events import ITEM, NAMESPACES, event, object_event

LOT = "urn:epc:class:lgtin:4012345.011111.4444"
BTT = "urn:epcglobal:cbv:btt:"
GATE = "urn:epc:id:sgln:4012345.00011.987"
ROW = object_event(
    eventID="urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
    recordTime="2026-06-01T00:00:00Z",
    action="ADD",
    disposition="in_progress",
    persistentDisposition={"set": ["completeness_verified"], "unset": ["available"]},
    readPoint={"id": GATE, "example:door": "7"},
    bizLocation={"id": "urn:epc:id:sgln:4012345.00011.0"},
    bizTransactionList=[
        {"type": "po", "bizTransaction": "urn:epc:id:gdti:4012345.11111.123"},
        {"bizTransaction": "https://example.com/deals/9"},
    ],
    sourceList=[{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    destinationList=[{"type": "location", "destination": GATE}],
    quantityList=[{"epcClass": LOT, "quantity": 12.5, "uom": "KGM"}],
    ilmd={"example:lot": "A-7", "example:facts": {"example:proof": 40}},
    errorDeclaration={
        "declarationTime": "2026-06-02T00:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"],
        "example:by": "K-1",
    },
    sensorElementList=[
        {
            "sensorMetadata": {
                "time": "2026-05-31T04:00:00Z",
                "deviceID": "urn:epc:id:giai:4000001.111",
                "example:rack": 3,
            },
            "sensorReport": [
                {"type": "Temperature", "value": 4.5, "uom": "CEL", "percRank": 50},
                {"type": "Speed", "value": 90, "uom": "KMH", "booleanValue": True},
            ],
            "example:room": {"example:floor": "2"},
        }
    ],
    **{"example:note": "fragile", "example:weight": 20, "example:made": "2026-05-01T00:00:00Z"},
)


def holds(fields: dict[str, Any], **parameters: Any) -> bool:
    return matches(event(fields), parse_query(parameters, namespaces=NAMESPACES))


@pytest.mark.parametrize(
    ("parameter", "yes", "no"),
    [
        ("eventType", "AggregationEvent|ObjectEvent", "AggregationEvent"),
        ("GE_eventTime", "2026-05-31T04:20:30Z", "2026-05-31T04:20:30.001Z"),
        ("LT_eventTime", "2026-05-31T10:20:31+06:00", "2026-05-31T04:20:30Z"),
        ("GE_recordTime", "2026-06-01T06:00:00+06:00", "2026-06-02T00:00:00Z"),
        ("LT_recordTime", "2026-06-01T00:00:01Z", "2026-06-01T00:00:00Z"),
        ("EQ_action", "ADD", "OBSERVE|DELETE"),
        ("EQ_bizStep", "receiving|urn:epcglobal:cbv:bizstep:shipping", "receiving"),
        ("EQ_disposition", "in_progress", "in_transit"),
        ("EQ_persistentDisposition_set", "completeness_verified", "available"),
        ("EQ_persistentDisposition_unset", "available", "completeness_verified"),
        ("EQ_readPoint", "https://x.example/414/4012345000115/254/987", "urn:x:y"),
        ("WD_readPoint", GATE, "urn:x:y"),
        ("EQ_bizLocation", "https://id.gs1.org/414/4012345000115", GATE),
        (
            "EQ_bizTransaction_po",
            "urn:epc:id:gdti:4012345.11111.123",
            "https://example.com/deals/9",
        ),
        (
            "EQ_bizTransaction_urn:epcglobal:cbv:btt:po",
            "urn:epc:id:gdti:4012345.11111.123",
            "urn:a:b",
        ),
        ("EQ_source_owning_party", "urn:epc:id:pgln:4012345.00000", GATE),
        ("EQ_destination_location", GATE, "urn:epc:id:pgln:4012345.00000"),
        ("MATCH_epc", ITEM, "urn:epc:id:sgtin:4012345.011111.1"),
        ("MATCH_epc", "https://id.gs1.org/01/04012345111118/21/9876", LOT),
        ("MATCH_epc", "urn:epc:idpat:sgtin:4012345.011111.*", "urn:epc:idpat:sgtin:4012345.02.*"),
        ("MATCH_epc", "urn:epc:idpat:sgtin:4012345.*.*", "urn:epc:idpat:sgtin:401234.*.*"),
        ("MATCH_anyEPC", ITEM, "urn:epc:id:sgtin:4012345.011111.1"),
        ("MATCH_epcClass", LOT, "urn:epc:class:lgtin:4012345.011111.4"),
        ("MATCH_anyEPCClass", LOT, ITEM),
        ("EQ_quantity", "12.50", "12"),
        ("GT_quantity", "12", "12.5"),
        ("LE_quantity_KGM", 12.5, 12.4),
        ("GE_quantity_KGM", "12.5", "12.6"),
        ("EQ_eventID", "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", "urn:uuid:4"),
        ("GE_errorDeclarationTime", "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z"),
        ("LT_errorDeclaration_Time", "2026-06-03T00:00:00Z", "2026-06-02T00:00:00Z"),
        ("EQ_errorReason", "incorrect_data", "did_not_occur"),
        ("EQ_correctiveEventID", "urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8", "urn:uuid:4"),
        ("GE_time", "2026-05-31T04:00:00Z", "2026-05-31T05:00:00Z"),
        ("EQ_type", "Speed|Mass", "Mass"),
        ("EQ_deviceID", "https://id.gs1.org/8004/4000001111", "urn:epc:id:giai:4000001.112"),
        ("GE_value_CEL", "4.5", "4.6"),
        ("LT_value_CEL", "5", "4"),
        ("EQ_value_KMH", [90], [4.5]),
        ("GE_percRank", 50, 51),
        ("EQ_booleanValue", True, False),
        ("EQ_example:note", "fragile|heavy", "heavy"),
        ("EQ_example:weight", "20.0", "21"),
        ("GT_example:weight", 19, 20),
        ("LT_example:made", "2026-05-02T00:00:00Z", "2026-05-01T00:00:00Z"),
        ("EQ_https://ns.example.com/epcis/note", "fragile", "heavy"),
        ("EQ_ILMD_example:lot", "A-7", "A-8"),
        ("GE_INNER_ILMD_example:proof", "40", "41"),
        ("EQ_readPoint_example:door", "7", "8"),
        ("EQ_ERROR_DECLARATION_example:by", "K-1", "K-2"),
        ("EQ_SENSORMETADATA_example:rack", "3", "4"),
        ("EQ_INNER_SENSORELEMENT_example:floor", "2", "3"),
    ],
)
def test_parameter(parameter: str, yes: Any, no: Any) -> None:
    assert holds(ROW, **{parameter: yes})
    assert not holds(ROW, **{parameter: no})


@pytest.mark.parametrize(
    "parameter",
    [
        "EXISTS_errorDeclaration",
        "EXISTS_sensorElementList",
        "EXISTS_example:note",
        "EXISTS_ILMD_example:lot",
        "EXISTS_INNER_ILMD_example:proof",
        "EXISTS_SENSORELEMENT_example:room",
    ],
)
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
