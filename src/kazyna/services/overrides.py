"""Values set by hand: proposed by one valuer, signed by a second, beside the model's own value."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.services import rounds
from kazyna.services.context import Context
from kazyna.store import objections, overrides
from kazyna.store import rounds as register
from kazyna.store.connection import Transaction

Decision = Literal["confirmed", "refused"]
OPEN: tuple[rounds.Status, ...] = ("frozen", "published", "objections")
"""States of a round in which a value can still be set by hand."""
VALUE_MAX = Decimal(10) ** 16 - Decimal("0.01")
"""What the register's column holds."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Override:
    """One value set by hand, and what became of it."""

    override_id: int
    round_id: int
    property_id: str
    model_value: Decimal
    """What the model says; it is kept."""
    previous_value: Decimal
    """What counted before."""
    value: Decimal
    reason: str
    evidence: str
    objection_id: int | None
    proposed_by: str
    proposed_on: date
    decision: Decision | None
    """None while it waits for its second signature, and does not count."""
    decided_by: str | None
    decided_on: date | None
    note: str | None


def propose_override(
    ctx: Context, round_id: int, property_id: str, *, value: Decimal, reason: str, evidence: str
) -> Override:
    """Propose a value by hand; it counts when a second valuer has signed it.

    Raises
    ------
    NotFound
        When the property has no value in the round.
    Conflict
        When the round takes no values by hand any more, or one for the property waits already.
    InputError
        When the reason or the evidence is missing, or the value is what counts already.
    """
    ctx.require("valuer")
    with ctx.transaction() as tx:
        row = register.lock_round(tx, round_id)
        if row is None:
            raise NotFound(f"No round has the number {round_id}.")
        return propose(tx, ctx, row, property_id, value=value, words=(reason, evidence))


def confirm_override(ctx: Context, override_id: int, *, note: str = "") -> Override:
    """Sign a value set by hand as the second person; from now on it counts."""
    return _decide(ctx, override_id, "confirmed", note)


def refuse_override(ctx: Context, override_id: int, *, note: str) -> Override:
    """Refuse the second signature, with the reason; an objection behind it is open again."""
    _require_text(note, "note", "the reason for the refusal")
    return _decide(ctx, override_id, "refused", note)


def overrides_of_round(ctx: Context, round_id: int) -> tuple[Override, ...]:
    """Return the values set by hand in a round: first those that wait for a signature."""
    ctx.require("valuer", "auditor")
    with ctx.transaction() as tx:
        return tuple(map(_override, overrides.overrides_of_round(tx, round_id)))


def propose(
    tx: Transaction,
    ctx: Context,
    row: register.RoundRow,
    property_id: str,
    *,
    value: Decimal,
    words: tuple[str, str],
    objection_id: int | None = None,
) -> Override:
    """Record a value by hand in a round that is locked; `words` are the reason and the evidence."""
    reason, evidence = words
    _require_text(reason, "reason", "why the model's value is not right")
    _require_text(evidence, "evidence", "what shows it: a document, an inspection, a sale")
    require_money(value)
    if row.status not in OPEN:
        raise Conflict(
            f"Round {row.round_id} is {row.status}: values are set by hand in a round that is "
            f"{' or '.join(OPEN)}."
        )
    known = register.value_of(tx, round_id=row.round_id, property_id=property_id)
    if known is None:
        raise NotFound(f"The property {property_id!r} has no value in round {row.round_id}.")
    if overrides.pending_of_property(tx, row.round_id, property_id) is not None:
        raise Conflict(f"A value of {property_id} set by hand waits for its second signature.")
    if known.value == value:
        finding = Finding("override", f"{value} is what counts already", "another value")
        raise InputError(finding)
    override_id = overrides.insert_override(
        tx,
        {
            "round_id": row.round_id,
            "property_id": property_id,
            "previous_value": known.value,
            "value": value,
            "reason": reason.strip(),
            "evidence": evidence.strip(),
            "objection_id": objection_id,
            "proposed_on": ctx.today,
        },
    )
    return _override(_found(tx, override_id))


def require_money(value: Decimal) -> None:
    """Refuse an amount that no value can be: not positive, finer than a cent, or too large."""
    if not 0 < value <= VALUE_MAX or value != value.quantize(CENT):
        finding = Finding("value", f"{value} is not accepted", f"from {CENT} to {VALUE_MAX}")
        raise InputError(finding)


def _decide(ctx: Context, override_id: int, decision: Decision, note: str) -> Override:
    ctx.require("valuer")
    with ctx.transaction() as tx:
        found = _found(tx, override_id)
        row = register.lock_round(tx, found.round_id)
        if found.proposed_by == ctx.actor.name:
            raise Forbidden("The second signature is another person's than the first.")
        if row is None or row.status not in OPEN:
            raise Conflict(f"Round {found.round_id} takes no signatures any more.")
        if not overrides.insert_decision(
            tx, found, decision=decision, note=note.strip(), on=ctx.today
        ):
            raise Conflict(f"The value {override_id} was signed or refused already.")
        if decision == "refused" and found.objection_id is not None:
            _reopen(tx, ctx, found.objection_id, note)
        return _override(_found(tx, override_id))


def _reopen(tx: Transaction, ctx: Context, objection_id: int, note: str) -> None:
    objection = objections.find_objection(tx, objection_id)
    if objection is not None:
        words = f"second signature refused: {note.strip()}"
        objections.insert_event(tx, objection, to_status="under_review", on=ctx.today, note=words)


def _found(tx: Transaction, override_id: int) -> overrides.OverrideRow:
    row = overrides.find_override(tx, override_id)
    if row is None:
        raise NotFound(f"No value set by hand has the number {override_id}.")
    return row


def _require_text(text: str, column: str, expected: str) -> None:
    if not text.strip():
        raise InputError(Finding("override", "nothing is written", expected, column=column))


def _override(row: overrides.OverrideRow) -> Override:
    decision = next((each for each in get_args(Decision) if each == row.decision), None)
    return Override(
        override_id=row.override_id,
        round_id=row.round_id,
        property_id=row.property_id,
        model_value=row.model_value,
        previous_value=row.previous_value,
        value=row.value,
        reason=row.reason,
        evidence=row.evidence,
        objection_id=row.objection_id,
        proposed_by=row.proposed_by,
        proposed_on=row.proposed_on,
        decision=decision,
        decided_by=row.decided_by,
        decided_on=row.decided_on,
        note=row.note,
    )
