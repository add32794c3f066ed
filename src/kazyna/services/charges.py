"""What is assessed reaches the accounts: more is charged, less is taken off the debt it made."""

from datetime import date
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import (
    TREASURY,
    Debt,
    Entry,
    Posting,
    receivable,
    revenue,
    reversal_postings,
)
from kazyna.services.context import Context
from kazyna.store import ledger
from kazyna.store.connection import Transaction

ASSESSED = pa.schema(
    [
        ("key", pa.string()),
        ("taxpayer_id", pa.string()),
        ("amount_minor", pa.int64()),
        ("period", pa.int32()),
        ("due_on", pa.date32()),
        ("place", pa.string()),
        ("effective_on", pa.date32()),
        ("description", pa.string()),
    ]
)
"""Amounts of one tax in minor units: above nought owed, below nought owed less. `key` is the
idempotency key; `period`, `due_on` and `place` name the debt."""


def post_assessed(
    tx: Transaction,
    ctx: Context,
    assessed: pa.Table,
    *,
    tax: str,
    kind: Literal["charge", "correction"],
) -> None:
    """Post assessed amounts of one tax, each once by its key; an amount of nothing posts nothing.

    What lowers a debt is taken off that debt as far as it is open; what was paid of it already
    becomes the taxpayer's credit.

    Parameters
    ----------
    tx
        The transaction; nothing is posted unless all is.
    ctx
        The pack gives the currency.
    assessed
        Columns as `ASSESSED`.
    tax
        Whose accounts.
    kind
        A first charge, or the difference that a correction makes.
    """
    assessed = assessed.select(ASSESSED.names).cast(ASSESSED)
    open_accounts(tx, ctx, pc.unique(assessed["taxpayer_id"]).to_pylist(), tax=tax)
    more = assessed.filter(pc.greater(assessed["amount_minor"], 0))
    if more.num_rows:
        ledger.post_all(tx, _staged(more, tax=tax, kind=kind))
    for less in assessed.filter(pc.less(assessed["amount_minor"], 0)).to_pylist():
        debt = Debt(less["period"], "tax", less["due_on"], less["place"])
        posting = Posting(
            receivable(tax, less["taxpayer_id"]), revenue(tax), -less["amount_minor"], debt
        )
        _lower(tx, posting, less["taxpayer_id"], key=less["key"], on=less["effective_on"],
               description=less["description"])  # fmt: skip


def _lower(
    tx: Transaction, charged: Posting, taxpayer_id: str, *, key: str, on: date, description: str
) -> None:
    """Take back what a charge has posted."""
    rows = ledger.lock_debts(tx, charged.debit)
    open_debts = {(row.account, row.open.debt): row.balance for row in rows}
    postings = reversal_postings((charged,), open_debts, taxpayer_id)
    ledger.post(tx, Entry(key, "correction", on, description, postings))


def _staged(more: pa.Table, *, tax: str, kind: str) -> pa.Table:
    n = more.num_rows
    return pa.table(
        {
            "idempotency_key": more["key"],
            "kind": pa.array([kind] * n),
            "effective_on": more["effective_on"],
            "description": more["description"],
            "debit_account": pc.binary_join_element_wise(
                receivable(tax, ""), more["taxpayer_id"], ""
            ),
            "credit_account": pa.array([revenue(tax)] * n),
            "amount": more["amount_minor"],
            "period": more["period"],
            "bucket": pa.array(["tax"] * n),
            "due_on": more["due_on"],
            "place": more["place"],
        }
    )


def open_accounts(tx: Transaction, ctx: Context, holders: list[str], *, tax: str) -> None:
    """Open what charges of a tax need: the treasury, its revenue, what each holder owes."""
    n = len(holders)
    opened = pa.table(
        {
            "account": [TREASURY, revenue(tax), *(receivable(tax, holder) for holder in holders)],
            "kind": ["treasury", "revenue", *["receivable"] * n],
            "tax": [None, *[tax] * (n + 1)],
            "taxpayer_id": [None, None, *holders],
            "currency": [ctx.pack.currency.code] * (n + 2),
        }
    )
    ledger.open_accounts(tx, opened)
