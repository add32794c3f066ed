"""EPCIS 2.0 events: read, validate, write, name by their hash, query.

`read` takes a document in either syntax; `parse` leaves its events unvalidated for a capture that
takes the good ones (`sort_events`) and reports the others.
"""

from kazyna.marking.epcis.document import Document, Event
from kazyna.marking.epcis.event_hash import hash_id, pre_hash
from kazyna.marking.epcis.limits import DEFAULT_LIMITS, Limits
from kazyna.marking.epcis.reading import parse, read
from kazyna.marking.epcis.validate import Sorted, event_findings, sort_events
from kazyna.marking.epcis.write import document_json, event_json, write_json, write_xml

__all__ = [
    "DEFAULT_LIMITS",
    "Document",
    "Event",
    "Limits",
    "Sorted",
    "document_json",
    "event_findings",
    "event_json",
    "hash_id",
    "parse",
    "pre_hash",
    "read",
    "sort_events",
    "write_json",
    "write_xml",
]
