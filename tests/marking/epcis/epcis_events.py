"""Events for the tests of EPCIS, each as small as it may be."""

from typing import Any

from kazyna.marking.epcis import Document, read, write_json
from kazyna.marking.epcis.document import Event

Fields = dict[str, Any]

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
NAMESPACES = {"example": "https://ns.example.com/epcis/"}
ITEM = "urn:epc:id:sgtin:4012345.011111.9876"


def object_event(**more: Any) -> Fields:
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-05-31T10:20:30+06:00",
        "eventTimeZoneOffset": "+06:00",
        "epcList": [ITEM],
        "action": "OBSERVE",
        "bizStep": "shipping",
    } | more


def document(*events: Fields, **more: Any) -> Fields:
    return {
        "@context": [CONTEXT, NAMESPACES],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-01T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
    } | more


def event(fields: Fields) -> Event:
    """The event as it is after a document with it was read."""
    return read_back(Document((Event(fields, NAMESPACES),))).events[0]


def read_back(written: Document) -> Document:
    return read(write_json(written), "written")
