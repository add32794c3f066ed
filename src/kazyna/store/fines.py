"""Fines, and what was decided about them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class FineRow:
    """One fine as it stands, in minor units."""

    fine_id: int
    taxpayer_id: str
    taxpayer_name: str
    tax: str
    period: int
    offence: str
    law: str
    grounds: str
    amount: int
    standing: int | None
    """What it asks for now; None before it is imposed."""
    open: int
    """What is not paid of it."""
    status: str
    proposed_on: date
    proposed_by: str
    imposed_on: date | None
    imposed_by: str | None
    due_on: date | None
    object_until: date | None
    entry_id: int | None
    objection: str | None
    answer: str | None


FINES: LiteralString = """
    SELECT fine_id, taxpayer_id, name AS taxpayer_name, tax, period, offence, law, grounds, amount,
           standing, status, proposed_on, proposed_by, imposed_on, imposed_by, due_on, object_until,
           entry_id,
           least(coalesce(standing, 0), coalesce((
               SELECT sum(balance) FROM items
               WHERE account = 'receivable:' || tax || ':' || fines.taxpayer_id
                 AND items.period = fines.period AND bucket = 'penalty'
                 AND items.due_on = fines.due_on), 0))::bigint AS open,
           (SELECT reason FROM fine_events AS event
            WHERE event.fine_id = fines.fine_id AND to_status = 'objected') AS objection,
           (SELECT reason FROM fine_events AS event
            WHERE event.fine_id = fines.fine_id AND to_status NOT IN ('imposed', 'objected'))
               AS answer
    FROM fines JOIN taxpayers USING (taxpayer_id)
"""


def insert(tx: Transaction, fine: dict[str, Any]) -> int | None:
    """Record a proposal; None where the taxpayer is fined for the same already."""
    number: int | None = tx.value(
        """
        INSERT INTO fines (taxpayer_id, tax, period, offence, law, grounds, amount)
        VALUES (%(taxpayer_id)s, %(tax)s, %(period)s, %(offence)s, %(law)s, %(grounds)s,
                %(amount)s)
        ON CONFLICT (taxpayer_id, tax, period, offence)
            WHERE status NOT IN ('refused', 'cancelled') DO NOTHING
        RETURNING fine_id
        """,
        fine,
    )
    return number


def find(tx: Transaction, fine_id: int) -> FineRow | None:
    """Return one fine that the role may see, or None."""
    return tx.row(FineRow, FINES + " WHERE fine_id = %s", (fine_id,))


def fines(tx: Transaction, *, taxpayer_id: str | None, limit: int) -> list[FineRow]:
    """Return the fines that the role may see: what waits first, then the latest."""
    return tx.rows(
        FineRow,
        FINES + " WHERE %(who)s::text IS NULL OR taxpayer_id = %(who)s"
        " ORDER BY status NOT IN ('proposed', 'objected'), fine_id DESC LIMIT %(limit)s",
        {"who": taxpayer_id, "limit": limit},
    )


def move(tx: Transaction, fine_id: int, to_status: str, *, reason: str, **facts: Any) -> None:
    """Record a step; the database refuses one that is out of turn, or of the wrong person."""
    names = ("standing", "due_on", "object_until", "entry_id")
    tx.execute(
        "INSERT INTO fine_events (fine_id, to_status, reason, standing, due_on, object_until,"
        " entry_id) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (fine_id, to_status, reason, *(facts.get(name) for name in names)),
    )


def object_to(tx: Transaction, fine_id: int, grounds: str) -> None:
    """Record an objection under the rights of whoever objects."""
    tx.execute(
        "INSERT INTO fine_events (fine_id, to_status, reason) VALUES (%s, 'objected', %s)",
        (fine_id, grounds),
    )
