"""Parts of bills: what bills asked for in turn, and what falls due with a part that was missed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.store.connection import Transaction
from kazyna.store.ledger import refusals


@dataclass(frozen=True)
class _Falls:
    tax: str
    year: int
    days: list[date]


@dataclass(frozen=True)
class Amounts:
    """What a bill asks for from a day on."""

    since: date | None
    """None of a bill as its roll was issued; a day of one that a correction added or changed."""
    amount: Decimal


@dataclass(frozen=True)
class _Changed:
    roll_id: int
    bill_no: int
    days: list[date | None]
    amounts: list[Decimal]


def changed_bills(
    tx: Transaction, bills: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], list[Amounts]]:
    """Return what bills asked for in turn, of those that corrections have added or changed.

    Parameters
    ----------
    tx
        The transaction.
    bills
        Rolls and numbers.
    """
    rows = tx.rows(
        _Changed,
        """
        SELECT roll_id, bill_no, array_agg(since ORDER BY version) AS days,
               array_agg(amount ORDER BY version) AS amounts
        FROM bill_amounts JOIN unnest(%s::bigint[], %s::bigint[]) AS asked (roll_id, bill_no)
            USING (roll_id, bill_no)
        GROUP BY roll_id, bill_no HAVING count(*) > 1 OR bool_or(since IS NOT NULL)
        """,
        ([roll for roll, _ in bills], [number for _, number in bills]),
    )
    return {(row.roll_id, row.bill_no): list(map(Amounts, row.days, row.amounts)) for row in rows}


def days_that_fall(tx: Transaction) -> dict[str, dict[int, tuple[date, ...]]]:
    """Return the days of the parts of which the rest falls due when one is missed.

    Returns
    -------
    dict
        By tax and tax year, the days in rising order.
    """
    rows = tx.rows(
        _Falls,
        """
        SELECT tax, year, array_agg(DISTINCT day ORDER BY day) AS days
        FROM parts_that_fall, unnest(ARRAY[missed_on, later_on]) AS day GROUP BY tax, year
        """,
    )
    found: dict[str, dict[int, tuple[date, ...]]] = defaultdict(dict)
    for row in rows:
        found[row.tax][row.year] = tuple(row.days)
    return found


def let_fall_due(tx: Transaction, *, key: str, through: date, but: Sequence[str]) -> int:
    """Let fall due what is open of parts after one that was missed; return how many debts.

    Parameters
    ----------
    tx
        The transaction.
    key
        Of the entries, with the day and a number behind it.
    through
        Parts are missed whose day is before this one.
    but
        Accounts that are left out.
    """
    with refusals():
        fallen: int = tx.value("SELECT let_fall_due(%s, %s, %s)", (key, through, list(but)))
    return fallen


def lift_fallen(tx: Transaction, *, key: str, account: str, period: int, place: str) -> int:
    """Take what has fallen due of an account's parts back to their days, as far as it is open."""
    with refusals():
        lifted: int = tx.value("SELECT lift_fallen(%s, %s, %s, %s)", (key, account, period, place))
    return lifted
