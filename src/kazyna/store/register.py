"""Changes of the register: every fact says by which change it came in and by which it ended."""

from dataclasses import dataclass
from datetime import date, datetime

from kazyna.store.connection import Transaction

REGISTER_LOCK = 4_921_021
"""Changes are made one after the other, under an advisory lock of our own: whoever reads the
register up to a change then knows that no earlier one is still on its way."""


@dataclass(frozen=True)
class ChangeRow:
    """One change of the register."""

    change_no: int
    kind: str
    reason: str
    document: str
    recorded_on: date
    recorded_by: str
    recorded_at: datetime


def lock(tx: Transaction) -> None:
    """Keep everybody else from changing the register until the commit."""
    tx.value("SELECT pg_advisory_xact_lock(%s)", (REGISTER_LOCK,))


def open_change(tx: Transaction, *, kind: str, reason: str = "", document: str = "") -> int:
    """Begin a change of the register, alone; return its number."""
    lock(tx)
    number: int = tx.value(
        "INSERT INTO register_changes (kind, reason, document) VALUES (%s, %s, %s)"
        " RETURNING change_no",
        (kind, reason, document),
    )
    return number


def latest(tx: Transaction) -> int:
    """Return the number of the latest change; 0 where there is none."""
    number: int = tx.value("SELECT coalesce(max(change_no), 0) FROM register_changes")
    return number


def known_on(tx: Transaction, day: date) -> int:
    """Return the number of the last change that was recorded up to a day of the office."""
    number: int = tx.value(
        "SELECT coalesce(max(change_no), 0) FROM register_changes WHERE recorded_on <= %s", (day,)
    )
    return number


def changes_of_object(tx: Transaction, object_id: str) -> list[ChangeRow]:
    """Return the changes that touched an object or its holders, the latest first."""
    return tx.rows(
        ChangeRow,
        """
        SELECT change_no, kind, reason, document, recorded_on, recorded_by, recorded_at
        FROM register_changes WHERE change_no IN (
            SELECT known_from FROM object_facts WHERE object_id = %(object)s
            UNION SELECT known_to FROM object_facts WHERE object_id = %(object)s
            UNION SELECT known_from FROM holding_facts WHERE object_id = %(object)s
            UNION SELECT known_to FROM holding_facts WHERE object_id = %(object)s)
        ORDER BY change_no DESC
        """,
        {"object": object_id},
    )


def touched_since(tx: Transaction, change_no: int) -> set[str]:
    """Return the objects of which any fact came in or ended after a change."""
    found = tx.value(
        """
        SELECT array_agg(DISTINCT object_id) FROM (
            SELECT object_id FROM object_facts WHERE known_from > %(change)s
            UNION ALL SELECT object_id FROM object_facts WHERE known_to > %(change)s
            UNION ALL SELECT object_id FROM holding_facts WHERE known_from > %(change)s
            UNION ALL SELECT object_id FROM holding_facts WHERE known_to > %(change)s
            -- One relief more or less changes the rank of the others of the same person.
            UNION ALL SELECT held.object_id
            FROM relief_facts AS relief JOIN holding_facts AS held USING (taxpayer_id)
            WHERE relief.known_from > %(change)s OR relief.known_to > %(change)s
        ) AS touched
        """,
        {"change": change_no},
    )
    return set(found or ())
