"""The register of objections to values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import sql

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class ObjectionRow:
    """One objection as recorded."""

    objection_id: int
    round_id: int
    property_id: str
    taxpayer_id: str
    contested_value: Decimal
    claimed_value: Decimal
    kind: str
    grounds: str
    evidence: str
    filed_on: date
    answer_by: date
    filed_by: str
    status: str
    decided_value: Decimal | None


@dataclass(frozen=True)
class ObjectionEventRow:
    """One step of an objection."""

    to_status: str
    happened_on: date
    actor: str
    recorded_at: datetime
    note: str


OBJECTIONS = sql.SQL(
    """
    SELECT objection_id, round_id, property_id, taxpayer_id, contested_value, claimed_value, kind,
           grounds, evidence, filed_on, answer_by, filed_by, status, decided_value
    FROM objections
    """
)


def insert_objection(tx: Transaction, objection: dict[str, Any]) -> int | None:
    """Record an objection; None when one of the taxpayer to the same value is open.

    `objection` has round_id, property_id, taxpayer_id, contested_value, claimed_value, kind,
    grounds, evidence, filed_on and answer_by.
    """
    objection_id: int | None = tx.value(
        """
        INSERT INTO objections (round_id, property_id, taxpayer_id, contested_value, claimed_value,
                                kind, grounds, evidence, filed_on, answer_by)
        VALUES (%(round_id)s, %(property_id)s, %(taxpayer_id)s, %(contested_value)s,
                %(claimed_value)s, %(kind)s, %(grounds)s, %(evidence)s, %(filed_on)s,
                %(answer_by)s)
        ON CONFLICT (round_id, property_id, taxpayer_id)
            WHERE status IN ('filed', 'under_review') DO NOTHING
        RETURNING objection_id
        """,
        objection,
    )
    return objection_id


def insert_event(
    tx: Transaction,
    objection: ObjectionRow,
    *,
    to_status: str,
    on: date,
    note: str = "",
    decided_value: Decimal | None = None,
) -> None:
    """Record a step of an objection, from which its status follows."""
    tx.execute(
        """
        INSERT INTO objection_events
            (objection_id, from_status, to_status, happened_on, decided_value, note)
        VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (objection.objection_id, objection.status, to_status, on, decided_value, note),
    )


def find_objection(tx: Transaction, objection_id: int) -> ObjectionRow | None:
    """Return one objection that the role may see, or None."""
    return tx.row(ObjectionRow, OBJECTIONS + sql.SQL(" WHERE objection_id = %s"), (objection_id,))


def objections_of_round(tx: Transaction, round_id: int) -> list[ObjectionRow]:
    """Return the objections to a round that the role may see, the most urgent first."""
    where = sql.SQL(
        " WHERE round_id = %s"
        " ORDER BY status NOT IN ('filed', 'under_review'), answer_by, objection_id"
    )
    return tx.rows(ObjectionRow, OBJECTIONS + where, (round_id,))


def objections_of_property(tx: Transaction, property_id: str) -> list[ObjectionRow]:
    """Return the objections to a property's values that the role may see, the latest first."""
    where = sql.SQL(" WHERE property_id = %s ORDER BY objection_id DESC")
    return tx.rows(ObjectionRow, OBJECTIONS + where, (property_id,))


def objections_of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[ObjectionRow]:
    """Return the objections of a taxpayer that the role may see, the latest first."""
    where = sql.SQL(" WHERE taxpayer_id = %s ORDER BY objection_id DESC")
    return tx.rows(ObjectionRow, OBJECTIONS + where, (taxpayer_id,))


def events_of(tx: Transaction, objection_id: int) -> list[ObjectionEventRow]:
    """Return what happened to an objection after it was filed, in order."""
    return tx.rows(
        ObjectionEventRow,
        "SELECT to_status, happened_on, actor, recorded_at, note FROM objection_events"
        " WHERE objection_id = %s ORDER BY event_id",
        (objection_id,),
    )


def count_open(tx: Transaction, round_id: int) -> int:
    """Count the objections to a round that are not decided."""
    counted: int = tx.value(
        "SELECT count(*) FROM objections WHERE round_id = %s"
        " AND status IN ('filed', 'under_review')",
        (round_id,),
    )
    return counted


def holds(tx: Transaction, *, property_id: str, taxpayer_id: str, on: date) -> bool:
    """Tell whether a taxpayer holds a property on a day."""
    found: bool = tx.value(
        """
        SELECT EXISTS (SELECT FROM holdings WHERE property_id = %s AND taxpayer_id = %s
                       AND held_from <= %s AND (held_to IS NULL OR held_to > %s))
        """,
        (property_id, taxpayer_id, on, on),
    )
    return found
