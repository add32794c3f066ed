"""Fines: proposed with grounds, imposed by a second officer, objected to, decided by a third."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from kazyna.accounts import Debt, charge, receivable, revenue
from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.core.text import Language, Text, translated
from kazyna.documents import fine as paper
from kazyna.packs.fines import FineLaw
from kazyna.services import deliveries, settlements, suspensions
from kazyna.services.charges import open_accounts
from kazyna.services.context import Context
from kazyna.services.laws import cited
from kazyna.services.ledger import amount_in_minor, reversal_of
from kazyna.services.payment_codes import payment_qr
from kazyna.services.settlements import NewSettlement, Settlement
from kazyna.store import collection, files, ledger, taxpayers
from kazyna.store import fines as register
from kazyna.store.connection import Transaction
from kazyna.store.fines import FineRow

SHOWN = 200
SAID_MAX = 200
"""Characters of the grounds that the account repeats."""


@dataclass(frozen=True)
class NewFine:
    """What is proposed."""

    taxpayer_id: str
    tax: str
    period: int
    """The tax year that it is about."""
    offence: str
    """By its name in the pack, which gives the article and the limits."""
    amount: Decimal
    grounds: str
    """What was done, and what shows it."""


@dataclass(frozen=True)
class Fine:
    """A fine and what became of it."""

    fine_id: int
    taxpayer_id: str
    taxpayer_name: str
    tax: str
    period: int
    offence: str
    label: Text | None
    law: str
    doubt: str | None
    """What is not certain about the offence's law."""
    grounds: str
    amount: Decimal
    standing: Decimal | None
    """What it asks for now; None before it is imposed."""
    open: Decimal
    """What is not paid of it."""
    status: str
    """`proposed`, `imposed` or `refused`; `objected`, then `confirmed`, `reduced`, `cancelled`."""
    proposed_on: date
    proposed_by: str
    imposed_on: date | None
    imposed_by: str | None
    due_on: date | None
    object_until: date | None
    """The last day to object; None before it is imposed, and while the days have not begun."""
    may_object: bool
    """Whether it can be objected to today."""
    objection: str | None
    answer: str | None
    """Why it was refused, or what was answered to the objection."""
    entry_id: int | None


@dataclass(frozen=True)
class PrintedFine:
    """A decision that was written to a file."""

    fine_id: int
    file: str


def propose(ctx: Context, new: NewFine) -> Fine:
    """Propose a fine for an offence that the law names; another officer imposes it.

    Raises
    ------
    InputError
        When the amount is outside the law's limits, or no grounds are given.
    NotFound
        When the taxpayer, the tax or the offence is not known.
    Conflict
        When the taxpayer is fined for the same already.
    """
    ctx.require("officer")
    law = _law(ctx, new.offence)
    minor, findings = amount_in_minor(ctx, new.amount, source="fine")
    if not findings and not law.minimum <= new.amount <= law.maximum:
        expected = f"{law.minimum:f} to {law.maximum:f} by {law.grounds.law}"
        findings.append(Finding("fine", f"the amount is {new.amount}", expected, column="amount"))
    if not new.grounds.strip():
        findings.append(Finding("fine", "no grounds are given", "what was done", column="grounds"))
    if findings:
        raise InputError(findings)
    if new.tax not in ctx.pack.taxes:
        known = ", ".join(ctx.pack.taxes)
        raise NotFound(f"The pack {ctx.pack.name} has no tax {new.tax!r}; it has {known}.")
    with ctx.transaction() as tx:
        if taxpayers.find_taxpayer(tx, new.taxpayer_id) is None:
            raise NotFound(f"No taxpayer has the number {new.taxpayer_id!r}.")
        number = register.insert(
            tx,
            {
                "taxpayer_id": new.taxpayer_id,
                "tax": new.tax,
                "period": new.period,
                "offence": new.offence,
                "law": law.grounds.law,
                "grounds": new.grounds.strip(),
                "amount": minor,
            },
        )
        if number is None:
            raise Conflict(f"{new.taxpayer_id} is fined for {new.offence} {new.period} already.")
        return _found(ctx, tx, number)


def impose(ctx: Context, fine_id: int) -> Fine:
    """Sign as the second officer: the fine is charged today and due after the days of the law.

    Raises
    ------
    NotFound
        When there is no such fine.
    Conflict
        When it is decided already, or the actor proposed it.
    """
    ctx.require("officer")
    with ctx.transaction() as tx:
        row = _open(tx, fine_id, "proposed")
        law = _law(ctx, row.offence)
        due_on = ctx.today + timedelta(days=law.days_to_pay)
        posted = _charge(ctx, tx, row, amount=row.amount, due_on=due_on, key=f"fine:{fine_id}")
        with ledger.refusals():
            register.move(
                tx, fine_id, "imposed", reason="", standing=row.amount, due_on=due_on,
                object_until=ctx.today + timedelta(days=law.objection_days), entry_id=posted,
            )  # fmt: skip
        return _found(ctx, tx, fine_id)


def refuse(ctx: Context, fine_id: int, *, reason: str) -> Fine:
    """Refuse a proposal as the second officer; nothing is charged."""
    ctx.require("officer")
    _require(reason, "reason")
    with ctx.transaction() as tx:
        _open(tx, fine_id, "proposed")
        with ledger.refusals():
            register.move(tx, fine_id, "refused", reason=reason.strip())
        return _found(ctx, tx, fine_id)


def object_to(ctx: Context, fine_id: int, *, grounds: str) -> Fine:
    """Object to a fine in the days of the law, as the taxpayer or for it at the counter.

    Raises
    ------
    InputError
        When no grounds are given.
    NotFound
        When there is no such fine, or it is another's.
    Conflict
        When the days are over, or the fine was objected to already.
    """
    ctx.require("officer", "taxpayer")
    _require(grounds, "grounds")
    with ctx.transaction() as tx:
        row = _open(tx, fine_id, "imposed")
        last = _last_day(tx, ctx, row)
        if not _may_object(ctx, row, last):
            raise Conflict(f"The fine {fine_id} could be objected to until {last}.")
        register.object_to(tx, fine_id, grounds.strip())
        suspensions.suspend_disputed(
            tx, ctx, taxpayer_id=row.taxpayer_id, tax=row.tax, period=row.period,
            reason=_named(fine_id),
        )  # fmt: skip
        return _found(ctx, tx, fine_id)


def decide(ctx: Context, fine_id: int, *, amount: Decimal, reason: str) -> Fine:
    """Answer an objection: what stands is the whole fine, less, or nothing.

    Parameters
    ----------
    ctx
        An officer who neither proposed nor imposed the fine.
    fine_id
        Its number.
    amount
        What stands; with 0 the fine is cancelled. What was paid beyond it becomes credit.
    reason
        Why; the taxpayer reads it.

    Raises
    ------
    InputError
        When the amount is above the fine, below nought or finer than a minor unit, or no reason is
        given.
    NotFound
        When there is no such fine.
    Conflict
        When nobody has objected, it is decided, or the actor proposed or imposed the fine.
    """
    ctx.require("officer")
    _require(reason, "reason")
    minor, findings = (0, []) if amount == 0 else amount_in_minor(ctx, amount, source="fine")
    with ctx.transaction() as tx:
        row = _open(tx, fine_id, "objected")
        if minor > row.amount:
            was = from_minor(row.amount, ctx.pack.currency)
            expected = f"at most the fine of {was}"
            findings.append(Finding("fine", f"the amount is {amount}", expected, column="amount"))
        if findings:
            raise InputError(findings)
        facts: dict[str, int | None] = {}
        if minor < row.amount:
            facts = {"standing": minor, "entry_id": _lower(ctx, tx, row, minor, reason)}
        outcome = "confirmed" if minor == row.amount else "reduced" if minor else "cancelled"
        with ledger.refusals():
            register.move(tx, fine_id, outcome, reason=reason.strip(), **facts)
        suspensions.resume_disputed(tx, ctx, reason=_named(fine_id))
        return _found(ctx, tx, fine_id)


def waive(ctx: Context, fine_id: int, *, reason: str) -> Settlement:
    """Ask that what is open of a fine is forgiven; a second officer signs, as for a remission.

    Raises
    ------
    Conflict
        When nothing of it is open.
    """
    fine = find_fine(ctx, fine_id)
    if not fine.open:
        raise Conflict(f"Nothing is open of the fine {fine_id}.")
    new = NewSettlement(
        kind="remission", taxpayer_id=fine.taxpayer_id, amount=fine.open,
        reason=f"{_named(fine_id)}: {reason.strip()}" if reason.strip() else "",
        tax=fine.tax, period=fine.period, bucket="penalty",
    )  # fmt: skip
    return settlements.request(ctx, new)


def fines(ctx: Context, *, taxpayer_id: str | None = None) -> tuple[Fine, ...]:
    """Return the fines that the actor may see, of everybody or of one; what waits comes first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        rows = register.fines(tx, taxpayer_id=taxpayer_id, limit=SHOWN)
        return tuple(_fine(ctx, tx, row) for row in rows)


def find_fine(ctx: Context, fine_id: int) -> Fine:
    """Return one fine.

    Raises
    ------
    NotFound
        When there is none that the actor may see.
    """
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        return _found(ctx, tx, fine_id)


def fine_pdf(ctx: Context, fine_id: int, *, language: Language | None = None) -> bytes:
    """Print the decision of a fine in a language, or in that of its taxpayer.

    Raises
    ------
    NotFound
        When there is none that the actor may see.
    Conflict
        When it is not imposed: there is no decision.
    """
    fine = find_fine(ctx, fine_id)
    if fine.imposed_on is None or fine.due_on is None or fine.standing is None:
        raise Conflict(f"The fine {fine_id} is {fine.status}: nothing is decided yet.")
    with ctx.transaction() as tx:
        chosen = language or taxpayers.languages(tx, [fine.taxpayer_id])[fine.taxpayer_id]
        account = receivable(fine.tax, fine.taxpayer_id)
        reference = collection.reference_of(tx, account) or ""
        law = cited(ctx, _row(tx, fine_id).law, chosen)
    tax = ctx.pack.taxes.get(fine.tax)
    title = tax.title.in_(chosen) if tax else fine.tax
    return paper.render_fine(
        paper.FineDocument(
            language=chosen,
            issuer=ctx.pack.title.in_(chosen),
            number=str(fine_id),
            imposed_on=fine.imposed_on,
            imposed_by=fine.imposed_by or "",
            taxpayer=fine.taxpayer_name,
            taxpayer_id=fine.taxpayer_id,
            offence=fine.label.in_(chosen) if fine.label else fine.offence,
            tax=title,
            period=fine.period,
            grounds=fine.grounds,
            law=law,
            doubt=translated(fine.doubt, ctx.pack.doubts, chosen) if fine.doubt else None,
            amount=fine.amount,
            standing=fine.standing,
            open=fine.open,
            due_on=fine.due_on,
            may_object=fine.may_object,
            object_until=fine.object_until,
            objection=fine.objection,
            answer=fine.answer,
            currency=ctx.pack.currency,
            reference=reference,
            qr=payment_qr(ctx, reference=reference, amount=fine.open, tax=title, year=fine.period,
                          language=chosen),
        )
    )  # fmt: skip


def write_fine(
    ctx: Context, fine_id: int, out: Path, *, language: Language | None = None
) -> PrintedFine:
    """Write the decision of a fine to a PDF file."""
    files.write_bytes(fine_pdf(ctx, fine_id, language=language), out)
    return PrintedFine(fine_id, str(out))


def _charge(
    ctx: Context, tx: Transaction, row: FineRow, *, amount: int, due_on: date, key: str
) -> int:
    open_accounts(tx, ctx, [row.taxpayer_id], tax=row.tax)
    account, currency = revenue(row.tax, "penalty"), ctx.pack.currency.code
    ledger.open_expense(tx, account, tax=row.tax, currency=currency)
    entry = charge(
        key=key,
        account=receivable(row.tax, row.taxpayer_id),
        amount=amount,
        effective_on=ctx.today,
        debt=Debt(row.period, "penalty", due_on),
        description=f"{row.law}: {row.grounds}"[:SAID_MAX],
        kind="fine",
    )
    return ledger.post(tx, entry).entry_id


def _lower(ctx: Context, tx: Transaction, row: FineRow, standing: int, reason: str) -> int | None:
    """Take the charge back and charge what stands; return the new charge, if there is one."""
    entry = ledger.find_entry(tx, row.entry_id or 0)
    if entry is None or row.due_on is None:
        raise AssertionError("a fine that is imposed has its charge")
    key = f"fine:{row.fine_id}:decided"
    ledger.post(tx, reversal_of(tx, entry, key=key, day=ctx.today, reason=reason.strip()))
    if not standing:
        return None
    again = f"fine:{row.fine_id}:reduced"
    return _charge(ctx, tx, row, amount=standing, due_on=row.due_on, key=again)


def _law(ctx: Context, offence: str) -> FineLaw:
    known = ctx.pack.accounts.collection.fines
    if offence not in known:
        names = ", ".join(known) or "none"
        raise NotFound(f"The pack {ctx.pack.name} fines no {offence!r}; it fines: {names}.")
    return known[offence]


def _named(fine_id: int) -> str:
    return f"fine {fine_id}"


def _require(text: str, column: str) -> None:
    if not text.strip():
        raise InputError(Finding("fine", "nothing is said", "why", column=column))


def _row(tx: Transaction, fine_id: int) -> FineRow:
    row = register.find(tx, fine_id)
    if row is None:
        raise NotFound(f"There is no fine {fine_id}.")
    return row


def _open(tx: Transaction, fine_id: int, status: str) -> FineRow:
    row = _row(tx, fine_id)
    if row.status != status:
        raise Conflict(f"The fine {fine_id} is {row.status}, not {status}.")
    return row


def _found(ctx: Context, tx: Transaction, fine_id: int) -> Fine:
    return _fine(ctx, tx, _row(tx, fine_id))


def _last_day(tx: Transaction, ctx: Context, row: FineRow) -> date | None:
    """Return the last day to object: as it was imposed, or by the day on which it was served."""
    if row.imposed_on is None or row.object_until is None:
        return row.object_until
    since = deliveries.counts_from(
        tx, ctx, kind="fine", number=str(row.fine_id), issued_on=row.imposed_on
    )
    return None if since is None else since + (row.object_until - row.imposed_on)


def _may_object(ctx: Context, row: FineRow, last: date | None) -> bool:
    return row.status == "imposed" and (last is None or ctx.today <= last)


def _fine(ctx: Context, tx: Transaction, row: FineRow) -> Fine:
    law = ctx.pack.accounts.collection.fines.get(row.offence)
    currency, last = ctx.pack.currency, _last_day(tx, ctx, row)
    return Fine(
        fine_id=row.fine_id,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        tax=row.tax,
        period=row.period,
        offence=row.offence,
        label=law.label if law else None,
        law=cited(ctx, row.law, ctx.language),
        doubt=law.grounds.doubt if law else None,
        grounds=row.grounds,
        amount=from_minor(row.amount, currency),
        standing=None if row.standing is None else from_minor(row.standing, currency),
        open=from_minor(row.open, currency),
        status=row.status,
        proposed_on=row.proposed_on,
        proposed_by=row.proposed_by,
        imposed_on=row.imposed_on,
        imposed_by=row.imposed_by,
        due_on=row.due_on,
        object_until=last,
        may_object=_may_object(ctx, row, last),
        objection=row.objection,
        answer=row.answer,
        entry_id=row.entry_id,
    )
