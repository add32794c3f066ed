"""Reliefs from tax: claimed by whoever holds an object, granted by an officer by a document."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.schema import Schema
from kazyna.core.table import check
from kazyna.core.text import Text
from kazyna.services.context import Context
from kazyna.store import register, reliefs
from kazyna.store.connection import Transaction

CLAIMS_SHOWN = 200


@dataclass(frozen=True)
class NewRelief:
    """What is claimed."""

    object_id: str
    relief: str
    """The input of the rules that the relief sets, such as relief_category."""
    value: str
    """What it is set to, such as pensioner."""
    valid_from: date
    evidence: str
    valid_to: date | None = None
    taxpayer_id: str | None = None
    """Whose; a taxpayer claims for itself."""


@dataclass(frozen=True)
class Relief:
    """A claim and what became of it."""

    claim_id: int
    taxpayer_id: str
    object_id: str
    relief: str
    value: str
    valid_from: date
    valid_to: date | None
    evidence: str
    status: str
    """`claimed`, `granted`, `refused` or `ended`."""
    claimed_on: date
    claimed_by: str


@dataclass(frozen=True)
class ReliefChoice:
    """A relief that the pack knows, with what can be claimed of it."""

    name: str
    label: Text
    values: tuple[str, ...]


def choices(ctx: Context) -> tuple[ReliefChoice, ...]:
    """List the reliefs that can be claimed."""
    found = []
    for name, origin in ctx.pack.register.origins.items():
        column = ctx.pack.columns.get(name)
        if origin.kind != "relief" or column is None:
            continue
        values = column.allowed or ("true",)
        if column.limits is not None:
            low, high = map(int, column.limits)
            values = tuple(map(str, range(low, high + 1)))
        claimed = tuple(value for value in values if value != str(origin.otherwise))
        found.append(ReliefChoice(name, column.label, claimed))
    return tuple(found)


def claim_relief(ctx: Context, new: NewRelief) -> Relief:
    """Claim a relief for an object that one holds; nothing changes before it is granted.

    Raises
    ------
    InputError
        When the pack knows no such relief, the value is not accepted, or no evidence is named.
    NotFound
        When the taxpayer does not hold the object.
    Conflict
        When such a relief is claimed or granted already.
    """
    ctx.require("officer", "taxpayer")
    own = ctx.actor.taxpayer_id if ctx.actor.role == "taxpayer" else None
    taxpayer_id = new.taxpayer_id or own
    if taxpayer_id is None or (own and taxpayer_id != own):
        raise Forbidden("A taxpayer claims only for itself; an officer says for whom.")
    _check(ctx, new)
    with ctx.transaction() as tx:
        if not reliefs.holds(tx, taxpayer_id=taxpayer_id, object_id=new.object_id):
            raise NotFound(f"{taxpayer_id} holds no object {new.object_id!r}.")
        number = reliefs.insert(
            tx,
            {
                "taxpayer_id": taxpayer_id,
                "object_id": new.object_id,
                "input": new.relief,
                "value": new.value,
                "valid_from": new.valid_from,
                "valid_to": new.valid_to,
                "evidence": new.evidence.strip(),
            },
        )
        if number is None:
            raise Conflict(f"{new.relief} is claimed or granted for {new.object_id} already.")
        return _relief(_found(tx, number))


def grant_relief(ctx: Context, claim_id: int, *, document: str) -> Relief:
    """Grant a claim by a document: it counts in every roll drafted or corrected from now on."""
    return _decided(ctx, claim_id, "granted", document=document)


def refuse_relief(ctx: Context, claim_id: int, *, document: str) -> Relief:
    """Refuse a claim; the document or reason is kept."""
    return _decided(ctx, claim_id, "refused", document=document)


def end_relief(ctx: Context, claim_id: int, *, on: date, document: str) -> Relief:
    """End a relief that was granted, on the first day on which it holds no more."""
    return _decided(ctx, claim_id, "ended", document=document, on=on)


def claims(ctx: Context, *, taxpayer_id: str | None = None) -> tuple[Relief, ...]:
    """Return the claims of one taxpayer, or of all, those that wait first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        rows = reliefs.claims(tx, taxpayer_id=taxpayer_id, limit=CLAIMS_SHOWN)
    return tuple(map(_relief, rows))


def _decided(
    ctx: Context, claim_id: int, to_status: str, *, document: str, on: date | None = None
) -> Relief:
    ctx.require("officer")
    if not document.strip():
        raise InputError(Finding("relief", "no document is named", "a document or a reason",
                                 column="document"))  # fmt: skip
    needed = "granted" if to_status == "ended" else "claimed"
    with ctx.transaction() as tx:
        claim = _found(tx, claim_id)
        if claim.status != needed:
            raise Conflict(f"The claim {claim_id} is {claim.status}, not {needed}.")
        reliefs.move(tx, claim, to_status=to_status, document=document.strip())
        if to_status != "refused":
            change = register.open_change(tx, kind="relief", document=document.strip())
            reliefs.put(tx, claim, valid_to=on or claim.valid_to, change_no=change)
        return _relief(_found(tx, claim_id))


def _check(ctx: Context, new: NewRelief) -> None:
    """Refuse a relief or a value that the pack does not know."""
    known = [name for name, origin in ctx.pack.register.origins.items() if origin.kind == "relief"]
    if new.relief not in known:
        expected = "one of " + ", ".join(known) if known else "a pack with reliefs"
        raise InputError(
            Finding("relief", f"{new.relief!r} is no relief", expected, column="relief")
        )
    if not new.evidence.strip():
        raise InputError(Finding("relief", "no evidence is named", "a document", column="evidence"))
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        reason, expected = f"it ends on {new.valid_to}", f"a day after {new.valid_from}"
        raise InputError(Finding("relief", reason, expected, column="valid_to"))
    column = Schema("relief", (ctx.pack.columns[new.relief],))
    check(pa.table({new.relief: [new.value]}), column, source="relief")


def _found(tx: Transaction, claim_id: int) -> reliefs.ClaimRow:
    row = reliefs.find(tx, claim_id)
    if row is None:
        raise NotFound(f"There is no claim {claim_id}.")
    return row


def _relief(row: reliefs.ClaimRow) -> Relief:
    return Relief(
        claim_id=row.claim_id,
        taxpayer_id=row.taxpayer_id,
        object_id=row.object_id,
        relief=row.input,
        value=row.value,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        evidence=row.evidence,
        status=row.status,
        claimed_on=row.claimed_on,
        claimed_by=row.claimed_by,
    )
