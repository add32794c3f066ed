"""Interest on late debts as it is computed day by day: what is kept, and what has changed since."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

import pyarrow as pa

from kazyna.accounts import DEBT_MOVES
from kazyna.store.connection import Transaction

BLOCK_ROWS = 100_000
"""Debts of one block: some megabytes, far below what one value of the database may hold."""

PACKED = pa.ipc.IpcWriteOptions(compression="lz4")

LATE_DEBTS = pa.schema(
    [
        ("debt_no", pa.int64()),
        ("tax", pa.string()),
        ("interest_item", pa.int64()),
        ("charged", pa.int64()),
    ]
)
"""Debts of tax that are late: the item, its tax, the debt of its interest, what is charged."""

CHANGED: LiteralString = """
    SELECT tax.item_id, tax.account, tax.due_on, tax.interest_item FROM items AS tax
    WHERE tax.bucket = 'tax' AND tax.due_on < %(through)s AND tax.balance > 0
      AND tax.account <> ALL (%(but)s)
      AND (%(all)s OR tax.due_on >= %(since)s OR tax.account = ANY (%(left_out)s)
           OR tax.item_id IN (
               SELECT unnest(ARRAY[debit, credit]) FROM entries JOIN postings USING (entry_id)
               WHERE entry_id > %(last_entry)s AND kind <> 'penalty_interest'))
    """
"""Late debts of which what is kept says nothing, or nothing that still holds."""


@dataclass(frozen=True)
class Kept:
    """Where interest stood at the end of a day."""

    through: date
    last_entry: int
    left_out: tuple[str, ...]
    debts: pa.Table


@dataclass(frozen=True)
class Changes:
    """What asks for the debts that have changed since something was kept, or for all."""

    through: date
    but: Sequence[str]
    """Accounts that are left out."""
    kept: Kept | None

    def parameters(self) -> dict[str, object]:
        """Return the parameters of `CHANGED`."""
        kept = self.kept
        return {
            "through": self.through,
            "but": list(self.but),
            "all": kept is None,
            "since": kept.through if kept else self.through,
            "left_out": list(kept.left_out) if kept else [],
            "last_entry": kept.last_entry if kept else 0,
        }


@dataclass(frozen=True)
class _Block:
    last_entry: int
    through: date
    left_out: list[str]
    content: bytes


@dataclass(frozen=True)
class LateRow:
    """How many debts are late on a day, and their sum in minor units."""

    debts: int
    balance: int


def kept(tx: Transaction, law: str) -> Kept | None:
    """Return what is kept of a law; None where nothing is."""
    blocks = tx.rows(
        _Block,
        "SELECT last_entry, through, left_out, content FROM interest_kept"
        " WHERE law = %s ORDER BY block",
        (law,),
        binary=True,
    )
    if not blocks:
        return None
    tables = [pa.ipc.open_stream(block.content).read_all() for block in blocks]
    first = blocks[0]
    left_out = tuple(first.left_out)
    return Kept(
        first.through, first.last_entry, left_out, pa.concat_tables(tables).unify_dictionaries()
    )


def keep(tx: Transaction, law: str, found: Kept) -> None:
    """Keep where interest stands, in place of what was kept before."""
    tx.execute("DELETE FROM interest_kept")
    rows = found.debts.num_rows
    for number, start in enumerate(range(0, max(rows, 1), BLOCK_ROWS)):
        sink = pa.BufferOutputStream()
        block = found.debts.slice(start, BLOCK_ROWS)
        with pa.ipc.new_stream(sink, block.schema, options=PACKED) as writer:
            writer.write_table(block)
        tx.execute(
            "INSERT INTO interest_kept (block, last_entry, law, through, left_out, content)"
            " VALUES (%s, %s, %s, %s, %s, %b)",
            (number, found.last_entry, law, found.through, list(found.left_out),
             sink.getvalue().to_pybytes()),
        )  # fmt: skip


def late(tx: Transaction, through: date, *, but: Sequence[str]) -> LateRow:
    """Count the debts of tax that are late on a day, except on some accounts."""
    row = tx.row(
        LateRow,
        "SELECT count(*) AS debts, coalesce(sum(balance), 0)::bigint AS balance FROM items"
        " WHERE bucket = 'tax' AND due_on < %s AND balance > 0 AND account <> ALL (%s)",
        (through, list(but)),
    )
    return row or LateRow(0, 0)


@contextmanager
def changed(tx: Transaction, asked: Changes) -> Iterator[pa.Table]:
    """Hold the late debts that have changed; columns as `LATE_DEBTS`, by number."""
    tx.execute(f"CREATE TEMPORARY TABLE changed_debts ON COMMIT DROP AS {CHANGED}",
               asked.parameters())  # fmt: skip
    tx.execute("ANALYZE changed_debts")
    yield tx.table(
        LATE_DEBTS,
        """
        SELECT changed.item_id, split_part(changed.account, ':', 2), changed.interest_item,
               interest.charged
        FROM changed_debts AS changed
        JOIN items AS interest ON interest.item_id = changed.interest_item
        ORDER BY changed.item_id
        """,
    )
    tx.execute("DROP TABLE changed_debts")


def moves_of_changed(tx: Transaction) -> pa.Table:
    """Return what has raised or lowered the debts held; columns as `DEBT_MOVES` of the engine."""
    return tx.table(
        DEBT_MOVES,
        """
        SELECT item_id, due_on, effective_on, amount
        FROM changed_debts JOIN postings ON debit = item_id JOIN entries USING (entry_id)
        UNION ALL
        SELECT item_id, due_on, effective_on, -amount
        FROM changed_debts JOIN postings ON credit = item_id JOIN entries USING (entry_id)
        """,
    )


def items_of(tx: Transaction, asked: Changes) -> pa.Table:
    """Return the debts that what is kept must not speak for any more: one column, `debt_no`."""
    return tx.table(
        pa.schema([("debt_no", pa.int64())]),
        """
        SELECT unnest(ARRAY[debit, credit]) FROM entries JOIN postings USING (entry_id)
        WHERE entry_id > %(last_entry)s AND kind <> 'penalty_interest'
        UNION
        SELECT item_id FROM items WHERE account = ANY (%(but)s)
        """,
        asked.parameters(),
    )
