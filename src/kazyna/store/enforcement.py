"""Measures of enforcement: which debtor is due for one, and what was imposed and lifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

import pyarrow as pa

from kazyna.accounts import DEBTORS
from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class MeasureRow:
    """One measure as it stands, in minor units."""

    measure_id: int
    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    late_since: date
    step: int
    name: str
    law: str
    amount: int
    open: int
    """What is unpaid of the debts that were late when it was proposed."""
    two_persons: bool
    grounds: str
    status: str
    proposed_on: date
    proposed_by: str
    imposed_on: date | None
    imposed_by: str | None
    ended_on: date | None
    document: str | None
    reason: str | None


@dataclass(frozen=True)
class DebtorRow:
    """A debtor after the last demand, in minor units."""

    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    late_since: date
    overdue: int


MEASURES: LiteralString = """
    SELECT measure_id, account, tax, taxpayer_id, taxpayers.name AS taxpayer_name, late_since, step,
           measure.name, law, amount,
           coalesce((SELECT sum(balance) FROM items WHERE items.account = measure.account
                     AND due_on < proposed_on), 0)::bigint AS open,
           two_persons, grounds, status, proposed_on, proposed_by, imposed_on, imposed_by, ended_on,
           (SELECT document FROM enforcement_events AS event
            WHERE event.measure_id = measure.measure_id AND to_status = 'imposed') AS document,
           (SELECT reason FROM enforcement_events AS event
            WHERE event.measure_id = measure.measure_id AND to_status <> 'imposed') AS reason
    FROM enforcement_measures AS measure JOIN accounts USING (account)
    JOIN taxpayers USING (taxpayer_id)
"""


def demanded(tx: Transaction, on: date, *, last_step: int) -> pa.Table:
    """Return the accounts that had the last demand, columns as `DEBTORS`.

    `late_since` is the last day to pay of that demand, `last_step` the last measure. Left out are
    those for which a proposal waits.
    """
    return tx.table(
        DEBTORS,
        """
        SELECT debt.account, debt.overdue, pay_by, coalesce(last.step, -1), last.imposed_on
        FROM chased_debts(%(on)s) AS debt
        JOIN dunning_notices AS notice ON notice.account = debt.account
            AND notice.late_since = debt.late_since AND notice.step = %(last_step)s
        LEFT JOIN LATERAL (
            SELECT step, imposed_on, status FROM enforcement_measures AS measure
            WHERE measure.account = debt.account AND measure.late_since = debt.late_since
              AND status <> 'refused'
            ORDER BY step DESC LIMIT 1
        ) AS last ON true
        WHERE last.status IS DISTINCT FROM 'proposed'
        ORDER BY debt.account
        """,
        {"on": on, "last_step": last_step},
    )


def debtors(tx: Transaction, accounts: Sequence[str], on: date) -> list[DebtorRow]:
    """Return what may be chased of some accounts, the largest sum first."""
    return tx.rows(
        DebtorRow,
        """
        SELECT account, tax, taxpayer_id, name AS taxpayer_name, late_since, overdue
        FROM chased_debts(%s) JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
        WHERE account = ANY (%s) ORDER BY overdue DESC, account
        """,
        (on, list(accounts)),
    )


def insert(tx: Transaction, measure: dict[str, Any]) -> int | None:
    """Record a proposal; None where the same stands already."""
    number: int | None = tx.value(
        """
        INSERT INTO enforcement_measures (account, late_since, step, name, law, amount, two_persons,
                                          grounds)
        VALUES (%(account)s, %(late_since)s, %(step)s, %(name)s, %(law)s, %(amount)s,
                %(two_persons)s, %(grounds)s)
        ON CONFLICT (account, late_since, step) WHERE status <> 'refused' DO NOTHING
        RETURNING measure_id
        """,
        measure,
    )
    return number


def find(tx: Transaction, measure_id: int) -> MeasureRow | None:
    """Return one measure that the role may see, or None."""
    return tx.row(MeasureRow, MEASURES + " WHERE measure_id = %s", (measure_id,))


def measures(tx: Transaction, *, taxpayer_id: str | None, limit: int) -> list[MeasureRow]:
    """Return the measures that the role may see: what waits or is in force first."""
    return tx.rows(
        MeasureRow,
        MEASURES + " WHERE %(who)s::text IS NULL OR taxpayer_id = %(who)s"
        " ORDER BY status NOT IN ('proposed', 'imposed'), measure_id DESC LIMIT %(limit)s",
        {"who": taxpayer_id, "limit": limit},
    )


def move(
    tx: Transaction, measure_id: int, to_status: str, *, document: str = "", reason: str = ""
) -> None:
    """Record a step; the database refuses one that is out of turn, or of the wrong person."""
    tx.execute(
        "INSERT INTO enforcement_events (measure_id, to_status, document, reason)"
        " VALUES (%s, %s, %s, %s)",
        (measure_id, to_status, document, reason),
    )


def lift_settled(tx: Transaction) -> int:
    """Lift every measure whose debts are settled; return how many were."""
    return tx.execute(
        """
        INSERT INTO enforcement_events (measure_id, to_status, reason)
        SELECT measure_id, 'lifted', 'settled' FROM enforcement_measures AS measure
        WHERE status = 'imposed' AND NOT EXISTS (
            SELECT FROM items WHERE items.account = measure.account AND due_on < proposed_on
              AND balance > 0)
        """
    )
