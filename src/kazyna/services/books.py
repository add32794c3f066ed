"""The books as a whole: closing periods, sealing and auditing the journal, exports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.accounts import LedgerAccount, LedgerLine, write_csv, write_saft
from kazyna.core.errors import Finding, InputError
from kazyna.core.money import from_minor
from kazyna.services.context import Context
from kazyna.store import ledger_audit, ledger_books, ledger_control
from kazyna.store.ledger_control import PeriodRow, PeriodStep


@dataclass(frozen=True)
class PeriodEvent:
    """A closing or reopening of the books."""

    event_id: int
    closed_from: date
    closed_to: date
    event: PeriodStep
    reason: str
    totals: Mapping[str, Decimal]
    """Of a closing: debits less credits by kind of account and tax."""
    digest: str | None
    """Stands for the period and its totals: to be noted outside the system."""
    happened_on: date
    actor: str


@dataclass(frozen=True)
class Audit:
    """What the audit of the books found."""

    sound: bool
    seals: int
    entries_unsealed: int
    """Posted since the last seal."""
    digest: str
    """Stands for every sealed entry: to be noted outside the system."""
    altered_entry: int | None
    """The first entry that is not as it was sealed."""
    altered: str | None
    wrong_balances: tuple[str, ...]
    """Accounts whose balance is not the sum of their postings."""
    changed_periods: tuple[date, ...]
    """Closed periods whose totals are not what they were."""


@dataclass(frozen=True)
class Sealed:
    """What was sealed now, and the digest of everything up to it."""

    seals: int
    last_entry: int
    digest: str


def close(ctx: Context, *, through: date, reason: str = "") -> PeriodEvent:
    """Close the books up to a day; later facts are booked in the open period.

    Raises
    ------
    InputError
        When the day lies in the future.
    Conflict
        When the books are closed up to that day already.
    """
    ctx.require("officer")
    if through > ctx.today:
        reason_why = f"the period ends on {through}"
        expected = f"a day up to {ctx.today}"
        raise InputError(Finding("close", reason_why, expected, column="through"))
    with ctx.transaction() as tx:
        row = ledger_control.close_through(tx, through, reason=reason)
    seal(ctx)
    return _event(ctx, row)


def reopen(ctx: Context, *, reason: str) -> PeriodEvent:
    """Ask to open the last closed period, or sign as the second person what was asked for.

    Raises
    ------
    InputError
        When no reason is given.
    Conflict
        When no period is closed, or the same person asks twice.
    """
    ctx.require("officer")
    if not reason.strip():
        raise InputError(Finding("reopen", "no reason is given", "why", column="reason"))
    with ctx.transaction() as tx:
        return _event(ctx, ledger_control.reopen(tx, reason=reason.strip()))


def periods(ctx: Context) -> tuple[PeriodEvent, ...]:
    """Return every closing and reopening, the latest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return tuple(_event(ctx, row) for row in ledger_control.periods(tx))


def seal(ctx: Context) -> Sealed:
    """Seal every entry that is posted: what is changed behind the system's back shows later."""
    ctx.require("officer")
    # Two transactions: postings wait only while the last settled entry is looked up.
    with ctx.transaction() as tx:
        settled = ledger_control.last_settled_entry(tx)
    with ctx.transaction() as tx:
        made = ledger_control.seal_through(tx, settled)
        state = ledger_control.sealed_state(tx)
    return Sealed(made, state.last_entry, state.digest)


def audit(ctx: Context, *, digest: str | None = None) -> Audit:
    """Prove the books: entries against their seals, balances and closed totals against entries.

    Parameters
    ----------
    ctx
        An officer or an auditor.
    digest
        A digest noted down earlier outside the system: who rewrites the journal and all its seals
        cannot make it come out again.
    """
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        state = ledger_control.sealed_state(tx)
        altered = ledger_control.first_altered(tx)
        wrong = ledger_audit.wrong_balances(tx)
        changed = ledger_control.changed_periods(tx)
        unknown = digest is not None and not ledger_control.is_digest(tx, digest)
    reason = altered.reason if altered else None
    if altered is None and unknown:
        reason = "no seal has the digest that was noted down"
    return Audit(
        sound=not (reason or wrong or changed),
        seals=state.seals,
        entries_unsealed=state.unsealed,
        digest=state.digest,
        altered_entry=altered.entry_id if altered else None,
        altered=reason,
        wrong_balances=tuple(row.account for row in wrong),
        changed_periods=tuple(changed),
    )


def export_csv(ctx: Context, *, first: date, last: date) -> bytes:
    """Write the journal of a period as CSV: one line a posting side, for the treasury."""
    ctx.require("officer", "auditor")
    _, lines = _journal(ctx, first, last)
    return write_csv(lines)


def export_saft(ctx: Context, *, first: date, last: date) -> bytes:
    """Write the journal of a period as an audit file in the form of OECD SAF-T 2.0."""
    ctx.require("officer", "auditor")
    accounts, lines = _journal(ctx, first, last)
    return write_saft(
        accounts,
        lines,
        first=first,
        last=last,
        created_on=ctx.today,
        company=ctx.pack.title.in_(ctx.language),
        currency=ctx.pack.currency.code,
    )


def _journal(ctx: Context, first: date, last: date) -> tuple[list[LedgerAccount], list[LedgerLine]]:
    if first > last:
        expected = f"a day from {first}"
        raise InputError(Finding("export", f"it ends on {last}", expected, column="last"))
    currency = ctx.pack.currency
    with ctx.transaction() as tx:
        rows = ledger_books.journal(tx, first, last)
        balances = ledger_books.account_balances(tx, first, last)
    accounts = [
        LedgerAccount(
            account=row.account,
            taxpayer_id=row.taxpayer_id,
            taxpayer_name=row.taxpayer_name,
            opening=from_minor(row.opening, currency),
            closing=from_minor(row.closing, currency),
        )
        for row in balances
    ]
    lines = [
        LedgerLine(
            entry_id=row.entry_id,
            line=row.line,
            kind=row.kind,
            booked_on=row.booked_on,
            effective_on=row.effective_on,
            posted_on=row.posted_on,
            description=row.description,
            actor=row.actor,
            account=row.account,
            period=row.period,
            bucket=row.bucket,
            place=row.place,
            amount=from_minor(row.amount, currency),
        )
        for row in rows
    ]
    return accounts, lines


def _event(ctx: Context, row: PeriodRow) -> PeriodEvent:
    currency = ctx.pack.currency
    totals = {name: from_minor(int(total), currency) for name, total in (row.totals or {}).items()}
    return PeriodEvent(
        event_id=row.event_id,
        closed_from=row.closed_from,
        closed_to=row.closed_to,
        event=row.event,
        reason=row.reason,
        totals=totals,
        digest=row.digest,
        happened_on=row.happened_on,
        actor=row.actor,
    )
