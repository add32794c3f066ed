"""Documents of goods marking and the log of what each moved; both only grow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from psycopg import sql
from psycopg.types.json import Json

from kazyna.marking.units import Longs, Units, heads_of, runs_of, units_of
from kazyna.store.connection import Transaction

SCATTERED_MIN = 8
"""Where ranges of a batch are shorter on average, the units are listed by their indices."""
LISTED_MAX = 10_000
"""Indices of one row."""
NO_PRICE = -1


@dataclass(frozen=True)
class DocumentRow:
    """One document as recorded."""

    document_no: int
    participant_no: int | None
    document_id: str
    kind: str
    content_hash: bytes
    happened_at: datetime
    recorded_at: datetime
    recorded_by: str
    counterparty_no: int | None
    lines: int
    units: int
    event_hash: str | None


@dataclass(frozen=True)
class ProductMovement:
    """How many units of a product one kind of document moved."""

    gtin: int
    kind: str
    units: int


DOCUMENTS = """
    SELECT document_no, participant_no, document_id, kind, content_hash, happened_at, recorded_at,
           recorded_by, counterparty_no, lines, units, event_hash
    FROM marking_documents
    """

VARYING = (
    "document_no", "number", "happened_at", "gtin", "lot_no", "batch", "first_index", "last_index",
    "units", "indices", "parent_batch", "parent_index", "price",
)  # fmt: skip
"""The columns in which the rows of events differ."""

INSERT_EVENTS = """
    INSERT INTO marking_events
    SELECT %(recorded_at)s, document_no, number, %(kind)s, %(biz_step)s, %(disposition)s,
           happened_at, %(participant_no)s, %(facility_no)s, %(counterparty_no)s, gtin,
           lot_no, batch, first_index, last_index, units, indices::integer[], parent_batch,
           parent_index, %(reason)s, price
    FROM json_to_recordset(%(rows)s::json)
        AS made (document_no bigint, number integer, happened_at timestamptz, gtin bigint,
                 lot_no integer, batch bigint, first_index integer, last_index integer,
                 units integer, indices text, parent_batch bigint, parent_index integer,
                 price bigint)
    """


@dataclass(frozen=True)
class Moved:
    """The units of documents that were carried out together, in the order of their addresses."""

    units: Units
    gtins: Longs
    """0 for packages."""
    lots: NDArray[np.int32]
    parents: Longs
    """The package each is put into, or the unit in whose place it is put, as one number; or 0."""
    prices: Longs | None = None
    """Of a sale: what was paid for each, in minor units, or `NO_PRICE`."""
    documents: Longs | None = None
    """Which of the documents moved each, from 0; None where it was one."""

    def units_by_document(self, documents: int) -> list[int]:
        """Count the units of each document."""
        if self.documents is None:
            return [len(self.units)]
        counts: list[int] = np.bincount(self.documents, minlength=documents).tolist()
        return counts


def lock_document(tx: Transaction, participant_no: int | None, *document_ids: str) -> None:
    """Let one at a time take up the documents of a participant under one id."""
    tx.value(
        "SELECT count(pg_advisory_xact_lock(hashtextextended(id, %s))) FROM unnest(%s::text[]) id",
        (participant_no or 0, sorted(document_ids)),
    )


def find_document(
    tx: Transaction, participant_no: int | None, document_id: str
) -> DocumentRow | None:
    """Return the document of a participant under an id, or None."""
    return tx.row(
        DocumentRow,
        DOCUMENTS + "WHERE participant_no IS NOT DISTINCT FROM %s AND document_id = %s",
        (participant_no, document_id),
    )


def find_documents(
    tx: Transaction, participant_no: int | None, document_ids: Sequence[str]
) -> dict[str, DocumentRow]:
    """Return the documents of a participant by their ids; those that are not known are missing."""
    rows = tx.rows(
        DocumentRow,
        DOCUMENTS + "WHERE participant_no IS NOT DISTINCT FROM %s AND document_id = ANY (%s)",
        (participant_no, list(document_ids)),
    )
    return {row.document_id: row for row in rows}


def documents(
    tx: Transaction, *, kind: str | None = None, before: int | None = None, limit: int = 100
) -> list[DocumentRow]:
    """Return the latest documents that the role may see, or those before one of them."""
    return tx.rows(
        DocumentRow,
        DOCUMENTS
        + """
        WHERE (%(before)s::bigint IS NULL OR document_no < %(before)s)
          AND (%(kind)s::text IS NULL OR kind = %(kind)s)
        ORDER BY document_no DESC LIMIT %(limit)s
        """,
        {"before": before, "kind": kind, "limit": limit},
    )


def moved_by_product(tx: Transaction) -> list[ProductMovement]:
    """Count the units that the acting participant's own documents moved, by product and kind."""
    return tx.rows(
        ProductMovement,
        "SELECT gtin, kind, sum(units)::bigint AS units FROM marking_events"
        " WHERE participant_no = acting_participant() AND gtin IS NOT NULL"
        " GROUP BY gtin, kind ORDER BY gtin, kind",
    )


def units_moved(tx: Transaction, participant_no: int) -> dict[str, int]:
    """Count the units of a participant's own documents by their kind."""
    rows = tx.connection.execute(
        "SELECT kind, sum(units)::bigint FROM marking_documents WHERE participant_no = %s"
        " GROUP BY kind",
        (participant_no,),
    )
    return {str(kind): int(units) for kind, units in rows}


def insert_documents(
    tx: Transaction, shared: Mapping[str, Any], each: Sequence[Mapping[str, Any]]
) -> list[DocumentRow]:
    """Record documents of one participant and kind.

    Parameters
    ----------
    tx
        The transaction.
    shared
        What they have in common: participant, kind, facility, counterparty.
    each
        What each says of its own: id, hash, time, attributes, lines, units, event.
    """
    given = [
        {
            **values,
            "attributes": dict(values["attributes"]),
            "content_hash": "\\x" + values["content_hash"].hex(),
            "happened_at": values["happened_at"].isoformat(),
        }
        for values in each
    ]
    rows = tx.rows(
        DocumentRow,
        """
        INSERT INTO marking_documents (participant_no, document_id, kind, content_hash, happened_at,
            facility_no, counterparty_no, attributes, lines, units, event_hash, epcis)
        SELECT %(participant_no)s::integer, document_id, %(kind)s, content_hash, happened_at,
               %(facility_no)s::integer, %(counterparty_no)s::integer, attributes, lines, units,
               event_hash, epcis
        FROM ROWS FROM (
            json_to_recordset(%(given)s::json)
                AS (document_id text, content_hash bytea, happened_at timestamptz,
                    attributes jsonb, lines integer, units bigint, event_hash text, epcis jsonb)
            ) WITH ORDINALITY AS given (document_id, content_hash, happened_at, attributes, lines,
                                        units, event_hash, epcis, number)
        ORDER BY number
        RETURNING document_no, participant_no, document_id, kind, content_hash, happened_at,
                  recorded_at, recorded_by, counterparty_no, lines, units, event_hash
        """,
        {**shared, "given": Json(given)},
    )
    return sorted(rows, key=lambda row: row.document_no)


def insert_events(
    tx: Transaction,
    shared: Mapping[str, Any],
    documents: Sequence[DocumentRow],
    moved: Moved,
) -> int:
    """Write what documents moved into the log; return the number of rows.

    Parameters
    ----------
    tx
        The transaction.
    shared
        What all rows share beside the documents' own: step, disposition, facility, reason.
    documents
        Of one participant and kind, recorded in this transaction, in the order of `moved`.
    moved
        The units.
    """
    if not len(moved.units):
        return 0
    rows = _event_rows(moved, documents)
    first = documents[0]
    tx.value("SELECT open_event_month(%s)", (first.recorded_at.date(),))
    written = orjson.dumps([dict(zip(VARYING, row, strict=True)) for row in rows]).decode()
    common = {
        "recorded_at": first.recorded_at, "kind": first.kind,
        "participant_no": first.participant_no, "counterparty_no": first.counterparty_no,
    }  # fmt: skip
    tx.connection.execute(INSERT_EVENTS, {**shared, **common, "rows": written})
    return len(rows)


def units_of_document(
    tx: Transaction, participant_no: int | None, document_id: str
) -> tuple[list[tuple[int, int, int]], list[tuple[int, list[int]]]] | None:
    """Return the ranges and the scattered units of a document that the role may see.

    Returns
    -------
    tuple or None
        Batch, first and last index of ranges; batch and indices of scattered units. None where no
        document has the id.
    """
    rows = tx.connection.execute(
        """
        SELECT batch, first_index, last_index, indices FROM marking_documents
        JOIN marking_events USING (document_no)
        WHERE document_id = %(id)s
          AND (%(number)s::integer IS NULL OR marking_documents.participant_no = %(number)s
               OR marking_documents.counterparty_no = %(number)s)
          AND marking_events.recorded_at = marking_documents.recorded_at
        ORDER BY document_no, line
        """,
        {"id": document_id, "number": participant_no},
    ).fetchall()
    if not rows:
        return None
    ranges = [(batch, first, last) for batch, first, last, indices in rows if indices is None]
    listed = [(batch, indices) for batch, _, _, indices in rows if indices is not None]
    return ranges, listed


def _event_rows(moved: Moved, documents: Sequence[DocumentRow]) -> list[tuple[Any, ...]]:
    """Write units as ranges, or as lists where they are scattered."""
    size = len(moved.units)
    units, gtins = moved.units, moved.gtins
    prices = np.full(size, NO_PRICE) if moved.prices is None else moved.prices
    by = np.zeros(size, dtype=np.int64) if moved.documents is None else moved.documents
    shared: list[NDArray[Any]] = [by, moved.lots, moved.parents, prices]
    alike = all(len(heads_of(each)) <= 1 for each in shared)
    if not alike or (np.diff(units.keys) < 0).any():
        order = np.lexsort((units.keys, *shared[:0:-1], units.batches, by))
        units, gtins = units.take(order), gtins[order]
        shared = [each[order] for each in shared]
    starts = runs_of(units, *shared)
    ends = np.append(starts[1:], len(units))
    breaks = np.diff(units.batches[starts]) != 0
    for each in shared:
        breaks |= np.diff(each[starts]) != 0
    groups = np.flatnonzero(np.concatenate([[True], breaks]))
    by, lots, parents, prices = shared
    numbers = [0] * len(documents)
    rows: list[tuple[Any, ...]] = []
    for begin, end in zip(groups, np.append(groups[1:], len(starts)), strict=True):
        first, last = starts[begin], ends[end - 1]
        if (last - first) < SCATTERED_MIN * (end - begin) and end - begin > 1:
            spans = [
                (at, min(at + LISTED_MAX, last), True) for at in range(first, last, LISTED_MAX)
            ]
        else:
            spans = [(starts[run], ends[run], False) for run in range(begin, end)]
        for left, right, listed in spans:
            parent = units_of(parents[left : left + 1])
            document = documents[by[left]]
            numbers[by[left]] += 1
            rows.append(
                (
                    document.document_no,
                    numbers[by[left]],
                    document.happened_at,
                    int(gtins[left]) or None,
                    int(lots[left]) or None,
                    int(units.batches[left]),
                    int(units.indices[left]),
                    int(units.indices[right - 1]),
                    int(right - left),
                    _listed(units.indices[left:right]) if listed else None,
                    int(parent.batches[0]) or None,
                    int(parent.indices[0]) if parent.batches[0] else None,
                    None if prices[left] == NO_PRICE else int(prices[left]),
                )
            )
    return rows


def _listed(indices: NDArray[np.int32]) -> str:
    """Write indices as one array of PostgreSQL; several of unequal length are no parameter."""
    return "{" + ",".join(map(str, indices.tolist())) + "}"


EVENTS = pa.schema(
    [
        ("document_no", pa.int64()),
        ("document_id", pa.string()),
        ("line", pa.int32()),
        ("recorded_at", pa.timestamp("us", "UTC")),
        ("happened_at", pa.timestamp("us", "UTC")),
        ("kind", pa.string()),
        ("biz_step", pa.string()),
        ("disposition", pa.string()),
        ("participant_id", pa.string()),
        ("taxpayer_id", pa.string()),
        ("counterparty_id", pa.string()),
        ("facility_id", pa.string()),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
        ("gtin", pa.string()),
        ("goods", pa.string()),
        ("lot", pa.string()),
        ("expires_on", pa.date32()),
        ("batch", pa.int64()),
        ("first_index", pa.int32()),
        ("last_index", pa.int32()),
        ("units", pa.int32()),
        ("indices", pa.string()),
        ("parent_batch", pa.int64()),
        ("parent_index", pa.int32()),
        ("reason", pa.string()),
    ]
)
"""The log with its numbers as texts; `indices` is a JSON list where units are scattered."""


def event_table(
    tx: Transaction, *, since: datetime | None = None, until: datetime | None = None
) -> pa.Table:
    """Return the log between two times of recording; taxpayers are told to staff alone."""
    taxpayer = (
        "(SELECT taxpayer_id FROM participants"
        " WHERE participants.participant_no = event.participant_no)"
    )
    staff = tx.value("SELECT has_column_privilege('participants', 'taxpayer_id', 'SELECT')")
    query = sql.SQL(
        """
        SELECT event.document_no, document_id, line,
            to_char(event.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            to_char(event.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            event.kind, biz_step, disposition, party.participant_id, {}, other.participant_id,
            facility_id, place.lon, place.lat, lpad(event.gtin::text, 14, '0'), goods, lot,
            expires_on, event.batch, first_index, last_index, event.units,
            array_to_json(indices), parent_batch, parent_index, reason
        FROM marking_events AS event JOIN marking_documents USING (document_no)
        LEFT JOIN marking_batches USING (batch)
        LEFT JOIN marking_lots USING (lot_no)
        LEFT JOIN participants AS party ON party.participant_no = event.participant_no
        LEFT JOIN participants AS other ON other.participant_no = event.counterparty_no
        LEFT JOIN facilities_now AS place ON place.facility_no = event.facility_no
        WHERE (%(since)s::timestamptz IS NULL OR event.recorded_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR event.recorded_at < %(until)s)
        ORDER BY event.document_no, line
        """
    ).format(sql.SQL(taxpayer if staff else "NULL"))
    return tx.table(EVENTS, query, {"since": since, "until": until})
