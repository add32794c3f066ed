"""Payment by instalments: applications, plans, and what was paid under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kazyna.accounts import Instalment
from kazyna.store.connection import Transaction

PlanStatus = Literal["applied", "running", "refused", "kept", "broken", "withdrawn"]


@dataclass(frozen=True)
class PlanRow:
    """One plan, in minor units."""

    plan_id: int
    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    debt: int
    months: int
    first_due: date
    status: PlanStatus
    automatic: bool
    reasons: list[str]
    applied_on: date
    applied_by: str
    decided_on: date | None
    decided_by: str | None
    ended_on: date | None
    note: str
    paid_before: int
    due_through: date | None
    """The latest due day of what it is about; None of one that took in all that was open."""


@dataclass(frozen=True)
class InstalmentRow:
    """One instalment of a plan, in minor units."""

    plan_id: int
    number: int
    due_on: date
    amount: int
    interest: int


@dataclass(frozen=True)
class HistoryRow:
    """What is known of the plans and fines of an account."""

    running: int
    broken: int
    fines: int


PLANS = """
    SELECT plan_id, account, tax, taxpayer_id, name AS taxpayer_name, debt, months, first_due,
           status, automatic, reasons, applied_on, applied_by, decided_on, decided_by, ended_on,
           note, paid_before, due_through
    FROM plans JOIN accounts USING (account) JOIN taxpayers USING (taxpayer_id)
"""


def insert(tx: Transaction, plan: dict[str, object], parts: Sequence[Instalment]) -> int | None:
    """Record an application with its instalments; None where a plan runs or waits already."""
    number: int | None = tx.value(
        """
        INSERT INTO plans (account, paid_before, due_through, debt, months, first_due, status,
                           automatic, reasons, decided_on, decided_by)
        VALUES (%(account)s, %(paid_before)s, %(due_through)s, %(debt)s, %(months)s,
                %(first_due)s, %(status)s, %(automatic)s, %(reasons)s,
                CASE WHEN %(status)s <> 'applied' THEN business_day() END,
                CASE WHEN %(status)s <> 'applied' THEN 'by law' END)
        ON CONFLICT DO NOTHING RETURNING plan_id
        """,
        plan,
    )
    if number is not None:
        for part in parts:
            tx.execute(
                "INSERT INTO plan_instalments (plan_id, number, due_on, amount, interest)"
                " VALUES (%s, %s, %s, %s, %s)",
                (number, part.number, part.due_on, part.amount, part.interest),
            )
    return number


def find(tx: Transaction, plan_id: int) -> PlanRow | None:
    """Return one plan, if the role may see it."""
    return tx.row(PlanRow, PLANS + " WHERE plan_id = %s", (plan_id,))


def lock(tx: Transaction, plan_id: int) -> None:
    """Let nobody else decide on a plan until the commit."""
    tx.execute("SELECT FROM plans WHERE plan_id = %s FOR UPDATE", (plan_id,))


def plans(
    tx: Transaction, *, taxpayer_id: str | None, status: PlanStatus | None, limit: int
) -> list[PlanRow]:
    """Return plans, those that wait first, then the latest."""
    return tx.rows(
        PlanRow,
        PLANS
        + """
        WHERE taxpayer_id = coalesce(%(taxpayer_id)s, taxpayer_id)
          AND status = coalesce(%(status)s, status)
        ORDER BY status <> 'applied', plan_id DESC LIMIT %(limit)s
        """,
        {"taxpayer_id": taxpayer_id, "status": status, "limit": limit},
    )


def running(tx: Transaction) -> list[PlanRow]:
    """Return every plan that runs."""
    return tx.rows(
        PlanRow, PLANS + " WHERE status = 'running' ORDER BY plan_id FOR UPDATE OF plans"
    )


def instalments(tx: Transaction, plan_ids: Sequence[int]) -> list[InstalmentRow]:
    """Return the instalments of plans, in their order."""
    return tx.rows(
        InstalmentRow,
        "SELECT plan_id, number, due_on, amount, interest FROM plan_instalments"
        " WHERE plan_id = ANY (%s) ORDER BY plan_id, number",
        (list(plan_ids),),
    )


def decide(
    tx: Transaction, plan_id: int, *, status: PlanStatus, note: str, paid_before: int
) -> None:
    """Record a decision under the actor's name."""
    tx.execute(
        "UPDATE plans SET status = %s, note = %s, paid_before = %s, decided_on = business_day(),"
        " decided_by = current_setting('kazyna.actor') WHERE plan_id = %s",
        (status, note, paid_before, plan_id),
    )


def end(tx: Transaction, plan_id: int, *, status: PlanStatus, on: date, note: str) -> None:
    """End a plan that runs."""
    tx.execute(
        "UPDATE plans SET status = %s, ended_on = %s, note = %s WHERE plan_id = %s",
        (status, on, note, plan_id),
    )


def settled(tx: Transaction, account: str, due_through: date | None) -> int:
    """Return what has settled debts of an account so far, less what was undone, in minor units.

    Only those due through a day, where one is given.
    """
    amount: int = tx.value(
        """
        SELECT coalesce(-sum(amount), 0)::bigint
        FROM items JOIN movements USING (item_id) JOIN entries USING (entry_id)
        WHERE account = %s AND due_on <= coalesce(%s, due_on) AND (
            kind IN ('payment', 'offset', 'write_off', 'remission', 'transfer')
            OR EXISTS (SELECT FROM entries AS undone WHERE undone.entry_id = entries.reverses
                       AND undone.kind IN ('payment', 'offset', 'transfer')))
        """,
        (account, due_through),
    )
    return amount


def history(tx: Transaction, account: str) -> HistoryRow:
    """Return what is known of the plans and fines of an account."""
    row = tx.row(
        HistoryRow,
        """
        SELECT (SELECT count(*) FROM plans WHERE account = %(account)s AND status = 'running')
                   AS running,
               (SELECT count(*) FROM plans WHERE account = %(account)s AND status = 'broken')
                   AS broken,
               (SELECT coalesce(sum(balance), 0)::bigint FROM items
                WHERE account = %(account)s AND bucket = 'penalty') AS fines
        """,
        {"account": account},
    )
    return row or HistoryRow(0, 0, 0)
