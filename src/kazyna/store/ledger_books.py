"""The books as they are read: statements, revenue, arrears, trial balance."""

from dataclasses import dataclass
from datetime import date

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


def movements_of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[Movement]:
    """Return the movements on all accounts of one taxpayer."""
    return tx.rows(
        Movement,
        """
        WITH RECURSIVE own AS (
            SELECT account, entry_id, sum(amount)::bigint AS amount
            FROM accounts JOIN items USING (account) JOIN movements USING (item_id)
            WHERE taxpayer_id = %s GROUP BY account, entry_id
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
