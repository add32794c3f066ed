"""What is wrong is refused with the path of the value, what would harm before it is parsed."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import InputError
from kazyna.marking.epcis import Limits, hash_id, parse, read, sort_events, write_xml
from marking.epcis.epcis_events import ITEM, document, object_event

AGGREGATION = {
    "type": "AggregationEvent",
    "eventTime": "2026-05-31T10:20:30Z",
    "eventTimeZoneOffset": "+06:00",
    "parentID": "urn:epc:id:sscc:4012345.0000000333",
    "childEPCs": [ITEM],
    "action": "ADD",
}
TRANSFORMATION = {
    "type": "TransformationEvent",
    "eventTime": "2026-05-31T10:20:30Z",
    "eventTimeZoneOffset": "+06:00",
    "inputEPCList": [ITEM],
    "outputEPCList": ["urn:epc:id:sgtin:4012345.011111.9877"],
}
REPORT = {"type": "Temperature", "value": 4.5, "uom": "CEL"}


def without(event: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in names}


def sensor(**report: Any) -> dict[str, Any]:
    return object_event(sensorElementList=[{"sensorReport": [REPORT | report]}])


def first(path: str) -> str:
    return f"eventList[0].{path}" if path else "eventList[0]"


@pytest.mark.parametrize(
    ("event", "path", "words"),
    [
        (without(object_event(), "eventTime"), "", "'eventTime' is missing"),
        (object_event(eventTime="2026-05-31T10:20:30"), "eventTime", "a time with its offset"),
        (object_event(eventTime="2026-02-30T10:20:30Z"), "eventTime", "a time with its offset"),
        (object_event(eventTimeZoneOffset="+6"), "eventTimeZoneOffset", "such as +06:00"),
        (object_event(action="REMOVE"), "action", "OBSERVE, ADD or DELETE"),
        (object_event(bizStep="smuggling"), "bizStep", "business step of CBV 2.0"),
        (object_event(bizStep="urn:epcglobal:cbv:bizstep:smuggling"), "bizStep", "business step"),
        (object_event(disposition="https://ref.gs1.org/cbv/Disp-lost"), "disposition", "CBV 2.0"),
        (object_event(epcList="all"), "epcList", "a list"),
        (object_event(epcList=[ITEM, ITEM]), "epcList", "a list"),
        (object_event(epcList=["not a uri"]), "epcList[0]", "a URI"),
        (object_event(epcList=[ITEM + "%zz"]), "epcList[0]", "a URI"),
        (object_event(epcList=["urn:epc:id:sgtin:4012345.1.1"]), "epcList[0]", "EPC schemes"),
        (object_event(epcList=["urn:epc:id:sgtin:٤٠12345.011111.1"]), "epcList[0]", "a URI"),
        (
            object_event(quantityList=[{"epcClass": ITEM, "quantity": "3"}]),
            "quantityList[0]",
            "num",
        ),
        (
            object_event(quantityList=[{"epcClass": ITEM, "uom": "KGM"}]),
            "quantityList[0]",
            "quantity",
        ),
        (object_event(colour="red"), "", "unknown member 'colour'"),
        (object_event(**{"ours:colour": "red"}), "ours:colour", "'ours' is not declared"),
        (object_event(ilmd={"example:lot": "7"}), "action", "ADD beside ilmd"),
        (object_event(readPoint="gate"), "readPoint", "stands here"),
        (object_event(readPoint={}), "readPoint", "'id' is missing"),
        (object_event(bizTransactionList=[{"type": "po"}]), "bizTransactionList[0]", "missing"),
        (object_event(sourceList=[{"type": "owner", "source": ITEM}]), "sourceList[0].type", "CBV"),
        (object_event(errorDeclaration={}), "errorDeclaration", "'declarationTime' is missing"),
        (object_event(persistentDisposition={}), "persistentDisposition", "stands here"),
        (sensor(type="Mood"), "sensorElementList[0].sensorReport[0].type", "type of measurement"),
        (sensor(value="4.5"), "sensorElementList[0].sensorReport[0].value", "a number"),
        (sensor(booleanValue="yes"), "sensorElementList[0].sensorReport[0].booleanValue", "true"),
        (
            sensor(hexBinaryValue="f0f"),
            "sensorElementList[0].sensorReport[0].hexBinaryValue",
            "hex",
        ),
        (without(object_event(), "epcList"), "", "epcList, quantityList"),
        (without(AGGREGATION, "parentID"), "", "'parentID' is missing"),
        (AGGREGATION | {"childEPCs": []}, "", "at least one of childEPCs"),
        (without(TRANSFORMATION, "outputEPCList"), "", "at least one of outputEPCList"),
        (TRANSFORMATION | {"action": "ADD"}, "", "unknown member 'action'"),
        (object_event(type="QuantityEvent"), "type", "one of ObjectEvent"),
        (without(object_event(), "type"), "type", "no type"),
    ],
)
def test_a_mistake_is_told_with_its_path(event: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        read(orjson.dumps(document(event)), "sent.json")
    findings = [f for f in error.value.findings if (f.column or "").startswith(first(path))]
    assert findings, error.value
    assert any(words in f"{f.reason}; {f.expected}" for f in findings), error.value


@pytest.mark.parametrize("event", [object_event(), AGGREGATION, TRANSFORMATION, sensor()])
def test_the_events_that_were_spoilt_above_are_valid_themselves(event: dict[str, Any]) -> None:
    assert len(read(orjson.dumps(document(event)), "sent.json").events) == 1


def test_all_mistakes_are_told_at_once() -> None:
    sent = document(object_event(bizStep="x"), object_event(), object_event(action="y"))
    with pytest.raises(InputError) as error:
        read(orjson.dumps(sent), "sent.json")
    assert [f.column for f in error.value.findings] == [
        "eventList[0].bizStep",
        "eventList[2].action",
    ]


def test_a_capture_can_take_the_good_events_and_report_the_others() -> None:
    sent = document(object_event(), object_event(bizStep="x"), AGGREGATION)
    events = sort_events(parse(orjson.dumps(sent), "sent.json").events, "sent.json")
    assert events.positions == (0, 2)
    assert [event.type for event in events.valid] == ["ObjectEvent", "AggregationEvent"]
    assert [f.column for f in events.findings] == ["eventList[1].bizStep"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (document(schemaVersion="1.2"), "version '1.2'"),
        (document(type="Catalogue"), "'Catalogue' stands here"),
        (document(epcisBody={}), "no list of events"),
        (document(epcisBody=[]), "epcisBody"),
        ([object_event()], "a JSON list"),
        ({"@context": [7], "type": "ObjectEvent"}, "@context"),
    ],
)
def test_what_is_no_document_is_refused(sent: Any, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("[", r"\[")):
        read(orjson.dumps(sent), "sent.json")


def test_xml_names_the_line_of_the_event() -> None:
    xml = xml_document("<ObjectEvent>\n<eventTime>yesterday</eventTime></ObjectEvent>")
    with pytest.raises(InputError, match=r"sent.xml:3, column eventList\[0\].eventTime"):
        read(xml, "sent.xml")


def xml_document(events: str, *, before: str = "", version: str = "2") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}\n'
        f'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:{version}"'
        ' creationDate="2026-06-01T00:00:00Z"><EPCISBody><EventList>\n'
        f"{events}</EventList></EPCISBody></e:EPCISDocument>"
    ).encode()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return xml_document(
        "<ObjectEvent><eventTime>&l9;</eventTime></ObjectEvent>",
        before=f'<!DOCTYPE d [<!ENTITY l0 "ha">{entities}]>',
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (laughs, "document type or entities"),
        (lambda: xml_document("", before='<!DOCTYPE d SYSTEM "file:///etc/passwd">'), "entities"),
        (lambda: xml_document("", before="<!-- > --><!DOCTYPE d [ ]>"), "entities"),
        (lambda: xml_document("", before="<!DOCTYPE d PUBLIC 'a' 'http://x/d'>"), "entities"),
        (lambda: xml_document("<ObjectEvent>&unknown;</ObjectEvent>"), "well-formed"),
        (lambda: xml_document("").decode().encode("utf-16"), "valid UTF-8"),
        (lambda: xml_document("").replace(b"UTF-8", b"UTF-7"), "encoding is UTF-7"),
        (lambda: xml_document("<a>" * 5_000 + "</a>" * 5_000), "levels|depth|Excessive"),
        (lambda: xml_document("<ObjectEvent>" + "<a>" * 100 + "</a>" * 100), "levels|well-formed"),
        (lambda: xml_document("<QuantityEvent/>"), "QuantityEvent is no event"),
        (lambda: xml_document("", version="3"), "the document is a"),
        (lambda: b"<html/>", "the document is a html"),
        (lambda: b"[" * 10_000_000, "JSON"),
        (lambda: b'{"a":' * 2_000_000, "JSON"),
        (lambda: b" ", "empty"),
        (lambda: b"{", "line 1, column"),
        (lambda: b"\xff\xfe", "JSON"),
    ],
)
def test_what_would_harm_is_refused(data: Callable[[], bytes], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(data(), "sent")


def test_a_document_type_that_declares_nothing_passes() -> None:
    assert read(xml_document("", before="<!DOCTYPE project>"), "sent").events == ()


def test_more_than_the_limits_is_refused() -> None:
    three = orjson.dumps(document(*[object_event()] * 3))
    assert len(read(three, "sent", limits=Limits(events_max=3)).events) == 3
    with pytest.raises(InputError, match="3 events"):
        read(three, "sent", limits=Limits(events_max=2))
    with pytest.raises(InputError, match="at most 100 bytes"):
        read(three, "sent", limits=Limits(bytes_max=100))


def test_extensions_are_not_nested_without_end() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = {"example:in": deep}
    with pytest.raises(InputError, match="nested too deeply"):
        read(orjson.dumps(document(object_event(**{"example:out": deep}))), "sent")


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        ({"example:1st": "x"}, "example:1st", "no name that XML can write"),
        ({"example:a": {"b c": 1}}, "example:a", "no name that XML can write"),
        ({"example:a": [{"ours:b": 1}]}, "example:a", "'ours' is not declared"),
        ({"example:a": {"@b": {}}}, "example:a", "more than one text"),
        ({"example:a": "\x01"}, "example:a", "control character"),
        ({"readPoint": {"id": ITEM, "ours:b": 1}}, "readPoint.ours:b", "'ours' is not declared"),
    ],
)
def test_what_users_add_can_be_written_in_both_syntaxes(
    more: dict[str, Any], path: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as error:
        read(orjson.dumps(document(object_event(**more))), "sent")
    assert error.value.findings[0].column == first(path)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"creationDate": "yesterday"}, "creationDate"),
        ({"sender": 7}, "sender"),
        ({"epcisHeader": {"epcisMasterData": []}}, "epcisHeader.epcisMasterData"),
        (
            {"epcisHeader": {"epcisMasterData": {"vocabularyList": [{"type": 1}]}}},
            "epcisHeader.epcisMasterData.vocabularyList[0].type",
        ),
    ],
)
def test_what_stands_around_the_events_is_checked(more: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as error:
        read(orjson.dumps(document(object_event(), **more)), "sent")
    assert [each.column for each in error.value.findings] == [path]


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_spoilt_document_is_refused_or_stays_itself(data: st.DataObject) -> None:
    """Whatever is put in the place of any value: a finding, or an event that both syntaxes keep."""
    extended = TRANSFORMATION | {"example:a": {"example:b": ["x"]}}
    sent = deepcopy(document(sensor(), AGGREGATION, extended))
    spots: list[tuple[Any, Any]] = []
    waiting: list[Any] = [sent]
    while waiting:
        part = waiting.pop()
        keys = part.keys() if isinstance(part, dict) else range(len(part))
        spots += [(part, key) for key in keys]
        waiting += [part[key] for key in keys if isinstance(part[key], dict | list)]
    part, key = data.draw(st.sampled_from(spots))
    part[key] = data.draw(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(JUNK)
    )
    try:
        spoilt = read(orjson.dumps(sent), "sent")
    except (InputError, TypeError):
        # TypeError is orjson's own, for numbers beyond 64 bits and lone surrogates.
        return
    again = read(write_xml(spoilt), "again")
    assert [hash_id(each) for each in again.events] == [hash_id(each) for each in spoilt.events]


JUNK: list[Any] = [[], {}, [[]], {"a": 1}, {"example:b": None}, [{"example:b": [1, [2]]}], ["x"]]
