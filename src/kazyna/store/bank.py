"""What banks have reported: files and transactions, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyarrow as pa

from kazyna.accounts import Clue
from kazyna.store.connection import Transaction

BankStatus = Literal["matched", "suspense", "assigned", "returned", "outgoing"]

TRANSACTIONS = pa.schema(
    [
        ("file_id", pa.int64()),
        ("account", pa.string()),
        ("bank_ref", pa.string()),
        ("booked_on", pa.date32()),
        ("amount", pa.int64()),
        ("payer", pa.string()),
        ("payer_account", pa.string()),
        ("text", pa.string()),
        ("status", pa.string()),
        ("reference", pa.string()),
        ("tax", pa.string()),
        ("taxpayer_id", pa.string()),
    ]
)
"""Transactions of a file on their way into the register."""

IMPORTS_LOCK = 4_921_016
"""Files are imported one after the other, under an advisory lock of our own."""

CANDIDATES_MAX = 20
"""So many debts of the same amount are looked at; where there are more, the amount says nothing."""


@dataclass(frozen=True)
class FileRow:
    """One imported file."""

    file_id: int
    sha256: str
    name: str
    format: str
    statements: list[str]
    transactions: int
    pending: int
    repeated: int
    imported_on: date
    actor: str


@dataclass(frozen=True)
class TransactionRow:
    """One transaction of a bank, in minor units."""

    transaction_id: int
    file_id: int
    account: str
    bank_ref: str
    booked_on: date
    amount: int
    payer: str
    payer_account: str
    text: str
    status: BankStatus
    reference: str | None
    tax: str | None
    taxpayer_id: str | None
    decided_on: date | None
    decided_by: str | None
    undone: int
    """How often it was assigned and the assignment undone."""


@dataclass(frozen=True)
class KnownRow:
    """What stands already under a bank's number, in minor units."""

    account: str
    bank_ref: str
    booked_on: date
    amount: int


@dataclass(frozen=True)
class ClueRow:
    """What speaks for a debt as that of a payment."""

    account: str
    clue: Clue


@dataclass(frozen=True)
class StatusRow:
    """How many transactions stand in a state, and their sum in minor units."""

    status: BankStatus
    transactions: int
    amount: int


def find_file(tx: Transaction, sha256: str) -> FileRow | None:
    """Return the file with that content, or None."""
    return tx.row(
        FileRow,
        "SELECT file_id, sha256, name, format, statements, transactions, pending, repeated,"
        " imported_on, actor FROM bank_files WHERE sha256 = %s",
        (sha256,),
    )


def files(tx: Transaction, *, limit: int) -> list[FileRow]:
    """Return the files imported last."""
    return tx.rows(
        FileRow,
        "SELECT file_id, sha256, name, format, statements, transactions, pending, repeated,"
        " imported_on, actor FROM bank_files ORDER BY file_id DESC LIMIT %s",
        (limit,),
    )


def lock_imports(tx: Transaction) -> None:
    """Let no other import begin before the commit."""
    tx.execute("SELECT pg_advisory_xact_lock(%s)", (IMPORTS_LOCK,))


def insert_file(tx: Transaction, file: dict[str, object]) -> int:
    """Record a file; return its number."""
    number: int = tx.value(
        """
        INSERT INTO bank_files (sha256, name, format, statements, transactions, pending, repeated)
        VALUES (%(sha256)s, %(name)s, %(format)s, %(statements)s, %(transactions)s, %(pending)s,
                %(repeated)s)
        RETURNING file_id
        """,
        file,
    )
    return number


def insert_transactions(tx: Transaction, rows: pa.Table) -> int:
    """Record the transactions of a file: columns as `TRANSACTIONS`."""
    definition = (
        "file_id bigint, account text, bank_ref text, booked_on date, amount bigint, payer text,"
        " payer_account text, text text, status text, reference text, tax text, taxpayer_id text"
    )
    with tx.staged("arrived", definition, rows.select(TRANSACTIONS.names)):
        return tx.execute(
            """
            INSERT INTO bank_transactions (file_id, account, bank_ref, booked_on, amount, payer,
                payer_account, text, status, reference, tax, taxpayer_id)
            SELECT * FROM arrived
            """
        )


def known(tx: Transaction, references: Sequence[tuple[str, str]]) -> list[KnownRow]:
    """Return the transactions that stand already, by account and the bank's number."""
    accounts, numbers = zip(*references, strict=True) if references else ((), ())
    return tx.rows(
        KnownRow,
        """
        SELECT account, bank_ref, booked_on, amount
        FROM bank_transactions JOIN unnest(%s::text[], %s::text[]) AS asked (account, bank_ref)
        USING (account, bank_ref)
        """,
        (list(accounts), list(numbers)),
    )


def transactions(
    tx: Transaction, *, status: BankStatus | None, file_id: int | None, limit: int
) -> list[TransactionRow]:
    """Return transactions in a state or of a file, the oldest first."""
    return tx.rows(
        TransactionRow,
        """
        SELECT transaction_id, file_id, account, bank_ref, booked_on, amount, payer, payer_account,
               text, status, reference, tax, taxpayer_id, decided_on, decided_by,
               undone
        FROM bank_transactions
        WHERE status = coalesce(%(status)s, status) AND file_id = coalesce(%(file_id)s, file_id)
        ORDER BY booked_on, transaction_id LIMIT %(limit)s
        """,
        {"status": status, "file_id": file_id, "limit": limit},
    )


def lock_transaction(tx: Transaction, transaction_id: int) -> TransactionRow | None:
    """Return one transaction, held until the commit, or None."""
    return tx.row(
        TransactionRow,
        """
        SELECT transaction_id, file_id, account, bank_ref, booked_on, amount, payer, payer_account,
               text, status, reference, tax, taxpayer_id, decided_on, decided_by,
               undone
        FROM bank_transactions WHERE transaction_id = %s FOR UPDATE
        """,
        (transaction_id,),
    )


def assign(
    tx: Transaction, transaction_id: int, *, tax: str, taxpayer_id: str, reference: str | None
) -> None:
    """Record whose a transaction is, under the actor's name."""
    tx.execute(
        """
        UPDATE bank_transactions
        SET status = 'assigned', tax = %s, taxpayer_id = %s, reference = %s,
            decided_on = business_day(), decided_by = current_setting('kazyna.actor')
        WHERE transaction_id = %s
        """,
        (tax, taxpayer_id, reference, transaction_id),
    )


def unassign(tx: Transaction, transaction_id: int) -> None:
    """Let a transaction wait again, since its assignment was undone."""
    tx.execute(
        "UPDATE bank_transactions SET status = 'suspense', tax = NULL, taxpayer_id = NULL,"
        " reference = NULL, decided_on = NULL, decided_by = NULL, undone = undone + 1"
        " WHERE transaction_id = %s",
        (transaction_id,),
    )


def mark_returned(tx: Transaction, transaction_id: int) -> None:
    """Record that the money went back, under the actor's name."""
    tx.execute(
        "UPDATE bank_transactions SET status = 'returned', decided_on = business_day(),"
        " decided_by = current_setting('kazyna.actor') WHERE transaction_id = %s",
        (transaction_id,),
    )


def totals(tx: Transaction, *, file_id: int | None = None) -> list[StatusRow]:
    """Return how many transactions stand in each state, in all or of one file, and their sums."""
    return tx.rows(
        StatusRow,
        "SELECT status, count(*) AS transactions, sum(amount)::bigint AS amount"
        " FROM bank_transactions WHERE file_id = coalesce(%s, file_id)"
        " GROUP BY status ORDER BY status",
        (file_id,),
    )


def clues(
    tx: Transaction, *, references: Sequence[str], words: Sequence[str], payer: str, amount: int
) -> list[ClueRow]:
    """Return what speaks for which debts: references, numbers and names, and the amount itself."""
    return tx.rows(
        ClueRow,
        """
        SELECT DISTINCT 'receivable:' || tax || ':' || bills.taxpayer_id AS account,
               'reference_mended' AS clue
        FROM bills JOIN rolls USING (roll_id)
        WHERE reference = ANY (%(references)s) AND rolls.status = 'issued'
        UNION
        SELECT account, 'taxpayer_number' FROM accounts
        WHERE kind = 'receivable' AND taxpayer_id = ANY (%(words)s)
        UNION
        SELECT account, 'payer_name' FROM taxpayers JOIN accounts USING (taxpayer_id)
        WHERE kind = 'receivable' AND %(payer)s <> '' AND lower(name) = lower(%(payer)s)
        UNION
        SELECT account, 'exact_amount' FROM (
            SELECT account, count(*) OVER () AS alike FROM items
            WHERE balance = %(amount)s AND period IS NOT NULL LIMIT %(most)s + 1
        ) AS same WHERE alike <= %(most)s
        """,
        {
            "references": list(references),
            "words": list(words),
            "payer": payer,
            "amount": amount,
            "most": CANDIDATES_MAX,
        },
    )
