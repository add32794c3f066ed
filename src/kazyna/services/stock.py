"""What a participant has: units by product, batch, lot and status, batch by batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kazyna.core.text import Text
from kazyna.marking.code_blocks import BLOCK, standing
from kazyna.marking.movement import effective
from kazyna.marking.serials import INDEX_BITS
from kazyna.marking.units import Longs, Units, joined
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.services.context import Context
from kazyna.services.goods_documents import UNPACKED
from kazyna.store import batches, codes, goods_documents, participants, unit_batches
from kazyna.store.batches import BatchRow
from kazyna.store.shards import Work

BATCHES_SHOWN = 25
UNITS_MAX = 5_000_000
"""Looked up for one page; a larger batch is a page of its own."""


@dataclass(frozen=True)
class StockRow:
    """Units that are alike in all that a row says."""

    batch: int
    gtin: str | None
    """None of packages."""
    product: str | None
    lot: str | None
    expires_on: date | None
    status: Text
    units: int
    going_to: str | None
    """The other side, of what is on its way: to it, or from it where it comes."""
    coming: bool
    """Whether it is on its way to who asks."""
    place: str | None
    """The facility at which the participant last reported something of these units."""


@dataclass(frozen=True)
class StockPage:
    """Some batches of a participant's stock."""

    rows: tuple[StockRow, ...]
    batch_count: int
    """Of all batches of which it has or had units."""
    after: int | None
    """The batch after which the next page begins; None on the last one."""


def stock(ctx: Context, *, gtin: str | None = None, after: int | None = None) -> StockPage:
    """Return what the participant who asks holds and what is on its way to it.

    Parameters
    ----------
    ctx
        A participant.
    gtin
        Only this product.
    after
        The batch after which the page begins.
    """
    ctx.require("participant")
    own = ctx.actor.participant_no or 0
    with ctx.shards.reading(ctx.acting) as work:
        seen = unit_batches.batches_seen(work)
        known = batches.find_batches(work.registry, seen)
        wanted = [n for n in seen if n in known and gtin in (None, _gtin(known[n]))]
        rest = [number for number in wanted if after is None or number > after]
        shown = _fitting([known[number] for number in rest])
        rows = _rows(ctx, work, shown, own)
    more = len(rest) > len(shown)
    return StockPage(rows, len(wanted), shown[-1].batch if more else None)


def _gtin(row: BatchRow) -> str | None:
    return f"{row.gtin:014d}" if row.gtin else None


def _fitting(rows: Sequence[BatchRow]) -> list[BatchRow]:
    """Take batches for one page."""
    taken: list[BatchRow] = []
    for row in rows[:BATCHES_SHOWN]:
        if taken and sum(each.codes for each in taken) + row.codes > UNITS_MAX:
            break
        taken.append(row)
    return taken


def _rows(ctx: Context, work: Work, shown: Sequence[BatchRow], own: int) -> tuple[StockRow, ...]:
    """Count the units of some batches, alike in batch, status, lot and other side."""
    if not shown:
        return ()
    lifecycle = read_lifecycle(ctx.pack.folder)
    blocks = codes.find_blocks(work, joined(list(map(_heads, shown))))
    where = standing(blocks, np.arange(len(blocks.statuses)))
    entry = where.entry
    holder, consignee = entry["holder"], entry["consignee"]
    there = (where.status > 0) & (where.status != lifecycle.statuses[UNPACKED].number)
    mine = there & ((holder == own) | (consignee == own))
    other = np.where(consignee == own, holder, consignee)
    first = (blocks.batches << INDEX_BITS) + blocks.numbers * BLOCK
    keys = (first[:, None] + np.arange(BLOCK)).ravel()
    places, facilities = _places(work, keys, [row.batch for row in shown])
    table = np.stack(
        [np.repeat(blocks.batches, BLOCK), effective(where), entry["lot"], other,
         consignee == own, np.where(consignee == own, 0, places)],
        axis=1,
    )[mine].astype(np.int64)  # fmt: skip
    groups, counts = np.unique(table, axis=0, return_counts=True)
    by_number = {row.batch: row for row in shown}
    lots = batches.find_lots(work.registry, _known(groups[:, 2]))
    names = {row.participant_no: row.name
             for row in participants.participants(work.registry, on=ctx.today)}  # fmt: skip
    gtins = sorted({row.gtin for row in shown if row.gtin})
    products = participants.find_products(work.registry, gtins, on=ctx.today)
    told = []
    for (batch, status, lot, party, coming, place), units in zip(
        groups.tolist(), counts.tolist(), strict=True
    ):
        about, lot_row = by_number[batch], lots.get(lot)
        product = products.get(about.gtin or 0)
        told.append(
            StockRow(
                batch=batch,
                gtin=_gtin(about),
                product=product.name if product else None,
                lot=lot_row.lot if lot_row else None,
                expires_on=lot_row.expires_on if lot_row else None,
                status=lifecycle.by_number[status].label,
                units=units,
                going_to=names.get(party) if party else None,
                coming=bool(coming),
                place=facilities.get(place),
            )
        )
    return tuple(told)


def _places(
    work: Work, keys: Longs, shown: Sequence[int]
) -> tuple[NDArray[np.int32], dict[int, str]]:
    """Tell of each unit the facility of the last report that names it, as number and as id."""
    places = np.zeros(len(keys), dtype=np.int32)
    facilities = {}
    for each in goods_documents.reported_places(work.registry, shown):
        facilities[each.facility_no] = each.facility_id
        batch = each.batch << INDEX_BITS
        if each.indices is None:
            begin, end = np.searchsorted(
                keys, (batch + each.first_index, batch + each.last_index + 1)
            )
            places[begin:end] = each.facility_no
        else:
            wanted = batch + np.array(each.indices, dtype=np.int64)
            places[np.isin(keys, wanted)] = each.facility_no
    return places, facilities


def _heads(row: BatchRow) -> Units:
    """Name a unit of each block of a batch."""
    indices = np.arange(0, row.codes, BLOCK, dtype=np.int32)
    return Units(np.full(len(indices), row.batch, dtype=np.int64), indices)


def _known(numbers: Iterable[int]) -> list[int]:
    return sorted({int(number) for number in numbers} - {0})
