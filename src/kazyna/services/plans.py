"""Payment by instalments: applied for, decided by the law or an officer, kept or broken."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kazyna.accounts import (
    Instalment,
    InstalmentRule,
    PlanDecision,
    PlanFacts,
    decide_plan,
    is_broken,
    owed_by,
    receivable,
    schedule,
)
from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.packs.collection import InstalmentLaw
from kazyna.services.context import Context
from kazyna.store import ledger, plans, suspensions
from kazyna.store.connection import Transaction
from kazyna.store.plans import PlanRow, PlanStatus

SHOWN = 200
FIRST_DAYS_MAX = 366
"""No plan begins later than a year from now."""


@dataclass(frozen=True)
class PlanPart:
    """One instalment, and what is open of it."""

    number: int
    due_on: date
    amount: Decimal
    interest: Decimal
    open: Decimal


@dataclass(frozen=True)
class Plan:
    """A plan of instalments, applied for or running."""

    plan_id: int
    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    currency: str
    debt: Decimal
    paid: Decimal
    """Under the plan, so far."""
    status: PlanStatus
    automatic: bool
    """Whether the law decided, without an officer."""
    reasons: tuple[str, ...]
    """What kept the law from granting it, by name."""
    applied_on: date
    decided_by: str | None
    note: str
    parts: tuple[PlanPart, ...]


@dataclass(frozen=True)
class PlansReview:
    """What became of the plans that ran."""

    on: date
    kept: tuple[int, ...]
    broken: tuple[int, ...]
    running: int


def apply(ctx: Context, *, taxpayer_id: str, tax: str, months: int, first_due: date) -> Plan:
    """Apply to pay what is owed for a tax by monthly instalments; the law decides if it can.

    That is what is due by the day of the application, or else what is due next: parts of bills that
    the law lets be paid later stay as they are.

    Raises
    ------
    NotFound
        When the pack knows no instalments, or there is no debt.
    InputError
        When the first instalment is due in the past.
    Conflict
        When a plan runs or waits already.
    """
    ctx.require("officer", "taxpayer")
    if ctx.actor.role == "taxpayer" and ctx.actor.taxpayer_id != taxpayer_id:
        raise Forbidden("This is another taxpayer's account.")
    law, rule = _law(ctx)
    latest = ctx.today + timedelta(days=FIRST_DAYS_MAX)
    if not ctx.today < first_due <= latest:
        expected = f"a day after {ctx.today}, up to {latest}"
        raise InputError(
            Finding("plan", f"the first day is {first_due}", expected, column="first_due")
        )
    if not 1 <= months <= rule.months_max:
        expected = f"{rule.months_min} to {rule.months_max}"
        raise InputError(Finding("plan", f"{months} months", expected, column="months"))
    account = receivable(tax, taxpayer_id)
    with ctx.transaction() as tx:
        debts = ledger.debts(tx, account)
        if not debts:
            raise NotFound(f"Nothing is owed on the account {account}.")
        through = max(ctx.today, min(row.due_on for row in debts))
        debt = sum(row.balance for row in debts if row.due_on <= through)
        decision = _decision(tx, account, debt, months, rule)
        number = plans.insert(
            tx,
            {
                "account": account,
                "paid_before": plans.settled(tx, account, through),
                "due_through": through,
                "debt": debt,
                "months": months,
                "first_due": first_due,
                "status": _STATUS[decision.outcome],
                "automatic": decision.outcome != "officer",
                "reasons": list(decision.reasons),
            },
            schedule(debt, months, first_due, rule),
        )
        if number is None:
            raise Conflict(f"A plan for {account} runs or waits already.")
        if decision.outcome == "granted" and law.interest_pauses:
            _pause(tx, ctx, _row(tx, number))
        return _found(ctx, tx, number)


def decide(ctx: Context, plan_id: int, *, granted: bool, note: str) -> Plan:
    """Grant or refuse an application that the law leaves to an officer.

    Raises
    ------
    InputError
        When no reason is given.
    Conflict
        When it is decided already, or the officer has applied for it.
    """
    ctx.require("officer")
    if not note.strip():
        raise InputError(Finding("plan", "no reason is given", "why", column="note"))
    law, _ = _law(ctx)
    with ctx.transaction() as tx:
        plans.lock(tx, plan_id)
        row = _row(tx, plan_id)
        if row.status != "applied":
            raise Conflict(f"The plan {plan_id} is decided already: {row.status}.")
        if row.applied_by == ctx.actor.name:
            raise Conflict("Who applied for it does not decide: a second person must.")
        plans.decide(
            tx,
            plan_id,
            status="running" if granted else "refused",
            note=note.strip(),
            paid_before=plans.settled(tx, row.account, row.due_through),
        )
        if granted and law.interest_pauses:
            _pause(tx, ctx, row)
        return _found(ctx, tx, plan_id)


def withdraw(ctx: Context, plan_id: int, *, note: str) -> Plan:
    """End a plan that runs before its time, such as at the wish of the taxpayer."""
    ctx.require("officer")
    with ctx.transaction() as tx:
        plans.lock(tx, plan_id)
        row = _row(tx, plan_id)
        if row.status != "running":
            raise Conflict(f"The plan {plan_id} does not run: {row.status}.")
        _end(tx, row, "withdrawn", ctx.today, note.strip())
        return _found(ctx, tx, plan_id)


def review(ctx: Context) -> PlansReview:
    """End the plans that are kept to their end, and those that are broken."""
    ctx.require("officer")
    _, rule = _law(ctx)
    ended: dict[PlanStatus, list[int]] = {"kept": [], "broken": []}
    with ctx.transaction() as tx:
        rows = plans.running(tx)
        parts = _parts(tx, [row.plan_id for row in rows])
        for row in rows:
            paid = plans.settled(tx, row.account, row.due_through) - row.paid_before
            plan = parts[row.plan_id]
            status: PlanStatus | None = None
            if paid >= sum(part.amount for part in plan):
                status = "kept"
            elif is_broken(plan, paid, ctx.today, rule):
                status = "broken"
            if status is not None:
                _end(tx, row, status, ctx.today, row.note)
                ended[status].append(row.plan_id)
    left = len(rows) - sum(map(len, ended.values()))
    return PlansReview(ctx.today, tuple(ended["kept"]), tuple(ended["broken"]), left)


def plans_of(
    ctx: Context, *, taxpayer_id: str | None = None, status: PlanStatus | None = None
) -> tuple[Plan, ...]:
    """Return plans, those that wait for an officer first; a taxpayer sees only the own."""
    ctx.require("officer", "auditor", "taxpayer")
    if ctx.actor.role == "taxpayer":
        taxpayer_id = ctx.actor.taxpayer_id
    with ctx.transaction() as tx:
        rows = plans.plans(tx, taxpayer_id=taxpayer_id, status=status, limit=SHOWN)
        parts = _parts(tx, [row.plan_id for row in rows])
        return tuple(_plan(ctx, tx, row, parts[row.plan_id]) for row in rows)


_STATUS: dict[str, PlanStatus] = {"granted": "running", "refused": "refused", "officer": "applied"}


def _law(ctx: Context) -> tuple[InstalmentLaw, InstalmentRule]:
    law = ctx.pack.accounts.collection.instalments
    if law is None:
        raise NotFound(f"The pack {ctx.pack.name} knows no payment by instalments.")
    return law, law.rule(ctx.pack.currency)


def _decision(
    tx: Transaction, account: str, debt: int, months: int, rule: InstalmentRule
) -> PlanDecision:
    known = plans.history(tx, account)
    facts = PlanFacts(debt, months, known.running, known.broken, known.fines)
    return decide_plan(facts, rule)


def _pause(tx: Transaction, ctx: Context, row: PlanRow) -> None:
    """Let the debts of a plan bear no interest while it runs."""
    for period in sorted({debt.period for debt in ledger.debts(tx, row.account)}):
        suspensions.insert(
            tx,
            {
                "tax": row.tax,
                "taxpayer_id": row.taxpayer_id,
                "period": period,
                "first_day": ctx.today,
                "interest_pauses": True,
                "reason": f"plan {row.plan_id}",
            },
        )


def _end(tx: Transaction, row: PlanRow, status: PlanStatus, on: date, note: str) -> None:
    plans.end(tx, row.plan_id, status=status, on=on, note=note)
    suspensions.end_by_reason(tx, f"plan {row.plan_id}", last_day=on)


def _row(tx: Transaction, plan_id: int) -> PlanRow:
    row = plans.find(tx, plan_id)
    if row is None:
        raise NotFound(f"There is no plan {plan_id}.")
    return row


def _found(ctx: Context, tx: Transaction, plan_id: int) -> Plan:
    row = _row(tx, plan_id)
    return _plan(ctx, tx, row, _parts(tx, [plan_id])[plan_id])


def _parts(tx: Transaction, plan_ids: list[int]) -> dict[int, list[Instalment]]:
    parts: dict[int, list[Instalment]] = defaultdict(list)
    for row in plans.instalments(tx, plan_ids):
        parts[row.plan_id].append(Instalment(row.number, row.due_on, row.amount, row.interest))
    return parts


def _plan(ctx: Context, tx: Transaction, row: PlanRow, parts: list[Instalment]) -> Plan:
    currency = ctx.pack.currency
    runs = row.status in {"running", "kept", "broken", "withdrawn"}
    paid = plans.settled(tx, row.account, row.due_through) - row.paid_before if runs else 0
    return Plan(
        plan_id=row.plan_id,
        account=row.account,
        tax=row.tax,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        currency=currency.code,
        debt=from_minor(row.debt, currency),
        paid=from_minor(paid, currency),
        status=row.status,
        automatic=row.automatic,
        reasons=tuple(row.reasons),
        applied_on=row.applied_on,
        decided_by=row.decided_by,
        note=row.note,
        parts=tuple(_part(ctx, part, _open(parts, part, paid)) for part in parts),
    )


def _open(parts: list[Instalment], part: Instalment, paid: int) -> int:
    """Return what is open of an instalment: payments settle the earlier ones first."""
    before = owed_by([other for other in parts if other.number < part.number], part.due_on)
    return min(max(before + part.amount - paid, 0), part.amount)


def _part(ctx: Context, part: Instalment, open_: int) -> PlanPart:
    currency = ctx.pack.currency
    return PlanPart(
        number=part.number,
        due_on=part.due_on,
        amount=from_minor(part.amount, currency),
        interest=from_minor(part.interest, currency),
        open=from_minor(open_, currency),
    )
