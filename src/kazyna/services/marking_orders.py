"""Orders of codes: what is ordered, what it costs, when it is paid, and the codes themselves.

A code is never stored: an order is a row for each of its batches and the blocks in which its units
stand, and the file of codes is computed again whenever it is asked for. The fee is charged to the
account of the participant's taxpayer; units are of no use until the account shows it paid.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import numpy as np

from kazyna.accounts import TREASURY, Credit, receivable
from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound, Refused
from kazyna.core.money import from_minor
from kazyna.marking.batch import issue_codes, layout_of
from kazyna.marking.code_blocks import changed, fresh_blocks, locate, standing
from kazyna.marking.gs1 import is_gtin_14
from kazyna.marking.movement import Party
from kazyna.marking.serials import BATCH_BITS, INDEX_BITS
from kazyna.marking.template import CodeTemplate
from kazyna.marking.units import Units, joined, units_of
from kazyna.services.context import Context
from kazyna.services.ledger import Payment, checked_amount, crediting_order, undo_entry
from kazyna.services.marking_keyring import keyring
from kazyna.services.marking_selection import Law, law_of, party_of
from kazyna.store import batches, codes, ledger, marking_log, participants
from kazyna.store.batches import BatchRow, OrderRow
from kazyna.store.code_files import write_codes
from kazyna.store.shards import Work

ISSUED_AT_ONCE = 1 << 16
THOUSAND = 1_000
ORDER_CODES_MAX = 100_000_000
FEE = "marking_fee"
"""What the accounts call it: receivable:marking_fee:…"""
RESERVED = ("release:", "cancel:", "expire:")
"""Ids of documents that the program makes begin so."""


@dataclass(frozen=True)
class OrderLine:
    """Codes for one product."""

    gtin: str
    codes: int
    template: str | None = None
    """The form of the codes; the first that is issued for the goods where it is not said."""


@dataclass(frozen=True)
class NewOrder:
    """What is ordered."""

    document_id: str
    """Given by the sender: an order is placed once, however often it is sent."""
    lines: tuple[OrderLine, ...]
    participant: str | None = None
    """Of an officer: for whom."""


@dataclass(frozen=True)
class OrderBatch:
    """One batch of an order."""

    batch: int
    gtin: str
    goods: str
    template: str
    key_id: str
    codes: int


@dataclass(frozen=True)
class Order:
    """An order and what became of it."""

    order_no: int
    document_id: str
    ordered_on: date
    codes: int
    fee: Decimal
    currency: str
    due_on: date
    released_on: date | None
    """When its fee was paid and its codes became usable."""
    cancelled_on: date | None
    created: bool
    batches: tuple[OrderBatch, ...]


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
class ExpiredCodes:
    """Codes that were not applied in time."""

    batches: int
    codes: int


@dataclass(frozen=True)
class CodeFile:
    """A file of codes, computed again."""

    order_no: int
    codes: int
    file: str


@dataclass(frozen=True)
class _Batch:
    """A batch that is about to be made."""

    template: CodeTemplate
    goods: str
    gtin: str
    key_id: str
    codes: int


def place_order(ctx: Context, new: NewOrder) -> Order:
    """Order codes: number the batches, make their units, charge the fee, all or nothing.

    Raises
    ------
    InputError
        When a product, a number or a template is not accepted, each line with its reason.
    Forbidden
        When the participant is of a kind that orders no codes.
    NotFound
        When no open key issues such codes.
    Conflict
        When the id was used for another order, or nobody can be charged.
    """
    ctx.require("participant", "officer")
    law = law_of(ctx)
    _check(new)
    content = sha256(repr((new.document_id, new.lines)).encode()).digest()
    with ctx.shards.working(ctx.acting) as work:
        party = _orderer(ctx, work, new.participant)
        marking_log.lock_document(work.registry, party.number, new.document_id)
        known = batches.order_by_document(work.registry, party.number, new.document_id)
        if known is not None:
            if known.content_hash != content:
                raise Conflict(f"The id {new.document_id!r} was used for another order.")
            return _told(ctx, work, known, created=False)
        wanted, fee, due_on = _wanted(ctx, work, law, new, party)
        order_no = batches.insert_order(
            work.registry,
            {
                "participant_no": party.number, "document_id": new.document_id,
                "content_hash": content, "ordered_on": ctx.today,
                "units": sum(each.codes for each in wanted), "fee": fee, "due_on": due_on,
            },
        )  # fmt: skip
        units, rows = _make(ctx, work, law, party, (order_no, wanted, fee))
        if fee:
            batches.charge_order(work.registry, order_no, currency=ctx.pack.currency.code)
        else:
            batches.release_order(work.registry, order_no, on=ctx.today)
        log(ctx, work, rows, units, kind="order", document_id=new.document_id)
        row = batches.find_order(work.registry, order_no)
        if row is None:
            raise AssertionError("an order that was entered is there")
        return _told(ctx, work, row, created=True)


def release_paid(ctx: Context, participant_id: str | None = None) -> ReleasedOrders:
    """Make the codes of orders usable whose fee the account shows paid."""
    ctx.require("participant", "officer")
    law = law_of(ctx)
    with ctx.shards.working(ctx.acting) as work:
        numbers = [ctx.actor.participant_no]
        if ctx.actor.participant_no is None:
            waiting = [r for r in batches.orders(work.registry) if _waits(r)]
            numbers = list(dict.fromkeys(row.participant_no for row in waiting))
            if participant_id is not None:
                numbers = [_orderer(ctx, work, participant_id).number]
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
        party = _orderer(ctx, work, participant_id)
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
    waiting = [r for r in batches.orders(work.registry, participant_no) if _waits(r)]
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


def cancel_order(ctx: Context, order_no: int) -> Order:
    """Cancel an order that is not paid: its codes can never be used, its charge is undone.

    Raises
    ------
    NotFound
        When there is no such order.
    Conflict
        When its codes are released, or it is cancelled already.
    """
    ctx.require("officer")
    law = law_of(ctx)
    with ctx.shards.working(ctx.acting) as work:
        row = _found(work, order_no)
        if not _waits(row) or not batches.cancel_order(work.registry, order_no, on=ctx.today):
            raise Conflict(f"Order {order_no} is released or cancelled.")
        made = batches.batches_of_order(work.registry, order_no)
        units = restatus(ctx, work, law, made, ("fee_unpaid", "cancelled"))
        undo_entry(ctx, work.registry, f"marking-order:{order_no}", reason=f"order {order_no}")
        log(ctx, work, made, units, kind="cancel_order", document_id=f"cancel:{order_no}")
        return _told(ctx, work, _found(work, order_no), created=False)


def expire_unused(ctx: Context) -> ExpiredCodes:
    """Let codes expire that were not applied within the days that the law gives.

    Each batch is looked at once a day at most; codes that are in use are left alone.
    """
    ctx.require("officer")
    law = law_of(ctx)
    expired, touched = 0, 0
    with ctx.shards.working(ctx.acting) as work:
        for batch in batches.own_batches(work.registry, until=ctx.today):
            rule = law.lifecycle.expiry(batch.goods, batch.made_on)
            if rule is None or batch.made_on + timedelta(days=rule.days) > ctx.today:
                continue
            document_id = f"expire:{batch.batch}"
            number = batch.participant_no
            if marking_log.find_document(work.registry, number, document_id) is not None:
                continue
            units = restatus(ctx, work, law, [batch], ("emitted", "expired"))
            log(ctx, work, [batch], units, kind="expire", document_id=document_id)
            expired, touched = expired + len(units), touched + 1
    return ExpiredCodes(touched, expired)


def order(ctx: Context, order_no: int) -> Order:
    """Return an order."""
    ctx.require("participant", "officer", "auditor")
    with ctx.shards.reading(ctx.acting) as work:
        return _told(ctx, work, _found(work, order_no), created=False)


def orders(ctx: Context) -> tuple[Order, ...]:
    """Return the orders of a participant, or to staff all, the latest first."""
    ctx.require("participant", "officer", "auditor")
    with ctx.shards.reading(ctx.acting) as work:
        return tuple(_told(ctx, work, row, created=False) for row in batches.orders(work.registry))


def codes_of_order(ctx: Context, order_no: int) -> Iterator[bytes]:
    """Compute the codes of an order again, a code a line, in blocks.

    Raises
    ------
    NotFound
        When there is no such order, or its key is not open here.
    Refused
        When its fee is not paid.
    """
    ctx.require("participant", "officer")
    with ctx.shards.reading(ctx.acting) as work:
        row = _found(work, order_no)
        if row.cancelled_on or row.released_on is None:
            raise Refused(f"The codes of order {order_no} are handed out when its fee is paid.")
        made = batches.batches_of_order(work.registry, order_no)
    rules, registry = law_of(ctx).codes, keyring(ctx)
    for batch in made:
        if batch.key_id not in registry.opened:
            raise NotFound(f"The key {batch.key_id!r} is not open here.")

    def blocks() -> Iterator[bytes]:
        for batch in made:
            template = rules.template(batch.template)
            for at in range(0, batch.codes, ISSUED_AT_ONCE):
                issued = issue_codes(
                    template,
                    registry.opened[batch.key_id],
                    gtin=f"{batch.gtin or 0:014d}",
                    issuer=rules.own_issuer if template.issuer_first else "",
                    batch=batch.issue_number or 0,
                    indices=np.arange(at, min(at + ISSUED_AT_ONCE, batch.codes), dtype=np.uint64),
                )
                yield b"\n".join(issued.tolist()) + b"\n"

    return blocks()


def write_order_codes(ctx: Context, order_no: int, out: Path) -> CodeFile:
    """Write the codes of an order into a file; it appears whole or not at all."""
    blocks = codes_of_order(ctx, order_no)
    write_codes(blocks, out)
    return CodeFile(order_no, order(ctx, order_no).codes, str(out))


def restatus(
    ctx: Context, work: Work, law: Law, made: Sequence[BatchRow], way: tuple[str, str]
) -> Units:
    """Take all units of batches that are in one status to another; return those."""
    source, target = (law.lifecycle.statuses[name].number for name in way)
    units = joined(
        [units_of((b.batch << INDEX_BITS) + np.arange(b.codes, dtype=np.int64)) for b in made]
    )
    blocks = codes.lock_blocks(work, units)
    positions = locate(blocks, units)
    where = standing(blocks, positions)
    which = (where.status == source) & (where.entry["hold"] == 0)
    statuses = np.full(int(which.sum()), target, dtype=np.uint8)
    codes.update_blocks(
        work,
        changed(blocks, positions[which], statuses=statuses, fields={}),
        party=ctx.actor.participant_no,
    )
    return units.take(which)


def log(
    ctx: Context, work: Work, made: Sequence[BatchRow], units: Units, *, kind: str, document_id: str
) -> None:
    """Write down what the program itself did to units of a participant's batches."""
    participant_no = made[0].participant_no
    gtin = {batch.batch: batch.gtin or 0 for batch in made}
    row = marking_log.insert_document(
        work.registry,
        {
            "participant_no": participant_no, "document_id": document_id, "kind": kind,
            "content_hash": b"", "happened_at": datetime.combine(ctx.today, time(), UTC),
            "facility_no": None, "counterparty_no": None, "attributes": {}, "lines": len(made),
            "units": len(units), "event_hash": None, "epcis": None,
        },
    )  # fmt: skip
    nothing = np.zeros(len(units), dtype=np.int64)
    numbers, which = np.unique(units.batches, return_inverse=True)
    gtins = np.array([gtin[number] for number in numbers.tolist()], dtype=np.int64)
    moved = marking_log.Moved(units, gtins[which.ravel()], nothing.astype(np.int32), nothing)
    shared = {
        "recorded_at": row.recorded_at, "document_no": row.document_no, "kind": kind,
        "biz_step": "", "disposition": None, "happened_at": row.happened_at,
        "participant_no": row.participant_no, "facility_no": None, "counterparty_no": None,
        "reason": None,
    }  # fmt: skip
    marking_log.insert_events(work.registry, shared, moved)


def _check(new: NewOrder) -> None:
    source = f"order {new.document_id}"
    findings = []
    if not new.document_id.isprintable() or not 0 < len(new.document_id) <= 200:  # noqa: PLR2004
        findings.append(Finding(source, "the id is not accepted", "1 to 200 characters"))
    if not new.lines:
        findings.append(Finding(source, "nothing is ordered", "a line or more"))
    for row, line in enumerate(new.lines, 1):
        if not is_gtin_14(line.gtin):
            reason, expected = f"the GTIN is {line.gtin!r}", "14 digits with a check digit"
            findings.append(Finding(source, reason, expected, row=row, column="gtin"))
        if not 0 < line.codes <= ORDER_CODES_MAX:
            expected = f"1 to {ORDER_CODES_MAX:,}"
            findings.append(
                Finding(source, f"{line.codes} codes", expected, row=row, column="codes")
            )
    if findings:
        raise InputError(findings)


def _orderer(ctx: Context, work: Work, participant_id: str | None) -> Party:
    party = party_of(ctx, work, participant_id, None, on=ctx.today)
    if not party.number:
        finding = Finding("order", "no participant is named", "for whom", column="participant")
        raise InputError(finding)
    return party


def _wanted(
    ctx: Context, work: Work, law: Law, new: NewOrder, party: Party
) -> tuple[list[_Batch], int, date]:
    """Return the batches of an order, what they cost, and until when."""
    source = f"order {new.document_id}"
    gtins = sorted({int(line.gtin) for line in new.lines})
    known = participants.find_products(work.registry, gtins, on=ctx.today)
    findings: list[Finding] = []
    wanted: list[_Batch] = []
    thousandths, days = 0, 0
    for row, line in enumerate(new.lines, 1):
        product = known.get(int(line.gtin))
        if product is None or product.ended:
            reason = f"the product {line.gtin} is not registered"
            findings.append(Finding(source, reason, "a product of the register", row=row))
            continue
        rule = law.lifecycle.rule("order", product.goods, ctx.today, party.kinds)
        if rule is None or not set(rule.by) & set(party.kinds):
            raise Forbidden(f"Codes of {product.goods} are not ordered by {party.kinds}.")
        template = _template(ctx, law, line, product.goods)
        if template is None or template.space is None:
            reason = f"codes of {product.goods} have no template {line.template or ''}"
            findings.append(Finding(source, reason, "one that is issued", row=row))
            continue
        key = keyring(ctx).issuing(template.tail or "tag", product.goods, ctx.today)
        most = template.space.batch_codes_max
        wanted += [
            _Batch(template, product.goods, line.gtin, key.key.key_id, min(most, line.codes - at))
            for at in range(0, line.codes, most)
        ]
        fee = law.lifecycle.fee(product.goods, ctx.today)
        thousandths += fee.minor_units * line.codes if fee else 0
        days = max(days, fee.days if fee else 0)
    if findings:
        raise InputError(findings)
    return wanted, (thousandths + THOUSAND // 2) // THOUSAND, ctx.today + timedelta(days=days)


def _template(ctx: Context, law: Law, line: OrderLine, goods: str) -> CodeTemplate | None:
    """Return the template by which a line's codes are issued."""
    for template in law.codes.on(ctx.today):
        named = line.template in (None, template.name) and goods in template.goods
        if named and template.tail is not None and template.space is not None:
            try:
                layout_of(template)
            except ValueError:  # its codes have a value of their own each
                continue
            return template
    return None


def _make(
    ctx: Context, work: Work, law: Law, party: Party, ordered: tuple[int, list[_Batch], int]
) -> tuple[Units, list[BatchRow]]:
    """Give the batches of an order numbers, and make their units."""
    order_no, wanted, fee = ordered
    status = law.lifecycle.statuses["fee_unpaid" if fee else "emitted"].number
    rows, parts = [], []
    for each in wanted:
        batch = batches.next_batch(work.registry)
        issued = batch
        space = each.template.space
        if space is not None and space.batches_max < 1 << min(BATCH_BITS, 30):
            issued = batches.next_issue_number(work.registry, int(each.gtin))
        if space is None or issued >= space.batches_max:
            raise Refused(f"All batch numbers of {each.gtin} in {each.template.name} are used.")
        row = BatchRow(
            batch, "own", party.number, order_no, int(each.gtin), each.goods, each.template.name,
            each.key_id, issued, each.codes, "", ctx.today,
        )  # fmt: skip
        batches.insert_batch(work.registry, row)
        blocks = fresh_blocks(batch, each.codes, status=status, holder=party.number)
        codes.insert_blocks(work, blocks, party=ctx.actor.participant_no)
        rows.append(row)
        parts.append(units_of((batch << INDEX_BITS) + np.arange(each.codes, dtype=np.int64)))
    return joined(parts), rows


def _waits(row: OrderRow) -> bool:
    return row.released_on is None and row.cancelled_on is None


def _found(work: Work, order_no: int) -> OrderRow:
    row = batches.find_order(work.registry, order_no)
    if row is None:
        raise NotFound(f"There is no order {order_no}.")
    return row


def _told(ctx: Context, work: Work, row: OrderRow, *, created: bool) -> Order:
    made = batches.batches_of_order(work.registry, row.order_no)
    return Order(
        order_no=row.order_no,
        document_id=row.document_id,
        ordered_on=row.ordered_on,
        codes=row.units,
        fee=from_minor(row.fee, ctx.pack.currency),
        currency=ctx.pack.currency.code,
        due_on=row.due_on,
        released_on=row.released_on,
        cancelled_on=row.cancelled_on,
        created=created,
        batches=tuple(
            OrderBatch(b.batch, f"{b.gtin or 0:014d}", b.goods, b.template, b.key_id, b.codes)
            for b in made
        ),
    )
