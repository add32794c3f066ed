"""Appeals from the decisions on objections to bills, and what the bodies decided."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class AppealRow:
    """An appeal to a body, and what became of it."""

    appeal_id: int
    objection_id: int
    reference: str
    tax: str
    year: int
    property_id: str
    taxpayer_id: str
    body: str
    law: str
    contested: Decimal
    """What the decision before has left."""
    claimed: Decimal
    grounds: str
    evidence: str
    status: str
    """`filed`, `upheld`, `partly_upheld`, `rejected` or `withdrawn`."""
    filed_on: date
    filed_by: str
    answer_by: date | None
    decided_amount: Decimal | None
    decided_on: date | None
    lowered: Decimal
    """Taken off the debt by the decision itself, beyond what the bill says."""
    document: str | None
    reason: str | None


APPEALS: LiteralString = """
    SELECT appeal_id, objection_id, reference, tax, year, property_id, objected.taxpayer_id, body,
           law, appeal.contested, appeal.claimed, appeal.grounds, appeal.evidence, appeal.status,
           appeal.filed_on, appeal.filed_by, appeal.answer_by, appeal.decided_amount,
           appeal.decided_on, appeal.lowered, event.document, event.reason
    FROM bill_appeals AS appeal JOIN bill_objections AS objected USING (objection_id)
    JOIN bills USING (roll_id, bill_no) JOIN rolls USING (roll_id)
    LEFT JOIN bill_appeal_events AS event USING (appeal_id)
"""


def insert(tx: Transaction, appeal: dict[str, Any]) -> int | None:
    """Record an appeal; None when one from the objection is open."""
    number: int | None = tx.value(
        """
        INSERT INTO bill_appeals (objection_id, body, law, contested, claimed, grounds, evidence,
                                  answer_by)
        VALUES (%(objection_id)s, %(body)s, %(law)s, %(contested)s, %(claimed)s, %(grounds)s,
                %(evidence)s, %(answer_by)s)
        ON CONFLICT (objection_id) WHERE status = 'filed' DO NOTHING RETURNING appeal_id
        """,
        appeal,
    )
    return number


def find(tx: Transaction, appeal_id: int) -> AppealRow | None:
    """Return one appeal that the role may see, or None."""
    return tx.row(AppealRow, APPEALS + " WHERE appeal_id = %s", (appeal_id,))


def of_objection(tx: Transaction, objection_id: int) -> list[AppealRow]:
    """Return the appeals from the decision on one objection, in their order."""
    return tx.rows(
        AppealRow, APPEALS + " WHERE objection_id = %s ORDER BY appeal_id", (objection_id,)
    )


def appeals(tx: Transaction, *, limit: int) -> list[AppealRow]:
    """Return the appeals that the role may see, those that wait first."""
    return tx.rows(
        AppealRow,
        APPEALS + " ORDER BY appeal.status <> 'filed', appeal.answer_by, appeal_id LIMIT %s",
        (limit,),
    )


def decided_on(tx: Transaction, objection_id: int) -> date | None:
    """Return the day on which the office decided an objection, or None."""
    found: date | None = tx.value(
        "SELECT happened_on FROM bill_objection_events WHERE objection_id = %s"
        " AND to_status <> 'withdrawn'",
        (objection_id,),
    )
    return found


def decide(tx: Transaction, decision: dict[str, Any]) -> None:
    """Record what a body decided."""
    tx.execute(
        """
        INSERT INTO bill_appeal_events (appeal_id, to_status, decided_amount, lowered, entry_id,
                                        decided_on, document, reason)
        VALUES (%(appeal_id)s, %(to_status)s, %(decided_amount)s, %(lowered)s, %(entry_id)s,
                %(decided_on)s, %(document)s, %(reason)s)
        """,
        decision,
    )


def withdraw(tx: Transaction, appeal_id: int, *, reason: str) -> None:
    """Record that an appeal was taken back."""
    tx.execute(
        "INSERT INTO bill_appeal_events (appeal_id, to_status, reason)"
        " VALUES (%s, 'withdrawn', %s)",
        (appeal_id, reason),
    )
