"""Confirmations of doubtful values of the law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class ConfirmationRow:
    """One confirmation as it was recorded."""

    value_id: str
    content_hash: str
    document: str
    note: str
    confirmed_by: str
    confirmed_on: date


def insert(
    tx: Transaction, *, value_id: str, content_hash: str, document: str, note: str, on: date
) -> bool:
    """Record one confirmation; false where that content was confirmed before."""
    return bool(
        tx.execute(
            """
            INSERT INTO confirmations (value_id, content_hash, document, note, confirmed_on)
            VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
            """,
            (value_id, content_hash, document, note, on),
        )
    )


def found(tx: Transaction, hashes: Sequence[str]) -> dict[str, ConfirmationRow]:
    """Return the confirmations of these contents, by their hash."""
    rows = tx.rows(
        ConfirmationRow,
        """
        SELECT value_id, content_hash, document, note, confirmed_by, confirmed_on
        FROM confirmations WHERE content_hash = ANY(%s)
        """,
        (list(hashes),),
    )
    return {row.content_hash: row for row in rows}
