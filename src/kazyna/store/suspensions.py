"""Debts that are not chased for a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class SuspensionRow:
    """One suspension of the debts of a taxpayer for a tax and year."""

    suspension_id: int
    tax: str
    taxpayer_id: str
    period: int
    first_day: date
    last_day: date | None
    interest_pauses: bool
    reason: str
    actor: str
    disputed: int | None
    """The part that is left alone, in minor units; None of all."""


def insert(tx: Transaction, suspension: dict[str, object]) -> int | None:
    """Record a suspension that begins; None where one for the same reason is under way already."""
    number: int | None = tx.value(
        """
        INSERT INTO suspensions (tax, taxpayer_id, period, first_day, interest_pauses, reason,
                                 disputed)
        VALUES (%(tax)s, %(taxpayer_id)s, %(period)s, %(first_day)s, %(interest_pauses)s,
                %(reason)s, %(disputed)s)
        ON CONFLICT DO NOTHING RETURNING suspension_id
        """,
        {"disputed": None} | suspension,
    )
    return number


def is_under_way(tx: Transaction, *, tax: str, taxpayer_id: str, period: int) -> bool:
    """Tell whether the debt of a tax and year is left alone as a whole."""
    return bool(
        tx.value(
            "SELECT EXISTS (SELECT FROM suspensions WHERE (tax, taxpayer_id, period)"
            " = (%s, %s, %s) AND last_day IS NULL AND disputed IS NULL)",
            (tax, taxpayer_id, period),
        )
    )


def end(tx: Transaction, suspension_id: int, *, last_day: date) -> bool:
    """End a suspension; tell whether it was under way."""
    return bool(
        tx.execute(
            "UPDATE suspensions SET last_day = %s, ended_by = current_setting('kazyna.actor')"
            " WHERE suspension_id = %s AND last_day IS NULL",
            (last_day, suspension_id),
        )
    )


def find(tx: Transaction, suspension_id: int) -> SuspensionRow | None:
    """Return one suspension, or None."""
    return tx.row(
        SuspensionRow,
        "SELECT suspension_id, tax, taxpayer_id, period, first_day, last_day, interest_pauses,"
        " reason, actor, disputed FROM suspensions WHERE suspension_id = %s",
        (suspension_id,),
    )


def of_accounts(tx: Transaction, accounts: Sequence[str]) -> list[SuspensionRow]:
    """Return every suspension on some receivable accounts."""
    return tx.rows(
        SuspensionRow,
        "SELECT suspension_id, tax, taxpayer_id, period, first_day, last_day, interest_pauses,"
        " reason, actor, disputed FROM suspensions"
        " WHERE 'receivable:' || tax || ':' || taxpayer_id = ANY (%s) ORDER BY suspension_id",
        (list(accounts),),
    )


def of_taxpayer(tx: Transaction, taxpayer_id: str) -> list[SuspensionRow]:
    """Return every suspension of a taxpayer's debts, the latest first."""
    return tx.rows(
        SuspensionRow,
        "SELECT suspension_id, tax, taxpayer_id, period, first_day, last_day, interest_pauses,"
        " reason, actor, disputed FROM suspensions WHERE taxpayer_id = %s"
        " ORDER BY suspension_id DESC",
        (taxpayer_id,),
    )


def end_by_reason(tx: Transaction, reason: str, *, last_day: date) -> None:
    """End the suspensions that were made for one reason, such as a plan."""
    tx.execute(
        "UPDATE suspensions SET last_day = greatest(%s, first_day),"
        " ended_by = current_setting('kazyna.actor') WHERE reason = %s AND last_day IS NULL",
        (last_day, reason),
    )
