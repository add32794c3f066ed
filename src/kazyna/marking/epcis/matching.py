"""A checked query on events in memory: which match, in which order, on which page."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from operator import ge, gt, le, lt
from typing import Any

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.marking.epcis.document import Event, expanded
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.epcis.query import Condition, Identifier, Path, Query, Value

_ORDER = {"GT": gt, "GE": ge, "LT": lt, "LE": le}
_LEAST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """Some of the events that match."""

    events: tuple[Event, ...]
    next_token: str | None
    """Asks for the events after these; none where these are the last."""


def matches(event: Event, query: Query) -> bool:
    """Tell whether an event fulfils every condition of a query.

    Parameters
    ----------
    event
        A valid event with standard values as bare words.
    query
        `WD_` conditions must have been expanded by `with_descendants`; else they stand for the
        places they name alone.
    """
    return all(fulfils(event, condition) for condition in query.conditions)


def fulfils(event: Event, condition: Condition) -> bool:
    """Tell whether an event fulfils one condition."""
    found = _found(event, condition)
    if condition.comparison == "EXISTS":
        return next(found, None) is not None
    return any(_compares(value, condition) for value in found)


def _found(event: Event, condition: Condition) -> Iterator[Any]:
    for path in condition.paths:
        if condition.name is not None:
            for part in values_at(event.fields, path):
                if isinstance(part, dict):
                    yield from _named(part, condition, event.namespaces)
        elif condition.beside is not None:
            member, wanted = condition.beside
            for part in values_at(event.fields, path[:-1]):
                if isinstance(part, dict) and part.get(member) == wanted:
                    yield from values_at(part, path[-1:])
        else:
            yield from values_at(event.fields, path)


def values_at(part: Any, path: Path) -> Iterator[Any]:
    """Yield what stands at the end of a path, going through lists on the way."""
    if isinstance(part, list):
        for each in part:
            yield from values_at(each, path)
    elif not path:
        yield part
    elif isinstance(part, dict) and path[0] in part:
        yield from values_at(part[path[0]], path[1:])


def _named(
    part: Mapping[str, Any], condition: Condition, namespaces: Mapping[str, str]
) -> Iterator[Any]:
    """Yield the values of an extension, at the top level of a part or below it."""
    for name, value in part.items():
        if ":" not in name:
            continue
        if condition.inner:
            yield from _inner(value, condition.name, namespaces)
        elif expanded(name, namespaces) == condition.name:
            yield from flat(value)


def _inner(
    value: Any, wanted: tuple[str, str] | None, namespaces: Mapping[str, str]
) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _inner(each, wanted, namespaces)
    elif isinstance(value, dict):
        for name, below in value.items():
            if expanded(name, namespaces) == wanted:
                yield from flat(below)
            yield from _inner(below, wanted, namespaces)


def flat(value: Any) -> Iterator[Any]:
    """Yield the single values of a member, of a record with a text the text."""
    if isinstance(value, list):
        for each in value:
            yield from flat(each)
    elif isinstance(value, dict) and "#text" in value:
        yield value["#text"]
    else:
        yield value


def _compares(found: Any, condition: Condition) -> bool:
    if condition.comparison in _ORDER:
        compare: Callable[[Any, Any], bool] = _ORDER[condition.comparison]
        values = ((_like(found, each), each) for each in condition.values)
        return any(value is not None and compare(value, each) for value, each in values)
    if condition.kind == "identifier":
        return any(_is(str(found), each) for each in condition.values)
    return any(_equal(found, each) for each in condition.values)


def _is(found: str, wanted: Value) -> bool:
    if not isinstance(wanted, Identifier):
        return False
    canonical = canonical_identifier(found)
    return canonical == wanted.exact or any(
        found.startswith(each) or canonical.startswith(each) for each in wanted.prefixes
    )


def _equal(found: Any, wanted: Value) -> bool:
    if isinstance(found, bool):
        return wanted in (found, "true" if found else "false")
    if isinstance(found, int | float):
        return number_of_value(found) == (
            wanted if isinstance(wanted, Decimal) else number_of_value(wanted)
        )
    return bool(found == wanted)


def _like(found: Any, wanted: Value) -> Any:
    """Read a value as the kind of thing it is compared with; none where it is not one."""
    return moment_of(found) if isinstance(wanted, datetime) else number_of_value(found)


def number_of_value(value: Any) -> Decimal | None:
    """Read a value as a number; none where it is not one."""
    try:
        return None if isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def moment_of(value: Any) -> datetime | None:
    """Read a value as a moment with its offset; none where it is not one."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    try:
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def select(events: Iterable[Event], query: Query) -> Page:
    """Return one page of the events that match a query.

    Parameters
    ----------
    events
        All there are, in the order they were captured.
    query
        A checked query; `WD_` conditions expanded.

    Returns
    -------
    Page
        In the order asked for, else as captured.

    Raises
    ------
    Refused
        If more events match than maxEventCount allows.
    InputError
        If the page token is not one of this query.
    """
    found = [event for event in events if matches(event, query)]
    if query.count_max is not None and len(found) > query.count_max:
        raise Refused(f"{len(found)} events match; the query takes at most {query.count_max}.")
    if query.order_by is not None:
        # Stable: events of the same moment stay in the order they were captured.
        by = query.order_by
        found.sort(key=lambda event: order_key(event, by), reverse=query.descending)
    found = found[: query.count_limit]
    start: int = 0
    if query.page_token is not None:
        start = read_token(query, lambda given: isinstance(given, int) and given >= 0)
    end = start + query.per_page
    more = end < len(found)
    return Page(tuple(found[start:end]), write_token(query, end) if more else None)


def order_key(event: Event, order_by: Path) -> tuple[int, Any, str]:
    """Return what events are ordered by; those without the field are the least."""
    if len(order_by) == 1:
        return (1, moment_of(event.fields.get(order_by[0])) or _LEAST, "")
    namespace, local = order_by
    wanted = Condition("orderBy", "EQ", "any", ((),), (), name=(namespace, local))
    value = next(_found(event, wanted), None)
    number = number_of_value(value)
    if number is not None and number.is_finite():
        return (2, number, "")
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return (0, Decimal(0), "") if value is None else (1, _LEAST, text)


def write_token(query: Query, position: Any) -> str:
    """Write where the next page begins, as JSON has it; it holds for this query alone."""
    text = json.dumps([position, _digest(query)])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(query: Query, valid: Callable[[Any], bool]) -> Any:
    """Read where the page of a query begins.

    Parameters
    ----------
    query
        With the token.
    valid
        Tells whether a position can have been given for a page.

    Raises
    ------
    InputError
        If the token was not given for this query.
    """
    token = query.page_token or ""
    try:
        position, digest = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError):
        position, digest = None, ""
    if digest != _digest(query) or not valid(position):
        raise InputError(
            Finding(
                "query",
                f"{token!r} stands here",
                "the token of a page of this query",
                column="nextPageToken",
            )
        )
    return position


def _digest(query: Query) -> str:
    asked = {n: v for n, v in query.parameters.items() if n not in ("nextPageToken", "perPage")}
    return sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]
