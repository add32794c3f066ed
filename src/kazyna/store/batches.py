"""Batches, lots and orders of codes: rows that never change, on the registry's server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from kazyna.marking.units import Units, batch_number, runs_of
from kazyna.store.connection import Transaction

BATCHES = """
    SELECT batch, kind, participant_no, order_no, gtin, goods, template, key_id, issue_number,
           codes, country, made_on, code_values
    FROM marking_batches
    """


@dataclass(frozen=True)
class BatchRow:
    """One batch."""

    batch: int
    kind: str
    """`own`, `foreign` or `container`."""
    participant_no: int
    order_no: int | None
    gtin: int | None
    goods: str
    template: str
    key_id: str
    issue_number: int | None
    codes: int
    country: str
    made_on: date
    code_values: Mapping[str, str] = field(default_factory=dict)
    """What its codes say beside GTIN, serial, key and tail."""


@dataclass(frozen=True)
class LotRow:
    """One lot."""

    lot_no: int
    gtin: int
    lot: str
    participant_no: int
    produced_on: date | None
    expires_on: date | None


@dataclass(frozen=True)
class OrderRow:
    """One order and what became of it."""

    order_no: int
    participant_no: int
    document_id: str
    content_hash: bytes
    ordered_on: date
    units: int
    fee: int
    due_on: date
    cancelled_on: date | None
    released_on: date | None


ORDERS = """
    SELECT order_no, participant_no, document_id, content_hash, ordered_on, units, fee, due_on,
           cancelled_on, released_on
    FROM marking_orders LEFT JOIN marking_releases USING (order_no)
    """


def next_batch(tx: Transaction, *, bucket: int | None = None) -> int:
    """Return a number for a new batch, in a bucket or wherever its turn is."""
    sequence: int = tx.value("SELECT nextval('marking_batch_numbers')")
    # Neighbouring orders go to different buckets, and so to different servers.
    return batch_number(sequence, sequence % 4096 if bucket is None else bucket)


def next_issue_number(tx: Transaction, gtin: int) -> int:
    """Return a number for a batch whose serials are too short for the batch's own."""
    tx.value("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", (4_921_018, gtin))
    found: int = tx.value(
        "SELECT coalesce(max(issue_number) + 1, 0) FROM marking_batches WHERE gtin = %s", (gtin,)
    )
    return found


def insert_batch(tx: Transaction, row: BatchRow) -> None:
    """Enter a batch."""
    tx.execute(
        """
        INSERT INTO marking_batches (batch, kind, participant_no, order_no, gtin, goods, template,
                                     key_id, issue_number, codes, country, made_on, code_values)
        VALUES (%(batch)s, %(kind)s, %(participant_no)s, %(order_no)s, %(gtin)s, %(goods)s,
                %(template)s, %(key_id)s, %(issue_number)s, %(codes)s, %(country)s, %(made_on)s,
                %(code_values)s)
        """,
        vars(row) | {"code_values": Jsonb(dict(row.code_values))},
    )


def find_batches(tx: Transaction, batches: Sequence[int]) -> dict[int, BatchRow]:
    """Return batches by their numbers."""
    rows = tx.rows(
        BatchRow,
        BATCHES + "JOIN unnest(%s::bigint[]) AS batch USING (batch)",
        (list(batches),),
    )
    return {row.batch: row for row in rows}


def find_issued(
    tx: Transaction, issued: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], BatchRow]:
    """Return batches by product and the number from which their serials were made."""
    rows = tx.rows(
        BatchRow,
        BATCHES + "JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted (gtin, issue_number)"
        " USING (gtin, issue_number)",
        ([gtin for gtin, _ in issued], [number for _, number in issued]),
    )
    return {(row.gtin or 0, row.issue_number or 0): row for row in rows}


def batches_of_order(tx: Transaction, order_no: int) -> list[BatchRow]:
    """Return the batches of an order."""
    return tx.rows(
        BatchRow,
        BATCHES + "WHERE order_no = %s ORDER BY batch",
        (order_no,),
    )


def own_batches(tx: Transaction, *, until: date) -> list[BatchRow]:
    """Return the batches that were ordered up to a day."""
    return tx.rows(
        BatchRow,
        BATCHES + "WHERE kind = 'own' AND made_on <= %s ORDER BY batch",
        (until,),
    )


def take_lot(tx: Transaction, row: LotRow) -> LotRow:
    """Enter a lot, or return the one that is known; its `lot_no` is not looked at."""
    values = vars(row)
    tx.execute(
        """
        INSERT INTO marking_lots (gtin, lot, participant_no, produced_on, expires_on)
        VALUES (%(gtin)s, %(lot)s, %(participant_no)s, %(produced_on)s, %(expires_on)s)
        ON CONFLICT DO NOTHING
        """,
        values,
    )
    found = tx.row(
        LotRow,
        """
        SELECT lot_no, gtin, lot, participant_no, produced_on, expires_on FROM marking_lots
        WHERE gtin = %(gtin)s AND lot = %(lot)s AND participant_no = %(participant_no)s
        """,
        values,
    )
    if found is None:
        raise AssertionError("a lot that was entered is there")
    return found


def find_lots(tx: Transaction, numbers: Sequence[int]) -> dict[int, LotRow]:
    """Return lots by their numbers."""
    rows = tx.rows(
        LotRow,
        """
        SELECT lot_no, gtin, lot, participant_no, produced_on, expires_on
        FROM unnest(%s::integer[]) AS lot_no JOIN marking_lots USING (lot_no)
        """,
        (list(numbers),),
    )
    return {row.lot_no: row for row in rows}


def lots_called(tx: Transaction, gtin: int, lot: str) -> list[LotRow]:
    """Return the lots of a product that have a name: one a producer."""
    return tx.rows(
        LotRow,
        """
        SELECT lot_no, gtin, lot, participant_no, produced_on, expires_on FROM marking_lots
        WHERE gtin = %s AND lot = %s
        """,
        (gtin, lot),
    )


def insert_lot_ranges(tx: Transaction, units: Units, lots: NDArray[np.int32]) -> None:
    """Record where the units of lots are, in the order of their addresses."""
    starts = runs_of(units, lots)
    ends = np.append(starts[1:], len(units)) - 1
    tx.append(
        "marking_lot_ranges",
        pa.table(
            {
                "lot_no": lots[starts],
                "batch": units.batches[starts],
                "first_index": units.indices[starts],
                "last_index": units.indices[ends],
            }
        ),
    )


def lot_ranges(tx: Transaction, lots: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return where the units of lots may be: batch, first and last index."""
    rows = tx.connection.execute(
        """
        SELECT batch, first_index, last_index FROM marking_lot_ranges WHERE lot_no = ANY (%s)
        ORDER BY batch, first_index
        """,
        (list(lots),),
    )
    return [(int(batch), int(first), int(last)) for batch, first, last in rows]


def insert_order(tx: Transaction, values: dict[str, Any]) -> int:
    """Enter an order; return its number."""
    number: int = tx.value(
        """
        INSERT INTO marking_orders (participant_no, document_id, content_hash, ordered_on, units,
                                    fee, due_on)
        VALUES (%(participant_no)s, %(document_id)s, %(content_hash)s, %(ordered_on)s, %(units)s,
                %(fee)s, %(due_on)s)
        RETURNING order_no
        """,
        values,
    )
    return number


def charge_order(tx: Transaction, order_no: int, *, currency: str) -> None:
    """Charge what an order costs to the taxpayer's account."""
    tx.value("SELECT charge_marking_order(%s, %s)", (order_no, currency))


def fees_owed(tx: Transaction, participant_no: int) -> int:
    """Return what the participant's taxpayer still owes of fees, in minor units."""
    found: int = tx.value("SELECT marking_fees_owed(%s)", (participant_no,))
    return found


def find_order(tx: Transaction, order_no: int) -> OrderRow | None:
    """Return an order, or None."""
    return tx.row(OrderRow, ORDERS + "WHERE order_no = %s", (order_no,))


def order_by_document(tx: Transaction, participant_no: int, document_id: str) -> OrderRow | None:
    """Return the order that a document has made, or None."""
    return tx.row(
        OrderRow,
        ORDERS + "WHERE participant_no = %s AND document_id = %s",
        (participant_no, document_id),
    )


def orders(tx: Transaction, participant_no: int | None = None) -> list[OrderRow]:
    """Return orders, the latest first: of a participant, or all that the role may see."""
    return tx.rows(
        OrderRow,
        ORDERS
        + "WHERE %(number)s::integer IS NULL OR participant_no = %(number)s ORDER BY order_no DESC",
        {"number": participant_no},
    )


def release_order(tx: Transaction, order_no: int, *, on: date) -> None:
    """Record that the codes of an order are paid."""
    tx.execute(
        "INSERT INTO marking_releases (order_no, released_on) VALUES (%s, %s)", (order_no, on)
    )


def cancel_order(tx: Transaction, order_no: int, *, on: date) -> bool:
    """Record that an order is cancelled; false where it was before."""
    return bool(
        tx.execute(
            "UPDATE marking_orders SET cancelled_on = %s"
            " WHERE order_no = %s AND cancelled_on IS NULL",
            (on, order_no),
        )
    )
