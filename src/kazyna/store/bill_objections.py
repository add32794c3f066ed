"""Objections to bills, and what was decided about them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class BillObjection:
    """An objection to a bill and what became of it."""

    objection_id: int
    reference: str
    tax: str
    year: int
    property_id: str
    taxpayer_id: str
    contested: Decimal
    """What the bill asked for."""
    claimed: Decimal
    """What the taxpayer says is owed."""
    grounds: str
    evidence: str
    status: str
    """`filed`, `upheld`, `partly_upheld`, `rejected` or `withdrawn`."""
    decided_amount: Decimal | None
    filed_on: date
    answer_by: date | None
    """None where the law gives the office no days."""
    filed_by: str
    reason: str | None


OBJECTIONS: LiteralString = """
    SELECT objection_id, reference, tax, year, property_id, objected.taxpayer_id, contested,
           claimed, grounds, evidence, objected.status, objected.decided_amount, filed_on,
           answer_by, filed_by,
           (SELECT reason FROM bill_objection_events AS event
            WHERE event.objection_id = objected.objection_id) AS reason
    FROM bill_objections AS objected JOIN bills USING (roll_id, bill_no)
    JOIN rolls USING (roll_id)
"""


def insert(tx: Transaction, objection: dict[str, Any]) -> int | None:
    """Record an objection; None when one to the bill is open."""
    number: int | None = tx.value(
        """
        INSERT INTO bill_objections (roll_id, bill_no, taxpayer_id, contested, claimed, grounds,
                                     evidence, answer_by)
        VALUES (%(roll_id)s, %(bill_no)s, %(taxpayer_id)s, %(contested)s, %(claimed)s, %(grounds)s,
                %(evidence)s, %(answer_by)s)
        ON CONFLICT (roll_id, bill_no) WHERE status = 'filed' DO NOTHING RETURNING objection_id
        """,
        objection,
    )
    return number


def find(tx: Transaction, objection_id: int) -> BillObjection | None:
    """Return one objection that the role may see, or None."""
    return tx.row(BillObjection, OBJECTIONS + " WHERE objection_id = %s", (objection_id,))


def objections(tx: Transaction, *, limit: int) -> list[BillObjection]:
    """Return the objections that the role may see, the most urgent first."""
    return tx.rows(
        BillObjection,
        OBJECTIONS + " ORDER BY objected.status <> 'filed', answer_by, objection_id LIMIT %s",
        (limit,),
    )


def decide(
    tx: Transaction, objection_id: int, *, to_status: str, amount: Decimal | None, reason: str
) -> None:
    """Record what was decided, or that the objection was taken back."""
    tx.execute(
        "INSERT INTO bill_objection_events (objection_id, to_status, decided_amount, reason)"
        " VALUES (%s, %s, %s, %s)",
        (objection_id, to_status, amount, reason),
    )
