"""The journal: how entries are written, and the debts and credits that stand after them.

What is read from the books as a whole is in ledger_books.py. Only functions of the database write
(migration 0011); they keep balances, keys and periods right whoever calls them.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, LiteralString, TypeVar

import duckdb
import psycopg
import pyarrow as pa

from kazyna.accounts import (
    Bucket,
    Credit,
    CreditingOrder,
    Debt,
    Entry,
    EntryKind,
    OpenDebt,
    Posting,
    content_of,
)
from kazyna.core.errors import Conflict
from kazyna.store.connection import Transaction

T = TypeVar("T")

STAGED = pa.schema(
    [
        ("idempotency_key", pa.string()),
        ("kind", pa.string()),
        ("effective_on", pa.date32()),
        ("description", pa.string()),
        ("debit_account", pa.string()),
        ("credit_account", pa.string()),
        ("amount", pa.int64()),
        ("period", pa.int32()),
        ("bucket", pa.string()),
        ("due_on", pa.date32()),
        ("place", pa.string()),
    ]
)
"""Charges of one posting each, on their way into the journal: each debits one debt."""

DEBT = "debit_account, period, bucket, due_on, place"
"""What makes charges of a set raise the same debt."""

ACT = "kind, effective_on, credit_account"
"""What most charges of a set have in common."""

STAGED_DEBTS: LiteralString = (
    "debt_no integer, debit_account text, period integer, bucket text, due_on date, place text,"
    " amount bigint, debit bigint DEFAULT nextval('items_item_id_seq')"
)
STAGED_CHARGES: LiteralString = (
    "idempotency_key text, content_hash bytea, description text, debt_no integer, act_no integer,"
    " amount bigint,"
    " entry_id bigint DEFAULT nextval('entries_entry_id_seq')"
)
"""Both with the numbers that their rows will have in the books; see migration 0083."""

CREDIT = """
    SELECT entry_id, created, balance FROM post_credit(
        %(key)s, %(kind)s, %(effective_on)s, %(description)s, %(source)s, %(account)s,
        %(amount)s::bigint, %(period)s::integer, %(bucket)s, %(only)s, %(surplus)s,
        %(bucket_order)s::text[], %(oldest_first)s)
    """
"""Lowers debts; see migration 0011."""

DIGESTED_ROWS = 50_000

SETS_LOCK = 4_921_015
"""Sets are posted one after the other, under an advisory lock of our own."""

REFUSED = "KZ001"
"""The state with which the functions of the ledger refuse (migration 0011)."""


@dataclass(frozen=True)
class Posted:
    """An entry's number, and whether it was new."""

    entry_id: int
    created: bool


@dataclass(frozen=True)
class Credited:
    """A posted credit, and what is owed on its account less what is in credit, after it."""

    entry_id: int
    created: bool
    balance: int


@dataclass(frozen=True)
class EntryRow:
    """One entry of the journal."""

    entry_id: int
    kind: EntryKind
    effective_on: date
    taxpayer_id: str | None
    """Whose accounts it moved; None where it moved nobody's."""
    of_run: bool
    """Posted by a run of interest, for many accounts at once."""
    assigned: int | None
    """The bank transaction that it assigned to an account."""
    undid_assignment: bool


@dataclass(frozen=True)
class PostingRow:
    """One posting of an entry."""

    debit: str
    credit: str
    amount: int
    period: int | None
    bucket: Bucket | None
    due_on: date | None
    place: str | None


@dataclass(frozen=True)
class DebtRow:
    """One debt and what is owed of it, in minor units."""

    item_id: int
    account: str
    tax: str
    taxpayer_id: str
    period: int
    bucket: Bucket
    due_on: date
    place: str
    balance: int

    @property
    def open(self) -> OpenDebt:
        """The debt as the engine knows it."""
        return OpenDebt(Debt(self.period, self.bucket, self.due_on, self.place), self.balance)


def post(tx: Transaction, entry: Entry) -> Posted:
    """Write one entry; the same request a second time changes nothing.

    Raises
    ------
    Conflict
        When the key was used for something else, the entry to undo is undone already, an account
        does not exist, or more would be taken from it than stands on it.
    """
    debts = [posting.debt for posting in entry.postings]
    with refusals():
        posted = tx.row(
            Posted,
            """
            SELECT entry_id, created FROM post_entry(
                %(key)s, %(hash)s, %(kind)s, %(effective_on)s, %(description)s, %(reverses)s,
                %(debits)s, %(credits)s, %(amounts)s, %(periods)s, %(buckets)s, %(due_days)s,
                %(places)s)
            """,
            {
                "key": entry.key,
                "hash": sha256(content_of(entry).encode()).digest(),
                "kind": entry.kind,
                "effective_on": entry.effective_on,
                "description": entry.description,
                "reverses": entry.reverses,
                "debits": [p.debit for p in entry.postings],
                "credits": [p.credit for p in entry.postings],
                "amounts": [p.amount for p in entry.postings],
                "periods": [debt and debt.period for debt in debts],
                "buckets": [debt and debt.bucket for debt in debts],
                "due_days": [debt and debt.due_on for debt in debts],
                "places": [debt and debt.place for debt in debts],
            },
        )
    return _given(posted)


def post_credit(tx: Transaction, request: Credit, order: CreditingOrder) -> Credited:
    """Lower the debts of one account in the order of the law; the same request is posted once.

    Raises
    ------
    Conflict
        As `post`, and when the amount exceeds the debts of a request that keeps no surplus.
    """
    with refusals():
        return _given(tx.row(Credited, CREDIT, _parameters(request, order)))


def _parameters(request: Credit, order: CreditingOrder) -> dict[str, Any]:
    """Write the parameters of `CREDIT` for one request."""
    named = request.period if request.only or order.payer_names_period else None
    return {
        "key": request.key,
        "kind": request.kind,
        "effective_on": request.effective_on,
        "description": request.description,
        "source": request.source,
        "account": request.account,
        "amount": request.amount,
        "period": named,
        "bucket": request.bucket,
        "only": request.only,
        "surplus": request.surplus,
        "bucket_order": list(order.buckets),
        "oldest_first": order.oldest_first,
    }


def post_credits(tx: Transaction, requests: Sequence[tuple[Credit, CreditingOrder]]) -> int:
    """Lower many debts, such as by a day of the bank; return how many requests were new."""
    posted = []
    with refusals(), tx.connection.pipeline():
        cursors = [
            tx.connection.execute(CREDIT, _parameters(request, order))
            for request, order in requests
        ]
        posted = [cursor.fetchone() for cursor in cursors]
    return sum(row is not None and bool(row[1]) for row in posted)


def post_all(tx: Transaction, staged: pa.Table) -> int:
    """Write many charges as a set; return how many were new.

    Parameters
    ----------
    tx
        The transaction; nothing is written unless all is.
    staged
        Columns as `STAGED`. `debit_account` is the receivable account, `credit_account` the
        revenue.

    Raises
    ------
    Conflict
        As `post`; then nothing of the set is written.
    """
    given = staged.select(STAGED.names).cast(STAGED)
    digest = _digest(given)
    if tx.value("SELECT EXISTS (SELECT FROM posted_sets WHERE digest = %s)", (digest,)):
        return 0
    tx.execute("SELECT pg_advisory_xact_lock(%s)", (SETS_LOCK,))
    with refusals(), duckdb.connect() as memory, ThreadPoolExecutor(1) as beside:
        _register_once(memory, given)
        debts, acts = _parted(memory)
        charges = beside.submit(_charges, memory)  # while the debts travel
        with (
            tx.staged("staged_debts", STAGED_DEBTS, debts),
            tx.staged("staged", STAGED_CHARGES, charges.result()),
        ):
            tx.execute("GRANT SELECT, UPDATE, DELETE ON staged, staged_debts TO kazyna_ledger")
            created: int = tx.value(
                "SELECT post_staged(%s, %s::text[], %s::date[], %s::text[])",
                (digest, *(column.to_pylist() for column in acts.columns)),
            )
    return created


def open_accounts(tx: Transaction, accounts: pa.Table) -> None:
    """Open accounts that are not open yet: account, kind, tax, taxpayer_id, currency."""
    with tx.staged("opened", "LIKE accounts", accounts):
        tx.execute("INSERT INTO accounts SELECT * FROM opened ON CONFLICT (account) DO NOTHING")


def open_expense(tx: Transaction, account: str, *, tax: str | None, currency: str) -> None:
    """Open an account of what a tax, or the office, has lost or paid, if it is not open yet."""
    tx.execute(
        "INSERT INTO accounts (account, kind, tax, currency)"
        " VALUES (%s, split_part(%s, ':', 1), %s, %s) ON CONFLICT DO NOTHING",
        (account, account, tax, currency),
    )


def _digest(given: pa.Table) -> bytes:
    """Digest a set as it is written: the same rows in another order make another digest."""
    digest = sha256()
    for batch in given.combine_chunks().to_batches(max_chunksize=DIGESTED_ROWS):
        digest.update(batch.serialize())
    return digest.digest()


def _register_once(memory: duckdb.DuckDBPyConnection, given: pa.Table) -> None:
    """Name a set `given`; a charge that stands in it twice, in whatever words, is taken once."""
    memory.register("given", given)
    keys = "SELECT count(DISTINCT idempotency_key) FROM given"
    if memory.sql(keys).fetchall() == [(given.num_rows,)]:
        return
    once = memory.sql("SELECT * REPLACE (min(description) AS description) FROM given GROUP BY ALL")
    memory.register("given", once.to_arrow_table())
    twice = memory.sql(
        "SELECT idempotency_key FROM given GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    ).fetchall()
    if twice:
        raise Conflict(f"The key {twice[0][0]!r} was used for another entry.")


def _parted(memory: duckdb.DuckDBPyConnection) -> tuple[pa.Table, pa.Table]:
    """Part a set from the debts it raises and the acts it shares: no text travels twice.

    Both are numbered from 1, debts in the order of the widest index of the books.
    """
    memory.execute(
        f"""
        CREATE TABLE debts AS
        SELECT (row_number() OVER (ORDER BY {DEBT}))::INTEGER AS debt_no, *,
               ':' || period || ':' || bucket || ':' || due_on || ':' || place AS debt_hashed
        FROM (SELECT {DEBT}, sum(amount)::BIGINT AS amount FROM given GROUP BY {DEBT});
        CREATE TABLE acts AS
        SELECT (row_number() OVER (ORDER BY {ACT}))::INTEGER AS act_no, *,
               kind || '|' || effective_on || '|' AS act_hashed
        FROM (SELECT DISTINCT {ACT} FROM given)
        """  # noqa: S608 (the columns are ours)
    )
    debts = memory.sql(f"SELECT debt_no, {DEBT}, amount FROM debts ORDER BY debt_no")  # noqa: S608
    acts = memory.sql(f"SELECT {ACT} FROM acts ORDER BY act_no")  # noqa: S608
    return debts.to_arrow_table(), acts.to_arrow_table()


def _charges(memory: duckdb.DuckDBPyConnection) -> pa.Table:
    """Write the charges of a parted set, in the order of their keys, as the journal's indexes grow.

    Each has the hash of what `accounts.content_of` writes.
    """
    return memory.sql(
        f"""
        SELECT idempotency_key,
               '\\x' || sha256(act_hashed || debit_account || '<' || credit_account || ':'
                               || given.amount || debt_hashed) AS content_hash,
               description, debt_no, act_no, given.amount
        FROM given JOIN debts USING ({DEBT}) JOIN acts USING ({ACT}) ORDER BY idempotency_key
        """  # noqa: S608 (the columns are ours)
    ).to_arrow_table()


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the functions of the ledger refuse into our own error."""
    try:
        yield
    except psycopg.errors.CheckViolation as error:
        raise Conflict("More would be taken from an account than stands on it.") from error
    except psycopg.errors.UniqueViolation as error:
        raise Conflict("The same request is being posted by somebody else; ask again.") from error
    except psycopg.DatabaseError as error:
        if error.sqlstate != REFUSED:
            raise
        raise Conflict(error.diag.message_primary or str(error)) from error


def _given(row: T | None) -> T:
    if row is None:
        raise AssertionError("a function of the ledger returns one row")
    return row


def find_entry(tx: Transaction, entry_id: int) -> EntryRow | None:
    """Return one entry, or None."""
    return tx.row(
        EntryRow,
        """
        SELECT entry_id, entries.kind, effective_on,
               (SELECT min(taxpayer_id) FROM movements JOIN items USING (item_id)
                JOIN accounts USING (account)
                WHERE movements.entry_id = entries.entry_id) AS taxpayer_id,
               idempotency_key LIKE 'interest:%%' AS of_run,
               CASE WHEN kind = 'transfer'
                    THEN substring(idempotency_key FROM '^assign:([0-9]+)')::bigint END AS assigned,
               EXISTS (SELECT FROM entries AS undone WHERE undone.entry_id = entries.reverses
                       AND undone.kind = 'transfer'
                       AND undone.idempotency_key LIKE 'assign:%%') AS undid_assignment
        FROM entries WHERE entry_id = %s
        """,
        (entry_id,),
    )


def entry_of_key(tx: Transaction, key: str) -> int | None:
    """Return the number of the entry that was posted under a key, or None."""
    found: int | None = tx.value("SELECT entry_id FROM entries WHERE idempotency_key = %s", (key,))
    return found


def postings_of(tx: Transaction, entry_id: int) -> tuple[Posting, ...]:
    """Return the postings of one entry."""
    rows = tx.rows(
        PostingRow,
        """
        SELECT debited.account AS debit, credited.account AS credit, amount,
               coalesce(debited.period, credited.period) AS period,
               coalesce(debited.bucket, credited.bucket) AS bucket,
               coalesce(debited.due_on, credited.due_on) AS due_on,
               coalesce(debited.place, credited.place) AS place
        FROM postings JOIN items AS debited ON debited.item_id = debit
        JOIN items AS credited ON credited.item_id = credit
        WHERE entry_id = %s ORDER BY line
        """,
        (entry_id,),
    )
    return tuple(Posting(row.debit, row.credit, row.amount, _debt(row)) for row in rows)


def is_open(tx: Transaction, account: str) -> bool:
    """Tell whether an account of that name is open."""
    return bool(tx.value("SELECT EXISTS (SELECT FROM accounts WHERE account = %s)", (account,)))


def lock_accounts(tx: Transaction, accounts: Sequence[str]) -> None:
    """Let nobody else post on receivable accounts until the commit."""
    tx.value("SELECT lock_accounts(%s)", (list(accounts),))


def lock_debts(tx: Transaction, account: str) -> list[DebtRow]:
    """Return the open debts of an account, which nobody else changes until the commit."""
    lock_accounts(tx, [account])
    return debts(tx, account)


def debts(tx: Transaction, account: str) -> list[DebtRow]:
    """Return the open debts of one account, the oldest first."""
    return tx.rows(
        DebtRow,
        """
        SELECT item_id, account, tax, taxpayer_id, period, bucket, due_on, place, balance
        FROM items JOIN accounts USING (account) WHERE account = %s AND balance > 0
          AND period IS NOT NULL
        ORDER BY period, due_on, bucket, place
        """,
        (account,),
    )


def debts_of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[DebtRow]:
    """Return the open debts of one taxpayer, the oldest first."""
    return tx.rows(
        DebtRow,
        """
        SELECT item_id, account, tax, taxpayer_id, period, bucket, due_on, place, balance
        FROM accounts JOIN items USING (account)
        WHERE taxpayer_id = %s AND balance > 0 AND period IS NOT NULL
        ORDER BY account, period, due_on, bucket, place
        """,
        (taxpayer_id,),
    )


def balance(tx: Transaction, account: str) -> int:
    """Return debits less credits of one account, in minor units."""
    found: int = tx.value(
        """
        SELECT CASE WHEN bool_and(balance IS NOT NULL) THEN
                   sum(CASE WHEN period IS NULL THEN -balance ELSE balance END)
               ELSE (SELECT coalesce(sum(amount), 0) FROM items JOIN movements USING (item_id)
                     WHERE account = %(account)s)
               END::bigint
        FROM items WHERE account = %(account)s
        """,
        {"account": account},
    )
    return found or 0


def standing(tx: Transaction, account: str) -> int:
    """Return what is owed on a receivable account less the credit of its taxpayer."""
    found: int = tx.value(
        """
        SELECT coalesce(sum(CASE WHEN period IS NULL THEN -balance ELSE balance END), 0)::bigint
        FROM items WHERE account = %(account)s OR account = (
            SELECT 'credit:' || taxpayer_id FROM accounts WHERE account = %(account)s)
        """,
        {"account": account},
    )
    return found


def _debt(row: PostingRow) -> Debt | None:
    if row.period is None or row.bucket is None or row.due_on is None or row.place is None:
        return None
    return Debt(row.period, row.bucket, row.due_on, row.place)
