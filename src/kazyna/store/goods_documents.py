"""One document of goods marking with its parties and its units, and where goods were reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from kazyna.marking.serials import INDEX_BITS
from kazyna.marking.units import NO_UNITS, Units, units_of
from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class SheetRow:
    """One document with the names of its parties."""

    document_no: int
    document_id: str
    kind: str
    happened_at: datetime
    recorded_at: datetime
    recorded_by: str
    participant_no: int | None
    participant: str | None
    counterparty_no: int | None
    counterparty: str | None
    facility: str | None
    attributes: Mapping[str, Any]
    lines: int
    units: int


@dataclass(frozen=True)
class GoodsRow:
    """Units of one product and lot in a document."""

    gtin: str
    product: str | None
    lot: str | None
    units: int
    paid: int | None
    """Of a sale, in minor units; None where no price is told."""


PLACES_MAX = 100_000


@dataclass(frozen=True)
class ReportedPlace:
    """A facility at which something was reported of neighbouring units, or of some of them."""

    batch: int
    first_index: int
    last_index: int
    indices: list[int] | None
    facility_no: int
    facility_id: str


def find_sheet(tx: Transaction, document_no: int) -> SheetRow | None:
    """Return a document that the role may see, or None."""
    return tx.row(
        SheetRow,
        """
        SELECT document_no, document_id, kind, happened_at, recorded_at, recorded_by,
               documents.participant_no, own.participant_id AS participant,
               documents.counterparty_no, other.participant_id AS counterparty,
               facility_id AS facility, attributes, lines, units
        FROM marking_documents AS documents
        LEFT JOIN participants AS own ON own.participant_no = documents.participant_no
        LEFT JOIN participants AS other ON other.participant_no = documents.counterparty_no
        LEFT JOIN facilities ON facilities.facility_no = documents.facility_no
        WHERE document_no = %s
        """,
        (document_no,),
    )


def document_number(tx: Transaction, owner: str, document_id: str) -> int | None:
    """Return the number of a document by its id and a number of its participant or taxpayer."""
    found: int | None = tx.value(
        """
        SELECT max(document_no) FROM marking_documents JOIN participants USING (participant_no)
        WHERE document_id = %(id)s AND %(owner)s IN (participant_id, taxpayer_id)
        """,
        {"id": document_id, "owner": owner},
    )
    return found


def goods_of(tx: Transaction, document_no: int) -> list[GoodsRow]:
    """Return the units of a document by product and lot; packages are not among them."""
    return tx.rows(
        GoodsRow,
        """
        SELECT lpad(events.gtin::text, 14, '0') AS gtin, products.name AS product, lot,
               sum(events.units)::bigint AS units, sum(events.units * price)::bigint AS paid
        FROM marking_events AS events
        LEFT JOIN marking_lots USING (lot_no)
        LEFT JOIN products_now AS products ON products.gtin = events.gtin
        WHERE document_no = %s AND events.gtin IS NOT NULL
        GROUP BY 1, 2, 3 ORDER BY 1, 3
        """,
        (document_no,),
    )


def units_by_number(tx: Transaction, document_nos: Sequence[int]) -> dict[int, Units]:
    """Return the units of documents that the role may see, in the order of their addresses."""
    rows = tx.connection.execute(
        """
        SELECT document_no, batch, first_index, last_index, indices FROM marking_events
        WHERE document_no = ANY (%s) ORDER BY document_no, line
        """,
        (list(document_nos),),
    )
    parts: dict[int, list[np.ndarray]] = {}
    for document_no, batch, first, last, indices in rows:
        which = np.arange(first, last + 1) if indices is None else np.array(indices)
        parts.setdefault(document_no, []).append((batch << INDEX_BITS) + which.astype(np.int64))
    return {number: units_of(np.sort(np.concatenate(keys))) for number, keys in parts.items()} | {
        number: NO_UNITS for number in document_nos if number not in parts
    }


def reported_places(tx: Transaction, batches: Sequence[int]) -> list[ReportedPlace]:
    """Return where the acting participant reported something of units, the earliest first.

    Of very many reports only the latest count.
    """
    rows = tx.rows(
        ReportedPlace,
        """
        SELECT batch, first_index, last_index, indices, facility_no, facility_id
        FROM marking_events JOIN facilities USING (facility_no)
        WHERE batch = ANY (%s) AND marking_events.participant_no = acting_participant()
        ORDER BY document_no DESC, line DESC LIMIT %s
        """,
        (list(batches), PLACES_MAX),
    )
    return rows[::-1]
