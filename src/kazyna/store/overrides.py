"""The register of values set by hand and of the second signatures under them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import sql

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class OverrideRow:
    """One value set by hand, with what became of it."""

    override_id: int
    round_id: int
    property_id: str
    model_value: Decimal
    previous_value: Decimal
    value: Decimal
    reason: str
    evidence: str
    objection_id: int | None
    proposed_by: str
    proposed_on: date
    decision: str | None
    decided_by: str | None
    decided_on: date | None
    note: str | None


OVERRIDES = sql.SQL(
    """
    SELECT overrides.override_id, overrides.round_id, overrides.property_id,
           model.value AS model_value, previous_value, overrides.value, reason, evidence,
           objection_id, overrides.proposed_by, proposed_on, decision, decided_by, decided_on, note
    FROM overrides
    JOIN values AS model
        ON model.round_id = overrides.round_id AND model.property_id = overrides.property_id
    LEFT JOIN override_decisions ON override_decisions.override_id = overrides.override_id
    """
)


def insert_override(tx: Transaction, proposal: dict[str, Any]) -> int:
    """Record a value set by hand, which does not count before its second signature.

    `proposal` has round_id, property_id, previous_value, value, reason, evidence, objection_id
    and proposed_on.
    """
    override_id: int = tx.value(
        """
        INSERT INTO overrides (round_id, property_id, previous_value, value, reason, evidence,
                               objection_id, proposed_on)
        VALUES (%(round_id)s, %(property_id)s, %(previous_value)s, %(value)s, %(reason)s,
                %(evidence)s, %(objection_id)s, %(proposed_on)s)
        RETURNING override_id
        """,
        proposal,
    )
    return override_id


def insert_decision(
    tx: Transaction, override: OverrideRow, *, decision: str, note: str, on: date
) -> bool:
    """Record the second signature or its refusal; false when somebody was faster."""
    return bool(
        tx.execute(
            """
            INSERT INTO override_decisions (override_id, proposed_by, decision, note, decided_on)
            VALUES (%s, %s, %s, %s, %s) ON CONFLICT (override_id) DO NOTHING
            """,
            (override.override_id, override.proposed_by, decision, note, on),
        )
    )


def find_override(tx: Transaction, override_id: int) -> OverrideRow | None:
    """Return one value set by hand, or None."""
    where = sql.SQL(" WHERE overrides.override_id = %s")
    return tx.row(OverrideRow, OVERRIDES + where, (override_id,))


def overrides_of_round(tx: Transaction, round_id: int) -> list[OverrideRow]:
    """Return the values set by hand in a round: first those that wait, then the latest."""
    where = sql.SQL(
        " WHERE overrides.round_id = %s ORDER BY decision IS NOT NULL, overrides.override_id DESC"
    )
    return tx.rows(OverrideRow, OVERRIDES + where, (round_id,))


def pending_of_property(tx: Transaction, round_id: int, property_id: str) -> int | None:
    """Return the value of a property that waits for its second signature, or None."""
    override_id: int | None = tx.value(
        """
        SELECT overrides.override_id FROM overrides
        LEFT JOIN override_decisions USING (override_id)
        WHERE round_id = %s AND property_id = %s AND decision IS NULL
        """,
        (round_id, property_id),
    )
    return override_id


def count_pending(tx: Transaction, round_id: int) -> int:
    """Count the values of a round that wait for their second signature."""
    counted: int = tx.value(
        """
        SELECT count(*) FROM overrides LEFT JOIN override_decisions USING (override_id)
        WHERE round_id = %s AND decision IS NULL
        """,
        (round_id,),
    )
    return counted
