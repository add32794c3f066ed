"""Asking the repository of EPCIS events: by conditions, by identifier, by what there is to ask for.

Conditions are those of `kazyna.marking.epcis.parse_query`, run as SQL. A page begins behind the
last event of the one before it, so pages stay whole while others capture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from kazyna.core.errors import NotFound, Refused
from kazyna.marking.epcis import Event, Identifier, Query, parse_query, with_descendants
from kazyna.marking.epcis.matching import read_token, write_token
from kazyna.marking.epcis.query_parameters import PARAMETERS
from kazyna.services.context import Context
from kazyna.store import epcis_events, epcis_master_data
from kazyna.store.connection import Transaction
from kazyna.store.epcis_conditions import Where, where
from kazyna.store.epcis_events import ORDERS, EventRow

NUMBER_MAX = 2**63 - 1

SCHEMAS: Mapping[str, dict[str, str]] = {
    "text": {"type": "string"},
    "identifier": {"type": "string", "format": "uri"},
    "number": {"type": "number"},
    "time": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
}
"""What values of a parameter are, by the kind of what they are compared with."""

Position = tuple[int, str | None, int]
"""Of a page: events given before it, and the moment and number of the last of them."""


@dataclass(frozen=True)
class EventPage:
    """Events as they were captured, each with its eventID and the time of its record."""

    events: tuple[Event, ...]
    next_token: str | None = None
    """Asks for the events after these; none where these are the last."""


def query_events(
    ctx: Context, parameters: Mapping[str, Any], *, namespaces: Mapping[str, str] | None = None
) -> EventPage:
    """Return one page of the events that fulfil all parameters.

    Raises
    ------
    InputError
        With every parameter that is unknown or wrong, or for a token of another query.
    Refused
        If more events match than maxEventCount allows.
    """
    ctx.require("participant", "officer", "auditor")
    query = parse_query(parameters, namespaces=namespaces)
    with ctx.transaction() as tx:
        return _page(tx, query)


def events_recorded(
    ctx: Context, parameters: Mapping[str, Any], told: tuple[datetime, list[int]], *, limit: int
) -> list[EventRow]:
    """Return the events of a query that were recorded since a moment, in that order.

    Parameters
    ----------
    ctx
        Who asks.
    parameters
        Of the query; its order and the size of its pages do not count.
    told
        Since when, and the numbers of events to leave out.
    limit
        How many at most.
    """
    ctx.require("participant", "officer", "auditor")
    query = parse_query(parameters)
    with ctx.transaction() as tx:
        found = where(_with_places(tx, query))
        epcis_events.recorded_since(found, *told)
        return epcis_events.page(tx, found, "recorded_at", descending=False, limit=limit)


def known_parameters() -> dict[str, dict[str, Any]]:
    """Return the parameters with a fixed name, each with its JSON schema."""
    found: dict[str, dict[str, Any]] = {
        name: {"type": "string", "enum": list(parameter.choices)}
        if parameter.choices
        else dict(SCHEMAS[parameter.kind])
        for name, parameter in PARAMETERS.items()
    }
    return found | {
        "orderBy": {"type": "string"},
        "orderDirection": {"type": "string", "enum": ["ASC", "DESC"]},
        "eventCountLimit": {"type": "integer", "minimum": 1},
        "maxEventCount": {"type": "integer", "minimum": 1},
    }


def find_event(ctx: Context, event_id: str) -> tuple[Event, ...]:
    """Return an event and what was declared of it.

    Raises
    ------
    NotFound
        If there is no event of that identifier, or the caller may not see it.
    """
    ctx.require("participant", "officer", "auditor")
    with ctx.transaction() as tx:
        rows = epcis_events.find_by_id(tx, event_id)
    if not rows:
        raise NotFound(f"There is no event {event_id!r}.")
    return tuple(map(event_of, rows))


def event_of(row: EventRow) -> Event:
    """Read a recorded event; the time of its record is the repository's."""
    fields = orjson.loads(row.event)
    recorded = row.recorded_at.astimezone(UTC).isoformat(timespec="milliseconds")
    fields["recordTime"] = recorded.replace("+00:00", "Z")
    return Event(fields, orjson.loads(row.namespaces))


def _page(tx: Transaction, query: Query) -> EventPage:
    query = _with_places(tx, query)
    if query.count_max is not None:
        counted = epcis_events.count(tx, where(query), up_to=query.count_max + 1)
        if counted > query.count_max:
            raise Refused(f"More events match than maxEventCount allows: {query.count_max}.")
    given, moment, event_no = _position(query)
    limit = query.per_page
    if query.count_limit is not None:
        limit = max(min(limit, query.count_limit - given), 0)
    if query.order_by in ORDERS:
        rows = _by_column(tx, where(query), query, (moment, event_no), limit + 1)
    else:
        rows = epcis_events.page_by_extension(
            tx,
            where(query),
            _extension(query),
            descending=query.descending,
            limit=limit + 1,
            offset=given,
        )
    shown = rows[:limit]
    token = None
    reached = query.count_limit is not None and given + len(shown) >= query.count_limit
    if len(rows) > limit and not reached:
        token = write_token(query, (given + len(shown), *_place(query, shown[-1])))
    return EventPage(tuple(map(event_of, shown)), token)


def _by_column(
    tx: Transaction, found: Where, query: Query, last: tuple[str | None, int], limit: int
) -> list[EventRow]:
    column = ORDERS[query.order_by]
    if query.page_token is not None:
        epcis_events.after(found, column, last, descending=query.descending)
    return epcis_events.page(tx, found, column, descending=query.descending, limit=limit)


def _extension(query: Query) -> tuple[str, str]:
    namespace, name = query.order_by or ("", "")
    return namespace, name


def _place(query: Query, row: EventRow) -> tuple[str | None, int]:
    moments = {"eventTime": row.event_time, "recordTime": row.recorded_at}
    moment = moments.get((query.order_by or ("",))[0])
    return (moment.isoformat() if moment is not None else None, row.event_no)


def _position(query: Query) -> Position:
    if query.page_token is None:
        return 0, None, 0
    given, moment, event_no = read_token(query, _is_position)
    return given, moment, event_no


def _is_position(position: Any) -> bool:
    match position:
        case [int(given), moment, int(event_no)]:
            return 0 <= given < NUMBER_MAX and 0 <= event_no < NUMBER_MAX and _is_moment(moment)
    return False


def _is_moment(text: Any) -> bool:
    if text is None:
        return True
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except (ValueError, TypeError):
        return False


def _with_places(tx: Transaction, query: Query) -> Query:
    """Let conditions on places stand for all that lies in them, by the master data."""
    asked = [
        value.exact
        for condition in query.conditions
        if condition.descendants
        for value in condition.values
        if isinstance(value, Identifier) and value.exact is not None
    ]
    if not asked:
        return query
    rows = epcis_master_data.places_within(tx, asked)
    return with_descendants(query, {row.identifier: tuple(row.children) for row in rows})
