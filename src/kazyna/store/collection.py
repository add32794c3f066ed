"""What is overdue: who is told what, who is seen first, what the year's collection looks like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import LiteralString

import pyarrow as pa

from kazyna.accounts import DEBTORS, Bucket
from kazyna.store.connection import Transaction

NOTICES = pa.schema(
    [
        ("account", pa.string()),
        ("late_since", pa.date32()),
        ("step", pa.int32()),
        ("name", pa.string()),
        ("overdue", pa.int64()),
        ("pay_by", pa.date32()),
    ]
)
"""Notices on their way into the register."""

KNOWN = pa.schema(
    [
        ("taxpayer_id", pa.string()),
        ("name", pa.string()),
        ("overdue", pa.int64()),
        ("days_late", pa.int64()),
        ("years_late", pa.int64()),
        ("debts_paid_late", pa.int64()),
        ("never_paid", pa.int64()),
        ("broken_plans", pa.int64()),
        ("notices", pa.int64()),
    ]
)
"""What is known of taxpayers with a debt that is late; sums in minor units."""


WHAT_IS_KNOWN: LiteralString = """
    broken AS (
        SELECT taxpayer_id, count(*) AS plans FROM plans JOIN accounts USING (account)
        WHERE status = 'broken' AND ended_on <= %(on)s GROUP BY taxpayer_id
    ), told AS (
        SELECT taxpayer_id, count(*) AS notices FROM dunning_notices
        JOIN accounts USING (account) WHERE sent_on <= %(on)s GROUP BY taxpayer_id
    ), known AS (
        SELECT taxpayer_id, name, overdue, days_late, years_late,
               coalesce(debts_paid_late, 0) AS debts_paid_late,
               (paid.taxpayer_id IS NULL)::integer AS never_paid,
               coalesce(plans, 0) AS broken_plans, coalesce(notices, 0) AS notices
        FROM debtors JOIN taxpayers USING (taxpayer_id) LEFT JOIN paid USING (taxpayer_id)
        LEFT JOIN broken USING (taxpayer_id) LEFT JOIN told USING (taxpayer_id)
    )"""
"""The end of a query for `KNOWN`, whichever way it found `debtors` and what they `paid`: from
balances for today, from the journal for a day that is past."""


@dataclass(frozen=True)
class NoticeRow:
    """One notice to a debtor, in minor units."""

    notice_id: int
    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    language: str
    late_since: date
    step: int
    name: str
    overdue: int
    sent_on: date
    pay_by: date
    actor: str


@dataclass(frozen=True)
class OverdueRow:
    """One debt past its due day, in minor units."""

    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    period: int
    bucket: Bucket
    due_on: date
    place: str
    balance: int


@dataclass(frozen=True)
class WorkRow:
    """One debtor by what is likely to come in, in minor units."""

    taxpayer_id: str
    taxpayer_name: str
    overdue: int
    recoverable: Decimal
    late_since: date
    notices: int


@dataclass(frozen=True)
class FigureRow:
    """The collection of a year, in minor units."""

    debts_due: int
    debts_in_time: int
    charged_due: int
    paid_in_time: int
    collected: int
    arrears: int
    arrears_over_a_year: int
    recoverable: Decimal


def debtors(tx: Transaction, on: date) -> pa.Table:
    """Return the accounts that may be dunned on a day; columns as `DEBTORS`.

    Left out are debts that are suspended, parts of a year's debt that are in dispute, and accounts
    with a plan that runs or waits.
    """
    return tx.table(
        DEBTORS,
        """
        SELECT account, overdue, late_since, coalesce(step, -1), sent_on
        FROM chased_debts(%(on)s) AS late LEFT JOIN LATERAL (
            SELECT step, sent_on FROM dunning_notices AS notice
            WHERE notice.account = late.account AND notice.late_since = late.late_since
            ORDER BY step DESC LIMIT 1
        ) AS last ON true
        ORDER BY account
        """,
        {"on": on},
    )


def insert_notices(tx: Transaction, rows: pa.Table) -> int:
    """Record notices, columns as `NOTICES`; one that stands already is left out."""
    definition = (
        "account text, late_since date, step integer, name text, overdue bigint, pay_by date"
    )
    with tx.staged("sent", definition, rows.select(NOTICES.names)):
        return tx.execute(
            "INSERT INTO dunning_notices (account, late_since, step, name, overdue, pay_by)"
            " SELECT * FROM sent ON CONFLICT DO NOTHING"
        )


def notices(
    tx: Transaction, *, taxpayer_id: str | None, sent_on: date | None, limit: int
) -> list[NoticeRow]:
    """Return notices, to one taxpayer or of one day, the latest first."""
    return tx.rows(
        NoticeRow,
        """
        SELECT notice_id, account, tax, taxpayer_id, taxpayers.name AS taxpayer_name, language,
               late_since, step, dunning_notices.name, overdue, sent_on, pay_by, actor
        FROM dunning_notices JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
        WHERE taxpayer_id = coalesce(%(taxpayer_id)s, taxpayer_id)
          AND sent_on = coalesce(%(sent_on)s, sent_on)
        ORDER BY notice_id DESC LIMIT %(limit)s
        """,
        {"taxpayer_id": taxpayer_id, "sent_on": sent_on, "limit": limit},
    )


def find_notice(tx: Transaction, notice_id: int) -> NoticeRow | None:
    """Return one notice, if the role may see it."""
    return tx.row(
        NoticeRow,
        """
        SELECT notice_id, account, tax, taxpayer_id, taxpayers.name AS taxpayer_name, language,
               late_since, step, dunning_notices.name, overdue, sent_on, pay_by, actor
        FROM dunning_notices JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
        WHERE notice_id = %s
        """,
        (notice_id,),
    )


def overdue(
    tx: Transaction, *, on: date, account: str | None = None, due_before: date | None = None,
    limit: int,
) -> list[OverdueRow]:  # fmt: skip
    """Return debts past their due day, of one account or all, the oldest first."""
    return tx.rows(
        OverdueRow,
        """
        SELECT account, tax, taxpayer_id, name AS taxpayer_name, period, bucket, due_on, place,
               balance
        FROM items JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
        WHERE due_on < least(%(on)s, %(due_before)s) AND balance > 0
          AND account = coalesce(%(account)s, account)
        ORDER BY due_on, account, period, bucket LIMIT %(limit)s
        """,
        {"on": on, "account": account, "due_before": due_before, "limit": limit},
    )


def reference_of(tx: Transaction, account: str) -> str | None:
    """Return the reference of the latest bill of an account that asks for something, or of any."""
    found: str | None = tx.value(
        """
        SELECT reference FROM standing_bills JOIN rolls USING (roll_id)
        WHERE 'receivable:' || tax || ':' || taxpayer_id = %s
        ORDER BY status = 'issued' AND amount > 0 DESC, year DESC, bill_no DESC LIMIT 1
        """,
        (account,),
    )
    return found


def worklist(
    tx: Transaction, *, on: date, bands: Sequence[tuple[int, Decimal]], limit: int
) -> list[WorkRow]:
    """Return the debtors of whom most is likely to come in.

    Parameters
    ----------
    tx
        The transaction.
    on
        The day of the question.
    bands
        Up to so many days late, and the share that is likely to come in, in rising order.
    limit
        How many debtors.
    """
    return tx.rows(
        WorkRow,
        """
        SELECT taxpayers.taxpayer_id, name AS taxpayer_name, sum(balance)::bigint AS overdue,
               sum(balance * (SELECT share FROM unnest(%(days)s::integer[], %(shares)s::numeric[])
                              AS band (to_days, share) WHERE %(on)s - due_on <= to_days
                              ORDER BY to_days LIMIT 1)) AS recoverable,
               min(due_on) AS late_since,
               (SELECT count(*) FROM dunning_notices JOIN accounts AS dunned USING (account)
                WHERE dunned.taxpayer_id = taxpayers.taxpayer_id) AS notices
        FROM items JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
        WHERE due_on < %(on)s AND balance > 0
        GROUP BY taxpayers.taxpayer_id, name
        ORDER BY recoverable DESC NULLS LAST, overdue DESC, taxpayers.taxpayer_id LIMIT %(limit)s
        """,
        {
            "on": on,
            "days": [days for days, _ in bands],
            "shares": [share for _, share in bands],
            "limit": limit,
        },
    )


def known_of_debtors(tx: Transaction, on: date) -> pa.Table:
    """Return what is known of every taxpayer with a debt that is late; columns as `KNOWN`."""
    return tx.table(
        KNOWN,
        """
        WITH debtors AS (
            SELECT taxpayer_id, sum(balance)::bigint AS overdue, %(on)s - min(due_on) AS days_late,
                   count(DISTINCT period) AS years_late
            FROM items JOIN accounts USING (account)
            WHERE due_on < %(on)s AND balance > 0 GROUP BY taxpayer_id
        ), paid AS (
            SELECT taxpayer_id, count(DISTINCT item_id) FILTER (
                       WHERE bucket = 'tax' AND effective_on > due_on) AS debts_paid_late
            FROM debtors JOIN accounts USING (taxpayer_id) JOIN items USING (account)
            JOIN postings ON credit = item_id JOIN entries USING (entry_id)
            WHERE (entries.kind IN ('payment', 'offset')
                   OR (entries.kind = 'transfer' AND idempotency_key NOT LIKE 'interest:%%'))
              AND NOT EXISTS (SELECT FROM entries AS undoing
                              WHERE undoing.reverses = entries.entry_id)
            GROUP BY taxpayer_id
        ),
        """  # noqa: S608 (both parts are ours)
        + WHAT_IS_KNOWN
        + " SELECT * FROM known ORDER BY taxpayer_id",
        {"on": on},
    )


def figures(
    tx: Transaction, *, first: date, last: date, bands: Sequence[tuple[int, Decimal]]
) -> FigureRow:
    """Return how a year was collected: paid in time, collected, and what is left at its end."""
    return tx.only(
        FigureRow,
        """
        WITH due AS (
            SELECT item_id, due_on FROM items
            WHERE bucket = 'tax' AND due_on BETWEEN %(first)s AND %(last)s
        ), moved AS (
            SELECT item_id, sum(amount) FILTER (WHERE amount > 0) AS charged,
                   -coalesce(sum(amount) FILTER (
                       WHERE amount < 0 AND effective_on <= due_on), 0) AS in_time
            FROM due JOIN movements USING (item_id) JOIN entries USING (entry_id)
            -- What falls due with a part that was missed was charged on its own day.
            WHERE kind <> 'correction' OR idempotency_key NOT LIKE 'interest:%%'
            GROUP BY item_id
        ), late AS (
            SELECT balance, %(last)s - due_on AS days FROM items
            WHERE due_on < %(last)s AND balance > 0
        )
        SELECT (SELECT count(*) FROM moved) AS debts_due,
               (SELECT count(*) FROM moved WHERE in_time >= charged) AS debts_in_time,
               (SELECT coalesce(sum(charged), 0) FROM moved)::bigint AS charged_due,
               (SELECT coalesce(sum(in_time), 0) FROM moved)::bigint AS paid_in_time,
               (SELECT coalesce(sum(amount), 0)::bigint FROM movements JOIN items USING (item_id)
                JOIN entries USING (entry_id)
                WHERE account = 'treasury' AND effective_on BETWEEN %(first)s AND %(last)s)
                   AS collected,
               (SELECT coalesce(sum(balance), 0) FROM late)::bigint AS arrears,
               (SELECT coalesce(sum(balance), 0) FROM late WHERE days > 365)::bigint
                   AS arrears_over_a_year,
               (SELECT coalesce(sum(balance * (
                    SELECT share FROM unnest(%(days)s::integer[], %(shares)s::numeric[])
                    AS band (to_days, share) WHERE days <= to_days ORDER BY to_days LIMIT 1)), 0)
                FROM late) AS recoverable
        """,
        {
            "first": first,
            "last": last,
            "days": [days for days, _ in bands],
            "shares": [share for _, share in bands],
        },
    )
