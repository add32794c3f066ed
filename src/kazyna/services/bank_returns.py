"""Money that nobody owes goes back to the account it came from, when two officers have signed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.accounts import SUSPENSE, TREASURY, Entry, Posting
from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.services.context import Context
from kazyna.store import bank, ledger
from kazyna.store import bank_returns as register
from kazyna.store.bank_returns import ReturnRow
from kazyna.store.connection import Transaction

SHOWN = 200


@dataclass(frozen=True)
class BankReturn:
    """A request to send an unmatched payment back, and what was decided."""

    return_id: int
    transaction_id: int
    amount: Decimal
    currency: str
    payer: str
    payer_account: str
    """Where the money goes: the account that it came from."""
    reason: str
    requested_on: date
    requested_by: str
    status: str
    """`requested`, `approved` or `refused`."""
    note: str | None
    entry_id: int | None
    decided_on: date | None
    decided_by: str | None


def request_return(ctx: Context, transaction_id: int, *, reason: str) -> BankReturn:
    """Ask that an unmatched payment goes back to its sender; a second officer signs.

    Raises
    ------
    InputError
        When no reason is given.
    NotFound
        When there is no such transaction.
    Conflict
        When it is not waiting, its sender's account is not known, or this was asked already.
    """
    ctx.require("officer")
    if not reason.strip():
        raise InputError(Finding("return", "no reason is given", "why", column="reason"))
    with ctx.transaction() as tx:
        row = bank.lock_transaction(tx, transaction_id)
        if row is None:
            raise NotFound(f"There is no bank transaction {transaction_id}.")
        if row.status != "suspense":
            raise Conflict(f"The bank transaction {transaction_id} is not waiting: {row.status}.")
        if not row.payer_account.strip():
            raise Conflict(f"The bank did not say from which account {transaction_id} came.")
        if register.waiting(tx, transaction_id) is not None:
            raise Conflict(f"That {transaction_id} goes back is asked already.")
        return _found(ctx, tx, register.insert(tx, transaction_id, reason.strip()))


def approve_return(ctx: Context, return_id: int) -> BankReturn:
    """Sign as the second person: the money leaves suspense and the treasury today.

    Raises
    ------
    NotFound
        When there is no such request.
    Conflict
        When it is decided already.
    Forbidden
        When the actor asked for it.
    """
    ctx.require("officer")
    with ctx.transaction() as tx:
        row = _open(ctx, tx, return_id)
        key = f"return:{return_id}"
        posting = Posting(SUSPENSE, TREASURY, row.amount)
        posted = ledger.post(tx, Entry(key, "refund", ctx.today, row.reason, (posting,)))
        register.decide(tx, row, "approved", entry_id=posted.entry_id)
        bank.mark_returned(tx, row.transaction_id)
        return _found(ctx, tx, return_id)


def refuse_return(ctx: Context, return_id: int, *, note: str) -> BankReturn:
    """Refuse as the second person; the payment goes on waiting, the reason is kept."""
    ctx.require("officer")
    if not note.strip():
        raise InputError(Finding("return", "no reason is given", "why", column="note"))
    with ctx.transaction() as tx:
        row = _open(ctx, tx, return_id)
        register.decide(tx, row, "refused", note=note.strip())
        return _found(ctx, tx, return_id)


def returns(ctx: Context) -> tuple[BankReturn, ...]:
    """Return the requests: those that wait for a signature first, then the latest."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = register.returns(tx, limit=SHOWN)
    return tuple(_return(ctx, row) for row in rows)


def _open(ctx: Context, tx: Transaction, return_id: int) -> ReturnRow:
    before = register.find(tx, return_id)
    if before is None:
        raise NotFound(f"There is no request {return_id} to send money back.")
    bank.lock_transaction(tx, before.transaction_id)
    row = register.find(tx, return_id) or before
    if row.decision is not None:
        raise Conflict(f"The request {return_id} is {row.decision} already.")
    if row.requested_by == ctx.actor.name:
        raise Forbidden("A second person signs: you asked for this yourself.")
    return row


def _found(ctx: Context, tx: Transaction, return_id: int) -> BankReturn:
    row = register.find(tx, return_id)
    if row is None:
        raise NotFound(f"There is no request {return_id} to send money back.")
    return _return(ctx, row)


def _return(ctx: Context, row: ReturnRow) -> BankReturn:
    return BankReturn(
        return_id=row.return_id,
        transaction_id=row.transaction_id,
        amount=from_minor(row.amount, ctx.pack.currency),
        currency=ctx.pack.currency.code,
        payer=row.payer,
        payer_account=row.payer_account,
        reason=row.reason,
        requested_on=row.requested_on,
        requested_by=row.requested_by,
        status=row.decision or "requested",
        note=row.note,
        entry_id=row.entry_id,
        decided_on=row.decided_on,
        decided_by=row.decided_by,
    )
