"""Appeals: from the office's decision on an objection to a higher body, and from that to the next.

The bodies, their days and what an appeal means for the debt are data of the pack. What a body has
decided is recorded with its document: by what was wrong about the object, so that the law computes
the bill anew, or, where facts do not say it, by the amount that is owed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kazyna.accounts import Credit, receivable, revenue
from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.money import to_minor
from kazyna.core.text import Text
from kazyna.packs.disputes import OBJECTION, AppealLaw
from kazyna.services import bill_objections, suspensions
from kazyna.services.bill_objections import BillObjection
from kazyna.services.context import Context
from kazyna.services.ledger import crediting_order
from kazyna.store import bill_appeals as register
from kazyna.store import bill_objections as objected
from kazyna.store import ledger, rolls
from kazyna.store.bill_appeals import AppealRow
from kazyna.store.connection import Transaction

SHOWN = 200
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class NewAppeal:
    """What a taxpayer says to the next body."""

    body: str
    """Its name in the pack."""
    claimed: Decimal
    """What is owed, as the taxpayer says."""
    grounds: str
    evidence: str = ""


@dataclass(frozen=True)
class BodyDecision:
    """What a body decided: nothing given, it rejected the appeal."""

    document: str
    """The number and day of its decision."""
    reason: str
    decided_on: date | None = None
    """Today where it is not said."""
    changed: Mapping[str, str] | None = None
    """Characteristics of the object that were wrong, by name; the bill is computed anew."""
    amount: Decimal | None = None
    """What is owed, where facts do not say it."""


@dataclass(frozen=True)
class Appeal(AppealRow):
    """An appeal and what became of it."""

    label: Text | None
    """What the body is called; None where the pack has it no more."""


@dataclass(frozen=True)
class NextBody:
    """A body to which the taxpayer can go now, and until when."""

    name: str
    label: Text
    until: date
    law: str
    doubt: str | None


def file_appeal(ctx: Context, objection_id: int, new: NewAppeal) -> Appeal:
    """Appeal against the last decision, in the days that the law gives for it.

    Raises
    ------
    InputError
        When no grounds are given, or what is claimed is what was decided.
    NotFound
        When there is no such objection, or the pack has no such body.
    Conflict
        When the last decision is not one from which the body is reached, left nothing to contest,
        or its days are over; or when an appeal is open.
    """
    ctx.require("officer", "taxpayer")
    law = _law(ctx, new.body)
    with ctx.transaction() as tx:
        objection, history = _history(tx, objection_id)
        last = _last(tx, objection, history)
        _check(new, last)
        _require_open(ctx, law, last)
        answer_by = law.answer_days and ctx.today + timedelta(days=law.answer_days)
        number = register.insert(
            tx,
            {
                "objection_id": objection_id,
                "body": law.name,
                "law": law.dispute.grounds.law,
                "contested": last.amount,
                "claimed": new.claimed,
                "grounds": new.grounds.strip(),
                "evidence": new.evidence.strip(),
                "answer_by": answer_by or None,
            },
        )
        if number is None:
            raise Conflict(f"An appeal from the objection {objection_id} is open already.")
        suspensions.suspend_disputed(
            tx, ctx, taxpayer_id=objection.taxpayer_id, tax=objection.tax, period=objection.year,
            reason=_named(number), disputed=max(last.amount - new.claimed, Decimal(0)),
            law=law.dispute,
        )  # fmt: skip
        return _found(ctx, tx, number)


def record_decision(ctx: Context, appeal_id: int, decision: BodyDecision) -> Appeal:
    """Record what the body decided, and bring bill and account to it.

    Raises
    ------
    InputError
        When document or reason are missing, the day lies before the appeal or in the future, facts
        and an amount are given together, or the amount is no amount from 0 to what is owed.
    NotFound
        When there is no such appeal.
    Conflict
        When it is decided or taken back already.
    """
    ctx.require("officer")
    with ctx.transaction() as tx:
        row = _open(tx, appeal_id)
        _check_decision(ctx, row, decision)
        objection, history = _history(tx, row.objection_id)
        if decision.changed:
            bill_objections.correct(
                tx, ctx, objection, decision.changed, valid_from=None, why=_named(appeal_id),
                document=f"{_named(appeal_id)}: {decision.document.strip()}",
            )  # fmt: skip
        owed = _standing(tx, objection, history)
        lowered = Decimal(0) if decision.amount is None else owed - decision.amount
        if lowered < 0:
            raise _refused("amount", f"the amount is {decision.amount}", f"at most the {owed} owed")
        entry_id = _lower(ctx, tx, row, lowered, decision.document) if lowered else None
        now = owed - lowered
        register.decide(
            tx,
            {
                "appeal_id": appeal_id,
                "to_status": bill_objections.outcome(row.contested, row.claimed, now),
                "decided_amount": now,
                "lowered": lowered,
                "entry_id": entry_id,
                "decided_on": decision.decided_on or ctx.today,
                "document": decision.document.strip(),
                "reason": decision.reason.strip(),
            },
        )
        suspensions.resume_disputed(tx, ctx, reason=_named(appeal_id))
        return _found(ctx, tx, appeal_id)


def withdraw_appeal(ctx: Context, appeal_id: int, *, reason: str = "") -> Appeal:
    """Take an appeal back: the decision before it stands."""
    ctx.require("officer", "taxpayer")
    with ctx.transaction() as tx:
        _open(tx, appeal_id)
        register.withdraw(tx, appeal_id, reason=reason.strip())
        suspensions.resume_disputed(tx, ctx, reason=_named(appeal_id))
        return _found(ctx, tx, appeal_id)


def appeals(ctx: Context) -> tuple[Appeal, ...]:
    """Return the appeals that the actor may see, those that wait first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        rows = register.appeals(tx, limit=SHOWN)
    return tuple(_appeal(ctx, row) for row in rows)


def appeals_of(ctx: Context, objection_id: int) -> tuple[Appeal, ...]:
    """Return the appeals from the decision on one objection, in their order."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        _, rows = _history(tx, objection_id)
    return tuple(_appeal(ctx, row) for row in rows)


def next_bodies(ctx: Context, objection_id: int) -> tuple[NextBody, ...]:
    """Return to whom the taxpayer can go from the last decision, today."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        objection, history = _history(tx, objection_id)
        if objection.status in {"filed", WITHDRAWN} or any(x.status == "filed" for x in history):
            return ()
        last = _last(tx, objection, history)
    return tuple(
        NextBody(law.name, law.label, last.day + timedelta(days=law.days), law.dispute.grounds.law,
                 law.dispute.grounds.doubt)
        for law in ctx.pack.accounts.collection.appeals.values()
        if _refusal(ctx, law, last) is None
    )  # fmt: skip


@dataclass(frozen=True)
class _Last:
    """The last decision in a dispute."""

    by: str
    """`objection`, or the body's name."""
    status: str
    amount: Decimal
    day: date


def _last(tx: Transaction, objection: BillObjection, history: list[AppealRow]) -> _Last:
    """Return the last decision: of a body, or of the office on the objection."""
    if any(row.status == "filed" for row in history):
        raise Conflict(f"An appeal from the objection {objection.objection_id} is open already.")
    decided = [row for row in history if row.status != WITHDRAWN]
    if decided:
        row = decided[-1]
        return _Last(row.body, row.status, row.decided_amount or Decimal(0),
                     row.decided_on or row.filed_on)  # fmt: skip
    day = register.decided_on(tx, objection.objection_id)
    if day is None:
        raise Conflict(
            f"The objection {objection.objection_id} is {objection.status}: not decided."
        )
    return _Last(OBJECTION, objection.status, objection.decided_amount or Decimal(0), day)


def _refusal(ctx: Context, law: AppealLaw, last: _Last) -> str | None:
    """Say why a body cannot be reached from a decision; None where it can."""
    if last.by not in law.follows:
        return f"From a decision of {last.by!r} nobody appeals to {law.name!r}."
    if last.status == "upheld":
        return "The last decision gave what was claimed: nothing is left to appeal."
    until = last.day + timedelta(days=law.days)
    if ctx.today > until:
        return f"The decision of {last.day} could be appealed until {until}."
    return None


def _require_open(ctx: Context, law: AppealLaw, last: _Last) -> None:
    refusal = _refusal(ctx, law, last)
    if refusal is not None:
        raise Conflict(refusal)


def _standing(tx: Transaction, objection: BillObjection, history: list[AppealRow]) -> Decimal:
    """Return what is owed now: the bill, less what bodies took off before."""
    bill = rolls.bill_by_reference(tx, objection.reference)
    asked = bill.amount if bill else objection.contested
    return asked - sum((row.lowered for row in history), Decimal(0))


def _lower(ctx: Context, tx: Transaction, row: AppealRow, lowered: Decimal, document: str) -> int:
    """Take an amount off the debt from the day it began; what was paid of it becomes credit."""
    day = date(row.year, 1, 1)
    taken = Credit(
        key=f"appeal:{row.appeal_id}",
        kind="correction",
        effective_on=day,
        description=f"{_named(row.appeal_id)}: {document.strip()}",
        source=revenue(row.tax),
        account=receivable(row.tax, row.taxpayer_id),
        amount=to_minor(lowered, ctx.pack.currency),
        period=row.year,
        bucket="tax",
        only=True,
    )
    return ledger.post_credit(tx, taken, crediting_order(ctx, day)).entry_id


def _check(new: NewAppeal, last: _Last) -> None:
    findings = []
    if not new.claimed.is_finite() or new.claimed < 0 or new.claimed == last.amount:
        expected = f"an amount from 0 that is not the {last.amount} decided"
        findings.append(Finding("appeal", f"{new.claimed} is claimed", expected, column="claimed"))
    if not new.grounds.strip():
        findings.append(Finding("appeal", "no grounds are given", "why", column="grounds"))
    if findings:
        raise InputError(findings)


def _check_decision(ctx: Context, row: AppealRow, decision: BodyDecision) -> None:
    findings = [
        Finding("decision", "nothing is said", expected, column=column)
        for column, expected in (("document", "number and day of the decision"), ("reason", "why"))
        if not getattr(decision, column).strip()
    ]
    day, amount = decision.decided_on or ctx.today, decision.amount
    if not row.filed_on <= day <= ctx.today:
        expected = f"a day from {row.filed_on} to {ctx.today}"
        findings.append(Finding("decision", f"the day is {day}", expected, column="decided_on"))
    if decision.changed and amount is not None:
        expected = "facts that were wrong, or an amount"
        findings.append(Finding("decision", "both are given", expected, column="amount"))
    unit = ctx.pack.currency.unit
    if amount is not None and (not amount.is_finite() or amount < 0 or amount % unit):
        expected = f"an amount from 0 in steps of {unit}"
        findings.append(Finding("decision", f"it is {amount}", expected, column="amount"))
    if findings:
        raise InputError(findings)


def _refused(column: str, reason: str, expected: str) -> InputError:
    return InputError(Finding("decision", reason, expected, column=column))


def _law(ctx: Context, body: str) -> AppealLaw:
    known = ctx.pack.accounts.collection.appeals
    if body not in known:
        names = ", ".join(known) or "none"
        raise NotFound(f"The pack {ctx.pack.name} has no body {body!r}; it has: {names}.")
    return known[body]


def _named(appeal_id: int) -> str:
    return f"appeal {appeal_id}"


def _history(tx: Transaction, objection_id: int) -> tuple[BillObjection, list[AppealRow]]:
    objection = objected.find(tx, objection_id)
    if objection is None:
        raise NotFound(f"There is no objection {objection_id} to a bill.")
    return objection, register.of_objection(tx, objection_id)


def _row(tx: Transaction, appeal_id: int) -> AppealRow:
    row = register.find(tx, appeal_id)
    if row is None:
        raise NotFound(f"There is no appeal {appeal_id}.")
    return row


def _open(tx: Transaction, appeal_id: int) -> AppealRow:
    row = _row(tx, appeal_id)
    if row.status != "filed":
        raise Conflict(f"The appeal {appeal_id} is {row.status} already.")
    return row


def _found(ctx: Context, tx: Transaction, appeal_id: int) -> Appeal:
    return _appeal(ctx, _row(tx, appeal_id))


def _appeal(ctx: Context, row: AppealRow) -> Appeal:
    law = ctx.pack.accounts.collection.appeals.get(row.body)
    return Appeal(**vars(row), label=law.label if law else None)
