"""The proof of the books: balances against postings, entries against their seals."""

from dataclasses import dataclass

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class WrongBalance:
    """An item whose balance is not the sum of its postings, in minor units."""

    item_id: int
    account: str
    balance: int
    postings: int


def wrong_balances(tx: Transaction) -> list[WrongBalance]:
    """Replay the journal; return the items whose balance is not the sum of their postings."""
    return tx.rows(
        WrongBalance,
        """
        WITH moved AS (
            SELECT item_id, sum(amount) AS amount FROM (
                SELECT debit AS item_id, sum(amount) AS amount FROM postings GROUP BY debit
                UNION ALL
                SELECT credit, -sum(amount) FROM postings GROUP BY credit
            ) AS sides GROUP BY item_id
        )
        SELECT item_id, account, balance, stands::bigint AS postings FROM (
            SELECT item_id, account, balance, coalesce(
                CASE WHEN period IS NULL THEN -amount ELSE amount END, 0) AS stands
            FROM items LEFT JOIN moved USING (item_id) WHERE balance IS NOT NULL
        ) AS kept WHERE balance <> stands ORDER BY item_id
        """,
    )
