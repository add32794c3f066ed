"""EPCIS documents in XML, version 1.0 to 1.2 and 2.0, read into the one form.

The versions differ in where later fields stand: 1.x wraps them in `extension` and `baseExtension`
elements, which are unwrapped here. A `QuantityEvent`, deprecated since 1.1, is refused.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from kazyna.core.errors import Finding, InputError
from kazyna.marking.epcis.document import EVENT_TYPES, NAMESPACE, Document, Event, Fields, Kind
from kazyna.marking.epcis.limits import DEFAULT_LIMITS, Limits, check_count, check_size
from kazyna.marking.epcis.validate import validated
from kazyna.marking.epcis.words import with_bare_words
from kazyna.marking.epcis.xml_extensions import Names, extension_members
from kazyna.marking.epcis.xml_master_data import read_vocabularies
from kazyna.marking.epcis.xml_parsing import parse_xml

VERSIONS = {
    "urn:epcglobal:epcis:xsd:1": "1.2",
    "urn:epcglobal:epcis:xsd:2": "2.0",
    "urn:epcglobal:epcis-query:xsd:1": "1.2",
    "urn:epcglobal:epcis-query:xsd:2": "2.0",
    "urn:epcglobal:epcis-masterdata:xsd:1": "1.2",
    "urn:epcglobal:epcis-masterdata:xsd:2": "2.0",
}
"""Namespaces of the root element, and the version each belongs to."""

KINDS: dict[str, Kind] = {
    "EPCISDocument": "EPCISDocument",
    "EPCISQueryDocument": "EPCISQueryDocument",
    "EPCISMasterDataDocument": "EPCISMasterDataDocument",
}

WRAPPERS = ("extension", "baseExtension")
EPC_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
QUANTITY_LISTS = (
    "quantityList",
    "childQuantityList",
    "inputQuantityList",
    "outputQuantityList",
)
TYPED_LISTS = ("bizTransactionList", "sourceList", "destinationList")
NUMBERS = frozenset(("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"))
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def read_xml(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read an EPCIS document, query result or master data document, and validate its events.

    Parameters
    ----------
    data
        XML in UTF-8.
    source
        The document's name, for the findings.
    limits
        How much is read at most.

    Returns
    -------
    Document
        With valid events, standard values as bare words.

    Raises
    ------
    InputError
        With every mistake that was found and the path of each.
    """
    return validated(parse_xml_document(data, source, limits=limits), source)


def parse_xml_document(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read a document as `read_xml` does, but leave its events unvalidated.

    Raises
    ------
    InputError
        Where it is no XML that may be parsed and no EPCIS document.
    """
    check_size(data, limits, source)
    root = parse_xml(data, limits, source)
    kind, version = _kind(root, source)
    names = Names()
    elements = list(_event_elements(root, source))
    check_count(len(elements), limits, source)
    events = tuple(
        Event(with_bare_words(_event(element, names)), names.declared, element.sourceline)
        for element in elements
    )
    vocabularies = read_vocabularies(root, names)
    _require_uris(names, source)
    return Document(
        events=events,
        kind=kind,
        schema_version=root.get("schemaVersion", version),
        created=root.get("creationDate"),
        header={"epcisMasterData": {"vocabularyList": vocabularies}} if vocabularies else {},
        envelope=_query_names(root),
        namespaces=names.declared,
    )


def _kind(root: etree._Element, source: str) -> tuple[Kind, str]:
    name = etree.QName(root)
    version = VERSIONS.get(name.namespace or "")
    if name.localname not in KINDS or version is None:
        expected = "EPCISDocument of urn:epcglobal:epcis:xsd:1 or urn:epcglobal:epcis:xsd:2"
        raise InputError(Finding(source, f"the document is a {root.tag}", expected, column="/"))
    stated = root.get("schemaVersion", version)
    if stated.partition(".")[0] != version.partition(".")[0]:
        reason = f"schemaVersion {stated} under {name.namespace}"
        raise InputError(Finding(source, reason, version, column="/@schemaVersion"))
    return KINDS[name.localname], version


def _require_uris(names: Names, source: str) -> None:
    findings = [
        Finding(source, f"the namespace of {prefix!r} is {namespace!r}", "a URI")
        for prefix, namespace in names.declared.items()
        if not NAMESPACE.fullmatch(namespace)
    ]
    if findings:
        raise InputError(findings)


def _event_elements(root: etree._Element, source: str) -> Iterator[etree._Element]:
    for event_list in root.iter("EventList"):
        for element in _unwrapped(event_list):
            if element.tag not in EVENT_TYPES:
                reason = f"{element.tag} is no event of EPCIS 2.0"
                place = f"{source}:{element.sourceline}"
                raise InputError(Finding(place, reason, "one of " + ", ".join(EVENT_TYPES)))
            yield element


def _unwrapped(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the children of an element, those inside `extension` elements in their place."""
    for child in element:
        if child.tag in WRAPPERS:
            yield from _unwrapped(child)
        elif isinstance(child.tag, str):
            yield child


def _event(element: etree._Element, names: Names) -> Fields:
    fields: Fields = {"type": element.tag}
    own: list[etree._Element] = []
    for child in _unwrapped(element):
        name = child.tag
        if name.startswith("{"):
            own.append(child)
        elif name in EPC_LISTS:
            fields[name] = [_text(epc) for epc in child]
        elif name in QUANTITY_LISTS:
            fields[name] = [_quantity(each) for each in child]
        elif name in TYPED_LISTS:
            fields[name] = [_typed(each) for each in child]
        elif name in READERS:
            fields[name] = READERS[name](child, names)
        else:
            fields[name] = _text(child)
    return fields | extension_members(own, names)


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _quantity(element: etree._Element) -> Fields:
    fields: Fields = {}
    for child in element:
        if child.get(NIL) in ("true", "1"):
            continue
        text = _text(child)
        fields[child.tag] = number_of(text) if child.tag == "quantity" else text
    return fields


def _typed(element: etree._Element) -> Fields:
    kind = element.get("type")
    return {} | ({"type": kind} if kind is not None else {}) | {element.tag: _text(element)}


def _place(element: etree._Element, names: Names) -> Fields:
    own = [child for child in _unwrapped(element) if child.tag != "id"]
    place = element.find("id")
    fields: Fields = {} if place is None else {"id": _text(place)}
    return fields | extension_members(own, names)


def _dispositions(element: etree._Element, _: Names) -> Fields:
    fields: Fields = {}
    for child in element:
        fields.setdefault(child.tag, []).append(_text(child))
    return fields


def _error_declaration(element: etree._Element, names: Names) -> Fields:
    fields: Fields = {}
    own: list[etree._Element] = []
    for child in _unwrapped(element):
        if child.tag == "correctiveEventIDs":
            fields[child.tag] = [_text(each) for each in child]
        elif child.tag.startswith("{"):
            own.append(child)
        else:
            fields[child.tag] = _text(child)
    return fields | extension_members(own, names)


def _sensors(element: etree._Element, names: Names) -> list[Fields]:
    return [_sensor(each, names) for each in element if each.tag == "sensorElement"]


def _sensor(element: etree._Element, names: Names) -> Fields:
    fields: Fields = {}
    own: list[etree._Element] = []
    for child in _unwrapped(element):
        if child.tag == "sensorMetadata":
            fields[child.tag] = _attributes(child, names)
        elif child.tag == "sensorReport":
            fields.setdefault(child.tag, []).append(_attributes(child, names))
        else:
            own.append(child)
    return fields | extension_members(own, names)


def _attributes(element: etree._Element, names: Names) -> Fields:
    # An attribute holds one text; what is richer stands below as elements.
    return {
        names.key(str(name)): _typed_value(str(name), str(v)) for name, v in element.items()
    } | extension_members(element, names)


def _typed_value(name: str, text: str) -> Any:
    text = text.strip()
    if name in NUMBERS:
        return number_of(text)
    if name == "booleanValue":
        return {"true": True, "1": True, "false": False, "0": False}.get(text, text)
    return text


def number_of(text: str) -> Any:
    """Read a decimal; what is none stays a text, for validation to tell."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _ilmd(element: etree._Element, names: Names) -> Fields:
    return extension_members(list(_unwrapped(element)), names)


READERS = {
    "readPoint": _place,
    "bizLocation": _place,
    "persistentDisposition": _dispositions,
    "errorDeclaration": _error_declaration,
    "sensorElementList": _sensors,
    "ilmd": _ilmd,
}
"""How each part that is more than a text is read."""


def _query_names(root: etree._Element) -> Fields:
    return {
        name: _text(element)
        for name in ("queryName", "subscriptionID")
        for element in root.iter(name)
    }
