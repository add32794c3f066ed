"""Whether events are as EPCIS 2.0 and CBV 2.0 want them; every mistake with the path of the value.

The schema of the type of event goes first; it is compiled code and costs microseconds. What no
schema can say follows only where it can matter: that a prefix is declared, that extensions are
not nested without end, that identifiers of the EPC schemes are well formed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs

from kazyna.core.errors import Finding, InputError
from kazyna.marking.epcis.document import (
    DEFAULT_NAMESPACES,
    EVENT_TYPES,
    Document,
    Event,
    Fields,
    expanded,
)
from kazyna.marking.epcis.schema import (
    ENVELOPE,
    Schema,
    envelope_validator,
    event_schema,
    event_validator,
)
from kazyna.marking.epcis.words import with_bare_words

DEPTH_MAX = 32
"""How deep an extension may be nested: no exchange needs more, and every reader is recursive."""

FINDINGS_MAX = 100
"""After so many mistakes in a document the rest is not told."""

DEFAULT_PREFIXES = DEFAULT_NAMESPACES.keys() | {"http", "https", "urn"}
"""What needs no declaration; a name that begins with one of the last three is a URI."""

LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sorted:
    """The events of a document, the valid ones apart from the mistakes in the others."""

    valid: tuple[Event, ...]
    """With standard values as bare words, in the order of the document."""
    positions: tuple[int, ...]
    """Where each valid event stood in the document, from 0."""
    findings: tuple[Finding, ...]
    """Every mistake in the others, up to `FINDINGS_MAX`; `column` is the path of the value, such
    as `eventList[3].bizStep`."""


def sort_events(events: Iterable[Event], source: str) -> Sorted:
    """Part the valid events of a document from the others.

    Parameters
    ----------
    events
        Events as `parse_json` or `parse_xml` give them.
    source
        The document's name, for the findings.
    """
    valid: list[Event] = []
    positions: list[int] = []
    found: list[Finding] = []
    for index, given in enumerate(events):
        event = given
        if not is_valid(event):
            # Most senders write bare words; only what does not pass as it stands is rewritten.
            event = replace(given, fields=with_bare_words(given.fields))
            if not is_valid(event):
                if len(found) < FINDINGS_MAX:
                    found += event_findings(event, source, f"eventList[{index}]")
                continue
        valid.append(event)
        positions.append(index)
    return Sorted(tuple(valid), tuple(positions), tuple(found[:FINDINGS_MAX]))


def validated(document: Document, source: str) -> Document:
    """Return a document of valid events with standard values as bare words.

    Raises
    ------
    InputError
        With every mistake that was found and the path of each.
    """
    events = sort_events(document.events, source)
    findings = (*envelope_findings(document, source), *events.findings)
    if findings:
        raise InputError(findings)
    return replace(document, events=events.valid)


def envelope_findings(document: Document, source: str) -> tuple[Finding, ...]:
    """Return every mistake in what stands around the events of a document: its master data too."""
    envelope = {
        **document.envelope,
        **({} if document.created is None else {"creationDate": document.created}),
        **({"epcisHeader": document.header} if document.header else {}),
    }
    errors = envelope_validator().iter_errors(envelope)
    return tuple(dict.fromkeys(_finding(error, ENVELOPE, source, "") for error in errors))


def is_valid(event: Event) -> bool:
    """Tell whether an event is valid, without saying why not."""
    fields = event.fields
    kind = fields.get("type")
    if kind not in EVENT_TYPES or not event_validator(kind).is_valid(fields):
        return False
    return next(_beyond_schema(event), None) is None


def event_findings(event: Event, source: str, place: str = "") -> tuple[Finding, ...]:
    """Return every mistake in one event.

    Parameters
    ----------
    place
        The path of the event in its document, put before the paths inside it.
    """
    where = source if event.line is None else f"{source}:{event.line}"
    kind = event.fields.get("type")
    if kind not in EVENT_TYPES:
        reason = "the event has no type" if kind is None else f"{kind!r} is no type of event"
        expected = "one of " + ", ".join(EVENT_TYPES)
        return (Finding(where, reason, expected, column=_join(place, "type")),)
    schema = event_schema(kind)
    found = [
        _finding(error, schema, where, place)
        for error in event_validator(kind).iter_errors(event.fields)
    ]
    found += [
        Finding(where, reason, expected, column=_join(place, path))
        for path, reason, expected in _beyond_schema(event)
    ]
    return tuple(dict.fromkeys(found))


def _finding(
    error: jsonschema_rs.ValidationError, schema: Schema, source: str, place: str
) -> Finding:
    path = _join(place, path_of(error.instance_path))
    kind = error.kind.as_dict()
    name = error.kind.name
    if name == "additionalProperties":
        unknown = ", ".join(map(repr, kind["unexpected"]))
        return Finding(
            source,
            f"unknown member {unknown}",
            "members of the standard, or names with a prefix such as 'example:batch'",
            column=path,
        )
    if name == "required":
        return Finding(source, f"{kind['property']!r} is missing", "it", column=path)
    expected = _expected(error.schema_path, schema) or error.message
    return Finding(source, f"{_shown(error.instance)} stands here", expected, column=path)


def _expected(path: Iterable[str | int], schema: Schema) -> str | None:
    """Return the innermost title on the way to the part of the schema that failed."""
    node: Any = schema
    title: str | None = None
    for step in path:
        if isinstance(node, Mapping) and isinstance(node.get("title"), str):
            title = node["title"]
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
    return title


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004


def path_of(steps: Iterable[str | int]) -> str:
    """Write the way to a value: `sensorElementList[0].sensorReport[2].type`."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def _join(place: str, path: str) -> str:
    if not place or not path:
        return place or path or "the event"
    return place + path if path.startswith("[") else f"{place}.{path}"


Mistake = tuple[str, str, str]
"""Path, reason and what was expected."""


def _beyond_schema(event: Event) -> Iterator[Mistake]:
    for place, part in extended_parts(event.fields):
        for name, value in part.items():
            if ":" in name:
                path = _join(place, name) if place else name
                yield from _extension(path, name, value, event.namespaces, DEPTH_MAX)


def _extension(
    path: str, name: str, value: Any, namespaces: Mapping[str, str], levels: int
) -> Iterator[Mistake]:
    """Check the name of an extension and all that is nested in it."""
    prefix = name.partition(":")[0]
    if ":" in name and prefix not in namespaces and prefix not in DEFAULT_PREFIXES:
        yield path, f"the prefix {prefix!r} is not declared", "it in the @context"
    elif not LOCAL_NAME.fullmatch(expanded(name.lstrip("@#"), namespaces)[1]):
        yield path, f"{name!r} is no name that XML can write", "letters, digits, `_`, `-` and `.`"
    if not isinstance(value, dict | list):
        if isinstance(value, str) and NOT_IN_XML.search(value):
            yield path, "there is a control character in the text", "text that XML can write"
        return
    if name.startswith(("@", "#")):
        yield path, f"{name!r} holds more than one text", "a single value, as an attribute has"
        return
    if levels == 0:
        yield path, "the extension is nested too deeply", f"at most {DEPTH_MAX} levels"
        return
    nested = value.items() if isinstance(value, dict) else ((name, each) for each in value)
    for inner, below in nested:
        yield from _extension(path, inner, below, namespaces, levels - 1)


def extended_parts(fields: Fields) -> Iterator[tuple[str, Fields]]:
    """Yield each part of an event to which a user may have added, with its path."""
    yield "", fields
    for name in ("readPoint", "bizLocation", "errorDeclaration", "ilmd"):
        if isinstance(part := fields.get(name), dict) and (len(part) > 1 or name == "ilmd"):
            yield name, part
    sensors = fields.get("sensorElementList")
    for index, element in enumerate(sensors if isinstance(sensors, list) else ()):
        if isinstance(element, dict):
            yield from _sensor_parts(f"sensorElementList[{index}]", element)


def _sensor_parts(place: str, element: Fields) -> Iterator[tuple[str, Fields]]:
    yield place, element
    if isinstance(part := element.get("sensorMetadata"), dict):
        yield f"{place}.sensorMetadata", part
    reports = element.get("sensorReport")
    for number, report in enumerate(reports if isinstance(reports, list) else ()):
        if isinstance(report, dict):
            yield f"{place}.sensorReport[{number}]", report
