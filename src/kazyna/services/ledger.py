"""The books: payments, reversals, statements, revenue and arrears."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from kazyna.accounts import (
    OLDEST_FIRST,
    TREASURY,
    Credit,
    CreditingOrder,
    Entry,
    Movement,
    age_bucket,
    is_creditor_reference,
    receivable,
    reversal_postings,
    running,
    totals,
)
from kazyna.accounts import (
    StatementLine as AccountLine,
)
from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.money import from_minor, to_minor
from kazyna.services.context import Context
from kazyna.store import bank, ledger, ledger_books, rolls, taxpayers
from kazyna.store.connection import Transaction
from kazyna.store.payments import BillPayment, PaymentDesk


@dataclass(frozen=True)
class Payment:
    """Money that came in for a bill."""

    reference: str
    amount: Decimal
    received_on: date
    key: str
    """Given by whoever asks: the same key is posted once."""


@dataclass(frozen=True)
class PostedEntry:
    """An entry as it stands in the journal; asked twice, it stands once."""

    entry_id: int
    kind: str
    effective_on: date
    amount: Decimal
    created: bool
    """False when the same request had been posted before."""
    balance: Decimal
    """What the taxpayer owes for this tax after the entry; negative is credit."""


@dataclass(frozen=True)
class PostedPayments:
    """How many of the payments were new."""

    payments: int
    created: int


@dataclass(frozen=True)
class StatementLine:
    """One movement on an account."""

    entry_id: int
    effective_on: date
    posted_at: datetime
    kind: str
    description: str
    """What it is about, without words of a language: the property charged, the reference paid;
    of a reversal, the reason that was given."""
    debit: Decimal
    credit: Decimal
    balance: Decimal
    reversed: bool


@dataclass(frozen=True)
class Statement:
    """The movements and balance of one account."""

    account: str
    taxpayer_id: str | None
    taxpayer_name: str | None
    currency: str
    lines: tuple[StatementLine, ...]
    charged: Decimal
    paid: Decimal
    balance: Decimal


@dataclass(frozen=True)
class RevenueMonth:
    """What was charged and received in one month for one tax."""

    tax: str
    month: date
    charged: Decimal
    received: Decimal


@dataclass(frozen=True)
class RevenuePlace:
    """What was charged and received in one month for one tax and place."""

    tax: str
    place: str
    """The district whose budget it belongs to; empty where the law knows none."""
    month: date
    charged: Decimal
    received: Decimal


@dataclass(frozen=True)
class Revenue:
    """Revenue by tax and month, with its totals."""

    currency: str
    months: tuple[RevenueMonth, ...]
    charged: Decimal
    received: Decimal
    payments: int


@dataclass(frozen=True)
class Arrear:
    """One taxpayer's unpaid debt that is past its due date."""

    account: str
    taxpayer_id: str
    taxpayer_name: str
    balance: Decimal
    due_on: date
    days_late: int


@dataclass(frozen=True)
class AgeBucket:
    """Arrears of one age."""

    from_days: int
    to_days: int | None
    debtors: int
    amount: Decimal


@dataclass(frozen=True)
class Arrears:
    """Debts past their due date: by age, and the largest first."""

    on: date
    currency: str
    total: Decimal
    outstanding: Decimal
    """All unpaid charges, also those not yet due."""
    debtors: int
    buckets: tuple[AgeBucket, ...]
    largest: tuple[Arrear, ...]


@dataclass(frozen=True)
class TrialBalanceLine:
    """One kind of account and its totals."""

    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class TrialBalance:
    """All accounts by kind; debits equal credits."""

    currency: str
    lines: tuple[TrialBalanceLine, ...]
    debit: Decimal
    credit: Decimal


def record_payment(
    ctx: Context,
    *,
    reference: str,
    amount: Decimal,
    received_on: date,
    key: str,
    currency: str | None = None,
) -> PostedEntry:
    """Post a payment to the account of the bill it quotes; the same key is posted once.

    Raises
    ------
    InputError
        When the amount is not positive, finer than a minor unit, received in the future, or of
        another currency than the books.
    NotFound
        When no bill has the reference.
    Conflict
        When the key was used for another payment.
    """
    ctx.require("officer")
    if currency not in {None, ctx.pack.currency.code}:
        reason, expected = f"the currency is {currency}", ctx.pack.currency.code
        raise InputError(Finding("payment", reason, expected, column="currency"))
    given = Payment(reference, amount, received_on, key)
    minor = checked_amount(ctx, given)
    order = crediting_order(ctx, received_on)
    posted = ctx.database.shared(PaymentDesk).pay(
        BillPayment(reference, minor, received_on, key, ctx.actor.name, ctx.today, order)
    )
    if posted is None:
        raise _unknown_reference(reference)
    return PostedEntry(
        entry_id=posted.entry_id,
        kind="payment",
        effective_on=received_on,
        amount=amount,
        created=posted.created,
        balance=from_minor(posted.balance, ctx.pack.currency),
    )


def record_payments(ctx: Context, payments: Sequence[Payment]) -> PostedPayments:
    """Post many payments as one set, such as a day of the bank: all of them or none."""
    ctx.require("officer")
    minors = [checked_amount(ctx, given) for given in payments]
    with ctx.transaction() as tx:
        owners = rolls.accounts_by_reference(tx, [given.reference for given in payments])
        for given in payments:
            if given.reference not in owners:
                raise _unknown_reference(given.reference)
        requests = [
            (
                _credit(given, account=receivable(*owners[given.reference]), amount=minor),
                crediting_order(ctx, given.received_on),
            )
            for given, minor in zip(payments, minors, strict=True)
        ]
        created = ledger.post_credits(tx, requests)
    return PostedPayments(len(payments), created)


def reverse(ctx: Context, entry_id: int, *, reason: str, key: str) -> PostedEntry:
    """Undo an entry by posting its opposite today; an entry is undone once.

    A bank payment that the entry assigned to an account waits for an officer again.

    Raises
    ------
    NotFound
        When there is no such entry.
    Conflict
        When it is undone already, or the key was used for something else.
    """
    ctx.require("officer")
    if not reason.strip():
        raise InputError(Finding("reversal", "no reason is given", "why", column="reason"))
    if not key.strip():
        raise InputError(Finding("reversal", "no key is given", "a key of its own", column="key"))
    with ctx.transaction() as tx:
        entry = ledger.find_entry(tx, entry_id)
        if entry is None:
            raise NotFound(f"There is no entry {entry_id}.")
        if entry.of_run:
            raise Conflict("A run of interest is mended by the next one, not undone.")
        if entry.undid_assignment:
            raise Conflict("The payment waits since this entry: assign it instead of undoing it.")
        if entry.kind == "refund" and entry.taxpayer_id is None:
            raise Conflict("The money went back to its sender: what returns, the bank reports.")
        day = max(ctx.today, entry.effective_on)
        posted = ledger.post(tx, reversal_of(tx, entry, key=key, day=day, reason=reason.strip()))
        if posted.created and entry.assigned is not None:
            bank.unassign(tx, entry.assigned)
        # Asked again on another day, the entry counts from the day it was posted first.
        standing = ledger.find_entry(tx, posted.entry_id) or entry
        postings = ledger.postings_of(tx, entry_id)
        owed = [side for p in postings for side in (p.debit, p.credit) if side.startswith("rec")]
        balance = ledger.standing(tx, owed[0]) if owed else 0
    return PostedEntry(
        entry_id=posted.entry_id,
        kind="reversal",
        effective_on=standing.effective_on,
        amount=from_minor(sum(p.amount for p in postings), ctx.pack.currency),
        created=posted.created,
        balance=from_minor(balance, ctx.pack.currency),
    )


def statement(
    ctx: Context, *, taxpayer_id: str, on: date | None = None, known_on: date | None = None
) -> tuple[Statement, ...]:
    """Return every account of one taxpayer with its movements and running balance.

    Parameters
    ----------
    ctx
        An officer, an auditor, or the taxpayer.
    taxpayer_id
        Whose accounts.
    on
        As of this day: only what counts up to it.
    known_on
        As it was known on this day: only what was posted up to it.
    """
    ctx.require("officer", "auditor", "taxpayer")
    if ctx.actor.role == "taxpayer" and ctx.actor.taxpayer_id != taxpayer_id:
        raise Forbidden("This is another taxpayer's account.")
    with ctx.transaction() as tx:
        person = taxpayers.find_taxpayer(tx, taxpayer_id)
        if person is None:
            raise NotFound(f"No taxpayer has the number {taxpayer_id!r}.")
        rows = ledger_books.movements_of_taxpayer(tx, taxpayer_id, on=on, known_on=known_on)
    by_account = groupby(rows, key=lambda row: row.account)
    return tuple(
        _statement(ctx, account, person, list(movements)) for account, movements in by_account
    )


def revenue(ctx: Context) -> Revenue:
    """Return what was charged and received, by tax and month."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = ledger_books.revenue(tx)
    currency = ctx.pack.currency
    months = tuple(
        RevenueMonth(
            row.tax,
            row.month,
            from_minor(row.charged, currency),
            from_minor(row.received, currency),
        )
        for row in rows
    )
    return Revenue(
        currency=currency.code,
        months=months,
        charged=sum((month.charged for month in months), Decimal(0)),
        received=sum((month.received for month in months), Decimal(0)),
        payments=sum(row.payments for row in rows),
    )


def revenue_by_place(ctx: Context) -> tuple[RevenuePlace, ...]:
    """Return what was charged and received, by tax, place and month."""
    ctx.require("officer", "auditor")
    currency = ctx.pack.currency
    with ctx.transaction() as tx:
        rows = ledger_books.revenue_by_place(tx)
    return tuple(
        RevenuePlace(
            row.tax,
            row.place,
            row.month,
            from_minor(row.charged, currency),
            from_minor(row.received, currency),
        )
        for row in rows
    )


def arrears(ctx: Context, limit: int = 50) -> Arrears:
    """Return the debts past their due day: by age, and the largest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = ledger_books.arrears(tx, ctx.today)
        outstanding = ledger_books.outstanding(tx)
    currency = ctx.pack.currency
    debts = [
        Arrear(
            account=row.account,
            taxpayer_id=row.taxpayer_id,
            taxpayer_name=row.taxpayer_name,
            balance=from_minor(row.overdue, currency),
            due_on=row.due_on,
            days_late=(ctx.today - row.due_on).days,
        )
        for row in rows
    ]
    ages: dict[tuple[int, int | None], list[Decimal]] = {}
    for debt in debts:
        ages.setdefault(age_bucket(debt.days_late), []).append(debt.balance)
    return Arrears(
        on=ctx.today,
        currency=currency.code,
        total=sum((debt.balance for debt in debts), Decimal(0)),
        outstanding=from_minor(outstanding, currency),
        debtors=len({debt.taxpayer_id for debt in debts}),
        buckets=tuple(
            AgeBucket(first, last, len(ages[first, last]), sum(ages[first, last], Decimal(0)))
            for first, last in sorted(ages, key=lambda age: age[0])
        ),
        largest=tuple(debts[:limit]),
    )


def trial_balance(ctx: Context) -> TrialBalance:
    """Return the debits and credits of all accounts by kind and tax."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = ledger_books.trial_balance(tx)
    currency = ctx.pack.currency
    lines = tuple(
        TrialBalanceLine(
            row.account, from_minor(row.debit, currency), from_minor(row.credit, currency)
        )
        for row in rows
    )
    return TrialBalance(
        currency=currency.code,
        lines=lines,
        debit=sum((line.debit for line in lines), Decimal(0)),
        credit=sum((line.credit for line in lines), Decimal(0)),
    )


def crediting_order(ctx: Context, on: date) -> CreditingOrder:
    """Return the order in which the law settles debts on a day; the oldest first without one."""
    orders = ctx.pack.accounts.crediting
    return OLDEST_FIRST if orders is None or on < orders.days[0] else orders.on(on)


def _credit(given: Payment, *, account: str, amount: int) -> Credit:
    return Credit(
        key=given.key,
        kind="payment",
        effective_on=given.received_on,
        description=given.reference,
        source=TREASURY,
        account=account,
        amount=amount,
    )


def undo_entry(ctx: Context, tx: Transaction, key: str, *, reason: str) -> None:
    """Undo the entry that was posted under a key, inside a transaction of another service."""
    entry_id = ledger.entry_of_key(tx, key)
    entry = None if entry_id is None else ledger.find_entry(tx, entry_id)
    if entry is None:
        raise NotFound(f"No entry was posted under the key {key!r}.")
    day = max(ctx.today, entry.effective_on)
    ledger.post(tx, reversal_of(tx, entry, key=f"undo:{key}", day=day, reason=reason))


def reversal_of(
    tx: Transaction, entry: ledger.EntryRow, *, key: str, day: date, reason: str
) -> Entry:
    """Undo an entry as far as its debts are open; what was paid of them becomes credit."""
    postings = ledger.postings_of(tx, entry.entry_id)
    accounts = {side for p in postings for side in (p.debit, p.credit) if p.debt is not None}
    open_debts = {
        (row.account, row.open.debt): row.balance
        for account in sorted(accounts)
        if account.startswith("receivable:")
        for row in ledger.lock_debts(tx, account)
    }
    undone = reversal_postings(postings, open_debts, entry.taxpayer_id or "")
    return Entry(key, "reversal", day, reason, undone, reverses=entry.entry_id)


def amount_in_minor(ctx: Context, amount: Decimal, *, source: str) -> tuple[int, list[Finding]]:
    """Return a positive amount in minor units, or what is wrong with it."""
    currency = ctx.pack.currency
    # Neither the comparison nor the remainder is defined for what is no number or too large.
    if not amount.is_finite() or not 0 < amount <= currency.largest or amount % currency.unit:
        expected = f"a positive amount of {currency.code} in steps of {currency.unit}"
        return 0, [Finding(source, f"the amount is {amount}", expected, column="amount")]
    return to_minor(amount, currency), []


def checked_amount(ctx: Context, given: Payment) -> int:
    """Return the amount in minor units, or say what is wrong with the payment."""
    minor, findings = amount_in_minor(ctx, given.amount, source="payment")
    if given.received_on > ctx.today:
        reason = f"the payment is received on {given.received_on}"
        expected = f"a day up to {ctx.today}"
        findings.append(Finding("payment", reason, expected, column="received_on"))
    if not given.key.strip():
        findings.append(Finding("payment", "no key is given", "a key of its own", column="key"))
    if findings:
        raise InputError(findings)
    return minor


def _unknown_reference(reference: str) -> NotFound:
    if is_creditor_reference(reference):
        return NotFound(f"No bill has the reference {reference}.")
    return NotFound(f"{reference!r} is no payment reference: a digit is wrong or missing.")


def _statement(
    ctx: Context, account: str, person: taxpayers.TaxpayerRow, movements: list[Movement]
) -> Statement:
    currency = ctx.pack.currency
    summed = totals(movements)
    return Statement(
        account=account,
        taxpayer_id=person.taxpayer_id,
        taxpayer_name=person.name,
        currency=currency.code,
        lines=tuple(_line(ctx, line) for line in running(movements)),
        charged=from_minor(summed.charged, currency),
        paid=from_minor(summed.paid, currency),
        balance=from_minor(summed.balance, currency),
    )


def _line(ctx: Context, line: AccountLine) -> StatementLine:
    currency = ctx.pack.currency
    moved = line.movement
    return StatementLine(
        entry_id=moved.entry_id,
        effective_on=moved.effective_on,
        posted_at=moved.posted_at,
        kind=moved.kind,
        description=moved.description,
        debit=from_minor(max(moved.amount, 0), currency),
        credit=from_minor(max(-moved.amount, 0), currency),
        balance=from_minor(line.balance, currency),
        reversed=moved.reversed,
    )
