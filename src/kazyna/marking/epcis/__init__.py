"""EPCIS 2.0 events: read, validate, write, name by their hash, query.

`read` takes a document in either syntax; `parse` leaves its events unvalidated for a capture that
takes the good ones (`sort_events`) and reports the others. `parse_query` checks a query;
`matches` and `select` evaluate it on events in memory, the store writes its conditions as SQL.
"""

from kazyna.marking.epcis.corrections import (
    Standing,
    declaration_findings,
    declares_error,
    event_key,
    standing,
)
from kazyna.marking.epcis.document import Document, Event
from kazyna.marking.epcis.event_hash import hash_id, pre_hash
from kazyna.marking.epcis.facts import (
    ExtensionFact,
    IdentifierFact,
    extension_facts,
    identifier_facts,
)
from kazyna.marking.epcis.limits import DEFAULT_LIMITS, Limits
from kazyna.marking.epcis.matching import Page, matches, select
from kazyna.marking.epcis.parse_query import parse_query
from kazyna.marking.epcis.query import Condition, Identifier, Query, with_descendants
from kazyna.marking.epcis.reading import parse, read
from kazyna.marking.epcis.validate import Sorted, event_findings, sort_events
from kazyna.marking.epcis.write import document_json, event_json, write_json, write_xml

__all__ = [
    "DEFAULT_LIMITS",
    "Condition",
    "Document",
    "Event",
    "ExtensionFact",
    "Identifier",
    "IdentifierFact",
    "Limits",
    "Page",
    "Query",
    "Sorted",
    "Standing",
    "declaration_findings",
    "declares_error",
    "document_json",
    "event_findings",
    "event_json",
    "event_key",
    "extension_facts",
    "hash_id",
    "identifier_facts",
    "matches",
    "parse",
    "parse_query",
    "pre_hash",
    "read",
    "select",
    "sort_events",
    "standing",
    "with_descendants",
    "write_json",
    "write_xml",
]
