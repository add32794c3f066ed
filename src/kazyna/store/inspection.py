"""What happened to one unit, and what the authority did, out of the log of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class EventRow:
    """One document that moved a unit."""

    document_no: int
    kind: str
    happened_at: datetime
    recorded_at: datetime
    participant: str | None
    counterparty: str | None
    facility: str | None
    document_id: str
    reason: str | None


def events_of(tx: Transaction, batch: int, index: int, *, limit: int) -> list[EventRow]:
    """Return what was done with a unit, the latest first."""
    return tx.rows(
        EventRow,
        """
        SELECT document_no, event.kind, event.happened_at, event.recorded_at,
               own.participant_id AS participant, other.participant_id AS counterparty,
               facility_id AS facility, document_id, event.reason
        FROM marking_events AS event
        JOIN marking_documents AS document USING (document_no)
        LEFT JOIN participants AS own ON own.participant_no = event.participant_no
        LEFT JOIN participants AS other ON other.participant_no = event.counterparty_no
        LEFT JOIN facilities ON facilities.facility_no = event.facility_no
        WHERE batch = %(batch)s AND %(index)s BETWEEN first_index AND last_index
          AND (indices IS NULL OR %(index)s = ANY (indices))
        ORDER BY document_no DESC LIMIT %(limit)s
        """,
        {"batch": batch, "index": index, "limit": limit},
    )


@dataclass(frozen=True)
class MeasureRow:
    """One document of the authority."""

    document_no: int
    kind: str
    happened_at: datetime
    recorded_by: str
    protocol: str | None
    units: int


def measures(tx: Transaction, kinds: Sequence[str], *, limit: int) -> list[MeasureRow]:
    """Return the authority's documents of some kinds, the latest first."""
    return tx.rows(
        MeasureRow,
        """
        SELECT document_no, kind, happened_at, recorded_by, attributes->>'protocol' AS protocol,
               units
        FROM marking_documents WHERE participant_no IS NULL AND kind = ANY (%s)
        ORDER BY document_no DESC LIMIT %s
        """,
        (list(kinds), limit),
    )
