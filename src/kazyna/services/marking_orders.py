"""Orders of codes: what is ordered, what it costs, when it is paid, and the codes themselves.

A code is never stored: an order is a row for each of its batches and the blocks in which its units
stand, and the file of codes is computed again whenever it is asked for. The fee is charged to the
account of the participant's taxpayer; units are of no use until the account shows it paid.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from kazyna.core.errors import Conflict, Finding, Forbidden, InputError, NotFound, Refused
from kazyna.core.money import from_minor
from kazyna.marking.gs1 import is_gtin_14
from kazyna.marking.movement import Party
from kazyna.marking.template import CodeTemplate, Values
from kazyna.services.code_batches import NewBatch, log, make_batches, restatus
from kazyna.services.context import Context
from kazyna.services.ledger import undo_entry
from kazyna.services.marking_codes import Issue, issued_blocks
from kazyna.services.marking_fees import waits
from kazyna.services.marking_keyring import keyring
from kazyna.services.marking_selection import Law, law_of, orderer_of
from kazyna.store import batches, marking_log, participants
from kazyna.store.batches import OrderRow
from kazyna.store.code_files import write_codes
from kazyna.store.shards import Work

THOUSAND = 1_000
ORDER_CODES_MAX = 100_000_000


@dataclass(frozen=True)
class OrderLine:
    """Codes for one product."""

    gtin: str
    codes: int
    template: str | None = None
    """The form of the codes; the first for the goods that has these values if it is not said."""
    values: Values = field(default_factory=dict, repr=False)
    """What all these codes say beside GTIN and serial: price, expiry, lot."""

    @property
    def content(self) -> str:
        """What two orders with one id must agree in; of lines without values as it always was."""
        return repr(self) + (repr(sorted(self.values.items())) if self.values else "")


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
    values: Values


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
class CodeFile:
    """A file of codes, computed again."""

    order_no: int
    codes: int
    file: str


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
    content = _content(new)
    with ctx.shards.working(ctx.acting) as work:
        party = orderer_of(ctx, work, new.participant)
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
        units, rows = make_batches(ctx, work, law, party, (order_no, wanted, fee))
        if fee:
            batches.charge_order(work.registry, order_no, currency=ctx.pack.currency.code)
        else:
            batches.release_order(work.registry, order_no, on=ctx.today)
        log(ctx, work, rows, units, kind="order", document_id=new.document_id)
        row = batches.find_order(work.registry, order_no)
        if row is None:
            raise AssertionError("an order that was entered is there")
        return _told(ctx, work, row, created=True)


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
        if not waits(row) or not batches.cancel_order(work.registry, order_no, on=ctx.today):
            raise Conflict(f"Order {order_no} is released or cancelled.")
        made = batches.batches_of_order(work.registry, order_no)
        units = restatus(ctx, work, law, made, ("fee_unpaid", "cancelled"))
        undo_entry(ctx, work.registry, f"marking-order:{order_no}", reason=f"order {order_no}")
        log(ctx, work, made, units, kind="cancel_order", document_id=f"cancel:{order_no}")
        return _told(ctx, work, _found(work, order_no), created=False)


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
            issue = Issue(
                batch.template, f"{batch.gtin or 0:014d}", batch.issue_number or 0, batch.codes,
                values=batch.code_values,
            )  # fmt: skip
            yield from issued_blocks(issue, rules, registry.opened[batch.key_id])

    return blocks()


def write_order_codes(ctx: Context, order_no: int, out: Path) -> CodeFile:
    """Write the codes of an order into a file; it appears whole or not at all."""
    blocks = codes_of_order(ctx, order_no)
    write_codes(blocks, out)
    return CodeFile(order_no, order(ctx, order_no).codes, str(out))


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


def _wanted(
    ctx: Context, work: Work, law: Law, new: NewOrder, party: Party
) -> tuple[list[NewBatch], int, date]:
    """Return the batches of an order, what they cost, and until when."""
    source = f"order {new.document_id}"
    gtins = sorted({int(line.gtin) for line in new.lines})
    known = participants.find_products(work.registry, gtins, on=ctx.today)
    findings: list[Finding] = []
    wanted: list[NewBatch] = []
    thousandths, days = 0, 0
    for row, line in enumerate(new.lines, 1):
        product = known.get(int(line.gtin))
        if product is None or product.ended:
            reason = f"the product {line.gtin} is not registered"
            findings.append(Finding(source, reason, "a product of the register", row=row))
            continue
        rule = law.lifecycle.rule("order", product.goods, ctx.today, party.kinds)
        if rule is None or not set(rule.by) & set(party.kinds):
            kinds = " and ".join(party.kinds)
            raise Forbidden(f"Codes of {product.goods} are not ordered by {kinds}.")
        template = _template(ctx, law, line, product.goods, row=row, findings=findings)
        if template is None:
            continue
        key = keyring(ctx).issuing(template.tail or "tag", product.goods, ctx.today)
        most = template.space.batch_codes_max if template.space else 0
        wanted += [
            NewBatch(
                template, product.goods, line.gtin, key.key.key_id, min(most, line.codes - at),
                line.values,
            )
            for at in range(0, line.codes, most)
        ]  # fmt: skip
        fee = law.lifecycle.fee(product.goods, ctx.today)
        thousandths += fee.minor_units * line.codes if fee else 0
        days = max(days, fee.days if fee else 0)
    if findings:
        raise InputError(findings)
    return wanted, (thousandths + THOUSAND // 2) // THOUSAND, ctx.today + timedelta(days=days)


def _template(
    ctx: Context, law: Law, line: OrderLine, goods: str, *, row: int, findings: list[Finding]
) -> CodeTemplate | None:
    """Return the template by which a line's codes are issued, or say why there is none."""
    able = [
        template
        for template in law.codes.on(ctx.today)
        if line.template in (None, template.name)
        and goods in template.goods
        and template.tail is not None
        and template.space is not None
    ]
    for template in able:
        if not any(template.faults_in(line.values)):
            return template
    if able:
        faults = able[0].faults_in(line.values)
    else:
        faults = iter([("", f"codes of {goods} have no such template", "one that is issued")])
    findings += [
        Finding("order", reason, expected, row=row, column=f"values.{name}" if name else "template")
        for name, reason, expected in faults
    ]
    return None


def _content(new: NewOrder) -> bytes:
    lines = ", ".join(line.content for line in new.lines) + "," * (len(new.lines) == 1)
    return sha256(f"({new.document_id!r}, ({lines}))".encode()).digest()


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
            OrderBatch(
                b.batch, f"{b.gtin or 0:014d}", b.goods, b.template, b.key_id, b.codes,
                b.code_values,
            )
            for b in made
        ),
    )  # fmt: skip
