"""EPCIS 2.0 documents and bare events in JSON-LD, read into the one form.

The context is not fetched from anywhere: the terms of the standard are known, and from a sender's
own context only prefixes are taken, which is what the standard lets it add (EPCIS 2.0, 10.2).
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from kazyna.core.errors import Finding, InputError
from kazyna.marking.epcis.document import EVENT_TYPES, NAMESPACE, Document, Event, Fields
from kazyna.marking.epcis.limits import DEFAULT_LIMITS, Limits, check_count, check_size
from kazyna.marking.epcis.validate import validated

MAJOR_VERSION = "2"

PREFIX = re.compile(r"(?!xml)[A-Za-z_][\w.-]*", re.ASCII | re.IGNORECASE)


def read_json(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read an EPCIS document, a query result or one bare event, and validate its events.

    Parameters
    ----------
    data
        JSON-LD in UTF-8.
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
    return validated(parse_json(data, source, limits=limits), source)


def parse_json(data: bytes, source: str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Read a document as `read_json` does, but leave its events unvalidated.

    Raises
    ------
    InputError
        Where it is no JSON, no EPCIS document of version 2 and no event.
    """
    check_size(data, limits, source)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(Finding(source, f"{place}: {error.msg}", "JSON")) from None
    if not isinstance(document, dict):
        raise _mistake(source, "", f"a JSON {type(document).__name__} stands here", "an object")
    namespaces = _namespaces(document.get("@context"), source)
    kind = document.get("type")
    if kind in EVENT_TYPES:
        return Document((_event(document, {}, source, ""),))
    if kind not in ("EPCISDocument", "EPCISQueryDocument"):
        expected = "EPCISDocument, EPCISQueryDocument or a type of event"
        raise _mistake(source, "type", f"{kind!r} stands here", expected)
    version = str(document.get("schemaVersion", ""))
    if version.partition(".")[0] != MAJOR_VERSION:
        raise _mistake(source, "schemaVersion", f"version {version!r}", "2.0")
    listed, place, named = _listed(document, source)
    check_count(len(listed), limits, source)
    kept = ("id", "sender", "receiver", "instanceIdentifier")
    return Document(
        events=tuple(
            _event(fields, namespaces, source, f"{place}[{index}]")
            for index, fields in enumerate(listed)
        ),
        kind=kind,
        schema_version=version,
        created=document.get("creationDate"),
        header=_object(document.get("epcisHeader", {}), source, "epcisHeader"),
        envelope={name: document[name] for name in kept if name in document} | named,
        namespaces=namespaces,
    )


def _listed(document: Fields, source: str) -> tuple[list[Any], str, Fields]:
    """Find the events of a document: listed, alone, or as the results of a query."""
    body = _object(document.get("epcisBody"), source, "epcisBody")
    if "event" in body:
        return [body["event"]], "epcisBody.event", {}
    place = "epcisBody"
    named: Fields = {}
    if "queryResults" in body:
        results = _object(body["queryResults"], source, "epcisBody.queryResults")
        named = {n: results[n] for n in ("queryName", "subscriptionID") if n in results}
        place = "epcisBody.queryResults.resultsBody"
        body = _object(results.get("resultsBody"), source, place)
    listed = body.get("eventList", [])
    if not isinstance(listed, list) or ("eventList" not in body and place == "epcisBody"):
        raise _mistake(source, f"{place}.eventList", "there is no list of events", "one")
    return listed, f"{place}.eventList", named


def _event(fields: Any, namespaces: Mapping[str, str], source: str, place: str) -> Event:
    fields = dict(_object(fields, source, place or "the event"))
    if "@context" in fields:
        own = fields.pop("@context")
        namespaces = {**namespaces, **_namespaces(own, source)}
    return Event(fields, namespaces)


def _namespaces(context: Any, source: str) -> dict[str, str]:
    """Take the prefixes out of a context; links to other contexts are not followed."""
    parts = context if isinstance(context, list) else [context]
    found: dict[str, str] = {}
    for index, part in enumerate(parts):
        if part is None or isinstance(part, str):
            continue
        if not isinstance(part, dict):
            raise _mistake(source, f"@context[{index}]", f"{part!r}", "a URI or prefixes")
        for prefix, namespace in part.items():
            if isinstance(namespace, dict):
                namespace = namespace.get("@id")  # noqa: PLW2901 (the long form of the same)
            # A longer name defines a term; only what can stand before a colon is a prefix.
            if not isinstance(namespace, str) or not PREFIX.fullmatch(prefix):
                continue
            if not NAMESPACE.fullmatch(namespace):
                reason = f"{prefix!r} stands for {namespace!r}"
                raise _mistake(source, f"@context[{index}]", reason, "a URI")
            found[prefix] = namespace
    return found


def _object(value: Any, source: str, path: str) -> Fields:
    if not isinstance(value, dict):
        raise _mistake(source, path, f"{type(value).__name__} stands here", "an object")
    return value


def _mistake(source: str, path: str, reason: str, expected: str) -> InputError:
    return InputError(Finding(source, reason, expected, column=path or None))
