"""Assessments proposed from marked goods: one officer proposes, another confirms or refuses."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal

import pyarrow as pa

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.money import to_minor
from kazyna.services.charges import post_assessed
from kazyna.services.context import Context
from kazyna.services.reconciliation import (
    NOUGHT,
    ROWS_MAX,
    Difference,
    law_of,
    next_month,
    reconciled,
)
from kazyna.store import reconciliation as register
from kazyna.store.connection import Transaction
from kazyna.store.reconciliation import ProposalRow


@dataclass(frozen=True)
class Proposal:
    """An assessment proposed from a difference, and what became of it."""

    proposal_id: int
    taxpayer_id: str
    taxpayer_name: str
    tax: str
    month: date
    expected: Decimal
    declared: Decimal
    assessed: Decimal
    amount: Decimal
    goods: tuple[dict[str, Any], ...]
    """With the documents of each."""
    declaration_ids: tuple[int, ...]
    due_on: date
    proposed_on: date
    proposed_by: str
    status: Literal["proposed", "confirmed", "refused"]
    note: str
    decided_on: date | None
    decided_by: str | None


@dataclass(frozen=True)
class Proposed:
    """What a proposal of a month did; the same again changes nothing."""

    month: date
    created: tuple[Proposal, ...]
    unchanged: int
    """Differences that are proposed already, in the same words."""
    amount: Decimal


def propose(ctx: Context, *, month: date, tolerance: Decimal = NOUGHT) -> Proposed:
    """Propose an assessment for each difference of a month above a tolerance.

    Parameters
    ----------
    ctx
        An officer; another one must confirm.
    month
        Any day of a month that is over.
    tolerance
        Differences up to this amount are let pass.

    Raises
    ------
    InputError
        When the month is not over, or the tolerance is below nought.
    Conflict
        When another proposal of the same taxpayer, tax and month waits for a signature.
    """
    ctx.require("officer")
    month = month.replace(day=1)
    if next_month(month) > ctx.today:
        reason, expected = f"{month:%Y-%m} is not over on {ctx.today}", "a month that is over"
        raise InputError(Finding("reconciliation", reason, expected, column="month"))
    if tolerance < 0:
        reason = f"{tolerance} is below nought"
        raise InputError(Finding("reconciliation", reason, "0 or more", column="tolerance"))
    with ctx.transaction() as tx:
        register.lock_month(tx, month)
        waiting = {
            (row.taxpayer_id, row.tax): row
            for row in register.proposals(tx, month=month, limit=ROWS_MAX)
            if row.decision is None
        }
        created, unchanged = [], 0
        for found in reconciled(ctx, tx, month).differences:
            if found.difference <= tolerance:
                continue
            new = _written(ctx, found)
            stands = waiting.get((found.taxpayer_id, found.tax))
            if stands is None:
                created.append(_proposal(_found(tx, register.insert_proposal(tx, new))))
            elif stands.content_hash == new["content_hash"]:
                unchanged += 1
            else:
                raise Conflict(
                    f"Proposal {stands.proposal_id} of {found.taxpayer_id} for {found.tax} rests on"
                    " other movements or declarations; refuse it first."
                )
    amount = sum((each.amount for each in created), NOUGHT)
    return Proposed(month, tuple(created), unchanged, amount)


def confirm_proposal(ctx: Context, proposal_id: int, *, note: str = "") -> Proposal:
    """Sign a proposed assessment as the second officer, and charge it.

    Raises
    ------
    NotFound
        When there is no such proposal.
    Conflict
        When the same officer proposed it, or it is decided already.
    """
    return _decide(ctx, proposal_id, "confirmed", note)


def refuse_proposal(ctx: Context, proposal_id: int, *, note: str) -> Proposal:
    """Refuse a proposed assessment as the second officer; nothing is charged."""
    if not note.strip():
        raise InputError(Finding("proposal", "no reason is given", "why", column="note"))
    return _decide(ctx, proposal_id, "refused", note)


def find_proposal(ctx: Context, proposal_id: int) -> Proposal:
    """Return one proposed assessment with its goods and documents."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return _proposal(_found(tx, proposal_id))


def list_proposals(ctx: Context, *, month: date | None = None) -> tuple[Proposal, ...]:
    """Return proposed assessments, those that wait for a signature and the largest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = register.proposals(tx, month=month and month.replace(day=1))
    return tuple(map(_proposal, rows))


def _decide(
    ctx: Context, proposal_id: int, decision: Literal["confirmed", "refused"], note: str
) -> Proposal:
    ctx.require("officer")
    with ctx.transaction() as tx:
        row = _found(tx, proposal_id)
        if row.proposed_by == ctx.actor.name:
            raise Conflict("Who proposed it does not decide: a second officer must sign.")
        if not register.insert_decision(tx, row, decision=decision, note=note.strip()):
            raise Conflict(f"Proposal {proposal_id} is decided already.")
        if decision == "confirmed":
            _charge(tx, ctx, row)
        return _proposal(_found(tx, proposal_id))


def _charge(tx: Transaction, ctx: Context, row: ProposalRow) -> None:
    """Post the amount as of the month's last day, as declarations are."""
    assessed = {
        "key": f"reconciled:{row.proposal_id}",
        "taxpayer_id": row.taxpayer_id,
        "amount_minor": to_minor(row.amount, ctx.pack.currency),
        "period": row.month.year,
        "due_on": row.due_on,
        "place": "",
        "effective_on": date.fromordinal(next_month(row.month).toordinal() - 1),
        "description": f"{row.tax} {row.month:%Y-%m}, proposal {row.proposal_id}",
    }
    post_assessed(tx, ctx, pa.Table.from_pylist([assessed]), tax=row.tax, kind="charge")


def _written(ctx: Context, found: Difference) -> dict[str, Any]:
    """Write a proposal as the register takes it; its content tells it from another."""
    details = json.loads(
        json.dumps(
            {
                "goods": [asdict(each) for each in found.goods],
                "declaration_ids": found.declaration_ids,
            },
            default=str,
        )
    )
    amounts = [f"{found.expected}", f"{found.declared}", f"{found.assessed}"]
    content = json.dumps([details, amounts], sort_keys=True)
    return {
        "taxpayer_id": found.taxpayer_id,
        "tax": found.tax,
        "month": found.month,
        "expected": found.expected,
        "declared": found.declared,
        "assessed": found.assessed,
        "amount": found.difference,
        "details": details,
        "content_hash": sha256(content.encode()).hexdigest(),
        "pack": ctx.pack.name,
        "pack_hash": ctx.pack.content_hash,
        "due_on": law_of(ctx, found.tax).due_after(found.month),
    }


def _found(tx: Transaction, proposal_id: int) -> ProposalRow:
    row = register.find_proposal(tx, proposal_id)
    if row is None:
        raise NotFound(f"No proposed assessment has the number {proposal_id}.")
    return row


def _proposal(row: ProposalRow) -> Proposal:
    known: dict[str | None, Literal["proposed", "confirmed", "refused"]] = {
        None: "proposed",
        "confirmed": "confirmed",
        "refused": "refused",
    }
    return Proposal(
        proposal_id=row.proposal_id,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        tax=row.tax,
        month=row.month,
        expected=row.expected,
        declared=row.declared,
        assessed=row.assessed,
        amount=row.amount,
        goods=tuple(row.details["goods"]),
        declaration_ids=tuple(row.details["declaration_ids"]),
        due_on=row.due_on,
        proposed_on=row.proposed_on,
        proposed_by=row.proposed_by,
        status=known[row.decision],
        note=row.note or "",
        decided_on=row.decided_on,
        decided_by=row.decided_by,
    )
