"""Enforcement: measures that follow the last demand, proposed, imposed, and lifted when paid."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from kazyna.accounts import next_steps
from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.core.text import Text
from kazyna.packs.enforcement import MeasureLaw
from kazyna.services.context import Context
from kazyna.store import enforcement as register
from kazyna.store import ledger
from kazyna.store.connection import Transaction
from kazyna.store.enforcement import DebtorRow, MeasureRow

SHOWN = 200


@dataclass(frozen=True)
class DueMeasure:
    """A debtor for whom a measure is due now."""

    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    overdue: Decimal
    late_since: date
    name: str
    label: Text
    carried_out_by: Text
    two_persons: bool
    needs_document: bool


@dataclass(frozen=True)
class Measure:
    """One measure and what became of it."""

    measure_id: int
    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    name: str
    label: Text | None
    """None where the pack has it no more; so are the two below."""
    carried_out_by: Text | None
    doubt: str | None
    needs_document: bool
    law: str
    amount: Decimal
    """What was overdue when it was proposed."""
    open: Decimal
    """What is unpaid of it."""
    two_persons: bool
    grounds: str
    status: str
    """`proposed`, `imposed`, `refused` or `lifted`."""
    proposed_on: date
    proposed_by: str
    imposed_on: date | None
    imposed_by: str | None
    ended_on: date | None
    document: str | None
    """The act on which it rests, such as a court's."""
    reason: str | None
    """Why it was refused or lifted."""


@dataclass(frozen=True)
class LiftedMeasures:
    """How many measures a run has lifted, since their debts are settled."""

    on: date
    lifted: int


def due(ctx: Context) -> tuple[DueMeasure, ...]:
    """Return the debtors for whom a measure is due now, the largest sum first.

    Raises
    ------
    NotFound
        When the pack has no measures.
    """
    ctx.require("officer", "auditor")
    laws = _laws(ctx)
    with ctx.transaction() as tx:
        steps = _due(ctx, tx)
        rows = register.debtors(tx, list(steps), ctx.today)
    return tuple(_due_measure(ctx, row, laws[steps[row.account]]) for row in rows[:SHOWN])


def propose(ctx: Context, account: str, *, grounds: str, document: str = "") -> Measure:
    """Propose the measure that is due for an account; one that needs no second person is imposed.

    Raises
    ------
    InputError
        When no grounds are given, or a measure that is imposed at once lacks its document.
    NotFound
        When the pack has no measures.
    Conflict
        When no measure is due for the account now.
    """
    ctx.require("officer")
    laws = _laws(ctx)
    _require(grounds, "grounds")
    with ctx.transaction() as tx:
        step = _due(ctx, tx).get(account)
        if step is None:
            raise Conflict(f"No measure is due for {account} now.")
        (row,), law = register.debtors(tx, [account], ctx.today), laws[step]
        number = register.insert(
            tx,
            {
                "account": account,
                "late_since": row.late_since,
                "step": step,
                "name": law.name,
                "law": law.grounds.law,
                "amount": row.overdue,
                "two_persons": law.two_persons,
                "grounds": grounds.strip(),
            },
        )
        if number is None:
            raise Conflict(f"The measure {law.name} stands for {account} already.")
        if not law.two_persons:
            _impose(ctx, tx, number, document)
        return _found(ctx, tx, number)


def impose(ctx: Context, measure_id: int, *, document: str = "") -> Measure:
    """Impose what another officer has proposed; what is settled meanwhile is refused.

    Raises
    ------
    InputError
        When it rests on the act of another body and none is named.
    NotFound
        When there is no such measure.
    Conflict
        When it is decided, its proposer signs, or its debts are settled.
    """
    ctx.require("officer")
    with ctx.transaction() as tx:
        if not _row(tx, measure_id).open:
            raise Conflict(f"The debts of the measure {measure_id} are settled: refuse it.")
        _impose(ctx, tx, measure_id, document)
        return _found(ctx, tx, measure_id)


def refuse(ctx: Context, measure_id: int, *, reason: str) -> Measure:
    """Refuse a proposal of another officer; it can be proposed again."""
    return _end(ctx, measure_id, "refused", reason)


def lift(ctx: Context, measure_id: int, *, reason: str) -> Measure:
    """Lift a measure that is in force, such as one that should not have been."""
    return _end(ctx, measure_id, "lifted", reason)


def lift_settled(ctx: Context) -> LiftedMeasures:
    """Lift every measure whose debts are settled; asked again, nothing is left to lift."""
    ctx.require("officer")
    with ctx.transaction() as tx:
        return LiftedMeasures(ctx.today, register.lift_settled(tx))


def measures(ctx: Context, *, taxpayer_id: str | None = None) -> tuple[Measure, ...]:
    """Return the measures that the actor may see, of everybody or of one; what waits first."""
    ctx.require("officer", "auditor", "taxpayer")
    if ctx.actor.role == "taxpayer" and taxpayer_id not in {None, ctx.actor.taxpayer_id}:
        raise Forbidden("These are another taxpayer's measures.")
    with ctx.transaction() as tx:
        rows = register.measures(tx, taxpayer_id=taxpayer_id, limit=SHOWN)
    return tuple(_measure(ctx, row) for row in rows)


def _due(ctx: Context, tx: Transaction) -> dict[str, int]:
    """Return the place in the ladder of the measure that is due for each account."""
    policy, currency = ctx.pack.accounts.collection, ctx.pack.currency
    debtors = register.demanded(tx, ctx.today, last_step=len(policy.dunning) - 1)
    steps = next_steps(debtors, [law.step(currency) for law in policy.enforcement], ctx.today)
    marked = pa.table({"account": debtors["account"], "step": steps}).to_pylist()
    return {row["account"]: row["step"] for row in marked if row["step"] >= 0}


def _impose(ctx: Context, tx: Transaction, measure_id: int, document: str) -> None:
    measure = _found(ctx, tx, measure_id)
    if measure.needs_document and not document.strip():
        expected = "number and day of the act on which it rests"
        raise InputError(Finding("measure", "no document is named", expected, column="document"))
    with ledger.refusals():
        register.move(tx, measure_id, "imposed", document=document.strip())


def _end(ctx: Context, measure_id: int, to_status: str, reason: str) -> Measure:
    ctx.require("officer")
    _require(reason, "reason")
    with ctx.transaction() as tx:
        _row(tx, measure_id)
        with ledger.refusals():
            register.move(tx, measure_id, to_status, reason=reason.strip())
        return _found(ctx, tx, measure_id)


def _laws(ctx: Context) -> tuple[MeasureLaw, ...]:
    laws = ctx.pack.accounts.collection.enforcement
    if not laws:
        raise NotFound(f"The pack {ctx.pack.name} has no measures of enforcement.")
    return laws


def _require(text: str, column: str) -> None:
    if not text.strip():
        raise InputError(Finding("measure", "nothing is said", "why", column=column))


def _row(tx: Transaction, measure_id: int) -> MeasureRow:
    row = register.find(tx, measure_id)
    if row is None:
        raise NotFound(f"There is no measure {measure_id}.")
    return row


def _found(ctx: Context, tx: Transaction, measure_id: int) -> Measure:
    return _measure(ctx, _row(tx, measure_id))


def _due_measure(ctx: Context, row: DebtorRow, law: MeasureLaw) -> DueMeasure:
    return DueMeasure(
        account=row.account,
        tax=row.tax,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        overdue=from_minor(row.overdue, ctx.pack.currency),
        late_since=row.late_since,
        name=law.name,
        label=law.label,
        carried_out_by=law.carried_out_by,
        two_persons=law.two_persons,
        needs_document=law.needs_document,
    )


def _measure(ctx: Context, row: MeasureRow) -> Measure:
    laws = ctx.pack.accounts.collection.enforcement
    law = next((law for law in laws if law.name == row.name), None)
    return Measure(
        measure_id=row.measure_id,
        account=row.account,
        tax=row.tax,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        name=row.name,
        label=law.label if law else None,
        carried_out_by=law.carried_out_by if law else None,
        doubt=law.grounds.doubt if law else None,
        needs_document=law.needs_document if law else False,
        law=row.law,
        amount=from_minor(row.amount, ctx.pack.currency),
        open=from_minor(row.open, ctx.pack.currency),
        two_persons=row.two_persons,
        grounds=row.grounds,
        status=row.status,
        proposed_on=row.proposed_on,
        proposed_by=row.proposed_by,
        imposed_on=row.imposed_on,
        imposed_by=row.imposed_by,
        ended_on=row.ended_on,
        document=row.document,
        reason=row.reason,
    )
