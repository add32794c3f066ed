"""Money that is to go back to whom it came from: who asked, who signed."""

from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class ReturnRow:
    """One request to send a payment back, in minor units."""

    return_id: int
    transaction_id: int
    amount: int
    payer: str
    payer_account: str
    reason: str
    requested_on: date
    requested_by: str
    decision: str | None
    note: str | None
    entry_id: int | None
    decided_on: date | None
    decided_by: str | None


RETURNS: LiteralString = """
    SELECT return_id, transaction_id, amount, payer, payer_account, reason, requested_on,
           bank_returns.requested_by, decision, note, entry_id,
           decided.decided_on, decided.decided_by
    FROM bank_returns JOIN bank_transactions USING (transaction_id)
    LEFT JOIN bank_return_decisions AS decided USING (return_id)
"""


def insert(tx: Transaction, transaction_id: int, reason: str) -> int:
    """Record a request; return its number."""
    number: int = tx.value(
        "INSERT INTO bank_returns (transaction_id, reason) VALUES (%s, %s) RETURNING return_id",
        (transaction_id, reason),
    )
    return number


def find(tx: Transaction, return_id: int) -> ReturnRow | None:
    """Return one request, or None."""
    return tx.row(ReturnRow, RETURNS + " WHERE return_id = %s", (return_id,))


def waiting(tx: Transaction, transaction_id: int) -> ReturnRow | None:
    """Return the request about a transaction that waits for a signature, or None."""
    return tx.row(
        ReturnRow, RETURNS + " WHERE transaction_id = %s AND decision IS NULL", (transaction_id,)
    )


def returns(tx: Transaction, *, limit: int) -> list[ReturnRow]:
    """Return the requests: those that wait first, then the latest."""
    order: LiteralString = " ORDER BY decision IS NOT NULL, return_id DESC LIMIT %s"
    return tx.rows(ReturnRow, RETURNS + order, (limit,))


def decide(
    tx: Transaction, row: ReturnRow, decision: str, *, note: str = "", entry_id: int | None = None
) -> None:
    """Record the second signature, under the actor's name."""
    tx.execute(
        "INSERT INTO bank_return_decisions (return_id, requested_by, decision, note, entry_id)"
        " VALUES (%s, %s, %s, %s, %s)",
        (row.return_id, row.requested_by, decision, note, entry_id),
    )
