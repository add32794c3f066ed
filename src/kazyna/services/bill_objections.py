"""Objections to bills: filed in time, decided with reasons, and what follows for the bill."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.services import deliveries, objects, roll_lifecycle, suspensions
from kazyna.services.context import Context
from kazyna.services.rolls import Bill
from kazyna.store import bill_objections as register
from kazyna.store import rolls
from kazyna.store.bill_objections import BillObjection
from kazyna.store.connection import Transaction
from kazyna.tax import Parameter

__all__ = [
    "BillObjection",
    "correct",
    "decide_objection",
    "file_objection",
    "find_objection",
    "last_day_to_object",
    "objections",
    "outcome",
    "withdraw_objection",
]

OBJECTIONS_SHOWN = 200


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
        _require_in_time(tx, ctx, bill)
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
                "answer_by": _after(ctx.pack.bill_answer_days, ctx.today),
            },
        )
        if number is None:
            raise Conflict(f"An objection to the bill {reference} is open already.")
        suspensions.suspend_disputed(
            tx, ctx, taxpayer_id=bill.taxpayer_id, tax=bill.tax, period=bill.year,
            reason=_named(number), disputed=max(bill.amount - claimed, Decimal(0)),
        )  # fmt: skip
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
            correct(
                tx, ctx, objection, changed, valid_from=valid_from,
                why=_named(objection_id), document=f"{_named(objection_id)}: {reason.strip()}",
            )  # fmt: skip
        bill = rolls.bill_by_reference(tx, objection.reference)
        now = bill.amount if bill else objection.contested
        register.decide(
            tx,
            objection_id,
            to_status=outcome(objection.contested, objection.claimed, now),
            amount=now,
            reason=reason.strip(),
        )
        suspensions.resume_disputed(tx, ctx, reason=_named(objection_id))
        return _found(tx, objection_id)


def correct(
    tx: Transaction, ctx: Context, objection: BillObjection, changed: Mapping[str, str], *,
    why: str, document: str, valid_from: date | None,
) -> None:  # fmt: skip
    """Correct what was wrong about the object of a bill in dispute, and the bills of the year."""
    objects.record_change(
        tx, ctx, objection.property_id, changed, kind="decision",
        valid_from=valid_from or date(objection.year, 1, 1), document=document,
    )  # fmt: skip
    roll_lifecycle.correct_within(
        tx, ctx, tax=objection.tax, year=objection.year, reason=why, only=[objection.property_id]
    )


def withdraw_objection(ctx: Context, objection_id: int, *, reason: str = "") -> BillObjection:
    """Take an objection back."""
    ctx.require("officer", "taxpayer")
    with ctx.transaction() as tx:
        _open(tx, objection_id)
        register.decide(tx, objection_id, to_status="withdrawn", amount=None, reason=reason)
        suspensions.resume_disputed(tx, ctx, reason=_named(objection_id))
        return _found(tx, objection_id)


def objections(ctx: Context) -> tuple[BillObjection, ...]:
    """Return the objections that the actor may see, the most urgent first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        rows = register.objections(tx, limit=OBJECTIONS_SHOWN)
    return tuple(rows)


def find_objection(ctx: Context, objection_id: int) -> BillObjection:
    """Return one objection.

    Raises
    ------
    NotFound
        When there is none that the actor may see.
    """
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        return _found(tx, objection_id)


def last_day_to_object(ctx: Context, bill: Bill) -> date | None:
    """Return the last day on which a bill can be objected to.

    None where the law gives none, or its days have not begun since nothing proves that the bill
    was served.
    """
    with ctx.transaction() as tx:
        return _last_day(tx, ctx, bill.reference, bill.issued_on)


def _last_day(tx: Transaction, ctx: Context, reference: str, issued_on: date) -> date | None:
    since = deliveries.counts_from(tx, ctx, kind="bill", number=reference, issued_on=issued_on)
    return None if since is None else _after(ctx.pack.bill_objection_days, since)


def _named(objection_id: int) -> str:
    """Name an objection where it is the reason of something else."""
    return f"objection {objection_id}"


def outcome(contested: Decimal, claimed: Decimal, now: Decimal) -> str:
    """Compare what is owed after a decision with what was contested and what was claimed."""
    if now == contested:
        return "rejected"
    gained = (contested - now) * (1 if claimed < contested else -1)
    if gained <= 0:
        return "rejected"  # the decision went the other way
    return "upheld" if gained >= abs(contested - claimed) else "partly_upheld"


def _check(bill: rolls.BillRow, claimed: Decimal, grounds: str) -> None:
    findings = []
    if not claimed.is_finite() or claimed < 0 or claimed == bill.amount:
        expected = f"an amount from 0 that is not the bill's {bill.amount}"
        findings.append(Finding("objection", f"{claimed} is claimed", expected, column="claimed"))
    if not grounds.strip():
        findings.append(Finding("objection", "no grounds are given", "why", column="grounds"))
    if findings:
        raise InputError(findings)


def _require_in_time(tx: Transaction, ctx: Context, bill: rolls.BillRow) -> None:
    if bill.status != "issued":
        raise Conflict(f"The bill {bill.reference} is withdrawn: it asks for nothing.")
    issued_on = bill.issued_on or bill.law_on
    last = _last_day(tx, ctx, bill.reference, issued_on)
    if last is not None and ctx.today > last:
        raise Conflict(f"The bill of {issued_on} could be objected to until {last}.")


def _after(days: Parameter | None, day: date) -> date | None:
    """Return the last of so many days after a day; None where the law gives none."""
    if days is None or day < days.values.days[0]:
        return None
    allowed = days.on(day).value
    return day + timedelta(days=int(allowed)) if isinstance(allowed, Decimal) else None


def _open(tx: Transaction, objection_id: int) -> BillObjection:
    row = _found(tx, objection_id)
    if row.status != "filed":
        raise Conflict(f"The objection {objection_id} is {row.status} already.")
    return row


def _found(tx: Transaction, objection_id: int) -> BillObjection:
    row = register.find(tx, objection_id)
    if row is None:
        raise NotFound(f"There is no objection {objection_id} to a bill.")
    return row
