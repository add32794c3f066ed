"""What was known of debtors on a day that is past, and what they paid in the days after."""

from datetime import date

import pyarrow as pa

from kazyna.store.collection import KNOWN, WHAT_IS_KNOWN
from kazyna.store.connection import Transaction

OUTCOMES = KNOWN.append(pa.field("paid_after", pa.int64()))
"""As `KNOWN` on that day, and what was paid of those debts since; sums in minor units."""


def outcomes(tx: Transaction, *, on: date, until: date) -> pa.Table:
    """Return every debtor as it was known on a day, with what it then paid up to another.

    Money counts that settled the debts of that day: payments, offsets and assignments of the bank,
    less those that were undone. What was given up, forgiven or corrected is no payment.

    Returns
    -------
    pyarrow.Table
        Columns as `OUTCOMES`.
    """
    return tx.table(
        OUTCOMES,
        """
        WITH moved AS NOT MATERIALIZED (
            -- What is undone never was: its reversal counts from the same day.
            SELECT item_id, taxpayer_id, period, bucket, due_on, amount,
                   coalesce(undone.entry_id, entry.entry_id) AS entry_id,
                   coalesce(undone.effective_on, entry.effective_on) AS effective_on,
                   coalesce(undone.effective_on, entry.effective_on) <= %(on)s
                       AND entry.posted_on <= %(on)s AS known,
                   coalesce(undone.kind, entry.kind) IN ('payment', 'offset')
                       OR (coalesce(undone.kind, entry.kind) = 'transfer'
                           AND entry.idempotency_key NOT LIKE 'interest:%%') AS money
            FROM items JOIN accounts USING (account) JOIN movements USING (item_id)
            JOIN entries AS entry USING (entry_id)
            LEFT JOIN entries AS undone ON undone.entry_id = entry.reverses
            WHERE accounts.kind = 'receivable' AND due_on < %(on)s
        ), late AS (
            SELECT item_id, taxpayer_id, period, due_on, sum(amount) AS owed
            FROM moved WHERE known GROUP BY item_id, taxpayer_id, period, due_on
            HAVING sum(amount) > 0
        ), debtors AS (
            SELECT taxpayer_id, sum(owed)::bigint AS overdue, %(on)s - min(due_on) AS days_late,
                   count(DISTINCT period) AS years_late
            FROM late GROUP BY taxpayer_id
        ), paid AS (
            SELECT taxpayer_id, count(DISTINCT item_id) FILTER (
                       WHERE bucket = 'tax' AND effective_on > due_on) AS debts_paid_late
            FROM (SELECT taxpayer_id, item_id, bucket, effective_on, due_on
                  FROM moved WHERE known AND money
                  GROUP BY taxpayer_id, item_id, entry_id, bucket, effective_on, due_on
                  HAVING sum(amount) < 0) AS stands
            GROUP BY taxpayer_id
        ), since AS (
            SELECT late.taxpayer_id, -sum(amount)::bigint AS paid_after
            FROM late JOIN moved USING (item_id)
            WHERE money AND NOT known AND effective_on <= %(until)s GROUP BY late.taxpayer_id
        ),
        """  # noqa: S608 (both parts are ours)
        + WHAT_IS_KNOWN
        + " SELECT known.*, coalesce(paid_after, 0) FROM known LEFT JOIN since USING (taxpayer_id)"
        " ORDER BY taxpayer_id",
        {"on": on, "until": until},
    )
