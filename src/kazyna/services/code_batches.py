"""Batches of codes: their numbers and units, and what the program itself does to them.

A code is never stored: a batch is a row and the blocks in which its units stand. Orders make
batches; their release, cancellation and expiry take all units of them from one status to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import numpy as np

from kazyna.core.errors import Refused
from kazyna.marking.code_blocks import changed, fresh_blocks, locate, standing
from kazyna.marking.movement import Party
from kazyna.marking.serials import BATCH_BITS, INDEX_BITS
from kazyna.marking.template import CodeTemplate, Values
from kazyna.marking.units import Units, joined, units_of
from kazyna.services.context import Context
from kazyna.services.marking_selection import Law, law_of
from kazyna.store import batches, codes, marking_log
from kazyna.store.batches import BatchRow
from kazyna.store.shards import Work

RESERVED = ("release:", "cancel:", "expire:")
"""Ids of documents that the program makes begin so."""


@dataclass(frozen=True)
class ExpiredCodes:
    """Codes that were not applied in time."""

    batches: int
    codes: int


@dataclass(frozen=True)
class NewBatch:
    """A batch that is about to be made."""

    template: CodeTemplate
    goods: str
    gtin: str
    key_id: str
    codes: int
    values: Values = field(default_factory=dict)
    """What all its codes say beside GTIN, serial, key and tail."""


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


def make_batches(
    ctx: Context, work: Work, law: Law, party: Party, ordered: tuple[int, list[NewBatch], int]
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
            each.key_id, issued, each.codes, "", ctx.today, each.values,
        )  # fmt: skip
        batches.insert_batch(work.registry, row)
        blocks = fresh_blocks(batch, each.codes, status=status, holder=party.number)
        codes.insert_blocks(work, blocks, party=ctx.actor.participant_no)
        rows.append(row)
        parts.append(units_of((batch << INDEX_BITS) + np.arange(each.codes, dtype=np.int64)))
    return joined(parts), rows


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
    rows = marking_log.insert_documents(
        work.registry,
        {
            "participant_no": participant_no, "kind": kind, "facility_no": None,
            "counterparty_no": None,
        },
        [
            {
                "document_id": document_id, "content_hash": b"", "attributes": {},
                "happened_at": datetime.combine(ctx.today, time(), UTC), "lines": len(made),
                "units": len(units), "event_hash": None, "epcis": None,
            }
        ],
    )  # fmt: skip
    nothing = np.zeros(len(units), dtype=np.int64)
    numbers, which = np.unique(units.batches, return_inverse=True)
    gtins = np.array([gtin[number] for number in numbers.tolist()], dtype=np.int64)
    moved = marking_log.Moved(units, gtins[which.ravel()], nothing.astype(np.int32), nothing)
    shared = {"biz_step": "", "disposition": None, "facility_no": None, "reason": None}
    marking_log.insert_events(work.registry, shared, rows, moved)
