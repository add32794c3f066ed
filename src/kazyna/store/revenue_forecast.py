"""How debts were charged and paid, by tax, the month they are due and the month they moved."""

from dataclasses import dataclass
from datetime import date

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class MovedRow:
    """What moved in one month of the debts of one tax due in another, in minor units."""

    tax: str
    due: date
    month: date
    charged: int
    """Charges less what was taken back or given up."""
    paid: int


def moved(tx: Transaction) -> list[MovedRow]:
    """Add up all movements of debts of tax: one row for each tax, due month and month."""
    return tx.rows(
        MovedRow,
        """
        SELECT tax, date_trunc('month', items.due_on)::date AS due,
               date_trunc('month', entries.effective_on)::date AS month,
               coalesce(sum(amount) FILTER (WHERE NOT settles), 0)::bigint AS charged,
               coalesce(-sum(amount) FILTER (WHERE settles), 0)::bigint AS paid
        FROM items JOIN accounts USING (account) JOIN movements USING (item_id)
        JOIN entries USING (entry_id)
        LEFT JOIN entries AS undone ON undone.entry_id = entries.reverses
        CROSS JOIN LATERAL (SELECT coalesce(undone.kind, entries.kind)
                            IN ('payment', 'offset', 'transfer') AS settles) AS told
        WHERE accounts.kind = 'receivable' AND bucket = 'tax' AND items.due_on IS NOT NULL
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
    )
