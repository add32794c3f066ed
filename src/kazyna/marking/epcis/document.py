"""What a capture document holds, whatever it was written in.

An event is the JSON form of EPCIS 2.0 as plain dictionaries and lists: the fields of the standard
under their names, standard values as bare words, and whatever a user added under names with a
prefix (`example:batch`), whose namespaces stand beside it. JSON, XML 1.2 and XML 2.0 are read into
this form and written from it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Fields = dict[str, Any]

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
"""The context of EPCIS 2.0, first in every document that is written."""

DEFAULT_NAMESPACES: Mapping[str, str] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda",
    "gs1": "https://ref.gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
"""Prefixes that the context of the standard declares, so that a document need not."""

NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]+")
"""What a prefix may stand for: an absolute URI."""

Kind = Literal["EPCISDocument", "EPCISQueryDocument", "EPCISMasterDataDocument"]

EVENT_TYPES = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event and the namespaces of its extensions."""

    fields: Fields
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Prefix to namespace, as far as they are not those of the standard's own context."""
    line: int | None = None
    """The line of the XML file it began on."""

    @property
    def type(self) -> str:
        """ObjectEvent, AggregationEvent and so on."""
        name: str = self.fields["type"]
        return name

    @property
    def id(self) -> str | None:
        """The eventID, where the event carries one."""
        name: str | None = self.fields.get("eventID")
        return name


@dataclass(frozen=True, slots=True)
class Document:
    """Events and master data as one sender hands them in."""

    events: tuple[Event, ...]
    kind: Kind = "EPCISDocument"
    schema_version: str = "2.0"
    created: str | None = None
    """creationDate, as written."""
    header: Fields = field(default_factory=dict)
    """epcisHeader: master data under epcisMasterData, and whatever else stands there."""
    envelope: Fields = field(default_factory=dict)
    """Further members: id, sender, receiver, instanceIdentifier, and of a query result its
    queryName and subscriptionID."""
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """Prefixes of the document, which its header may use."""


def is_extension(name: str) -> bool:
    """Tell whether a key is a user's own: a name with a prefix, or a URI."""
    return ":" in name


def extensions(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what users added to a part of an event."""
    return ((name, value) for name, value in fields.items() if ":" in name)


def expanded(name: str, namespaces: Mapping[str, str]) -> tuple[str, str]:
    """Split an extension's name into its namespace and local name.

    A prefix is looked up; a URI is cut after its last `#`, `/` or `:`. A name without a colon
    belongs to no namespace.
    """
    prefix, colon, local = name.partition(":")
    if not colon:
        return "", name
    namespace = namespaces.get(prefix) or DEFAULT_NAMESPACES.get(prefix)
    if namespace is not None and not local.startswith("//"):
        return namespace, local
    cut = max(name.rfind(sign) for sign in "#/:") + 1
    return name[:cut], name[cut:]
