"""The books as they are read: statements, revenue, arrears, trial balance."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from kazyna.accounts import Movement
from kazyna.store.connection import Transaction


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


@dataclass(frozen=True)
class JournalRow:
    """One side of a posting in minor units; positive is a debit."""

    entry_id: int
    line: int
    kind: str
    booked_on: date
    effective_on: date
    posted_on: date
    description: str
    actor: str
    account: str
    period: int | None
    bucket: str | None
    place: str | None
    amount: int


@dataclass(frozen=True)
class AccountRow:
    """An account with its balances before and after a period, in minor units."""

    account: str
    taxpayer_id: str | None
    taxpayer_name: str | None
    opening: int
    closing: int


@dataclass(frozen=True)
class PlaceRow:
    """What was charged and settled for a tax in a place and month, in minor units."""

    tax: str
    place: str
    month: date
    charged: int
    received: int


RECEIPTS = pa.schema(
    [
        ("tax", pa.string()),
        ("place", pa.string()),
        ("booked_on", pa.date32()),
        ("effective_on", pa.date32()),
        ("amount", pa.int64()),
    ]
)
"""Money that came in for a tax, or left it again, posting by posting."""


def movements_of_taxpayer(
    tx: Transaction,
    taxpayer_id: str,
    *,
    on: date | None = None,
    known_on: date | None = None,
) -> list[Movement]:
    """Return the movements on all accounts of one taxpayer, one an entry and account.

    Parameters
    ----------
    tx
        The transaction.
    taxpayer_id
        Whose accounts.
    on
        Only what counts up to this day.
    known_on
        Only what was posted up to this day of the office: what was known then.
    """
    return tx.rows(
        Movement,
        """
        WITH RECURSIVE known AS NOT MATERIALIZED (
            SELECT * FROM entries WHERE effective_on <= coalesce(%(on)s::date, 'infinity')
                AND posted_on <= coalesce(%(known_on)s::date, 'infinity')
        ), own AS (
            SELECT account, entry_id, sum(amount)::bigint AS amount
            FROM accounts JOIN items USING (account) JOIN movements USING (item_id)
            WHERE taxpayer_id = %(taxpayer_id)s GROUP BY account, entry_id
            -- What only moves between the debts of one account is no movement of it.
            HAVING sum(amount) <> 0
        ), undoing AS (
            SELECT own.entry_id, known.entry_id AS undone_by
            FROM own JOIN known ON reverses = own.entry_id
            UNION
            SELECT undoing.entry_id, known.entry_id
            FROM undoing JOIN known ON reverses = undone_by
        )
        -- Undone an even number of times is not undone: the reversal itself was reversed.
        SELECT account, entry_id, known.kind, effective_on, posted_at, description, amount,
               (SELECT count(*) %% 2 = 1 FROM undoing WHERE undoing.entry_id = known.entry_id)
                   AS reversed
        FROM own JOIN known USING (entry_id)
        ORDER BY account, effective_on, entry_id
        """,
        {"taxpayer_id": taxpayer_id, "on": on, "known_on": known_on},
    )


def revenue(tx: Transaction) -> list[RevenueRow]:
    """Return what was charged and received by tax and month; reversals count against both.

    Money that belongs to no tax yet stands under the kind of its account, credit or suspense.
    """
    return tx.rows(
        RevenueRow,
        """
        SELECT coalesce(debit.tax, credit.tax, CASE WHEN debit.kind = 'treasury' THEN credit.kind
                                                    ELSE debit.kind END) AS tax,
               date_trunc('month', effective_on)::date AS month,
               sum(CASE WHEN credit.kind = 'revenue' THEN amount
                        WHEN debit.kind = 'revenue' THEN -amount ELSE 0 END)::bigint AS charged,
               sum(CASE WHEN debit.kind = 'treasury' THEN amount
                        WHEN credit.kind = 'treasury' THEN -amount ELSE 0 END)::bigint AS received,
               count(*) FILTER (WHERE entries.kind = 'payment' AND line = 1) AS payments
        FROM postings JOIN entries USING (entry_id)
        JOIN items AS debited ON debited.item_id = debit
        JOIN items AS credited ON credited.item_id = credit
        JOIN accounts AS debit ON debit.account = debited.account
        JOIN accounts AS credit ON credit.account = credited.account
        WHERE 'revenue' IN (debit.kind, credit.kind) OR 'treasury' IN (debit.kind, credit.kind)
        GROUP BY 1, 2 ORDER BY 2, 1
        """,
    )


def arrears(tx: Transaction, on: date) -> list[ArrearRow]:
    """Return every account with a debt past its due day, the largest debt first."""
    return tx.rows(
        ArrearRow,
        """
        SELECT account, taxpayer_id, name AS taxpayer_name, overdue, due_on
        FROM (SELECT account, sum(balance)::bigint AS overdue, min(due_on) AS due_on FROM items
              WHERE due_on < %s AND balance > 0 GROUP BY account) AS debt
        JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
        ORDER BY overdue DESC, account
        """,
        (on,),
    )


def outstanding(tx: Transaction) -> int:
    """Return all that taxpayers owe, due or not, in minor units; credits are not set off."""
    found: int = tx.value(
        "SELECT coalesce(sum(balance), 0)::bigint FROM items WHERE period IS NOT NULL"
    )
    return found


def trial_balance(tx: Transaction) -> list[BalanceRow]:
    """Return debits and credits by kind of account and tax; the two columns have one sum."""
    return tx.rows(
        BalanceRow,
        """
        SELECT concat_ws(':', kind, tax) AS account, sum(debited)::bigint AS debit,
               sum(credited)::bigint AS credit
        FROM (
            SELECT debit AS item_id, sum(amount) AS debited, 0 AS credited FROM postings GROUP BY 1
            UNION ALL
            SELECT credit, 0, sum(amount) FROM postings GROUP BY 1
        ) AS sums JOIN items USING (item_id) JOIN accounts USING (account)
        GROUP BY kind, tax ORDER BY 1
        """,
    )


def revenue_by_place(tx: Transaction) -> list[PlaceRow]:
    """Return what was charged and received by tax, place and month of the debts it settled."""
    return tx.rows(
        PlaceRow,
        """
        SELECT tax, items.place, date_trunc('month', effective_on)::date AS month,
               sum(CASE WHEN other.account LIKE 'revenue:%' THEN amount ELSE 0 END)::bigint
                   AS charged,
               sum(CASE WHEN other.account = 'treasury' THEN -amount ELSE 0 END)::bigint
                   AS received
        FROM (
            SELECT entry_id, debit AS item_id, credit AS other_id, amount FROM postings
            UNION ALL SELECT entry_id, credit, debit, -amount FROM postings
        ) AS side
        JOIN items USING (item_id) JOIN accounts USING (account) JOIN entries USING (entry_id)
        JOIN items AS other ON other.item_id = other_id
        WHERE items.period IS NOT NULL
        GROUP BY 1, 2, 3 ORDER BY 3, 1, 2
        """,
    )


def receipts(tx: Transaction, first: date, last: date) -> pa.Table:
    """Return what came in for each tax in a period, one row a posting, in minor units.

    Money is in the treasury, or waits in a taxpayer's credit or in suspense. It comes in for a tax
    when it leaves those, and is taken back when it returns there: by a reversal, or when a debt
    that was paid turns out smaller.

    Returns
    -------
    pyarrow.Table
        Columns as `RECEIPTS`; a place only where a debt was settled; of a reversal the day of what
        it undoes, so that it is divided by the same law.
    """
    return tx.table(
        RECEIPTS,
        """
        WITH RECURSIVE undoing AS (
            SELECT entry_id, reverses AS undone FROM entries WHERE reverses IS NOT NULL
            UNION ALL
            SELECT undoing.entry_id, reverses FROM undoing JOIN entries ON entries.entry_id = undone
            WHERE reverses IS NOT NULL
        ), roots AS (
            SELECT undoing.entry_id, effective_on AS undone_on
            FROM (SELECT entry_id, min(undone) AS undone FROM undoing GROUP BY entry_id) AS undoing
            JOIN entries ON entries.entry_id = undone
        )
        SELECT account.tax, coalesce(item.place, '') AS place, booked_on,
               coalesce(undone_on, effective_on) AS effective_on,
               CASE WHEN credit = item.item_id THEN amount ELSE -amount END AS amount
        FROM postings JOIN entries USING (entry_id) LEFT JOIN roots USING (entry_id)
        JOIN items AS item ON item.item_id IN (debit, credit)
        JOIN accounts AS account ON account.account = item.account
        JOIN items AS money ON money.item_id = debit + credit - item.item_id
        JOIN accounts AS holder ON holder.account = money.account
        WHERE booked_on BETWEEN %s AND %s
          AND account.kind NOT IN ('treasury', 'credit', 'suspense', 'refund_interest')
          AND holder.kind IN ('treasury', 'credit', 'suspense')
        """,
        (first, last),
    )


def money_received(tx: Transaction, first: date, last: date) -> int:
    """Return what came into the treasury in a period less what left it, in minor units."""
    found: int = tx.value(
        "SELECT coalesce(sum(amount), 0)::bigint FROM entries JOIN movements USING (entry_id)"
        " JOIN items USING (item_id) WHERE account = 'treasury' AND booked_on BETWEEN %s AND %s",
        (first, last),
    )
    return found


def refund_interest_paid(tx: Transaction, first: date, last: date) -> int:
    """Return what late refunds have cost in a period, in minor units."""
    found: int = tx.value(
        "SELECT coalesce(sum(amount), 0)::bigint FROM entries JOIN movements USING (entry_id)"
        " JOIN items USING (item_id)"
        " WHERE account = 'refund_interest' AND booked_on BETWEEN %s AND %s",
        (first, last),
    )
    return found


def journal(tx: Transaction, first: date, last: date) -> list[JournalRow]:
    """Return both sides of every posting that is booked in a period, by entry."""
    return tx.rows(
        JournalRow,
        """
        SELECT entry_id, line, kind, booked_on, effective_on, posted_on, description, actor,
               account, period, bucket, place, amount
        FROM entries JOIN movements USING (entry_id) JOIN items USING (item_id)
        WHERE booked_on BETWEEN %s AND %s ORDER BY entry_id, line, amount DESC
        """,
        (first, last),
    )


def account_balances(tx: Transaction, first: date, last: date) -> list[AccountRow]:
    """Return every account that has moved up to a day, with its balances around the period."""
    return tx.rows(
        AccountRow,
        """
        SELECT account, taxpayer_id, name AS taxpayer_name,
               coalesce(sum(amount) FILTER (WHERE booked_on < %s), 0)::bigint AS opening,
               sum(amount)::bigint AS closing
        FROM entries JOIN movements USING (entry_id) JOIN items USING (item_id)
        JOIN accounts USING (account) LEFT JOIN taxpayers USING (taxpayer_id)
        WHERE booked_on <= %s GROUP BY account, taxpayer_id, name ORDER BY account
        """,
        (first, last),
    )
