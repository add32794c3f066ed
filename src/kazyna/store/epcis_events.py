"""The repository of EPCIS events: events as they were captured, and what finds them again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
import pyarrow as pa
from psycopg import sql

from kazyna.store.connection import Transaction
from kazyna.store.epcis_conditions import Where

CAPTURED: LiteralString = (
    "event_no bigint NOT NULL DEFAULT nextval('epcis_event_numbers'), ordinal integer,"
    " event_id text, declares_error boolean, event_hash bytea, event_type text,"
    " event_time timestamptz, action text, biz_step text, disposition text, seen_by integer[],"
    " event jsonb, namespaces jsonb"
)
IDENTIFIERS: LiteralString = (
    "ordinal integer, place smallint, identifier text, written text, kind text"
)
EXTENSIONS: LiteralString = (
    "ordinal integer, place smallint, inside boolean, namespace text, name text, text text,"
    " number numeric, moment timestamptz"
)


@dataclass(frozen=True)
class EventRow:
    """One event as it was captured; texts hold JSON."""

    event_no: int
    recorded_at: datetime
    event_id: str
    event: str
    namespaces: str
    event_time: datetime


@dataclass(frozen=True)
class HashRow:
    """An event that was captured before, and what it says by its hash."""

    event_id: str
    declares_error: bool
    event_hash: bytes


@contextmanager
def staged(
    tx: Transaction, events: pa.Table, identifiers: pa.Table, extensions: pa.Table
) -> Iterator[None]:
    """Hold events and what finds them as temporary tables."""
    with (
        tx.staged("captured", CAPTURED, events),
        tx.staged("captured_identifiers", IDENTIFIERS, identifiers),
        tx.staged("captured_extensions", EXTENSIONS, extensions),
    ):
        yield


def hashes(tx: Transaction, participant_no: int | None, event_ids: list[str]) -> list[HashRow]:
    """Return what a participant has captured under identifiers, declarations of errors too."""
    return tx.rows(
        HashRow,
        "SELECT event_id, declares_error, event_hash FROM epcis_events"
        " WHERE event_id = ANY (%s) AND participant_no IS NOT DISTINCT FROM %s",
        (event_ids, participant_no),
    )


def insert_staged(tx: Transaction, *, participant_no: int | None, job_id: UUID | None) -> int:
    """Record the staged events and what finds them; return how many are new."""
    written = tx.execute(
        """
        INSERT INTO epcis_events (event_no, job_id, participant_no, seen_by, event_id,
                                  declares_error, event_hash, event_type, event_time, action,
                                  biz_step, disposition, event, namespaces)
        SELECT event_no, %s, %s, seen_by, event_id, declares_error, event_hash, event_type,
               event_time, action, biz_step, disposition, event, namespaces
        FROM captured ORDER BY ordinal
        ON CONFLICT DO NOTHING
        """,
        (job_id, participant_no),
    )
    # Joined with what was written, not with what was meant to be: another capture of the same
    # event may have come between.
    tx.execute(
        """
        INSERT INTO epcis_identifiers (event_no, participant_no, place, identifier, written, kind)
        SELECT event_no, %s, place, identifier, written, kind
        FROM captured_identifiers JOIN captured c USING (ordinal) JOIN epcis_events USING (event_no)
        """,
        (participant_no,),
    )
    tx.execute(
        """
        INSERT INTO epcis_extensions (event_no, participant_no, place, inside, namespace, name,
                                      text, number, moment)
        SELECT event_no, %s, place, inside, namespace, name, text, number, moment
        FROM captured_extensions JOIN captured c USING (ordinal) JOIN epcis_events USING (event_no)
        """,
        (participant_no,),
    )
    return written


def insert_few(
    tx: Transaction, rows: tuple[pa.Table, pa.Table, pa.Table], *, participant_no: int | None
) -> int:
    """Record some events and what finds them by one statement; return how many are new.

    Parameters
    ----------
    tx
        The transaction.
    rows
        Events, identifiers and extensions, as `staged` takes them.
    participant_no
        Whose events they are.
    """
    events, identifiers, extensions = (table.to_pylist() for table in rows)
    for event in events:
        event |= {"identifiers": [], "extensions": []}
    for name, facts in (("identifiers", identifiers), ("extensions", extensions)):
        for fact in facts:
            events[fact["ordinal"]][name].append(fact)
    written: int = tx.value(
        INSERT_FEW, {"participant_no": participant_no, "events": orjson.dumps(events).decode()}
    )
    return written


INSERT_FEW: LiteralString = """
    WITH given AS (
        SELECT nextval('epcis_event_numbers') AS event_no, event.*
        FROM json_to_recordset(%(events)s::json)
            AS event (event_id text, declares_error boolean, event_hash bytea, event_type text,
                      event_time timestamptz, action text, biz_step text, disposition text,
                      seen_by text, event text, namespaces text, identifiers json, extensions json)
    ), new AS (
        INSERT INTO epcis_events (event_no, participant_no, seen_by, event_id, declares_error,
                                  event_hash, event_type, event_time, action, biz_step,
                                  disposition, event, namespaces)
        SELECT event_no, %(participant_no)s, seen_by::integer[], event_id, declares_error,
               event_hash, event_type, event_time, action, biz_step, disposition, event::jsonb,
               namespaces::jsonb
        FROM given
        ON CONFLICT DO NOTHING
        RETURNING event_no
    ), named AS (
        INSERT INTO epcis_identifiers (event_no, participant_no, place, identifier, written, kind)
        SELECT event_no, %(participant_no)s, place, identifier, written, kind
        FROM new JOIN given USING (event_no), json_to_recordset(identifiers)
            AS fact (place smallint, identifier text, written text, kind text)
    ), extended AS (
        INSERT INTO epcis_extensions (event_no, participant_no, place, inside, namespace, name,
                                      text, number, moment)
        SELECT event_no, %(participant_no)s, place, inside, namespace, name, text, number, moment
        FROM new JOIN given USING (event_no), json_to_recordset(extensions)
            AS fact (place smallint, inside boolean, namespace text, name text, text text,
                     number numeric, moment timestamptz)
    )
    SELECT count(*) FROM new
    """


SELECTED = sql.SQL(
    "SELECT e.event_no, e.recorded_at, e.event_id, e.event::text AS event,"
    " e.namespaces::text AS namespaces, e.event_time FROM epcis_events e"
)
ORDERS: dict[tuple[str, ...] | None, LiteralString | None] = {
    None: None,
    ("eventTime",): "event_time",
    ("recordTime",): "recorded_at",
}
"""Orders that a column gives; any other is that of a user's own member."""


def find_by_id(tx: Transaction, event_id: str) -> list[EventRow]:
    """Return an event and its declarations that the role may see, in the order of capture."""
    where = sql.SQL(" WHERE e.event_id = %s ORDER BY e.event_no")
    return tx.rows(EventRow, SELECTED + where, (event_id,))


def after(found: Where, column: LiteralString | None, key: Any, *, descending: bool) -> None:
    """Add to the conditions that events come behind a moment and a number, in an order."""
    moment, event_no = key
    if column is None:
        found.add("e.event_no > {event_no}", event_no=event_no)
        return
    found.add(
        "(e.{column} {operator} {moment}::timestamptz"
        " OR (e.{column} = {moment}::timestamptz AND e.event_no > {event_no}))",
        column=sql.Identifier(column),
        operator=sql.SQL("<" if descending else ">"),
        moment=moment,
        event_no=event_no,
    )


def page(
    tx: Transaction, found: Where, column: LiteralString | None, *, descending: bool, limit: int
) -> list[EventRow]:
    """Return events that fulfil the conditions, in the order of a column or of their capture."""
    order: sql.SQL | sql.Composed = sql.SQL(" ORDER BY e.event_no")
    if column is not None:
        order = sql.SQL(" ORDER BY e.{} {}, e.event_no").format(
            sql.Identifier(column), sql.SQL("DESC" if descending else "ASC")
        )
    query = SELECTED + found.clause + order + found.filled(" LIMIT {limit}", limit=limit)
    return tx.rows(EventRow, query, found.values)


def recorded_since(found: Where, since: datetime, without: list[int]) -> None:
    """Add to the conditions that events were recorded since a moment, but for some."""
    found.add(
        "e.recorded_at >= {since} AND NOT e.event_no = ANY ({without})",
        since=since,
        without=without,
    )


def recorded_of(tx: Transaction, numbers: list[int], *, since: datetime) -> list[int]:
    """Return which of some events were recorded since a moment."""
    found = tx.value(
        "SELECT array_agg(event_no) FROM epcis_events"
        " WHERE event_no = ANY (%s) AND recorded_at >= %s",
        (numbers, since),
    )
    return list(found or ())


def page_by_extension(
    tx: Transaction,
    found: Where,
    name: tuple[str, str],
    *,
    descending: bool,
    limit: int,
    offset: int,
) -> list[EventRow]:
    """Return events in the order of a user's own member: nothing, then texts, then numbers."""
    query = SELECTED + found.filled(
        """
        LEFT JOIN LATERAL (
            SELECT x.number, x.text FROM epcis_extensions x
            WHERE x.event_no = e.event_no AND x.place = 1 AND NOT x.inside
              AND x.namespace = {namespace} AND x.name = {name}
            ORDER BY x.ctid LIMIT 1
        ) own ON true
        """,
        namespace=name[0],
        name=name[1],
    )
    order = """
        ORDER BY CASE WHEN own.number IS NOT NULL THEN 2 WHEN own.text IS NOT NULL THEN 1 ELSE 0
                 END {way}, coalesce(own.number, 0) {way},
                 CASE WHEN own.number IS NULL THEN coalesce(own.text, '') ELSE '' END
                 COLLATE "C" {way}, e.event_no
        LIMIT {limit} OFFSET {offset}
    """
    way = sql.SQL("DESC" if descending else "ASC")
    query += found.clause + found.filled(order, way=way, limit=limit, offset=offset)
    return tx.rows(EventRow, query, found.values)


def count(tx: Transaction, found: Where, *, up_to: int) -> int:
    """Count the events that fulfil the conditions, and stop at a number."""
    counting = sql.SQL("SELECT count(*) FROM (SELECT FROM epcis_events e")
    query = counting + found.clause + found.filled(" LIMIT {up_to}) found", up_to=up_to)
    counted: int = tx.value(query, found.values)
    return counted


def values_of(tx: Transaction, column: LiteralString, *, behind: str, limit: int) -> list[str]:
    """Return the values that a column of events has, in their order, behind one of them."""
    # Looks up each next value by itself: there are few values and many events.
    query = sql.SQL(
        """
        WITH RECURSIVE found AS (
            (SELECT e.{column} AS value FROM epcis_events e WHERE e.{column} > %(behind)s
             ORDER BY 1 LIMIT 1)
            UNION ALL
            SELECT (SELECT e.{column} FROM epcis_events e WHERE e.{column} > found.value
                    ORDER BY 1 LIMIT 1)
            FROM found WHERE found.value IS NOT NULL
        )
        SELECT array_agg(value) FROM (
            SELECT value FROM found WHERE value IS NOT NULL LIMIT %(limit)s
        ) values
        """
    ).format(column=sql.Identifier(column))
    return list(tx.value(query, {"behind": behind, "limit": limit}) or ())


def identifiers_of(
    tx: Transaction, places: tuple[int, ...], *, behind: str, limit: int
) -> list[str]:
    """Return the identifiers that stand at places of events, in their order, behind one of them."""
    query = """
        WITH RECURSIVE found AS (
            (SELECT i.identifier AS value FROM epcis_identifiers i
             WHERE i.identifier > %(behind)s AND i.place = ANY (%(places)s)
             ORDER BY i.identifier LIMIT 1)
            UNION ALL
            SELECT (SELECT i.identifier FROM epcis_identifiers i
                    WHERE i.identifier > found.value AND i.place = ANY (%(places)s)
                    ORDER BY i.identifier LIMIT 1)
            FROM found WHERE found.value IS NOT NULL
        )
        SELECT array_agg(value) FROM (
            SELECT value FROM found WHERE value IS NOT NULL LIMIT %(limit)s
        ) values
    """
    given = {"behind": behind, "places": list(places), "limit": limit}
    return list(tx.value(query, given) or ())


def has_value(tx: Transaction, column: LiteralString, value: str) -> bool:
    """Tell whether a column of any event has a value."""
    query = sql.SQL("SELECT EXISTS (SELECT FROM epcis_events WHERE {} = %s)")
    found: bool = tx.value(query.format(sql.Identifier(column)), (value,))
    return found


def has_identifier(tx: Transaction, identifier: str, places: tuple[int, ...]) -> bool:
    """Tell whether an identifier stands at one of the places of any event."""
    found: bool = tx.value(
        "SELECT EXISTS (SELECT FROM epcis_identifiers WHERE identifier = %s AND place = ANY (%s))",
        (identifier, list(places)),
    )
    return found
