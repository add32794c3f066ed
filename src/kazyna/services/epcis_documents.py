"""Events as they leave the repository: EPCIS query documents in JSON-LD or XML 2.0."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from kazyna.marking.epcis import Document, Event, write_json, write_xml
from kazyna.marking.epcis.facts import PLACES
from kazyna.marking.epcis.identifiers import digital_link

Form = Literal["json", "xml"]
EpcFormat = Literal["Always_GS1_Digital_Link", "Never_Translates"]
WordFormat = Literal["Always_URN", "Always_Web_URI"]


UNNAMED = "SimpleEventQuery"
"""What a query is called that was not saved: XML wants a name."""


@dataclass(frozen=True)
class Wanted:
    """How the caller wants to have events."""

    form: Form = "json"
    epcs: EpcFormat = "Never_Translates"
    words: WordFormat = "Always_URN"
    """Of XML: how values of the CBV are written."""


def query_document(
    events: Sequence[Event],
    wanted: Wanted,
    *,
    query_name: str | None = None,
    subscription_id: str | None = None,
) -> bytes:
    """Write events as the result of a query."""
    named = {"queryName": query_name or UNNAMED, "subscriptionID": subscription_id}
    document = Document(
        events=tuple(_with_links(event) for event in events)
        if wanted.epcs == "Always_GS1_Digital_Link"
        else tuple(events),
        kind="EPCISQueryDocument",
        created=_written_at(),
        envelope={name: value for name, value in named.items() if value is not None},
    )
    if wanted.form == "json":
        return write_json(document)
    return write_xml(document, web_uris=wanted.words == "Always_Web_URI")


def _written_at() -> str:
    # The moment of writing is what the standard asks for; nothing is decided by it.
    now = datetime.now(UTC)  # noqa: TID251
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _with_links(event: Event) -> Event:
    """Write the EPCs of an event as GS1 Digital Links; what has no such form stays."""
    fields = dict(event.fields)
    for path in PLACES:
        if path[0] in fields:
            fields[path[0]] = _linked(fields[path[0]], path[1:])
    return replace(event, fields=fields)


def _linked(part: Any, path: Sequence[str]) -> Any:
    if isinstance(part, list):
        return [_linked(each, path) for each in part]
    if not path:
        return (digital_link(part) or part) if isinstance(part, str) else part
    if isinstance(part, dict) and path[0] in part:
        return part | {path[0]: _linked(part[path[0]], path[1:])}
    return part
