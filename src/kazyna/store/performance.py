"""How the office performs in a year, by TADAT's outcome areas: one question of sets an area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from kazyna.store.connection import Transaction

T = TypeVar("T")

OLD_DAYS = 30
"""After so many days money without an owner, or a refund, has waited long: TADAT P8-23, P8-24."""


@dataclass(frozen=True)
class BaseRow:
    """The registered base."""

    taxpayers: int
    bills: int
    bills_corrected: int
    properties: int
    properties_registered: int
    payers: int
    """Taxpayers with a bill of the year."""
    payers_online: int
    """Of them, those who can sign in."""


@dataclass(frozen=True)
class CaseRow:
    """Cases of risk that were opened in the year."""

    opened: int
    closed: int
    proved: int


@dataclass(frozen=True)
class FilingRow:
    """Declarations that were due in the year."""

    expected: int
    filed: int
    in_time: int
    by_taxpayer: int
    corrected: int
    declared: Decimal


@dataclass(frozen=True)
class ChannelRow:
    """Payments of the year by the way they came, in minor units."""

    payments: int
    through_bank: int
    paid: int
    paid_through_bank: int
    matched: int
    suspense: int
    suspense_old: int


@dataclass(frozen=True)
class AssessedRow:
    """What was assessed beyond declarations, and confirmed in the year."""

    proposals: int
    confirmed: Decimal


@dataclass(frozen=True)
class DisputeRow:
    """Objections to values and bills."""

    decided: int
    in_time: int
    in_30_days: int
    in_60_days: int
    in_90_days: int
    median_days: Decimal | None
    upheld: int
    open_late: int


@dataclass(frozen=True)
class RefundRow:
    """Refunds that were decided in the year, and requests that two persons have signed."""

    refunds: int
    refunds_in_time: int
    median_days: Decimal | None
    signed: int
    entries: int
    entries_sealed: int
    closed_through: date | None


def base(tx: Transaction, *, year: int) -> BaseRow:
    """Count taxpayers, the bills of a year, and the properties that are objects of tax."""
    return tx.only(
        BaseRow,
        """
        WITH billed AS (
            SELECT roll_id, bill_no, taxpayer_id, version FROM standing_bills
            JOIN rolls USING (roll_id) WHERE year = %(year)s AND status = 'issued'
        ), payers AS (SELECT DISTINCT taxpayer_id FROM billed)
        SELECT (SELECT count(*) FROM taxpayers WHERE merged_into IS NULL) AS taxpayers,
               (SELECT count(*) FROM billed) AS bills,
               (SELECT count(*) FROM billed WHERE version > 1) AS bills_corrected,
               (SELECT count(*) FROM properties) AS properties,
               (SELECT count(*) FROM properties JOIN objects ON object_id = property_id)
                   AS properties_registered,
               (SELECT count(*) FROM payers) AS payers,
               (SELECT count(*) FROM payers WHERE EXISTS (
                    SELECT FROM users WHERE users.taxpayer_id = payers.taxpayer_id))
                   AS payers_online
        """,
        {"year": year},
    )


def cases(tx: Transaction, *, first: date, last: date) -> CaseRow:
    """Count the cases opened in a year, those closed since, and those that proved a breach."""
    return tx.only(
        CaseRow,
        """
        SELECT count(*) AS opened, count(*) FILTER (WHERE status = 'closed') AS closed,
               count(*) FILTER (WHERE outcome IN ('fraud', 'mistake_of_participant')) AS proved
        FROM alert_cases WHERE opened_on BETWEEN %(first)s AND %(last)s
        """,
        {"first": first, "last": last},
    )


def filing(tx: Transaction, due: Sequence[tuple[str, date]], *, months_back: int) -> FilingRow:
    """Count the declarations of some taxes and months, and those that were expected.

    Parameters
    ----------
    tx
        The transaction.
    due
        The taxes and months whose day has passed.
    months_back
        Who declared a tax in so many months before is expected to go on.
    """
    return tx.only(
        FilingRow,
        """
        WITH due AS (
            SELECT * FROM unnest(%(taxes)s::text[], %(months)s::date[]) AS due (tax, month)
        ), filed AS (
            SELECT taxpayer_id, tax, month, min(filed_on) AS filed_on, min(due_on) AS due_on,
                   max(version) AS versions,
                   (array_agg(filed_by ORDER BY version))[1] AS filed_by,
                   (array_agg(amount ORDER BY version DESC))[1] AS amount
            FROM declarations JOIN due USING (tax, month) GROUP BY taxpayer_id, tax, month
        ), expected AS (
            SELECT taxpayer_id, tax, month FROM filed
            UNION
            SELECT taxpayer_id, due.tax, due.month FROM due JOIN declarations AS earlier
            ON earlier.tax = due.tax AND earlier.month < due.month
               AND earlier.month >= due.month - make_interval(months => %(back)s)
        )
        SELECT (SELECT count(*) FROM expected) AS expected, count(*) AS filed,
               count(*) FILTER (WHERE filed_on <= due_on) AS in_time,
               count(*) FILTER (WHERE EXISTS (SELECT FROM users WHERE users.name = filed_by
                                AND users.role = 'taxpayer')) AS by_taxpayer,
               count(*) FILTER (WHERE versions > 1) AS corrected,
               coalesce(sum(amount), 0) AS declared
        FROM filed
        """,
        {
            "taxes": [tax for tax, _ in due],
            "months": [month for _, month in due],
            "back": months_back,
        },
    )


def channels(tx: Transaction, *, first: date, last: date) -> ChannelRow:
    """Count the payments of a year, those that a bank file brought, and what has no owner yet."""
    return tx.only(
        ChannelRow,
        """
        WITH paid AS (
            SELECT entry_id, sum(amount) AS amount FROM entries JOIN movements USING (entry_id)
            JOIN items USING (item_id)
            WHERE entries.kind = 'payment' AND account = 'treasury'
              AND effective_on BETWEEN %(first)s AND %(last)s
              AND NOT EXISTS (SELECT FROM entries AS later WHERE later.reverses = entries.entry_id)
            GROUP BY entry_id
        ), came AS (
            SELECT amount, status FROM bank_transactions
            WHERE amount > 0 AND booked_on BETWEEN %(first)s AND %(last)s
        ), waiting AS (
            SELECT amount, booked_on FROM bank_transactions
            WHERE status = 'suspense' AND booked_on <= %(last)s
        )
        SELECT (SELECT count(*) FROM paid) AS payments, (SELECT count(*) FROM came) AS through_bank,
               (SELECT coalesce(sum(amount), 0) FROM paid)::bigint AS paid,
               (SELECT coalesce(sum(amount), 0) FROM came)::bigint AS paid_through_bank,
               (SELECT count(*) FROM came WHERE status = 'matched') AS matched,
               (SELECT coalesce(sum(amount), 0) FROM waiting)::bigint AS suspense,
               (SELECT coalesce(sum(amount), 0) FROM waiting WHERE booked_on < %(old)s)::bigint
                   AS suspense_old
        """,
        {"first": first, "last": last, "old": last - timedelta(days=OLD_DAYS)},
    )


def assessed(tx: Transaction, *, first: date, last: date) -> AssessedRow:
    """Add up what was assessed beyond declarations and confirmed in a year."""
    return tx.only(
        AssessedRow,
        """
        SELECT count(*) FILTER (WHERE proposed_on BETWEEN %(first)s AND %(last)s) AS proposals,
               coalesce(sum(amount) FILTER (WHERE decision = 'confirmed'
                        AND decided_on BETWEEN %(first)s AND %(last)s), 0) AS confirmed
        FROM proposed_assessments LEFT JOIN proposal_decisions USING (proposal_id)
        """,
        {"first": first, "last": last},
    )


def disputes(tx: Transaction, *, first: date, last: date) -> DisputeRow:
    """Count the objections to values and bills that were decided in a year, and how soon."""
    return tx.only(
        DisputeRow,
        """
        WITH filed AS (
            SELECT filed_on, answer_by, happened_on AS decided_on, event.to_status AS decision
            FROM bill_objections LEFT JOIN bill_objection_events AS event USING (objection_id)
            UNION ALL
            SELECT filed_on, answer_by, happened_on, event.to_status
            FROM objections LEFT JOIN objection_events AS event
            ON event.objection_id = objections.objection_id AND event.to_status <> 'under_review'
        ), decided AS (
            SELECT decision, decided_on <= answer_by AS in_time, decided_on - filed_on AS days
            FROM filed
            WHERE decision <> 'withdrawn' AND decided_on BETWEEN %(first)s AND %(last)s
        )
        SELECT count(*) AS decided, count(*) FILTER (WHERE in_time) AS in_time,
               count(*) FILTER (WHERE days <= 30) AS in_30_days,
               count(*) FILTER (WHERE days <= 60) AS in_60_days,
               count(*) FILTER (WHERE days <= 90) AS in_90_days,
               (percentile_disc(0.5) WITHIN GROUP (ORDER BY days))::numeric AS median_days,
               count(*) FILTER (WHERE decision <> 'rejected') AS upheld,
               (SELECT count(*) FROM filed WHERE answer_by < %(last)s
                AND (decision IS NULL OR decided_on > %(last)s)) AS open_late
        FROM decided
        """,
        {"first": first, "last": last},
    )


def refunds(tx: Transaction, *, first: date, last: date) -> RefundRow:
    """Count the refunds decided in a year, what two persons signed, and how far books are kept."""
    return tx.only(
        RefundRow,
        """
        WITH decided AS (
            SELECT kind, status, decided_on - requested_on AS days FROM ledger_requests
            WHERE decided_on BETWEEN %(first)s AND %(last)s
        )
        SELECT count(*) FILTER (WHERE kind = 'refund') AS refunds,
               count(*) FILTER (WHERE kind = 'refund' AND days <= %(old)s) AS refunds_in_time,
               (percentile_disc(0.5) WITHIN GROUP (ORDER BY days)
                FILTER (WHERE kind = 'refund'))::numeric AS median_days,
               count(*) + (SELECT count(*) FROM roll_events WHERE to_status = 'issued'
                           AND from_status = 'draft'
                           AND happened_on BETWEEN %(first)s AND %(last)s) AS signed,
               (SELECT count(*) FROM entries) AS entries,
               (SELECT count(*) FROM entries
                WHERE entry_id <= (SELECT max(last_entry) FROM seals)) AS entries_sealed,
               (SELECT nullif(open_from, '-infinity') - 1 FROM ledger_state) AS closed_through
        FROM decided
        """,
        {"first": first, "last": last, "old": OLD_DAYS},
    )
