"""Documents written as JSON-LD and as XML 2.0; what was read can be read again, with its hash."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from lxml import etree  # type: ignore[import-untyped]

from kazyna.marking.epcis.document import (
    CONTEXT,
    DEFAULT_NAMESPACES,
    Document,
    Event,
    Fields,
    extensions,
)
from kazyna.marking.epcis.words import with_urns, with_web_uris
from kazyna.marking.epcis.xml_extensions import XSD, XSI, tag_of, text_of, write_extensions
from kazyna.marking.epcis.xml_master_data import write_vocabularies

EPCIS = "urn:epcglobal:epcis:xsd:2"

_START = ("eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "errorDeclaration")
_MIDDLE = ("bizStep", "disposition", "readPoint", "bizLocation")
_PARTIES = ("sourceList", "destinationList", "sensorElementList", "persistentDisposition")
_CHILDREN = ("parentID", "childEPCs", "action", *_MIDDLE, "bizTransactionList", "childQuantityList")

ELEMENT_ORDER: Mapping[str, tuple[str, ...]] = {
    "ObjectEvent": (
        *("epcList", "action", *_MIDDLE, "bizTransactionList", "quantityList"),
        *(*_PARTIES, "ilmd"),
    ),
    "AggregationEvent": (*_CHILDREN, *_PARTIES),
    "TransactionEvent": (
        *("bizTransactionList", "parentID", "epcList", "action", *_MIDDLE, "quantityList"),
        *_PARTIES,
    ),
    "TransformationEvent": (
        *("inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList"),
        *("transformationID", *_MIDDLE, "bizTransactionList", *_PARTIES, "ilmd"),
    ),
    "AssociationEvent": (
        *("parentID", "childEPCs", "childQuantityList", "action", *_MIDDLE, "bizTransactionList"),
        *_PARTIES,
    ),
}
"""The order of elements that the XML schema of EPCIS 2.0 wants, after those common to all."""


def event_json(event: Event) -> Fields:
    """Return a bare event with its own context, as JSON-LD wants one outside a document."""
    return {"@context": _context(event.namespaces), **event.fields}


def document_json(document: Document) -> Fields:
    """Return a document as JSON-LD wants it; `write_json` writes it out."""
    namespaces = merged_namespaces(document)
    listed: list[Fields] = [
        event.fields
        if all(namespaces.get(p) == uri for p, uri in event.namespaces.items())
        else event_json(event)
        for event in document.events
    ]
    named = {n: v for n, v in document.envelope.items() if n in ("queryName", "subscriptionID")}
    body: Fields = {"eventList": listed}
    if document.kind == "EPCISQueryDocument":
        body = {"queryResults": named | {"resultsBody": body}}
    return {
        "@context": _context(namespaces),
        **{n: v for n, v in document.envelope.items() if n not in named},
        "type": "EPCISDocument" if document.kind == "EPCISMasterDataDocument" else document.kind,
        "schemaVersion": "2.0",
        **({"creationDate": document.created} if document.created else {}),
        **({"epcisHeader": document.header} if document.header else {}),
        "epcisBody": body,
    }


def write_json(document: Document) -> bytes:
    """Write a document as JSON-LD in UTF-8."""
    return orjson.dumps(document_json(document))


def merged_namespaces(document: Document) -> dict[str, str]:
    """Return the prefixes of a document; its own before those of events."""
    merged = dict(document.namespaces)
    for event in document.events:
        for prefix, namespace in event.namespaces.items():
            merged.setdefault(prefix, namespace)
    return merged


def _context(namespaces: Mapping[str, str]) -> list[Any]:
    return [CONTEXT, *({prefix: namespace} for prefix, namespace in namespaces.items())]


def write_xml(document: Document, *, web_uris: bool = False) -> bytes:
    """Write a document as XML 2.0 in UTF-8.

    Elements stand in the order of the published schema.

    Parameters
    ----------
    document
        With valid events.
    web_uris
        Whether standard values are written as Web URIs instead of URNs.
    """
    namespaces = merged_namespaces(document)
    query = document.kind == "EPCISQueryDocument"
    base = "urn:epcglobal:epcis-query:xsd:2" if query else EPCIS
    shown = {**DEFAULT_NAMESPACES, **namespaces}
    declared = {
        **{prefix: shown[prefix] for prefix in {*namespaces, "cbvmda", "gs1", "cbv"}},
        "epcisq" if query else "epcis": base,
        "xsi": XSI,
        "xsd": XSD,
    }
    name = "EPCISQueryDocument" if query else "EPCISDocument"
    root = etree.Element(f"{{{base}}}{name}", nsmap=declared, schemaVersion="2.0")
    if document.created:
        root.set("creationDate", document.created)
    if vocabularies := document.header.get("epcisMasterData", {}).get("vocabularyList"):
        holder = etree.SubElement(etree.SubElement(root, "EPCISHeader"), "extension")
        write_vocabularies(etree.SubElement(holder, "EPCISMasterData"), vocabularies, namespaces)
    body = etree.SubElement(root, "EPCISBody")
    events = etree.SubElement(_results(body, document, base) if query else body, "EventList")
    for event in document.events:
        _event(events, event, with_web_uris if web_uris else with_urns)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _results(body: etree._Element, document: Document, base: str) -> etree._Element:
    results = etree.SubElement(body, f"{{{base}}}QueryResults")
    for name in ("queryName", "subscriptionID"):
        if name in document.envelope:
            etree.SubElement(results, name).text = document.envelope[name]
    return etree.SubElement(results, "resultsBody")


def _event(parent: etree._Element, event: Event, with_words: Callable[[Fields], Fields]) -> None:
    namespaces = dict(event.namespaces)
    fields = with_words(event.fields)
    node = etree.SubElement(parent, event.type)
    for name in (*_START, "certificationInfo", *ELEMENT_ORDER[event.type]):
        if name in fields:
            WRITERS.get(name, _plain)(node, name, fields[name], namespaces)
    write_extensions(node, extensions(fields), namespaces)


Namespaces = dict[str, str]


def _plain(node: etree._Element, name: str, value: Any, _: Namespaces) -> None:
    for each in value if isinstance(value, list) else (value,):
        etree.SubElement(node, name).text = str(each)


def _epcs(node: etree._Element, name: str, value: Any, namespaces: Namespaces) -> None:
    _plain(etree.SubElement(node, name), "epc", value, namespaces)


def _quantities(node: etree._Element, name: str, value: Any, namespaces: Namespaces) -> None:
    listed = etree.SubElement(node, name)
    for item in value:
        element = etree.SubElement(listed, "quantityElement")
        for member in ("epcClass", "quantity", "uom"):
            if member in item:
                _plain(element, member, item[member], namespaces)


def _typed(node: etree._Element, name: str, value: Any, _: Namespaces) -> None:
    listed = etree.SubElement(node, name)
    member = name.removesuffix("List")
    for item in value:
        element = etree.SubElement(listed, member)
        element.text = item[member]
        if "type" in item:
            element.set("type", item["type"])


def _place(node: etree._Element, name: str, value: Any, namespaces: Namespaces) -> None:
    element = etree.SubElement(node, name)
    etree.SubElement(element, "id").text = value["id"]
    write_extensions(element, extensions(value), namespaces)


def _dispositions(node: etree._Element, name: str, value: Any, namespaces: Namespaces) -> None:
    element = etree.SubElement(node, name)
    for member in ("unset", "set"):
        _plain(element, member, value.get(member, []), namespaces)


def _declaration(node: etree._Element, name: str, value: Any, namespaces: Namespaces) -> None:
    element = etree.SubElement(node, name)
    for member in ("declarationTime", "reason"):
        if member in value:
            _plain(element, member, value[member], namespaces)
    if "correctiveEventIDs" in value:
        listed = etree.SubElement(element, "correctiveEventIDs")
        _plain(listed, "correctiveEventID", value["correctiveEventIDs"], namespaces)
    write_extensions(element, extensions(value), namespaces)


def _sensors(node: etree._Element, name: str, value: Any, namespaces: Namespaces) -> None:
    listed = etree.SubElement(node, name)
    for item in value:
        element = etree.SubElement(listed, "sensorElement")
        if "sensorMetadata" in item:
            _attributes(element, "sensorMetadata", item["sensorMetadata"], namespaces)
        for report in item["sensorReport"]:
            _attributes(element, "sensorReport", report, namespaces)
        write_extensions(element, extensions(item), namespaces)


def _attributes(node: etree._Element, name: str, value: Fields, namespaces: Namespaces) -> None:
    element = etree.SubElement(node, name)
    for member, each in value.items():
        if isinstance(each, dict | list):
            # An attribute holds one text; anything richer becomes elements, with the same hash.
            write_extensions(element, [(member, each)], namespaces)
            continue
        text = text_of(each)
        element.set(tag_of(member, namespaces) if ":" in member else member, text)


def _master_data(node: etree._Element, name: str, value: Any, namespaces: Namespaces) -> None:
    write_extensions(etree.SubElement(node, name), value.items(), namespaces)


WRITERS: Mapping[str, Callable[[etree._Element, str, Any, Namespaces], None]] = {
    **dict.fromkeys(("epcList", "childEPCs", "inputEPCList", "outputEPCList"), _epcs),
    **dict.fromkeys(
        ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
        _quantities,
    ),
    **dict.fromkeys(("bizTransactionList", "sourceList", "destinationList"), _typed),
    **dict.fromkeys(("readPoint", "bizLocation"), _place),
    "persistentDisposition": _dispositions,
    "errorDeclaration": _declaration,
    "sensorElementList": _sensors,
    "ilmd": _master_data,
}
"""How each part that is more than a text is written."""
