"""Bank files: imported whole, matched to bills; what cannot be matched waits for an officer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pyarrow as pa

from kazyna.accounts import (
    PLAIN_CSV,
    SUSPENSE,
    TREASURY,
    BankFile,
    BankTransaction,
    Clue,
    Credit,
    is_mt940,
    mended_references,
    ranked,
    read_camt,
    read_csv,
    read_mt940,
    receivable,
    references_in,
    unmatched_payment,
    words_in,
)
from kazyna.core.errors import Conflict, Finding, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.services.context import Context
from kazyna.services.ledger import crediting_order
from kazyna.store import bank, bank_returns, ledger, rolls
from kazyna.store.bank import BankStatus, FileRow, TransactionRow
from kazyna.store.connection import Transaction

BYTES_MAX = 200_000_000
SHOWN = 200
PROPOSALS_MAX = 3
ASSIGNED = "assign:"
"""With a transaction's number, and how often it was undone before: the key of its assignment."""


@dataclass(frozen=True)
class ImportedFile:
    """A file of a bank, and what became of what it says."""

    file_id: int
    name: str
    format: str
    statements: tuple[str, ...]
    transactions: int
    """Booked transactions in the file."""
    pending: int
    """Announced and not booked: left out until the bank books them."""
    repeated: int
    """Known from another file: posted once, by that one."""
    matched: int
    unmatched: int
    outgoing: int
    received: Decimal
    paid_out: Decimal
    currency: str
    created: bool
    """False where the same file was imported before."""


@dataclass(frozen=True)
class Proposed:
    """A debt that a payment may be meant for, and why."""

    account: str
    tax: str
    taxpayer_id: str
    clues: tuple[Clue, ...]
    points: int


@dataclass(frozen=True)
class BankPayment:
    """One transaction of a bank, and what became of it."""

    transaction_id: int
    file_id: int
    account: str
    bank_ref: str
    booked_on: date
    days: int
    """How long ago it was booked."""
    amount: Decimal
    payer: str
    payer_account: str
    text: str
    status: BankStatus
    tax: str | None
    taxpayer_id: str | None
    decided_by: str | None
    proposals: tuple[Proposed, ...]


@dataclass(frozen=True)
class UnmatchedQueue:
    """Payments whose debt nobody knows yet, the oldest first, and their sum."""

    currency: str
    payments: tuple[BankPayment, ...]
    count: int
    amount: Decimal


def import_file(ctx: Context, content: bytes, *, name: str) -> ImportedFile:
    """Import a statement of a bank, camt.053, MT940 or CSV, whole or not at all.

    What quotes a bill pays it, on the day the bank booked it. Other money waits in suspense. The
    same file changes nothing a second time, nor does a transaction that another file has brought.

    Raises
    ------
    InputError
        With all that is wrong with the file, by line, row and column; then nothing is posted.
    Conflict
        When a transaction stands already under its number and says something else.
    """
    ctx.require("officer")
    digest = sha256(content).hexdigest()
    with ctx.transaction() as tx:
        before = bank.find_file(tx, digest)
        if before is not None:
            return _imported(ctx, tx, before, created=False)
    read = _read(ctx, content, name)
    _not_in_the_future(ctx, read, name)
    with ctx.transaction() as tx:
        bank.lock_imports(tx)
        before = bank.find_file(tx, digest)
        if before is not None:
            return _imported(ctx, tx, before, created=False)
        fresh = _fresh(ctx, tx, read, name)
        file_id = bank.insert_file(
            tx,
            {
                "sha256": digest,
                "name": name,
                "format": read.format,
                "statements": list(read.statements),
                "transactions": len(read.transactions),
                "pending": read.pending,
                "repeated": len(read.transactions) - len(fresh),
            },
        )
        _post(ctx, tx, fresh, file_id)
        row = bank.find_file(tx, digest)
        if row is None:
            raise AssertionError("the file was written a moment ago")
        return _imported(ctx, tx, row, created=True)


def files(ctx: Context) -> tuple[ImportedFile, ...]:
    """Return the files imported last."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = bank.files(tx, limit=SHOWN)
        return tuple(_imported(ctx, tx, row, created=False) for row in rows)


def transactions(
    ctx: Context, *, status: BankStatus | None = None, file_id: int | None = None
) -> tuple[BankPayment, ...]:
    """Return transactions of banks in a state, or of one file, the oldest first."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = bank.transactions(tx, status=status, file_id=file_id, limit=SHOWN)
    return tuple(_payment(ctx, row, ()) for row in rows)


def unmatched(ctx: Context) -> UnmatchedQueue:
    """Return the payments whose debt nobody knows yet, each with the likeliest debts."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = bank.transactions(tx, status="suspense", file_id=None, limit=SHOWN)
        waiting = {row.status: row for row in bank.totals(tx)}.get("suspense")
        payments = tuple(_payment(ctx, row, _proposals(tx, row)) for row in rows)
    amount = from_minor(waiting.amount if waiting else 0, ctx.pack.currency)
    count = waiting.transactions if waiting else 0
    return UnmatchedQueue(ctx.pack.currency.code, payments, count, amount)


def assign(
    ctx: Context, transaction_id: int, *, reference: str = "", account: str = ""
) -> BankPayment:
    """Say whose an unmatched payment is: it settles that account from the day it was booked.

    Parameters
    ----------
    ctx
        An officer.
    transaction_id
        The transaction that waits.
    reference
        The bill it is meant for; or
    account
        the receivable account, such as `receivable:land:T0000017`.

    Raises
    ------
    NotFound
        When there is no such transaction, bill or account.
    Conflict
        When it is somebody's already.
    """
    ctx.require("officer")
    if bool(reference) == bool(account):
        expected = "a reference or an account, one of them"
        raise InputError(Finding("assignment", "whose it is is not said", expected))
    with ctx.transaction() as tx:
        row = bank.lock_transaction(tx, transaction_id)
        if row is None:
            raise NotFound(f"There is no bank transaction {transaction_id}.")
        tax, taxpayer_id = _owner(tx, reference, account)
        if row.status != "suspense":
            if (row.status, row.tax, row.taxpayer_id) == ("assigned", tax, taxpayer_id):
                return _payment(ctx, row, ())
            raise Conflict(f"The bank transaction {transaction_id} is not waiting: {row.status}.")
        if bank_returns.waiting(tx, transaction_id) is not None:
            raise Conflict(f"That {transaction_id} goes back to its sender waits for a signature.")
        again = f":{row.undone}" if row.undone else ""
        moved = Credit(
            key=f"{ASSIGNED}{transaction_id}{again}",
            kind="transfer",
            effective_on=row.booked_on,
            description=reference,
            source=SUSPENSE,
            account=receivable(tax, taxpayer_id),
            amount=row.amount,
        )
        ledger.post_credit(tx, moved, crediting_order(ctx, row.booked_on))
        bank.assign(
            tx, transaction_id, tax=tax, taxpayer_id=taxpayer_id, reference=reference or None
        )
        assigned = bank.lock_transaction(tx, transaction_id)
        return _payment(ctx, assigned or row, ())


def _read(ctx: Context, content: bytes, name: str) -> BankFile:
    if len(content) > BYTES_MAX:
        reason, expected = f"it has {len(content):,} bytes", f"at most {BYTES_MAX:,}"
        raise InputError(Finding(name, reason, expected))
    if not content.strip():
        raise InputError(Finding(name, "it is empty", "a statement of a bank"))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_camt(content, name, ctx.pack.currency)
    if is_mt940(content):
        return read_mt940(content, name, ctx.pack.currency)
    return read_csv(content, name, ctx.pack.currency, ctx.pack.accounts.bank_csv or PLAIN_CSV)


def _not_in_the_future(ctx: Context, read: BankFile, name: str) -> None:
    early = [item for item in read.transactions if item.booked_on > ctx.today]
    if early:
        expected = f"a day up to {ctx.today}"
        raise InputError(
            Finding(name, f"it is booked on {item.booked_on}", expected, column=item.place)
            for item in early
        )


def _fresh(ctx: Context, tx: Transaction, read: BankFile, name: str) -> tuple[BankTransaction, ...]:
    """Leave out what another file has brought; refuse what says something else than it did."""
    numbers = [(item.account, item.bank_ref) for item in read.transactions]
    known = {(row.account, row.bank_ref): row for row in bank.known(tx, numbers)}
    for item in read.transactions:
        row = known.get((item.account, item.bank_ref))
        if row is not None and (row.booked_on, row.amount) != (item.booked_on, item.amount):
            before = f"{from_minor(row.amount, ctx.pack.currency)} on {row.booked_on}"
            raise Conflict(
                f"{name}, {item.place}: the bank's number {item.bank_ref!r} stands for {before}"
                f" already, and here for {from_minor(item.amount, ctx.pack.currency)}"
                f" on {item.booked_on}."
            )
    return tuple(x for x in read.transactions if (x.account, x.bank_ref) not in known)


def _post(ctx: Context, tx: Transaction, fresh: tuple[BankTransaction, ...], file_id: int) -> None:
    """Post what came in: to the account of the bill it quotes, or to suspense."""
    quoted = {item: references_in(item.references) for item in fresh if item.amount > 0}
    asked = sorted({reference for found in quoted.values() for reference in found})
    owners = rolls.accounts_by_reference(tx, asked)
    _open_accounts(ctx, tx)
    bills = {
        item: next((reference for reference in found if reference in owners), None)
        for item, found in quoted.items()
    }
    matched = [(item, bill) for item, bill in bills.items() if bill is not None]
    ledger.lock_accounts(tx, [receivable(*owners[bill]) for _, bill in matched])
    requests = [
        (
            Credit(
                key=_key(item),
                kind="payment",
                effective_on=item.booked_on,
                description=bill,
                source=TREASURY,
                account=receivable(*owners[bill]),
                amount=item.amount,
            ),
            crediting_order(ctx, item.booked_on),
        )
        for item, bill in matched
    ]
    ledger.post_credits(tx, requests)
    for item, bill in bills.items():
        if bill is None:
            ledger.post(
                tx,
                unmatched_payment(
                    key=_key(item), amount=item.amount, effective_on=item.booked_on,
                    description=item.text,
                ),
            )  # fmt: skip
    rows = [_row(item, file_id, bills.get(item), owners) for item in fresh]
    bank.insert_transactions(tx, pa.Table.from_pylist(rows, bank.TRANSACTIONS))


def _row(
    item: BankTransaction, file_id: int, bill: str | None, owners: Mapping[str, tuple[str, str]]
) -> dict[str, object]:
    tax, taxpayer_id = owners[bill] if bill else (None, None)
    status = "outgoing" if item.amount < 0 else "matched" if bill else "suspense"
    return {
        "file_id": file_id,
        "account": item.account,
        "bank_ref": item.bank_ref,
        "booked_on": item.booked_on,
        "amount": item.amount,
        "payer": item.payer,
        "payer_account": item.payer_account,
        "text": item.text,
        "status": status,
        "reference": bill,
        "tax": tax,
        "taxpayer_id": taxpayer_id,
    }


def _open_accounts(ctx: Context, tx: Transaction) -> None:
    rows = [
        {"account": name, "kind": name, "tax": None, "taxpayer_id": None,
         "currency": ctx.pack.currency.code}
        for name in (TREASURY, SUSPENSE)
    ]  # fmt: skip
    schema = pa.schema(
        [(name, pa.string()) for name in ("account", "kind", "tax", "taxpayer_id", "currency")]
    )
    ledger.open_accounts(tx, pa.Table.from_pylist(rows, schema))


def _owner(tx: Transaction, reference: str, account: str) -> tuple[str, str]:
    if reference:
        owners = rolls.accounts_by_reference(tx, [reference])
        if reference not in owners:
            raise NotFound(f"No bill has the reference {reference!r}.")
        return owners[reference]
    kind, _, rest = account.partition(":")
    tax, _, taxpayer_id = rest.partition(":")
    if kind != "receivable" or not ledger.is_open(tx, account):
        raise NotFound(f"No account of a taxpayer is called {account!r}.")
    return tax, taxpayer_id


def _proposals(tx: Transaction, row: TransactionRow) -> tuple[Proposed, ...]:
    texts = (row.text,)
    right = references_in(texts)
    found = bank.clues(
        tx,
        references=[*right, *mended_references(texts)],
        words=words_in(texts),
        payer=row.payer,
        amount=row.amount,
    )
    best = ranked((clue.account, clue.clue) for clue in found)[:PROPOSALS_MAX]
    return tuple(
        Proposed(
            account=proposal.account,
            tax=proposal.account.split(":", 2)[1],
            taxpayer_id=proposal.account.split(":", 2)[2],
            clues=proposal.clues,
            points=proposal.points,
        )
        for proposal in best
    )


def _imported(ctx: Context, tx: Transaction, row: FileRow, *, created: bool) -> ImportedFile:
    states = {state.status: state for state in bank.totals(tx, file_id=row.file_id)}
    count = {status: state.transactions for status, state in states.items()}
    out = states["outgoing"].amount if "outgoing" in states else 0
    received = sum(state.amount for state in states.values()) - out
    return ImportedFile(
        file_id=row.file_id,
        name=row.name,
        format=row.format,
        statements=tuple(row.statements),
        transactions=row.transactions,
        pending=row.pending,
        repeated=row.repeated,
        matched=count.get("matched", 0) + count.get("assigned", 0),
        unmatched=count.get("suspense", 0),
        outgoing=count.get("outgoing", 0),
        received=from_minor(received, ctx.pack.currency),
        paid_out=from_minor(-out, ctx.pack.currency),
        currency=ctx.pack.currency.code,
        created=created,
    )


def _payment(ctx: Context, row: TransactionRow, proposals: tuple[Proposed, ...]) -> BankPayment:
    return BankPayment(
        transaction_id=row.transaction_id,
        file_id=row.file_id,
        account=row.account,
        bank_ref=row.bank_ref,
        booked_on=row.booked_on,
        days=(ctx.today - row.booked_on).days,
        amount=from_minor(row.amount, ctx.pack.currency),
        payer=row.payer,
        payer_account=row.payer_account,
        text=row.text,
        status=row.status,
        tax=row.tax,
        taxpayer_id=row.taxpayer_id,
        decided_by=row.decided_by,
        proposals=proposals,
    )


def _key(item: BankTransaction) -> str:
    return f"bank:{item.account}:{item.bank_ref}"
