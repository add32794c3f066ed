"""What captured events name (units, packages, products, lots), as lines of documents."""

import re
from collections.abc import Iterator

import pyarrow as pa

from kazyna.marking.epcis.document import expanded
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.lifecycle import Operation
from kazyna.services.epcis_rows import Captured
from kazyna.services.marking_documents import ID_MAX, lines_of

PRODUCT = re.compile(r"https://id\.gs1\.org/01/(\d{14})/21/.+")
PACKAGE = re.compile(r"https://id\.gs1\.org/00/(\d{18})")
CLASS = re.compile(r"https://id\.gs1\.org/01/(\d{14})(?:/10/([!-~]{1,20}))?")
CLASS_LISTS = ("quantityList", "childQuantityList")
OF_LOTS = frozenset({"hold", "free"})
"""Effects of which a whole lot may be the object."""
OWN_DOCUMENT = ("urn:kazyna:epcis:", "document")
"""The member by which an event names the document of which it was written."""


def document_id(event: Captured) -> str:
    """Return the id of the document of the operation that an event tells of."""
    return event.event_id if len(event.event_id) <= ID_MAX else event.hash_id


def own_document(event: Captured) -> str | None:
    """Return the id of the document of which an event was written, or None."""
    for name, value in event.event.fields.items():
        if ":" in name and expanded(name, event.event.namespaces) == OWN_DOCUMENT:
            return str(value)
    return None


def lines_in(event: Captured, operation: Operation) -> pa.Table:
    """Write the units that an event names as the lines of a document of an operation."""
    fields = event.event.fields
    if operation.effect == "unpack":
        return lines_of([fields["parentID"]])
    if operation.effect == "pack":
        children = fields.get("childEPCs", [])
        return lines_of(children, parent=[fields.get("parentID")] * len(children))
    if "epcList" not in fields and (document := own_document(event)) is not None:
        return lines_of([f"document:{document}"])
    lots = [f"lot:{gtin:014d}:{lot}" for gtin, lot in classes_of(event) if lot]
    return lines_of([*fields.get("epcList", []), *(lots if operation.effect in OF_LOTS else ())])


def classes_of(event: Captured) -> Iterator[tuple[int, str | None]]:
    """Yield the products, and lots of products, that an event names as classes."""
    for name in CLASS_LISTS:
        for part in event.event.fields.get(name, ()):
            if found := CLASS.fullmatch(canonical_identifier(part["epcClass"])):
                yield int(found[1]), found[2]


def gtin_of(name: str) -> int | None:
    """Return the product of a unit by its canonical name, or None."""
    found = PRODUCT.fullmatch(name)
    return None if found is None else int(found[1])


def epcs_of(event: Captured) -> Iterator[str]:
    """Yield the units and packages that an event names one by one."""
    fields = event.event.fields
    yield from fields.get("epcList", ())
    yield from fields.get("childEPCs", ())
    if "parentID" in fields:
        yield fields["parentID"]
