"""The journal and what is read from it."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import Entry, EntryKind, Movement, Posting, content_of
from kazyna.core.errors import Conflict
from kazyna.store.connection import Transaction

STAGED = pa.schema(
    [
        ("idempotency_key", pa.string()),
        ("kind", pa.string()),
        ("effective_on", pa.date32()),
        ("due_on", pa.date32()),
        ("description", pa.string()),
        ("debit_account", pa.string()),
        ("credit_account", pa.string()),
        ("amount", pa.int64()),
    ]
)
"""Entries of one posting each, on their way into the journal."""


@dataclass(frozen=True)
class Posted:
    """An entry's number, and whether it was new."""

    entry_id: int
    created: bool


@dataclass(frozen=True)
class EntryRow:
    """One entry of the journal."""

    entry_id: int
    kind: EntryKind
    effective_on: date


@dataclass(frozen=True)
class PostingRow:
    """One posting of an entry."""

    debit: str
    credit: str
    amount: int


@dataclass(frozen=True)
class RevenueRow:
    """What was charged and received for a tax in a month, in minor units."""

    tax: str
    month: date
    charged: int
    received: int
    payments: int


@dataclass(frozen=True)
class ArrearRow:
    """An account with a debt past its due day, in minor units."""

    account: str
    taxpayer_id: str
    taxpayer_name: str
    overdue: int
    due_on: date


@dataclass(frozen=True)
class BalanceRow:
    """The debits and credits of all accounts of one kind and tax, in minor units."""

    account: str
    debit: int
    credit: int


def post(tx: Transaction, entry: Entry) -> Posted:
    """Write one entry; the same request a second time changes nothing.

    Raises
    ------
    Conflict
        When the key was used for something else, the entry to undo is undone already, or an
        account does not exist.
    """
    _require_accounts(tx, [side for p in entry.postings for side in (p.debit, p.credit)])
    content_hash = sha256(content_of(entry).encode()).digest()
    entry_id: int | None = tx.value(
        """
        WITH entry AS (
            INSERT INTO entries (idempotency_key, content_hash, kind, effective_on, due_on,
                                 description, reverses)
            VALUES (%(key)s, %(hash)s, %(kind)s, %(effective_on)s, %(due_on)s, %(description)s,
                    %(reverses)s)
            ON CONFLICT DO NOTHING RETURNING entry_id
        ), lines AS (
            INSERT INTO postings (entry_id, line, debit_account, credit_account, amount)
            SELECT entry_id, line, debit, credit, amount
            FROM entry, unnest(%(debits)s::text[], %(credits)s::text[], %(amounts)s::bigint[])
                 WITH ORDINALITY AS posting (debit, credit, amount, line)
        )
        SELECT entry_id FROM entry
        """,
        {
            "key": entry.key,
            "hash": content_hash,
            "kind": entry.kind,
            "effective_on": entry.effective_on,
            "due_on": entry.due_on,
            "description": entry.description,
            "reverses": entry.reverses,
            "debits": [p.debit for p in entry.postings],
            "credits": [p.credit for p in entry.postings],
            "amounts": [p.amount for p in entry.postings],
        },
    )
    if entry_id is not None:
        return Posted(entry_id, created=True)
    return Posted(_posted_before(tx, entry, content_hash), created=False)


def _posted_before(tx: Transaction, entry: Entry, content_hash: bytes) -> int:
    """Find the entry that stood in the way: the same request, or a conflict."""
    same: int | None = tx.value(
        "SELECT entry_id FROM entries WHERE idempotency_key = %s AND content_hash = %s",
        (entry.key, content_hash),
    )
    if same is not None:
        return same
    if entry.reverses is not None and tx.value(
        "SELECT entry_id FROM entries WHERE reverses = %s", (entry.reverses,)
    ):
        raise Conflict(f"Entry {entry.reverses} is reversed already.")
    raise Conflict(
        f"The key {entry.key!r} was used for another entry; every request needs its own."
    )


def post_all(tx: Transaction, staged: pa.Table) -> int:
    """Write many entries of one posting each as a set; return how many were new.

    Raises
    ------
    Conflict
        As `post`; then nothing of the set is written.
    """
    columns = (
        "idempotency_key text, kind text, effective_on date, due_on date, description text,"
        " debit_account text, credit_account text, amount bigint"
    )
    with tx.staged("staged", columns, _once_each(staged.select(STAGED.names))):
        return _post_staged(tx)


def open_accounts(tx: Transaction, accounts: pa.Table) -> None:
    """Open accounts that are not open yet: account, kind, tax, taxpayer_id, currency."""
    with tx.staged("opened", "LIKE accounts", accounts):
        tx.execute("INSERT INTO accounts SELECT * FROM opened ON CONFLICT (account) DO NOTHING")


def _once_each(staged: pa.Table) -> pa.Table:
    """Leave out entries that stand in the set already, by the same key and content."""
    keys = staged["idempotency_key"]
    if pc.count_distinct(keys).as_py() == staged.num_rows:
        return staged
    worded = ("due_on", "description")
    content = [name for name in staged.column_names if name not in worded]
    first = staged.group_by(content, use_threads=False).aggregate(
        [(name, "first") for name in worded]
    )
    first = first.rename_columns([*content, *worded])
    counts = pc.value_counts(first["idempotency_key"])
    if len(counts) < first.num_rows:
        key = next(count["values"] for count in counts.to_pylist() if count["counts"] > 1)
        raise Conflict(f"The key {key!r} was used for another entry.")
    return first


def _post_staged(tx: Transaction) -> int:
    unknown = tx.value(
        """
        SELECT side FROM (
            SELECT DISTINCT debit_account FROM staged
            UNION SELECT DISTINCT credit_account FROM staged
        ) AS sides (side)
        WHERE NOT EXISTS (SELECT FROM accounts WHERE account = side) LIMIT 1
        """
    )
    if unknown is not None:
        raise Conflict(f"No account is open under the name {unknown!r}.")
    # The same text as accounts.entry.content_of, so that one by one and as a set are one request.
    created: int = tx.value(
        """
        WITH entry AS (
            INSERT INTO entries (idempotency_key, content_hash, kind, effective_on, due_on,
                                 description)
            SELECT idempotency_key,
                   sha256(convert_to(format('%s|%s|%s<%s:%s', kind, effective_on, debit_account,
                                            credit_account, amount), 'UTF8')),
                   kind, effective_on, due_on, description
            FROM staged
            ON CONFLICT (idempotency_key) DO NOTHING RETURNING entry_id, idempotency_key
        ), lines AS (
            INSERT INTO postings (entry_id, line, debit_account, credit_account, amount)
            SELECT entry_id, 1, debit_account, credit_account, amount
            FROM entry JOIN staged USING (idempotency_key) RETURNING entry_id
        )
        SELECT count(*) FROM lines
        """
    )
    if created == tx.value("SELECT count(*) FROM staged"):
        return created
    different = tx.value(
        """
        SELECT staged.idempotency_key FROM staged JOIN entries USING (idempotency_key)
        WHERE content_hash <> sha256(convert_to(
            format('%s|%s|%s<%s:%s', staged.kind, staged.effective_on, debit_account,
                   credit_account, amount), 'UTF8'))
        LIMIT 1
        """
    )
    if different is not None:
        raise Conflict(f"The key {different!r} was used for another entry.")
    return created


def find_entry(tx: Transaction, entry_id: int) -> EntryRow | None:
    """Return one entry, or None."""
    return tx.row(
        EntryRow,
        "SELECT entry_id, kind, effective_on FROM entries WHERE entry_id = %s",
        (entry_id,),
    )


def postings_of(tx: Transaction, entry_id: int) -> tuple[Posting, ...]:
    """Return the postings of one entry."""
    rows = tx.rows(
        PostingRow,
        "SELECT debit_account AS debit, credit_account AS credit, amount FROM postings"
        " WHERE entry_id = %s ORDER BY line",
        (entry_id,),
    )
    return tuple(Posting(row.debit, row.credit, row.amount) for row in rows)


def balance(tx: Transaction, account: str) -> int:
    """Return debits less credits of one account, in minor units."""
    found: int = tx.value(
        "SELECT coalesce(sum(amount), 0)::bigint FROM movements WHERE account = %s", (account,)
    )
    return found


def movements_of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[Movement]:
    """Return the movements on all accounts of one taxpayer."""
    return tx.rows(
        Movement,
        """
        WITH RECURSIVE own AS (
            SELECT account, entry_id, amount FROM accounts JOIN movements USING (account)
            WHERE taxpayer_id = %s
        ), undoing AS (
            SELECT own.entry_id, entries.entry_id AS undone_by
            FROM own JOIN entries ON reverses = own.entry_id
            UNION
            SELECT undoing.entry_id, entries.entry_id
            FROM undoing JOIN entries ON reverses = undone_by
        )
        -- Undone an even number of times is not undone: the reversal itself was reversed.
        SELECT account, entry_id, entries.kind, effective_on, posted_at, description, amount,
               (SELECT count(*) %% 2 = 1 FROM undoing WHERE undoing.entry_id = entries.entry_id)
                   AS reversed
        FROM own JOIN entries USING (entry_id)
        ORDER BY account, effective_on, entry_id
        """,
        (taxpayer_id,),
    )


def revenue(tx: Transaction) -> list[RevenueRow]:
    """Return what was charged and received by tax and month; reversals count against both."""
    return tx.rows(
        RevenueRow,
        """
        SELECT coalesce(debit.tax, credit.tax) AS tax,
               date_trunc('month', effective_on)::date AS month,
               sum(CASE WHEN credit.kind = 'revenue' THEN amount
                        WHEN debit.kind = 'revenue' THEN -amount ELSE 0 END)::bigint AS charged,
               sum(CASE WHEN debit.kind = 'treasury' THEN amount
                        WHEN credit.kind = 'treasury' THEN -amount ELSE 0 END)::bigint AS received,
               count(*) FILTER (WHERE entries.kind = 'payment') AS payments
        FROM postings JOIN entries USING (entry_id)
        JOIN accounts AS debit ON debit.account = debit_account
        JOIN accounts AS credit ON credit.account = credit_account
        GROUP BY 1, 2 ORDER BY 2, 1
        """,
    )


def arrears(tx: Transaction, on: date) -> list[ArrearRow]:
    """Return every debt past its due day, the largest first.

    Payments settle the oldest debt first, so an account's oldest open debt is the first whose
    running sum of charges exceeds all that was credited. A charge that is undone is no debt, and
    its reversal settles no other.
    """
    return tx.rows(
        ArrearRow,
        """
        WITH RECURSIVE undoing AS (
            SELECT reversal.entry_id, charge.entry_id AS charge_id
            FROM entries AS reversal JOIN entries AS charge ON charge.entry_id = reversal.reverses
            WHERE charge.kind = 'charge' AND reversal.effective_on <= %(on)s
            UNION ALL
            SELECT reversal.entry_id, charge_id
            FROM undoing JOIN entries AS reversal ON reversal.reverses = undoing.entry_id
            WHERE reversal.effective_on <= %(on)s
        ), undone AS (
            SELECT charge_id FROM undoing GROUP BY charge_id HAVING count(*) %% 2 = 1
        ), movement AS (
            SELECT account, entry_id, amount, kind, due_on
            FROM movements JOIN entries USING (entry_id)
            WHERE account LIKE 'receivable:%%' AND effective_on <= %(on)s
              AND entry_id NOT IN (SELECT entry_id FROM undoing)
              AND entry_id NOT IN (SELECT charge_id FROM undone)
        ), charge AS (
            SELECT account, due_on, entry_id, amount,
                   sum(amount) OVER (PARTITION BY account ORDER BY due_on, entry_id) AS charged
            FROM movement WHERE kind = 'charge' AND due_on < %(on)s
        ), credit AS (
            SELECT account, -sum(amount) AS credited FROM movement
            WHERE kind <> 'charge' GROUP BY account
        ), debt AS (
            SELECT charge.account, min(due_on) AS due_on,
                   max(charged) - coalesce(max(credited), 0) AS overdue
            FROM charge LEFT JOIN credit USING (account)
            WHERE charged > coalesce(credited, 0) GROUP BY charge.account
        )
        SELECT debt.account, taxpayer_id, name AS taxpayer_name, overdue::bigint, due_on
        FROM debt JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
        ORDER BY overdue DESC, account
        """,
        {"on": on},
    )


def outstanding(tx: Transaction) -> int:
    """Return all that taxpayers owe, due or not, in minor units; credits are not set off."""
    found: int = tx.value(
        """
        SELECT coalesce(sum(balance), 0)::bigint FROM (
            SELECT sum(amount) AS balance FROM movements
            WHERE account LIKE 'receivable:%' GROUP BY account HAVING sum(amount) > 0
        ) AS debts
        """
    )
    return found


def trial_balance(tx: Transaction) -> list[BalanceRow]:
    """Return debits and credits by kind of account and tax; the two columns have one sum."""
    return tx.rows(
        BalanceRow,
        """
        SELECT concat_ws(':', kind, tax) AS account,
               coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS debit,
               coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS credit
        FROM accounts JOIN movements USING (account)
        GROUP BY kind, tax ORDER BY 1
        """,
    )


def _require_accounts(tx: Transaction, accounts: list[str]) -> None:
    unknown = tx.value(
        "SELECT side FROM unnest(%s::text[]) AS side"
        " WHERE NOT EXISTS (SELECT FROM accounts WHERE account = side) LIMIT 1",
        (accounts,),
    )
    if unknown is not None:
        raise Conflict(f"No account is open under the name {unknown!r}.")
