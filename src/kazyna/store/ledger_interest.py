"""Penalty interest in the journal: what it is computed from, and how a run is posted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from kazyna.accounts import Bucket, EntryKind
from kazyna.store.connection import Transaction
from kazyna.store.ledger import SETS_LOCK, refusals

LINES_MAX = 30_000
"""Lines of one entry of a run: what its number of 16 bits holds, and a page of an audit file."""

STAGED = pa.schema(
    [
        ("debit", pa.int64()),
        ("credit", pa.int64()),
        ("amount", pa.int64()),
        ("chunk", pa.int32()),
        ("line", pa.int16()),
    ]
)
"""Interest on its way into the journal; a negative amount is taken back."""


@dataclass(frozen=True)
class RunRow:
    """One run of interest, in minor units."""

    run_id: int
    through: date
    last_entry: int
    debts: int
    charged: int
    replayed: int
    happened_on: date
    actor: str


@dataclass(frozen=True)
class HistoryRow:
    """What one entry did to one debt of an account, or to its taxpayer's credit."""

    account: str
    entry_id: int
    kind: EntryKind
    of_run: bool
    """Posted by a run of interest, not a fact of its own."""
    effective_on: date
    reverses: int | None
    period: int | None
    """With bucket, due day and place None: the taxpayer's credit was moved."""
    bucket: Bucket | None
    due_on: date | None
    place: str | None
    amount: int
    paid_for: str | None
    """Of a payment that quotes a bill: the account of that bill."""


@dataclass(frozen=True)
class ChargedRow:
    """What runs have charged on one debt of interest, in minor units."""

    account: str
    item_id: int
    period: int
    due_on: date
    place: str
    charged: int


def lock_runs(tx: Transaction) -> RunRow | None:
    """Let no other run begin before the commit; return the last one."""
    tx.execute("SELECT pg_advisory_xact_lock(%s)", (SETS_LOCK,))
    # The journal is joined whole; with the usual 4 MB it would go through the disk in pieces.
    tx.execute("SET LOCAL work_mem = '256MB'")
    return tx.row(
        RunRow,
        "SELECT run_id, through, last_entry, debts, charged, replayed, happened_on, actor"
        " FROM interest_runs ORDER BY run_id DESC LIMIT 1",
    )


def runs(tx: Transaction, *, limit: int) -> list[RunRow]:
    """Return the latest runs."""
    return tx.rows(
        RunRow,
        "SELECT run_id, through, last_entry, debts, charged, replayed, happened_on, actor"
        " FROM interest_runs ORDER BY run_id DESC LIMIT %s",
        (limit,),
    )


def insert_run(
    tx: Transaction, *, through: date, last_entry: int, debts: int, charged: int, replayed: int
) -> int:
    """Record a run; return its number."""
    number: int = tx.value(
        "INSERT INTO interest_runs (through, last_entry, debts, charged, replayed)"
        " VALUES (%s, %s, %s, %s, %s) RETURNING run_id",
        (through, last_entry, debts, charged, replayed),
    )
    return number


def open_items(tx: Transaction, through: date) -> int:
    """Give every debt of tax that is late on a day its debt of interest."""
    with refusals():
        opened: int = tx.value("SELECT open_interest_items(%s)", (through,))
    return opened


def accounts_to_replay(tx: Transaction, *, since: int) -> list[str]:
    """Return the accounts on which new facts may change what was charged before.

    These are the accounts that facts after an entry have lowered while a debt of theirs was late,
    after interest was charged, or by undoing an entry; and those with a debt that was suspended.
    """
    found = tx.value(
        """
        WITH fact AS (
            SELECT entry_id, effective_on, kind FROM entries
            WHERE entry_id > %(since)s AND idempotency_key NOT LIKE 'interest:%%'
        ), settled AS (
            SELECT account, max(effective_on) AS last_day, bool_or(kind = 'reversal') AS undone
            FROM fact JOIN postings USING (entry_id) JOIN items ON item_id = credit
            WHERE period IS NOT NULL GROUP BY account
            UNION ALL
            SELECT account, max(effective_on), true
            FROM fact JOIN postings USING (entry_id) JOIN items ON item_id = debit
            WHERE period IS NOT NULL AND kind = 'reversal' GROUP BY account
        ), late AS (
            SELECT account FROM fact JOIN postings USING (entry_id) JOIN items ON item_id = credit
            WHERE bucket = 'tax' AND due_on < effective_on
            UNION
            SELECT account FROM settled JOIN items USING (account)
            WHERE (bucket = 'tax' AND (undone OR (balance > 0 AND due_on < last_day)))
               OR charged > 0
            UNION
            -- What comes to light may say that a part was paid in time, and nothing fell due.
            SELECT account FROM settled JOIN items USING (account)
            JOIN postings ON debit = item_id JOIN entries USING (entry_id)
            WHERE kind = 'correction' AND idempotency_key LIKE 'interest:%%'
            UNION
            SELECT 'receivable:' || tax || ':' || taxpayer_id FROM suspensions
            WHERE interest_pauses
        ), prepaid AS (
            -- Money that found no debt when it came, and a bill that has one now.
            SELECT DISTINCT 'receivable:' || tax || ':' || bills.taxpayer_id AS account
            FROM fact JOIN postings USING (entry_id) JOIN items ON item_id = credit
            JOIN entries USING (entry_id)
            JOIN bills ON reference = entries.description JOIN rolls USING (roll_id)
            WHERE period IS NULL AND account LIKE 'credit:%%'
              AND entries.kind IN ('payment', 'transfer')
        )
        SELECT array_agg(account ORDER BY account)
        FROM (SELECT account FROM late UNION SELECT account FROM prepaid) AS found
        """,
        {"since": since},
    )
    return list(found or ())


def history(tx: Transaction, accounts: Sequence[str]) -> list[HistoryRow]:
    """Return what every entry did to receivable accounts and to the credit of their taxpayers."""
    return tx.rows(
        HistoryRow,
        """
        WITH own AS (
            SELECT account, item_id, period, bucket, due_on, place FROM items
            WHERE account = ANY (%(accounts)s)
            UNION ALL
            SELECT asked.account, items.item_id, NULL, NULL, NULL, NULL
            FROM accounts AS asked JOIN items ON items.account = 'credit:' || taxpayer_id
            WHERE asked.account = ANY (%(accounts)s)
        ), side AS (
            SELECT own.*, entry_id, amount FROM own JOIN postings ON debit = item_id
            UNION ALL
            SELECT own.*, entry_id, -amount FROM own JOIN postings ON credit = item_id
        )
        SELECT account, entry_id, kind, idempotency_key LIKE 'interest:%%' AS of_run, effective_on,
               reverses, period, bucket, due_on, place, sum(amount)::bigint AS amount,
               (SELECT 'receivable:' || tax || ':' || taxpayer_id
                FROM bills JOIN rolls USING (roll_id)
                WHERE reference = description AND period IS NULL) AS paid_for
        FROM side JOIN entries USING (entry_id)
        GROUP BY account, entry_id, idempotency_key, kind, effective_on, reverses, description,
                 period, bucket, due_on, place
        ORDER BY account, entry_id
        """,
        {"accounts": list(accounts)},
    )


def charged(tx: Transaction, accounts: Sequence[str]) -> list[ChargedRow]:
    """Return what runs have charged on the debts of interest of some accounts."""
    return tx.rows(
        ChargedRow,
        "SELECT account, item_id, period, due_on, place, charged FROM items"
        " WHERE account = ANY (%s) AND bucket = 'interest' AND charged IS NOT NULL",
        (list(accounts),),
    )


def receivables_of(tx: Transaction, taxpayer_id: str) -> list[str]:
    """Return the receivable accounts of a taxpayer."""
    found = tx.value(
        "SELECT array_agg(account ORDER BY account) FROM accounts"
        " WHERE taxpayer_id = %s AND kind = 'receivable'",
        (taxpayer_id,),
    )
    return list(found or ())


def insert_accrual(
    tx: Transaction, *, through: date, debts: int, accrued: int, entry_id: int | None
) -> int:
    """Record what has accrued; return its number."""
    number: int = tx.value(
        "INSERT INTO interest_accruals (through, debts, accrued, entry_id)"
        " VALUES (%s, %s, %s, %s) RETURNING accrual_id",
        (through, debts, accrued, entry_id),
    )
    return number


def next_accrual(tx: Transaction) -> int:
    """Return the number that the next accrual will have."""
    number: int = tx.value("SELECT coalesce(max(accrual_id), 0) + 1 FROM interest_accruals")
    return number


def open_accrued(tx: Transaction, account: str, revenue: str, *, tax: str) -> None:
    """Open the accounts of accrued interest on a tax and of its revenue, at need."""
    tx.execute(
        "INSERT INTO accounts (account, kind, tax, currency)"
        " SELECT name, kind, %(tax)s, (SELECT min(currency) FROM accounts WHERE tax = %(tax)s)"
        " FROM (VALUES (%(account)s, 'accrued'), (%(revenue)s, 'revenue')) AS wanted (name, kind)"
        " ON CONFLICT DO NOTHING",
        {"account": account, "revenue": revenue, "tax": tax},
    )


def accrued_through(tx: Transaction) -> date | None:
    """Return the last day through which interest has been accrued, or None."""
    day: date | None = tx.value(
        "SELECT through FROM interest_accruals ORDER BY accrual_id DESC LIMIT 1"
    )
    return day


def accrued(tx: Transaction) -> dict[str, int]:
    """Return the accrued interest that stands in the books, by tax, in minor units."""
    found = tx.value(
        """
        SELECT jsonb_object_agg(tax, amount) FROM (
            SELECT tax, (SELECT sum(amount) FROM movements
                         WHERE movements.item_id = items.item_id) AS amount
            FROM accounts JOIN items USING (account) WHERE kind = 'accrued'
        ) AS stands WHERE amount <> 0
        """
    )
    return {tax: int(amount) for tax, amount in (found or {}).items()}


def revenue_items(tx: Transaction, taxes: Iterable[str]) -> dict[str, int]:
    """Return the item of the revenue from interest of each tax, opened at need."""
    names = sorted(taxes)
    for tax in names:
        tx.execute(
            "INSERT INTO accounts (account, kind, tax, currency)"
            " SELECT %s, 'revenue', %s, min(currency) FROM accounts WHERE tax = %s"
            " ON CONFLICT DO NOTHING",
            (f"revenue:{tax}:interest", tax, tax),
        )
    return {tax: tx.value("SELECT interest_revenue_item(%s)", (tax,)) for tax in names}


def post(tx: Transaction, staged: pa.Table, *, key: str, through: date) -> int:
    """Charge staged interest, a debt a row; return how many debts were charged."""
    if not staged.num_rows:
        return 0
    definition = "debit bigint, credit bigint, amount bigint, chunk integer, line smallint"
    with refusals(), tx.staged("staged_interest", definition, staged.select(STAGED.names)):
        tx.execute("GRANT SELECT ON staged_interest TO kazyna_ledger")
        posted: int = tx.value("SELECT post_interest(%s, %s)", (key, through))
    return posted
