"""What a store keeps of an event beside the event itself, so that queries find it by an index.

Every identifier in an event becomes a row under the number of its place, every value of a user's
own member another. The rows say the same as `matching` finds by walking through the event: a
query as SQL and a query in memory agree.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from kazyna.marking.epcis.document import Event, Fields, expanded
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.epcis.matching import flat, moment_of, number_of_value, values_at
from kazyna.marking.epcis.query import Path
from kazyna.marking.epcis.query_parameters import METADATA, REPORT

PLACES: Mapping[Path, int] = {
    ("epcList",): 1,
    ("childEPCs",): 2,
    ("parentID",): 3,
    ("inputEPCList",): 4,
    ("outputEPCList",): 5,
    ("quantityList", "epcClass"): 6,
    ("childQuantityList", "epcClass"): 7,
    ("inputQuantityList", "epcClass"): 8,
    ("outputQuantityList", "epcClass"): 9,
    ("bizTransactionList", "bizTransaction"): 10,
    ("sourceList", "source"): 11,
    ("destinationList", "destination"): 12,
    ("readPoint", "id"): 13,
    ("bizLocation", "id"): 14,
    ("transformationID",): 15,
    **{
        (*base, name): number
        for number, (base, name) in enumerate(
            [
                *((METADATA, n) for n in ("deviceID", "deviceMetadata", "rawData")),
                *((METADATA, n) for n in ("dataProcessingMethod", "bizRules")),
                *((REPORT, n) for n in ("deviceID", "deviceMetadata", "rawData")),
                *((REPORT, n) for n in ("dataProcessingMethod", "bizRules")),
                *((REPORT, n) for n in ("microorganism", "chemicalSubstance", "uriValue")),
            ],
            start=20,
        )
    },
}
"""Where identifiers stand, and the numbers under which a store keeps them: never change one."""

EPC_PLACES = (1, 2, 3, 4, 5)
"""Identifiers of single objects."""

EXTENSION_NUMBERS: Mapping[Path, int] = {
    (): 1,
    ("ilmd",): 2,
    ("readPoint",): 3,
    ("bizLocation",): 4,
    ("errorDeclaration",): 5,
    ("sensorElementList",): 6,
    METADATA: 7,
    REPORT: 8,
}
"""Where users' own members stand, and the numbers under which a store keeps them: never change
one."""

DIGITS_MAX = 1_000
"""Of a number in a user's own member, before and after the point; beyond it is a text alone."""

_PLAIN = tuple((path[0], number) for path, number in PLACES.items() if len(path) == 1)
_LISTED = tuple(
    (path[0], path[1], number)
    for path, number in PLACES.items()
    if len(path) == 2  # noqa: PLR2004 (list and member)
)
_SENSORS = tuple(
    (base, tuple((path[-1], number) for path, number in PLACES.items() if path[:-1] == base))
    for base in (METADATA, REPORT)
)


class IdentifierFact(NamedTuple):
    """One identifier of an event."""

    place: int
    """A number of `PLACES`."""
    identifier: str
    """In its canonical form."""
    written: str | None
    """As it is written in the event, where that differs."""
    kind: str | None
    """The type beside it, of a business transaction, source or destination."""


class ExtensionFact(NamedTuple):
    """One value of a user's own member."""

    place: int
    """A number of `EXTENSION_NUMBERS`."""
    inner: bool
    """Whether it stands below the top level of another."""
    namespace: str
    name: str
    text: str | None
    """The value, where it is a text or true or false."""
    number: Decimal | None
    """The value as a number, where it reads as one."""
    moment: datetime | None
    """The value as a moment, where it reads as one."""


def identifier_facts(event: Event) -> Iterator[IdentifierFact]:
    """Yield every identifier of a valid event that a query can ask for.

    Examples
    --------
    >>> from kazyna.marking.epcis.document import Event
    >>> [fact.identifier for fact in identifier_facts(Event({"parentID": "urn:x:1"}))]
    ['urn:x:1']
    """
    fields = event.fields
    for name, place in _PLAIN:
        for value in _each(fields.get(name, ())):
            yield _identifier(place, value)
    for name, member, place in _LISTED:
        for part in _each(fields.get(name, ())):
            if member in part:
                yield _identifier(place, part[member], part.get("type"))
    if METADATA[0] in fields:
        yield from _sensor_facts(fields)


def _sensor_facts(fields: Fields) -> Iterator[IdentifierFact]:
    for base, members in _SENSORS:
        for part in values_at(fields, base):
            for name, place in members:
                for value in values_at(part, (name,)):
                    yield _identifier(place, value)


def _each(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _identifier(place: int, value: Any, kind: str | None = None) -> IdentifierFact:
    written = str(value)
    canonical = canonical_identifier(written)
    return IdentifierFact(place, canonical, written if written != canonical else None, kind)


def extension_facts(event: Event) -> Iterator[ExtensionFact]:
    """Yield every value of a user's own members, wherever the standard lets them stand."""
    for path, place in EXTENSION_NUMBERS.items():
        if path and path[0] not in event.fields:
            continue
        for part in values_at(event.fields, path):
            if isinstance(part, dict):
                yield from _extensions(part, place, event.namespaces)


def _extensions(part: Fields, place: int, namespaces: Mapping[str, str]) -> Iterator[ExtensionFact]:
    for name, value in part.items():
        if ":" in name:
            yield from _facts(place, name, value, namespaces)
            yield from _inner(place, value, namespaces)


def _inner(place: int, value: Any, namespaces: Mapping[str, str]) -> Iterator[ExtensionFact]:
    if isinstance(value, list):
        for each in value:
            yield from _inner(place, each, namespaces)
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _facts(place, name, below, namespaces, inner=True)
            yield from _inner(place, below, namespaces)


def _facts(
    place: int, name: str, value: Any, namespaces: Mapping[str, str], *, inner: bool = False
) -> Iterator[ExtensionFact]:
    namespace, local = expanded(name, namespaces)
    for each in flat(value):
        text = {True: "true", False: "false"}[each] if isinstance(each, bool) else each
        yield ExtensionFact(
            place,
            inner,
            namespace,
            local,
            text if isinstance(text, str) else None,
            _bounded(number_of_value(each)),
            moment_of(each),
        )


def _bounded(number: Decimal | None) -> Decimal | None:
    if number is None or not number.is_finite():
        return None
    exponent = number.as_tuple().exponent
    small = isinstance(exponent, int) and exponent > -DIGITS_MAX and number.adjusted() < DIGITS_MAX
    return number if small else None
