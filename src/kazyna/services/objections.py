"""Objections to values: filed by who holds the property, decided by valuers, kept as evidence."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args

import pyarrow as pa

from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.services import overrides, rounds
from kazyna.services.context import Context
from kazyna.store import cadastre, objections
from kazyna.store import rounds as register
from kazyna.store.connection import Transaction
from kazyna.valuation.rounds.objection_check import ObjectionCheck
from kazyna.valuation.rounds.objection_check import objection_check as check_objections

__all__ = [
    "NewObjection",
    "Objection",
    "ObjectionCheck",
    "ObjectionEvent",
    "Window",
    "decide_objection",
    "file_objection",
    "find_objection",
    "may_object",
    "my_objections",
    "objection_check",
    "objections_of_property",
    "objections_of_round",
    "review_objection",
    "withdraw_objection",
]

Kind = Literal["sale_price", "characteristic", "comparable", "condition", "other"]
Status = Literal["filed", "under_review", "upheld", "partly_upheld", "rejected", "withdrawn"]
UNDECIDED: tuple[Status, ...] = ("filed", "under_review")
ANSWER_DAYS = 60
"""In which the office promises to answer; no pack sets another yet."""
GROUNDS_MAX = 4_000


@dataclass(frozen=True)
class ObjectionEvent:
    """One step of an objection after it was filed; the actor's name is for the office."""

    status: Status
    on: date
    actor: str | None
    note: str


@dataclass(frozen=True)
class Objection:
    """An owner's objection to the value of a property in a round."""

    objection_id: int
    round_id: int
    property_id: str
    taxpayer_id: str
    contested_value: Decimal
    """What counted on the day of filing."""
    claimed_value: Decimal
    kind: Kind
    grounds: str
    evidence: str
    filed_on: date
    answer_by: date
    status: Status
    decided_value: Decimal | None
    """Takes effect with the second signature of another valuer."""
    overdue: bool
    events: tuple[ObjectionEvent, ...]


@dataclass(frozen=True)
class NewObjection:
    """What an owner says."""

    claimed_value: Decimal
    kind: Kind
    grounds: str
    evidence: str = ""


@dataclass(frozen=True)
class Window:
    """When the latest published values can be objected to."""

    round_id: int
    opens_on: date
    closes_on: date
    is_open: bool


def file_objection(
    ctx: Context, property_id: str, new: NewObjection, *, taxpayer_id: str | None = None
) -> Objection:
    """Object to the value of a property one holds, in the window; an officer files what came in.

    Parameters
    ----------
    ctx
        A taxpayer for what is the taxpayer's own, or an officer at the counter.
    property_id
        Whose value is contested.
    new
        The claimed value, its grounds and the evidence.
    taxpayer_id
        For an officer: who objects.

    Raises
    ------
    NotFound
        When the property has no published value.
    Forbidden
        When the taxpayer does not hold the property.
    Conflict
        When the window is not open, or an objection to the value is open already.
    """
    ctx.require("taxpayer", "officer")
    objector = _objector(ctx, taxpayer_id)
    _require_said(new)
    with ctx.transaction() as tx:
        row = register.latest_published(tx)
        value = row and register.value_of(tx, round_id=row.round_id, property_id=property_id)
        if not row or not value:
            raise NotFound(f"The property {property_id!r} has no published value.")
        _require_window(ctx, row)
        if not objections.holds(tx, property_id=property_id, taxpayer_id=objector, on=ctx.today):
            raise Forbidden(f"Only who holds the property {property_id} can object to its value.")
        if value.value == new.claimed_value:
            finding = Finding("objection", "the claimed value is the recorded one", "another value")
            raise InputError(finding)
        filed = {
            "round_id": row.round_id,
            "property_id": property_id,
            "taxpayer_id": objector,
            "contested_value": value.value,
            "claimed_value": new.claimed_value,
            "kind": new.kind,
            "grounds": new.grounds.strip(),
            "evidence": new.evidence.strip(),
            "filed_on": ctx.today,
            "answer_by": ctx.today + timedelta(days=ANSWER_DAYS),
        }
        objection_id = objections.insert_objection(tx, filed)
        if objection_id is None:
            raise Conflict(f"An objection to the value of {property_id} is open already.")
        return _objection(tx, ctx, _found(tx, objection_id))


def review_objection(ctx: Context, objection_id: int, *, note: str = "") -> Objection:
    """Take an objection into review."""
    ctx.require("valuer")
    with ctx.transaction() as tx:
        row = _locked(tx, objection_id, ("filed",))
        objections.insert_event(tx, row, to_status="under_review", on=ctx.today, note=note)
        return _objection(tx, ctx, _found(tx, objection_id))


def decide_objection(
    ctx: Context, objection_id: int, *, value: Decimal | None, reason: str
) -> Objection:
    """Decide an objection: with a new value it is upheld, wholly or in part, else rejected.

    A new value is proposed as a value set by hand and takes effect with the second signature. It
    is upheld when it goes as far as the owner claimed, and upheld in part when it falls short.

    Raises
    ------
    Conflict
        When the objection is decided or withdrawn already.
    InputError
        When no reason is given, or the value does not go towards the claim.
    """
    ctx.require("valuer")
    if not reason.strip():
        finding = Finding("objection", "no reason is given", "the reason of the decision")
        raise InputError(finding)
    with ctx.transaction() as tx:
        row = _locked(tx, objection_id, UNDECIDED)
        outcome = _outcome(row, value)
        if row.status == "filed":
            objections.insert_event(tx, row, to_status="under_review", on=ctx.today)
            row = _found(tx, objection_id)
        objections.insert_event(
            tx,
            row,
            to_status=outcome,
            on=ctx.today,
            note=reason.strip(),
            decided_value=row.contested_value if value is None else value,
        )
        if value is not None:
            words = (reason, f"objection {objection_id}: {row.evidence or row.grounds}")
            overrides.propose(
                tx,
                ctx,
                rounds.found(tx, row.round_id),
                row.property_id,
                value=value,
                words=words,
                objection_id=objection_id,
            )
        return _objection(tx, ctx, _found(tx, objection_id))


def withdraw_objection(ctx: Context, objection_id: int, *, note: str = "") -> Objection:
    """Take an objection back before it is decided."""
    ctx.require("taxpayer", "officer")
    with ctx.transaction() as tx:
        row = _locked(tx, objection_id, UNDECIDED)
        objections.insert_event(tx, row, to_status="withdrawn", on=ctx.today, note=note)
        return _objection(tx, ctx, _found(tx, objection_id))


def find_objection(ctx: Context, objection_id: int) -> Objection:
    """Return one objection that the actor may see."""
    ctx.require("taxpayer", "officer", "valuer", "auditor")
    with ctx.transaction() as tx:
        return _objection(tx, ctx, _found(tx, objection_id))


def objections_of_round(ctx: Context, round_id: int) -> tuple[Objection, ...]:
    """Return the objections to a round that the actor may see, the most urgent first."""
    ctx.require("taxpayer", "officer", "valuer", "auditor")
    with ctx.transaction() as tx:
        rounds.found(tx, round_id)
        rows = objections.objections_of_round(tx, round_id)
        return tuple(_objection(tx, ctx, row) for row in rows)


def objections_of_property(ctx: Context, property_id: str) -> tuple[Objection, ...]:
    """Return the objections to a property's values: one's own, all for the office, else none."""
    if ctx.actor.role not in {"taxpayer", "officer", "valuer", "auditor"}:
        return ()
    with ctx.transaction() as tx:
        rows = objections.objections_of_property(tx, property_id)
        return tuple(_objection(tx, ctx, row) for row in rows)


def my_objections(ctx: Context) -> tuple[Objection, ...]:
    """Return the objections of the taxpayer who asks, the latest first."""
    ctx.require("taxpayer")
    with ctx.transaction() as tx:
        rows = objections.objections_of_taxpayer(tx, ctx.actor.taxpayer_id or "")
        return tuple(_objection(tx, ctx, row) for row in rows)


def may_object(ctx: Context, property_id: str) -> Window | None:
    """Return the window of the published values if the actor holds the property; else None."""
    if ctx.actor.role != "taxpayer":
        return None
    with ctx.transaction() as tx:
        row = register.latest_published(tx)
        if row is None or row.opens_on is None or row.closes_on is None:
            return None
        holder = ctx.actor.taxpayer_id or ""
        if not objections.holds(tx, property_id=property_id, taxpayer_id=holder, on=ctx.today):
            return None
    return Window(row.round_id, row.opens_on, row.closes_on, _is_open(ctx, row))


def objection_check(ctx: Context, round_id: int) -> ObjectionCheck:
    """Take the objections to a round as a check of its model, by neighbourhood."""
    ctx.require("valuer", "officer", "auditor")
    with ctx.transaction() as tx:
        row = rounds.found(tx, round_id)
        rows = objections.objections_of_round(tx, round_id)
        study = register.study_table(tx, round_id)
        known = {*(each.property_id for each in rows), *study["property_id"].to_pylist()}
        segments = _segments(ctx, tx, round_id, sorted(known))
    table = pa.table(
        {
            "property_id": pa.array([each.property_id for each in rows], pa.string()),
            "status": pa.array([each.status for each in rows], pa.string()),
            "contested_value": _money(each.contested_value for each in rows),
            "claimed_value": _money(each.claimed_value for each in rows),
            "decided_value": _money(each.decided_value for each in rows),
            "segment": pa.array([segments.get(each.property_id) for each in rows], pa.string()),
        }
    )
    where = [segments.get(number) for number in study["property_id"].to_pylist()]
    study = study.append_column("segment", pa.array(where, pa.string()))
    return check_objections(table, study, properties=row.properties)


def _segments(
    ctx: Context, tx: Transaction, round_id: int, property_ids: list[str]
) -> dict[str, str]:
    """Return the neighbourhood of each property, where the pack names a column for it."""
    column = ctx.pack.neighbourhood
    if column is None:
        return {}
    found = cadastre.in_round(tx, round_id, property_ids)
    return {
        number: str(place.characteristics[column])
        for number, place in found.items()
        if place.characteristics.get(column) is not None
    }


def _money(amounts: Any) -> pa.Array:
    return pa.array(list(amounts), pa.decimal128(18, 2))


def _objector(ctx: Context, taxpayer_id: str | None) -> str:
    if ctx.actor.role == "taxpayer":
        if taxpayer_id not in (None, ctx.actor.taxpayer_id):
            raise Forbidden("A taxpayer objects in no other name.")
        return ctx.actor.taxpayer_id or ""
    if not taxpayer_id:
        reason = "it is not said who objects"
        raise InputError(Finding("objection", reason, "a taxpayer's number", column="taxpayer_id"))
    return taxpayer_id


def _require_said(new: NewObjection) -> None:
    overrides.require_money(new.claimed_value)
    findings = []
    if not new.grounds.strip():
        findings.append(Finding("objection", "nothing is written", "the grounds", column="grounds"))
    for column in ("grounds", "evidence"):
        if len(getattr(new, column)) > GROUNDS_MAX:
            expected = f"at most {GROUNDS_MAX} characters"
            findings.append(Finding("objection", "the text is too long", expected, column=column))
    if findings:
        raise InputError(findings)


def _require_window(ctx: Context, row: register.RoundRow) -> None:
    if _is_open(ctx, row):
        return
    if row.opens_on is None or row.closes_on is None:
        raise Conflict("The window for objections to these values is not open yet.")
    raise Conflict(f"Objections to these values are taken from {row.opens_on} to {row.closes_on}.")


def _is_open(ctx: Context, row: register.RoundRow) -> bool:
    return (
        row.status == "objections"
        and row.opens_on is not None
        and row.closes_on is not None
        and row.opens_on <= ctx.today <= row.closes_on
    )


def _locked(
    tx: Transaction, objection_id: int, wanted: tuple[Status, ...]
) -> objections.ObjectionRow:
    """Return an objection in one of the wanted states; nobody else moves its round meanwhile."""
    register.lock_round(tx, _found(tx, objection_id).round_id)
    row = _found(tx, objection_id)
    if row.status not in wanted:
        words = row.status.replace("_", " ")
        raise Conflict(f"Objection {objection_id} is {words}.")
    return row


def _outcome(row: objections.ObjectionRow, value: Decimal | None) -> Status:
    if value is None:
        return "rejected"
    overrides.require_money(value)
    wanted = row.claimed_value - row.contested_value
    granted = value - row.contested_value
    if granted * wanted <= 0:
        reason = f"{value} does not go from {row.contested_value} towards {row.claimed_value}"
        expected = "a value in the direction of the claim; none to reject it"
        raise InputError(Finding("objection", reason, expected, column="value"))
    return "upheld" if abs(granted) >= abs(wanted) else "partly_upheld"


def _found(tx: Transaction, objection_id: int) -> objections.ObjectionRow:
    row = objections.find_objection(tx, objection_id)
    if row is None:
        raise NotFound(f"No objection has the number {objection_id}.")
    return row


def _objection(tx: Transaction, ctx: Context, row: objections.ObjectionRow) -> Objection:
    inside = ctx.actor.role in {"valuer", "auditor", "officer"}
    status = next(each for each in get_args(Status) if each == row.status)
    return Objection(
        objection_id=row.objection_id,
        round_id=row.round_id,
        property_id=row.property_id,
        taxpayer_id=row.taxpayer_id,
        contested_value=row.contested_value,
        claimed_value=row.claimed_value,
        kind=next(each for each in get_args(Kind) if each == row.kind),
        grounds=row.grounds,
        evidence=row.evidence,
        filed_on=row.filed_on,
        answer_by=row.answer_by,
        status=status,
        decided_value=row.decided_value,
        overdue=status in UNDECIDED and ctx.today > row.answer_by,
        events=tuple(
            ObjectionEvent(
                next(each for each in get_args(Status) if each == event.to_status),
                event.happened_on,
                event.actor if inside else None,
                event.note,
            )
            for event in objections.events_of(tx, row.objection_id)
        ),
    )
