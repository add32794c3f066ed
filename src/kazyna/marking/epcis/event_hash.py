"""The event hash identifier of CBV: one name for one event, in whatever syntax it is written.

The event is written out as one canonical string (fields in a fixed order, lists sorted, times in
UTC to the millisecond, identifiers as Digital Links, standard words as Web URIs), and the SHA-256
of that string, in the form of RFC 6920, names the event.

Source: Core Business Vocabulary 2.0 section 8.9. Where the standard leaves room, the reference
implementation that its author publishes (RalphTro/epcis-event-hash-generator) and its examples
decide; CBV 2.1 is that draft's clearer rule for extensions and lists.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal

from kazyna.marking.epcis.document import Event, Fields, expanded, extensions
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.epcis.vocabulary import GS1_VOC, GS1_VOC_FORMS
from kazyna.marking.epcis.words import with_web_uris

Version = Literal["CBV2.0", "CBV2.1"]

COMMENT = ("http://www.w3.org/2000/01/rdf-schema#", "comment")
"""A remark to readers is not data."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_MILLISECOND = timedelta(milliseconds=1)

SENSOR_METADATA = (
    "time",
    "startTime",
    "endTime",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
)
SENSOR_REPORT = (
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
)
TIMES = frozenset(("eventTime", "time", "startTime", "endTime"))


@dataclass(frozen=True)
class _Writer:
    """What the parts of one event are written with."""

    namespaces: Mapping[str, str]
    inline: bool
    """CBV 2.1: extensions stay with their field; CBV 2.0: they follow at the end."""


def hash_id(event: Event, *, version: Version = "CBV2.0") -> str:
    """Return the event hash identifier of an event.

    Parameters
    ----------
    event
        A valid event with standard values as bare words.
    version
        CBV 2.0 is ratified and the default. The two differ for events with sensor data and with
        extensions inside `readPoint`, `bizLocation` and sensor elements.

    Returns
    -------
    str
        Such as `ni:///sha-256;6ae9…?ver=CBV2.0`.

    References
    ----------
    CBV 2.0 section 8.9; RFC 6920.
    """
    digest = sha256(pre_hash(event, version=version).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver={version}"


def pre_hash(event: Event, *, version: Version = "CBV2.0") -> str:
    """Return the canonical string of an event, of which the hash is taken.

    Parameters
    ----------
    event
        A valid event with standard values as bare words.
    version
        As for `hash_id`.
    """
    writer = _Writer(event.namespaces, inline=version == "CBV2.1")
    fields = with_web_uris(event.fields)
    ordered = "".join(write(writer, name, fields[name]) for name, write in ORDER if name in fields)
    own = {
        name: value
        for name, value in extensions(fields)
        if expanded(name, event.namespaces) != COMMENT
    }
    moved = "" if writer.inline else _moved(writer, fields)
    return f"eventType={event.type}{ordered}{moved}{_extension_text(writer, own)}"


def _value(_: _Writer, name: str, value: Any) -> str:
    return f"{name}={_canonical_time(value) if name in TIMES else canonical_value(value)}"


def _epcs(_: _Writer, name: str, values: list[Any]) -> str:
    parts = sorted(f"epc={canonical_value(value)}" for value in values)
    return name + "".join(parts) if parts else ""


def _quantities(writer: _Writer, name: str, items: list[Fields]) -> str:
    parts = sorted(
        "quantityElement" + _members(writer, item, ("epcClass", "quantity", "uom"))
        for item in items
    )
    return name + "".join(parts) if parts else ""


def _typed(writer: _Writer, name: str, items: list[Fields]) -> str:
    member = name.removesuffix("List")
    parts = sorted(_members(writer, item, ("type", member)) for item in items)
    return name + "".join(parts) if parts else ""


def _dispositions(_: _Writer, name: str, value: Fields) -> str:
    parts = (
        "".join(sorted(f"{each}={canonical_value(word)}" for word in value.get(each, ())))
        for each in ("set", "unset")
    )
    return name + "".join(parts)


def _place(writer: _Writer, name: str, value: Fields) -> str:
    return name + _members(writer, value, ("id",)) + _inline(writer, value)


def _sensors(writer: _Writer, name: str, elements: list[Fields]) -> str:
    parts = sorted("sensorElement" + _sensor(writer, element) for element in elements)
    return (name if writer.inline and parts else "") + "".join(parts)


def _sensor(writer: _Writer, element: Fields) -> str:
    text = ""
    if (metadata := element.get("sensorMetadata")) is not None:
        text += "sensorMetadata" + _members(writer, metadata, SENSOR_METADATA)
        text += _inline(writer, metadata)
    text += "".join(
        sorted(
            "sensorReport" + _members(writer, report, SENSOR_REPORT) + _inline(writer, report)
            for report in element.get("sensorReport", ())
        )
    )
    return text + _inline(writer, element)


def _members(writer: _Writer, part: Fields, names: Iterable[str]) -> str:
    return "".join(_value(writer, name, part[name]) for name in names if name in part)


def _master_data(writer: _Writer, name: str, value: Fields) -> str:
    return _named(name, _extension_text(writer, value))


ORDER: tuple[tuple[str, Callable[[_Writer, str, Any], str]], ...] = (
    ("eventTime", _value),
    ("eventTimeZoneOffset", _value),
    ("epcList", _epcs),
    ("parentID", _value),
    ("inputEPCList", _epcs),
    ("childEPCs", _epcs),
    ("quantityList", _quantities),
    ("childQuantityList", _quantities),
    ("inputQuantityList", _quantities),
    ("outputEPCList", _epcs),
    ("outputQuantityList", _quantities),
    ("action", _value),
    ("transformationID", _value),
    ("bizStep", _value),
    ("disposition", _value),
    ("persistentDisposition", _dispositions),
    ("readPoint", _place),
    ("bizLocation", _place),
    ("bizTransactionList", _typed),
    ("sourceList", _typed),
    ("destinationList", _typed),
    ("sensorElementList", _sensors),
    ("ilmd", _master_data),
)
"""The canonical order of fields; a user's own at event level follow.

What a capture adds or somebody later says of an event is no part of it: eventID, recordTime,
errorDeclaration, certificationInfo.
"""


def _inline(writer: _Writer, part: Fields) -> str:
    return _extension_text(writer, dict(extensions(part))) if writer.inline else ""


def _moved(writer: _Writer, fields: Fields) -> str:
    """Write the extensions inside standard fields, each after the name of its field."""
    text = ""
    for name in ("readPoint", "bizLocation"):
        text += _named(name, _extension_text(writer, dict(extensions(fields.get(name, {})))))
    elements = (_moved_sensor(writer, e) for e in fields.get("sensorElementList", ()))
    return text + "".join(sorted(f"sensorElement{each}" for each in elements if each))


def _moved_sensor(writer: _Writer, element: Fields) -> str:
    metadata = dict(extensions(element.get("sensorMetadata", {})))
    reports = (dict(extensions(report)) for report in element.get("sensorReport", ()))
    return (
        _named("sensorMetadata", _extension_text(writer, metadata))
        + "".join(sorted(_named("sensorReport", _extension_text(writer, own)) for own in reports))
        + _extension_text(writer, dict(extensions(element)))
    )


def _named(name: str, text: str) -> str:
    return name + text if text else ""


def _extension_text(writer: _Writer, own: Fields) -> str:
    return "".join(sorted(_extension_parts(writer, own)))


def _extension_parts(writer: _Writer, own: Fields) -> Iterable[str]:
    for name, value in own.items():
        if name == "#text":
            continue
        namespace, local = expanded(name.removeprefix("@"), writer.namespaces)
        key = f"{{{namespace}}}{local}" if namespace else local
        for each in _flat(value):
            yield key + _extension_value(writer, each)


def _flat(value: Any) -> Iterable[Any]:
    if not isinstance(value, list):
        yield value
        return
    for each in value:
        yield from _flat(each)


def _extension_value(writer: _Writer, value: Any) -> str:
    if isinstance(value, dict):
        text = canonical_value(value["#text"]) if "#text" in value else ""
        return (f"={text}" if text else "") + _extension_text(writer, value)
    text = "" if value is None else canonical_value(value)
    return f"={text}" if text else ""


def canonical_value(value: Any) -> str:
    """Write one value as the canonical string has it.

    Numbers without needless zeros, also those in texts; identifiers as canonical Digital Links;
    terms of the GS1 Web Vocabulary under its one address.

    Examples
    --------
    >>> canonical_value("26.0"), canonical_value(True)
    ('26', 'true')
    """
    if isinstance(value, str):
        return _canonical_text(value.strip())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return canonical_number(repr(value))
    return _canonical_text(str(value).strip())


@lru_cache(maxsize=65_536)
def _canonical_text(text: str) -> str:
    if text.startswith("urn:epc:"):
        return canonical_identifier(text)
    if _NUMBER.fullmatch(text):
        return canonical_number(text)
    for form in GS1_VOC_FORMS:
        if text.startswith(form):
            return GS1_VOC + text.removeprefix(form)
    return canonical_identifier(text)


def canonical_number(text: str) -> str:
    """Write a decimal number without an exponent, a plus sign or needless zeros."""
    number = f"{Decimal(text):f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return "0" if number in ("-0", "") else number


def _canonical_time(text: str) -> str:
    """Write a time in UTC to the millisecond, the fourth decimal rounded half up."""
    moment = datetime.fromisoformat(text.strip().upper()).astimezone(UTC)
    rest = timedelta(microseconds=moment.microsecond % 1000)
    moment += _MILLISECOND - rest if rest * 2 >= _MILLISECOND else -rest
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
