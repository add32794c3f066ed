"""Fees for codes: charged to the account of the participant's taxpayer, paid, and what that frees.

Units are of no use until the account shows their fee paid. The account settles the oldest debt
first, and so it says which orders are paid.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from kazyna.accounts import TREASURY, Credit, receivable
from kazyna.core.errors import Conflict
from kazyna.core.money import from_minor
from kazyna.services.code_batches import log, restatus
from kazyna.services.context import Context
from kazyna.services.ledger import Payment, checked_amount, crediting_order
from kazyna.services.marking_selection import Law, law_of, orderer_of
from kazyna.store import batches, ledger, marking_log, participants
from kazyna.store.batches import OrderRow
from kazyna.store.shards import Work

FEE = "marking_fee"
"""What the accounts call it: receivable:marking_fee:…"""


@dataclass(frozen=True)
class ReleasedOrders:
    """Orders whose fee is paid now."""

    orders: tuple[int, ...]
    codes: int


@dataclass(frozen=True)
class FeePayment:
    """Fees that were paid, and the orders whose codes became usable by it."""

    entry_id: int
    amount: Decimal
    created: bool
    owed: Decimal
    """Of fees after the payment; negative is credit."""
    released: tuple[int, ...]


@dataclass(frozen=True)
class CodeAccount:
    """What a participant has of codes, and what it owes for them."""

    participant: str
    owed: Decimal
    """Of fees; negative is credit."""
    currency: str
    ordered: int
    cancelled: int
    unpaid: int
    """Ordered, and of no use until their fee is paid."""
    unused: int
    """Usable, and not reported on goods."""
    applied: int
    written_off: int
    """Reported as spoilt before they were put on goods."""
    expired: int


def code_account(ctx: Context, participant_id: str | None = None) -> CodeAccount:
    """Return the balance of codes and fees: of the participant who asks, or of one that is named.

    Raises
    ------
    InputError
        When an officer names nobody.
    NotFound
        When there is no such participant.
    """
    ctx.require("participant", "officer")
    with ctx.shards.reading(ctx.acting) as work:
        party = orderer_of(ctx, work, participant_id)
        owed = batches.fees_owed(work.registry, party.number)
        waiting = [r for r in batches.orders(work.registry, party.number) if waits(r)]
        moved = marking_log.units_moved(work.registry, party.number)
    unpaid = sum(row.units for row in waiting)
    gone = {kind: moved.get(kind, 0) for kind in ("cancel_order", "apply", "scrap", "expire")}
    return CodeAccount(
        participant=party.name,
        owed=from_minor(owed, ctx.pack.currency),
        currency=ctx.pack.currency.code,
        ordered=moved.get("order", 0),
        cancelled=gone["cancel_order"],
        unpaid=unpaid,
        unused=max(moved.get("order", 0) - unpaid - sum(gone.values()), 0),
        applied=gone["apply"],
        written_off=gone["scrap"],
        expired=gone["expire"],
    )


def release_paid(ctx: Context, participant_id: str | None = None) -> ReleasedOrders:
    """Make the codes of orders usable whose fee the account shows paid."""
    ctx.require("participant", "officer")
    law = law_of(ctx)
    with ctx.shards.working(ctx.acting) as work:
        numbers = [ctx.actor.participant_no]
        if ctx.actor.participant_no is None:
            waiting = [r for r in batches.orders(work.registry) if waits(r)]
            numbers = list(dict.fromkeys(row.participant_no for row in waiting))
            if participant_id is not None:
                numbers = [orderer_of(ctx, work, participant_id).number]
        released = [row for number in numbers for row in release_for(ctx, work, law, number or 0)]
    return ReleasedOrders(
        tuple(row.order_no for row in released), sum(row.units for row in released)
    )


def pay_fees(
    ctx: Context, participant_id: str, *, amount: Decimal, received_on: date, key: str
) -> FeePayment:
    """Post a payment of fees that a participant owes, and release what is paid by it.

    Raises
    ------
    InputError
        When the amount or the day is not accepted.
    NotFound
        When there is no such participant.
    Conflict
        When nothing was ever charged to it, or the key was used for another payment.
    """
    ctx.require("officer")
    minor = checked_amount(ctx, Payment(participant_id, amount, received_on, key))
    law = law_of(ctx)
    with ctx.shards.working(ctx.acting) as work:
        party = orderer_of(ctx, work, participant_id)
        taxpayer_id = participants.taxpayer_of(work.registry, party.number)
        if taxpayer_id is None:
            raise Conflict(f"{participant_id} is linked to no taxpayer.")
        paid = Credit(
            key, "payment", received_on, f"fees for codes, {participant_id}", TREASURY,
            receivable(FEE, taxpayer_id), minor,
        )  # fmt: skip
        posted = ledger.post_credit(work.registry, paid, crediting_order(ctx, received_on))
        released = release_for(ctx, work, law, party.number)
    return FeePayment(
        entry_id=posted.entry_id,
        amount=amount,
        created=posted.created,
        owed=from_minor(posted.balance, ctx.pack.currency),
        released=tuple(row.order_no for row in released),
    )


def release_for(ctx: Context, work: Work, law: Law, participant_no: int) -> list[OrderRow]:
    """Release what a participant has paid, inside a unit of work.

    The account settles the oldest debt first. So an order is paid when no more is owed than the
    fees of the orders after it.
    """
    waiting = [r for r in batches.orders(work.registry, participant_no) if waits(r)]
    if not waiting:
        return []
    waiting.sort(key=lambda row: (row.ordered_on.year, row.due_on, row.order_no))
    owed = batches.fees_owed(work.registry, participant_no)
    total = sum(row.fee for row in waiting)
    later = [total - paid for paid in accumulate(row.fee for row in waiting)]
    released = [row for row, after in zip(waiting, later, strict=True) if owed <= after]
    for row in released:
        made = batches.batches_of_order(work.registry, row.order_no)
        batches.release_order(work.registry, row.order_no, on=ctx.today)
        units = restatus(ctx, work, law, made, ("fee_unpaid", "emitted"))
        log(ctx, work, made, units, kind="release", document_id=f"release:{row.order_no}")
    return released


def waits(row: OrderRow) -> bool:
    """Tell whether an order is neither paid nor cancelled."""
    return row.released_on is None and row.cancelled_on is None
