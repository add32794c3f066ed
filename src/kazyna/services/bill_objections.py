"""Objections to bills: filed in time, decided with reasons, and what follows for the bill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.services import objects, roll_lifecycle
from kazyna.services.context import Context
from kazyna.store import bill_objections as register
from kazyna.store import rolls
from kazyna.store.connection import Transaction

ANSWER_DAYS = 30
"""Within which the office means to answer; the pack gives the days to object, not these."""
OBJECTIONS_SHOWN = 200


@dataclass(frozen=True)
class BillObjection:
    """An objection to a bill and what became of it."""

    objection_id: int
    reference: str
    tax: str
    year: int
    property_id: str
    taxpayer_id: str
    contested: Decimal
    """What the bill asked for."""
    claimed: Decimal
    """What the taxpayer says is owed."""
    grounds: str
    evidence: str
    status: str
    """`filed`, `upheld`, `partly_upheld`, `rejected` or `withdrawn`."""
    decided_amount: Decimal | None
    filed_on: date
    answer_by: date
    filed_by: str
    reason: str | None


def file_objection(
    ctx: Context, *, reference: str, claimed: Decimal, grounds: str, evidence: str = ""
) -> BillObjection:
    """Object to a bill, in the days that the law gives for it.

    Raises
    ------
    InputError
        When no grounds are given, or the amount is what the bill asks for anyway.
    NotFound
        When no bill has the reference, or it is another's.
    Conflict
        When the days are over, or an objection to the bill is open.
    """
    ctx.require("officer", "taxpayer")
    with ctx.transaction() as tx:
        bill = rolls.bill_by_reference(tx, reference)
        if bill is None:
            raise NotFound(f"No bill has the reference {reference!r}.")
        _check(bill, claimed, grounds)
        _require_in_time(ctx, bill)
        number = register.insert(
            tx,
            {
                "roll_id": bill.roll_id,
                "bill_no": bill.bill_no,
                "taxpayer_id": bill.taxpayer_id,
                "contested": bill.amount,
                "claimed": claimed,
                "grounds": grounds.strip(),
                "evidence": evidence.strip(),
                "answer_by": ctx.today + timedelta(days=ANSWER_DAYS),
            },
        )
        if number is None:
            raise Conflict(f"An objection to the bill {reference} is open already.")
        return _found(tx, number)


def decide_objection(
    ctx: Context,
    objection_id: int,
    *,
    reason: str,
    changed: Mapping[str, str] | None = None,
    valid_from: date | None = None,
) -> BillObjection:
    """Answer an objection: correct what was wrong about the object, or reject.

    With characteristics that are changed, the object is corrected in the register, its bills of the
    year are assessed again and the difference is posted, all in one transaction. The outcome then
    follows from the bill: what the taxpayer claimed is upheld, what lies between is upheld in part.

    Parameters
    ----------
    ctx
        An officer.
    objection_id
        Its number.
    reason
        Why; the taxpayer reads it.
    changed
        Characteristics by name; none rejects the objection, unless the bill has changed since.
    valid_from
        From when they hold; the first day of the tax year where it is not said.
    """
    ctx.require("officer")
    if not reason.strip():
        raise InputError(Finding("decision", "no reason is given", "why", column="reason"))
    with ctx.transaction() as tx:
        objection = _open(tx, objection_id)
        if changed:
            objects.record_change(
                tx, ctx, objection.property_id, changed, kind="decision",
                valid_from=valid_from or date(objection.year, 1, 1),
                document=f"objection {objection_id}: {reason.strip()}",
            )  # fmt: skip
            roll_lifecycle.correct_within(
                tx, ctx, tax=objection.tax, year=objection.year,
                reason=f"objection {objection_id}", only=[objection.property_id],
            )  # fmt: skip
        bill = rolls.bill_by_reference(tx, objection.reference)
        now = bill.amount if bill else objection.contested
        register.decide(
            tx, objection_id, to_status=_outcome(objection, now), amount=now, reason=reason.strip()
        )
        return _found(tx, objection_id)


def withdraw_objection(ctx: Context, objection_id: int, *, reason: str = "") -> BillObjection:
    """Take an objection back."""
    ctx.require("officer", "taxpayer")
    with ctx.transaction() as tx:
        _open(tx, objection_id)
        register.decide(tx, objection_id, to_status="withdrawn", amount=None, reason=reason)
        return _found(tx, objection_id)


def objections(ctx: Context) -> tuple[BillObjection, ...]:
    """Return the objections that the actor may see, the most urgent first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        rows = register.objections(tx, limit=OBJECTIONS_SHOWN)
    return tuple(BillObjection(**vars(row)) for row in rows)


def _outcome(objection: register.BillObjectionRow, now: Decimal) -> str:
    """Compare what the bill asks for now with what was contested and what was claimed."""
    if now == objection.contested:
        return "rejected"
    gained = (objection.contested - now) * (1 if objection.claimed < objection.contested else -1)
    if gained <= 0:
        return "rejected"  # the decision went the other way
    return "upheld" if gained >= abs(objection.contested - objection.claimed) else "partly_upheld"


def _check(bill: rolls.BillRow, claimed: Decimal, grounds: str) -> None:
    findings = []
    if not claimed.is_finite() or claimed < 0 or claimed == bill.amount:
        expected = f"an amount from 0 that is not the bill's {bill.amount}"
        findings.append(Finding("objection", f"{claimed} is claimed", expected, column="claimed"))
    if not grounds.strip():
        findings.append(Finding("objection", "no grounds are given", "why", column="grounds"))
    if findings:
        raise InputError(findings)


def _require_in_time(ctx: Context, bill: rolls.BillRow) -> None:
    if bill.status != "issued":
        raise Conflict(f"The bill {bill.reference} is withdrawn: it asks for nothing.")
    days, issued_on = ctx.pack.bill_objection_days, bill.issued_on or bill.law_on
    if days is None or issued_on < days.values.days[0]:
        return
    allowed = days.on(issued_on).value
    last = issued_on + timedelta(days=int(allowed)) if isinstance(allowed, Decimal) else None
    if last is not None and ctx.today > last:
        raise Conflict(f"The bill of {issued_on} could be objected to until {last}.")


def _open(tx: Transaction, objection_id: int) -> register.BillObjectionRow:
    row = register.find(tx, objection_id)
    if row is None:
        raise NotFound(f"There is no objection {objection_id} to a bill.")
    if row.status != "filed":
        raise Conflict(f"The objection {objection_id} is {row.status} already.")
    return row


def _found(tx: Transaction, objection_id: int) -> BillObjection:
    row = register.find(tx, objection_id)
    if row is None:
        raise NotFound(f"There is no objection {objection_id} to a bill.")
    return BillObjection(**vars(row))
