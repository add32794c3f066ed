"""The life of a roll: drafted, issued, corrected, withdrawn. Every step is recorded and posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import PartsRule, creditor_reference
from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.packs.taxes import Tax
from kazyna.services import assessment, bill_parts, confirmations, laws
from kazyna.services.assessment import Ground
from kazyna.services.charges import post_assessed
from kazyna.services.context import Context
from kazyna.store import register as changes_of_register
from kazyna.store import roll_lifecycle as register
from kazyna.store.connection import Transaction
from kazyna.tax import doubtful


@dataclass(frozen=True)
class DraftedRoll:
    """A roll that is computed and can be looked at; nobody owes anything by it yet."""

    roll_id: int
    tax: str
    year: int
    bills: int
    total: Decimal
    due_on: date
    drafted_by: str
    """Another officer issues it."""
    unassigned: int
    """Holdings whose holder nobody knows; they get no bill."""
    unassigned_amount: Decimal
    doubts: tuple[str, ...]
    """Values of the law that no officer has confirmed: the roll is not issued before that."""


@dataclass(frozen=True)
class IssuedRoll:
    """What was issued; the CLI prints it, the API returns it, the page shows it."""

    roll_id: int
    tax: str
    year: int
    bills: int
    total: Decimal
    """After all corrections."""
    due_on: date
    status: str = "issued"
    """Or `withdrawn`."""


@dataclass(frozen=True)
class CorrectedRoll:
    """What a correction changed; the same correction again changes nothing."""

    roll_id: int
    tax: str
    year: int
    objects_assessed: int
    """Objects that were assessed again, because something about them changed."""
    bills_new: int
    bills_raised: int
    bills_lowered: int
    bills_other: int
    """Bills whose inputs changed and whose amount did not."""
    difference: Decimal


@dataclass(frozen=True)
class RollEvent:
    """One step in the life of a roll."""

    from_status: str
    to_status: str
    happened_on: date
    note: str
    known_change: int
    content_hash: str | None
    bills: int
    difference: Decimal
    actor: str


def draft_roll(ctx: Context, *, tax: str, year: int) -> DraftedRoll:
    """Compute the roll of a tax and year and keep it as a draft, in place of an earlier draft.

    Raises
    ------
    NotFound
        When the pack has no such tax, nobody holds an object, or values are missing.
    Conflict
        When the roll is issued already: correct it.
    Refused
        When the two ways of computing a bill disagree.
    """
    ctx.require("officer")
    ctx = laws.decided(ctx)
    law = assessment.charged_tax(ctx, tax)
    with ctx.transaction() as tx:
        changes_of_register.lock(tx)
        stands = register.state(tx, tax=tax, year=year)
        if stands is not None:
            _require(stands, "draft")
            _discard(tx, stands, note="drafted anew")
        return _drafted(tx, ctx, law, year=year)


def drafted(ctx: Context, *, tax: str, year: int) -> DraftedRoll:
    """Return the draft of a tax and year, with what keeps it from being issued.

    Raises
    ------
    NotFound
        When there is none.
    """
    ctx.require("officer", "auditor")
    ctx = laws.decided(ctx)
    law = assessment.charged_tax(ctx, tax)
    with ctx.transaction() as tx:
        stands = register.state(tx, tax=tax, year=year)
        if stands is None or stands.status != "draft":
            raise NotFound(f"There is no draft of {tax} for {year}.")
        ground = Ground(year, stands.known_change, stands.round_id)
        held = assessment.holdings_of(ctx, tx, law, ground)
        return _described(tx, law, stands, held=held)


def discard_roll(ctx: Context, *, tax: str, year: int, reason: str = "") -> None:
    """Put a draft away, or send it back for a reason; that it was there stays recorded."""
    ctx.require("officer")
    with ctx.transaction() as tx:
        stands = _standing(tx, tax=tax, year=year)
        _require(stands, "draft")
        _discard(tx, stands, note=reason.strip() or "discarded")


def issue_roll(ctx: Context, *, tax: str, year: int) -> IssuedRoll:
    """Issue the draft that another officer has made: bills, references, charges, or none.

    Raises
    ------
    NotFound
        When there is no draft, or it has no bill.
    Forbidden
        When the officer has drafted it: who looks is not who made.
    Conflict
        When the roll is issued already, rests on doubtful values of the law that no officer has
        confirmed, or the register has changed since the draft.
    """
    ctx.require("officer")
    ctx = laws.decided(ctx)
    law = assessment.charged_tax(ctx, tax)
    with ctx.transaction() as tx:
        changes_of_register.lock(tx)
        stands = register.state(tx, tax=tax, year=year)
        if stands is None:
            raise NotFound(f"There is no draft of {tax} for {year}: one officer drafts, another"
                           " issues.")  # fmt: skip
        _require(stands, "draft")
        if stands.drafted_by == ctx.actor.name:
            raise Forbidden("The officer who issues a roll is another than the one who drafted it.")
        known = changes_of_register.latest(tx)
        if (stands.known_change, stands.pack_hash) != (known, ctx.pack.content_hash):
            raise Conflict("The register or the law has changed since the draft: draft it again.")
        ground = Ground(year, stands.known_change, stands.round_id)
        held = assessment.holdings_of(ctx, tx, law, ground)
        _require_confirmed(tx, law, held, ground)
        bills = register.drafted(tx, stands.roll_id)
        if bills.num_rows == 0:
            raise NotFound(f"No holder of an object is known for {tax} in {year}.")
        referred = _referred(bills, stands.roll_id)
        law_id = laws.keep(tx, ctx, tax=tax, on=stands.law_on)
        content_hash = register.issue_bills(
            tx, stands.roll_id, referred.select(["bill_no", "reference"]), law_id=law_id
        )
        _move(tx, stands, "issued", content_hash=content_hash, bills=bills.num_rows)
        _charge(tx, ctx, referred, stands, kind="charge", key="charge")
    total = pc.sum(bills["amount"]).as_py()
    return IssuedRoll(stands.roll_id, tax, year, bills.num_rows, total, stands.due_on)


def correct_roll(
    ctx: Context, *, tax: str, year: int, reason: str, only: Sequence[str] | None = None
) -> CorrectedRoll:
    """Assess again what changed since a roll was issued, and post the differences.

    What changed are objects of which the register, a relief or the round says something new, and
    where the law itself changed, all of them. Bills stay as they are: each that differs gets a
    version beside it, new holders get a bill, and holdings that are gone owe nothing.

    Parameters
    ----------
    ctx
        An officer.
    tax, year
        Which roll.
    reason
        Why; it is kept with the event that every version and posting names.
    only
        Only these objects, such as the one that a decision is about.

    Raises
    ------
    NotFound
        When no such roll is issued.
    Conflict
        When values of the law are in doubt, as `issue_roll` does.
    """
    ctx.require("officer")
    if not reason.strip():
        raise InputError(Finding("correction", "no reason is given", "why", column="reason"))
    with ctx.transaction() as tx:
        return correct_within(tx, ctx, tax=tax, year=year, reason=reason.strip(), only=only)


def correct_within(
    tx: Transaction,
    ctx: Context,
    *,
    tax: str,
    year: int,
    reason: str,
    only: Sequence[str] | None = None,
) -> CorrectedRoll:
    """Correct a roll inside a transaction, such as that of a decision."""
    ctx = laws.decided_within(tx, ctx)
    law = assessment.charged_tax(ctx, tax)
    changes_of_register.lock(tx)
    stands = _standing(tx, tax=tax, year=year)
    _require(stands, "issued")
    known = changes_of_register.latest(tx)
    ground = assessment.ground_of(ctx, tx, law, year=year, known=known)
    touched = list(only) if only is not None else _touched(tx, ctx, stands, ground)
    held = assessment.holdings_of(ctx, tx, law, ground, only=touched)
    _require_confirmed(tx, law, held, ground)
    assessed = _staged(ctx, assessment.assess(ctx, law, held, ground))
    changed = register.changes(tx, stands.roll_id, assessed, only=touched)
    # Only a correction of all that changed brings the roll to the register's latest state.
    reached = known if only is None else stands.known_change
    difference = _posted(tx, ctx, stands, changed, reason=reason, known=reached)
    moved = pc.subtract(changed["amount"], changed["before"]).to_pylist()
    is_new = changed["bill_no"].is_null().to_pylist()
    old = [step for step, new in zip(moved, is_new, strict=True) if not new]
    return CorrectedRoll(
        roll_id=stands.roll_id,
        tax=tax,
        year=year,
        objects_assessed=len(set(held["property_id"].to_pylist()) | set(touched or ())),
        bills_new=sum(is_new),
        bills_raised=sum(step > 0 for step in old),
        bills_lowered=sum(step < 0 for step in old),
        bills_other=sum(step == 0 for step in old),
        difference=difference,
    )  # fmt: skip


def withdraw_roll(ctx: Context, *, tax: str, year: int, reason: str) -> IssuedRoll:
    """Withdraw an issued roll: its bills ask for nothing more, what was paid becomes credit.

    The roll may then be drafted and issued again, as another one.
    """
    ctx.require("officer")
    if not reason.strip():
        raise InputError(Finding("withdrawal", "no reason is given", "why", column="reason"))
    with ctx.transaction() as tx:
        changes_of_register.lock(tx)
        stands = _standing(tx, tax=tax, year=year)
        _require(stands, "issued")
        bills = register.amounts(tx, stands.roll_id)
        bills = bills.append_column("standing", bills["amount"])
        _move(tx, stands, "withdrawn", note=reason.strip(), difference=-stands.total)
        _charge(tx, ctx, bills, stands, kind="correction", key="withdrawn", sign=-1)
    return IssuedRoll(
        stands.roll_id, tax, year, stands.bills, Decimal(0), stands.due_on, "withdrawn"
    )


def history(ctx: Context, *, tax: str, year: int) -> tuple[RollEvent, ...]:
    """Return all that happened to the rolls of a tax and year, the first step first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = register.events(tx, tax=tax, year=year)
    return tuple(
        RollEvent(row.from_status, row.to_status, row.happened_on, row.note, row.known_change,
                  row.content_hash, row.bills, row.difference, row.actor)
        for row in rows
    )  # fmt: skip


def _drafted(tx: Transaction, ctx: Context, law: Tax, *, year: int) -> DraftedRoll:
    known = changes_of_register.latest(tx)
    ground = assessment.ground_of(ctx, tx, law, year=year, known=known)
    held = assessment.holdings_of(ctx, tx, law, ground)
    if held.num_rows == 0:
        raise NotFound(f"Nobody holds a property on {ground.law_on}: load the holdings first.")
    bills = _staged(ctx, assessment.assess(ctx, law, held, ground))
    owned = bills.filter(bills["taxpayer_id"].is_valid())
    roll_id = register.insert_draft(
        tx,
        {
            "tax": law.name,
            "year": year,
            "round_id": ground.round_id,
            "pack": ctx.pack.name,
            "pack_hash": ctx.pack.content_hash,
            "law_on": ground.law_on,
            "due_on": law.due_on(year),
            "parts": bill_parts.written(law.parts_of(year, ctx.pack.currency)),
            "bills": owned.num_rows,
            "total": pc.sum(owned["amount"]).as_py() or Decimal(0),
            "known_change": known,
        },
        bills,
    )
    if roll_id is None:
        raise Conflict(f"The roll of {law.name} for {year} is issued already.")
    return _described(tx, law, _standing(tx, tax=law.name, year=year), held=held)


def _described(
    tx: Transaction, law: Tax, stands: register.RollStateRow, *, held: pa.Table
) -> DraftedRoll:
    nobody = register.unassigned(tx, stands.roll_id)
    doubts = doubtful(law.rules, assessment.cases(held), stands.law_on, id_column="case")
    return DraftedRoll(
        roll_id=stands.roll_id,
        tax=law.name,
        year=stands.year,
        bills=stands.bills,
        total=stands.total,
        due_on=stands.due_on,
        drafted_by=stands.drafted_by,
        unassigned=nobody.holdings,
        unassigned_amount=nobody.amount,
        doubts=tuple(value.id for value in confirmations.unconfirmed(tx, doubts)),
    )


def _require_confirmed(tx: Transaction, law: Tax, held: pa.Table, ground: Ground) -> None:
    if held.num_rows:
        doubts = doubtful(law.rules, assessment.cases(held), ground.law_on, id_column="case")
        confirmations.require_confirmed(tx, doubts)


def _touched(
    tx: Transaction, ctx: Context, stands: register.RollStateRow, ground: Ground
) -> list[str] | None:
    """Name the objects about which something changed; None where the law did, for all."""
    if stands.pack_hash != ctx.pack.content_hash or stands.round_id != ground.round_id:
        return None
    touched = changes_of_register.touched_since(tx, stands.known_change)
    if ground.round_id is not None:
        touched |= register.value_changed(tx, stands.roll_id, ground.round_id)
    return sorted(touched)


def _posted(
    tx: Transaction,
    ctx: Context,
    stands: register.RollStateRow,
    changed: pa.Table,
    *,
    reason: str,
    known: int,
) -> Decimal:
    """Record what a correction changed as versions and late bills, and post the differences."""
    before, after = changed["before"], changed["amount"]
    moved = pc.cast(pc.subtract(after, before), pa.decimal128(18, 2))
    difference: Decimal = pc.sum(moved).as_py() or Decimal(0)
    if changed.num_rows == 0 and known == stands.known_change:
        return difference
    law_id = laws.keep(tx, ctx, tax=stands.tax, on=stands.law_on)
    is_new = changed["bill_no"].is_null()
    late = changed.filter(is_new)
    event = _move(
        tx, stands, "issued", note=reason, known_change=known, difference=difference,
        pack_hash=ctx.pack.content_hash, bills=stands.bills + late.num_rows,
    )  # fmt: skip
    if late.num_rows:
        first = register.next_bill(tx, stands.roll_id)
        numbers = pa.array(range(first, first + late.num_rows), pa.int64())
        late = late.set_column(late.column_names.index("bill_no"), "bill_no", numbers)
        late = _referred(late.drop(["reference"]), stands.roll_id)
        register.insert_late_bills(
            tx, stands.roll_id, late.drop(["version", "before"]), law_id=law_id
        )
        _charge(tx, ctx, late, stands, kind="charge", key="charge")
    old = changed.append_column("difference", moved).filter(pc.invert(is_new))
    if old.num_rows:
        version = pc.cast(old["version"], pa.string())
        keyed = old.set_column(
            old.column_names.index("amount"), "amount", old["difference"]
        ).append_column("standing", old["before"]).append_column(
            "key", pc.binary_join_element_wise("correction", old["reference"], version, ":")
        )  # fmt: skip
        _charge(tx, ctx, keyed, stands, kind="correction", key="correction")
        n = old.num_rows
        register.insert_versions(
            tx,
            old.select(["bill_no", "version", "share", "value", "inputs", "steps", "law_rows",
                        "amount", "difference"])
            .append_column("roll_id", pa.array([stands.roll_id] * n, pa.int64()))
            .append_column("law_id", pa.array([law_id] * n, pa.int64()))
            .append_column("event_id", pa.array([event] * n, pa.int64())),
        )  # fmt: skip
    return difference


def _charge(
    tx: Transaction,
    ctx: Context,
    bills: pa.Table,
    stands: register.RollStateRow,
    *,
    kind: Literal["charge", "correction"],
    key: str,
    sign: int = 1,
) -> None:
    """Post amounts of bills: reference, property_id, taxpayer_id, place, amount, perhaps key.

    Of bills that stand already, `standing` is what they ask for before, beside their `bill_no`.
    """
    n, minor = bills.num_rows, Decimal(10**ctx.pack.currency.decimals * sign)
    keys = (
        bills["key"]
        if "key" in bills.column_names
        else pc.binary_join_element_wise(key, bills["reference"], ":")
    )
    assessed = pa.table(
        {
            "key": keys,
            "taxpayer_id": bills["taxpayer_id"],
            "amount_minor": _in_minor(bills["amount"], minor),
            "period": pa.array([stands.year] * n, pa.int32()),
            "due_on": pa.array([stands.due_on] * n, pa.date32()),
            "place": bills["place"],
            "effective_on": pa.array([date(stands.year, 1, 1)] * n, pa.date32()),
            "description": bills["property_id"],
        }
    )
    rule = bill_parts.rule_of(stands.parts)
    if rule is not None:
        moved = _moved(tx, ctx, bills, stands, rule, assessed=assessed)
        assessed = bill_parts.by_parts(assessed, moved, rule)
        bill_parts.lift_what_is_lowered(tx, assessed, tax=stands.tax, rule=rule)
    post_assessed(tx, ctx, assessed, tax=stands.tax, kind=kind)


def _moved(
    tx: Transaction,
    ctx: Context,
    bills: pa.Table,
    stands: register.RollStateRow,
    rule: PartsRule,
    *,
    assessed: pa.Table,
) -> bill_parts.Matrix:
    """Say what of each part of bills is charged or taken back."""
    if "standing" not in bills.column_names:
        late = stands.issued_on is not None and ctx.today > stands.issued_on
        return bill_parts.as_issued(assessed, rule, late_on=ctx.today if late else None)
    minor = Decimal(10**ctx.pack.currency.decimals)
    place = bills.column_names.index("standing")
    standing = bills.set_column(place, "standing", _in_minor(bills["standing"], minor))
    before = bill_parts.as_standing(tx, stands.roll_id, standing, rule, ctx.pack.currency)
    now = pc.add(standing["standing"], assessed["amount_minor"]).to_numpy()
    return bill_parts.corrected(before, now, ctx.today, rule)


def _in_minor(amounts: pa.ChunkedArray, minor: Decimal) -> pa.ChunkedArray:
    return pc.cast(pc.multiply(amounts, pa.scalar(minor, pa.decimal128(5, 0))), pa.int64())


def _staged(ctx: Context, assessed: pa.Table) -> pa.Table:
    """Give assessed parts numbers, and write their amounts as money."""
    minors = assessed["amount_minor"].to_pylist()
    amounts = [from_minor(minor, ctx.pack.currency) for minor in minors]
    numbers = pa.array(range(1, assessed.num_rows + 1), pa.int64())
    return (
        assessed.drop(["amount_minor", "held_from"])
        .append_column("bill_no", numbers)
        .append_column("amount", pa.array(amounts, pa.decimal128(18, 2)))
    )


def _referred(bills: pa.Table, roll_id: int) -> pa.Table:
    """Give bills their payment references."""
    numbers = bills["bill_no"].to_pylist()
    references = [creditor_reference(f"{roll_id:04d}{number:08d}") for number in numbers]
    return bills.append_column("reference", pa.array(references, pa.string()))


def _move(tx: Transaction, stands: register.RollStateRow, to_status: str, **said: Any) -> int:
    """Record a step of a roll; what is not said of it stays as it stands."""
    event = {
        "roll_id": stands.roll_id,
        "from_status": stands.status,
        "to_status": to_status,
        "note": "",
        "known_change": stands.known_change,
        "pack_hash": stands.pack_hash,
        "content_hash": None,
        "bills": stands.bills,
        "difference": Decimal(0),
    }
    return register.insert_event(tx, event | said)


def _discard(tx: Transaction, stands: register.RollStateRow, *, note: str) -> None:
    _move(tx, stands, "discarded", note=note)
    register.delete_draft(tx, stands.roll_id)


def _standing(tx: Transaction, *, tax: str, year: int) -> register.RollStateRow:
    stands = register.state(tx, tax=tax, year=year)
    if stands is None:
        raise NotFound(f"There is no roll of {tax} for {year}.")
    return stands


def _require(stands: register.RollStateRow, status: str) -> None:
    if stands.status != status:
        known = {"draft": "drafted, not issued", "issued": "issued already"}[stands.status]
        raise Conflict(f"The roll of {stands.tax} for {stands.year} is {known}.")
