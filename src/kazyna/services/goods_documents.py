"""One document of goods marking as its parties and officers see it, and what still waits of it.

A shipment is answered whole or in parts: each package that came is a part, and so is each run of
loose units. What waits is told by the units themselves, so it does not matter how the rest of a
shipment was answered: on a page, by a file, over HTTP or as an EPCIS event.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.core.text import Text
from kazyna.marking.code_blocks import Standing, locate, standing
from kazyna.marking.lifecycle import Lifecycle
from kazyna.marking.movement import IN_TRANSIT, effective
from kazyna.marking.units import Units, joined, runs_of, units_of
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.services.context import Context
from kazyna.services.marking_documents import Document, SubmittedDocument, lines_of, submit
from kazyna.store import codes, goods_documents, participants
from kazyna.store.goods_documents import SheetRow
from kazyna.store.marking_log import DocumentRow
from kazyna.store.shards import Work

SHIP = "ship"
UNPACKED = "unpacked"
ANSWERS = ("accept", "refuse")
UNITS_MAX = 1_000_000
"""Units that are looked up for a page; of more it is not told where they stand."""
PARTS_SHOWN = 1_000
AS_RECORDED = (
    "document_no", "document_id", "kind", "happened_at", "recorded_at", "recorded_by",
    "participant", "counterparty_no", "counterparty", "facility", "lines", "units",
)  # fmt: skip


@dataclass(frozen=True)
class DocumentGoods:
    """Units of one product and lot."""

    gtin: str
    product: str | None
    lot: str | None
    units: int
    paid: Decimal | None
    """Of a sale; None where no price is told."""


@dataclass(frozen=True)
class ShipmentPart:
    """A package or a run of loose units that waits for an answer."""

    line: str
    """As a document names it: an SSCC, or `batch:first-last`."""
    package: bool
    units: int
    """In it, without packages."""


@dataclass(frozen=True)
class DocumentSheet:
    """One document with its goods and where they stand now."""

    document_no: int
    document_id: str
    kind: str
    label: Text
    happened_at: datetime
    recorded_at: datetime
    recorded_by: str
    participant: str | None
    """None of the authority."""
    participant_name: str | None
    counterparty_no: int | None
    counterparty: str | None
    counterparty_name: str | None
    facility: str | None
    attributes: Mapping[str, str]
    lines: int
    units: int
    goods: tuple[DocumentGoods, ...]
    standing: tuple[tuple[Text, int], ...] | None
    """Units by their status today, as far as who asks sees them; None where there are too many."""
    waiting: int
    """Units of a shipment that nobody has accepted, refused or called back."""
    parts: tuple[ShipmentPart, ...]
    """Of a shipment: what may still be answered, the first thousand."""


def document_sheet(ctx: Context, document_no: int) -> DocumentSheet:
    """Return one document: to staff any, to a participant those in which it is a party.

    Raises
    ------
    NotFound
        When there is none that who asks may see.
    """
    ctx.require("participant", "officer", "auditor")
    lifecycle = read_lifecycle(ctx.pack.folder)
    with ctx.shards.reading(ctx.acting) as work:
        row = _row(work, document_no)
        goods = goods_documents.goods_of(work.registry, document_no)
        names = {
            each.participant_no: each.name
            for number in (row.participant_no, row.counterparty_no)
            if number is not None
            and (each := participants.participant_by_number(work.registry, number, on=ctx.today))
        }
        units = (
            goods_documents.units_by_number(work.registry, [document_no])[document_no]
            if row.units <= UNITS_MAX
            else None
        )
        counts, moving = _where(work, lifecycle, row, units)
        parts = _parts(work, moving)
    return DocumentSheet(
        **{name: getattr(row, name) for name in AS_RECORDED},
        label=lifecycle.operations[row.kind].label,
        participant_name=names.get(row.participant_no or 0),
        counterparty_name=names.get(row.counterparty_no or 0),
        attributes={name: str(value) for name, value in row.attributes.items()},
        goods=tuple(
            DocumentGoods(
                each.gtin, each.product, each.lot, each.units,
                None if each.paid is None else from_minor(each.paid, ctx.pack.currency),
            )
            for each in goods
        ),
        standing=counts,
        waiting=sum(part.units for part in parts),
        parts=parts[:PARTS_SHOWN],
    )  # fmt: skip


def find_document(ctx: Context, owner: str, document_id: str) -> int:
    """Return the number of a document by its id and its participant or taxpayer.

    Raises
    ------
    NotFound
        When there is none.
    """
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        number = goods_documents.document_number(tx, owner, document_id)
    if number is None:
        raise NotFound(f"{owner} has no document {document_id!r}.")
    return number


def is_addressee(ctx: Context, sheet: DocumentSheet) -> bool:
    """Tell whether a shipment is to the participant who asks."""
    return sheet.kind == SHIP and sheet.counterparty_no == ctx.actor.participant_no


def waiting_units(ctx: Context, rows: Sequence[DocumentRow]) -> dict[int, int]:
    """Count the units of shipments that wait for an answer, as far as a page looks them up."""
    shipped = [row for row in rows if row.kind == SHIP]
    chosen, left = [], UNITS_MAX
    for row in shipped:
        left -= row.units
        if left >= 0:
            chosen.append(row)
    if not chosen:
        return {}
    lifecycle = read_lifecycle(ctx.pack.folder)
    with ctx.shards.reading(ctx.acting) as work:
        units = goods_documents.units_by_number(work.registry, [row.document_no for row in chosen])
        keys = np.unique(joined(list(units.values())).keys)
        blocks = codes.find_blocks(work, units_of(keys))
    counts = {}
    for row in chosen:
        where = standing(blocks, locate(blocks, units[row.document_no]))
        moving = _moving(lifecycle, where, row) & ~where.package
        counts[row.document_no] = int(moving.sum())
    return counts


def answer_shipment(
    ctx: Context, document_no: int, answer: str, *, lines: Sequence[str] = (), key: str = ""
) -> SubmittedDocument:
    """Accept or refuse what waits of a shipment, all of it or some of its parts.

    Parameters
    ----------
    ctx
        A participant.
    document_no
        The shipment.
    answer
        `accept` or `refuse`.
    lines
        The parts, as a document names units; all that waits where none is given.
    key
        Of the page from which it is sent: the same page sent twice is one answer.

    Raises
    ------
    NotFound
        Where there is no such shipment to the participant.
    InputError
        When the answer is no answer, or nothing waits, or a line is wrong.
    """
    ctx.require("participant")
    if answer not in ANSWERS:
        raise InputError(Finding("form", f"{answer!r} stands here", "accept or refuse"))
    lifecycle = read_lifecycle(ctx.pack.folder)
    with ctx.shards.reading(ctx.acting) as work:
        row = _row(work, document_no)
        if row.kind != SHIP or row.counterparty_no != ctx.actor.participant_no:
            raise NotFound(f"There is no shipment {document_no} to you.")
        units = goods_documents.units_by_number(work.registry, [document_no])[document_no]
        blocks = codes.find_blocks(work, units)
        moving = units.take(_moving(lifecycle, standing(blocks, locate(blocks, units)), row))
        parts = _parts(work, moving)
    chosen = list(lines) or [part.line for part in parts]
    if not chosen:
        reason = f"nothing of shipment {document_no} waits for an answer"
        raise InputError(Finding("form", reason, "a shipment that is not answered"))
    number = f"{answer}-of-{document_no}{f'-{key}' if key else ''}"
    document = Document(
        answer, number, ctx.now(), lines_of(chosen), counterparty=row.participant,
        attributes={"shipment": row.document_id},
    )  # fmt: skip
    return submit(ctx, document)


def _row(work: Work, document_no: int) -> SheetRow:
    row = goods_documents.find_sheet(work.registry, document_no)
    if row is None:
        raise NotFound(f"There is no document {document_no} that you may see.")
    return row


def _where(
    work: Work, lifecycle: Lifecycle, row: SheetRow, units: Units | None
) -> tuple[tuple[tuple[Text, int], ...] | None, Units]:
    """Count goods by status, and return the units of a shipment that are still on their way."""
    nothing = units_of(np.empty(0, dtype=np.int64))
    if units is None:
        return None, nothing
    blocks = codes.find_blocks(work, units)
    where = standing(blocks, locate(blocks, units))
    empty = where.status == lifecycle.statuses[UNPACKED].number
    status = effective(where)[~(where.package | empty)]
    numbers, counts = np.unique(status[status > 0], return_counts=True)
    told = tuple(
        (lifecycle.by_number[number].label, count)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)
    )
    return told, units.take(_moving(lifecycle, where, row)) if row.kind == SHIP else nothing


def _moving(
    lifecycle: Lifecycle, where: Standing, row: SheetRow | DocumentRow
) -> NDArray[np.bool_]:
    """Tell which units of a shipment are still between its two parties, packages too."""
    transit = where.status == lifecycle.statuses[IN_TRANSIT].number
    entry = where.entry
    moving: NDArray[np.bool_] = (transit | where.package) & (
        (entry["holder"] == row.participant_no) & (entry["consignee"] == row.counterparty_no)
    )
    return moving


def _parts(work: Work, moving: Units) -> tuple[ShipmentPart, ...]:
    """Name what waits: the outermost packages, and runs of units that are in none."""
    if not len(moving):
        return ()
    blocks = codes.find_blocks(work, moving)
    where = standing(blocks, locate(blocks, moving))
    parents = where.parent_keys
    outer = ~np.isin(parents, moving.keys)
    packages = moving.take(outer & where.package)
    names = codes.package_names(work, packages)
    inside = _counts(moving.keys, parents, where.package)
    parts = [
        ShipmentPart(names[key], package=True, units=inside.get(key, 0))
        for key in packages.keys.tolist()
        if key in names
    ]
    loose = moving.take(outer & ~where.package)
    starts = runs_of(loose)
    for first, end in zip(starts, [*starts[1:], len(loose)], strict=True):
        batch, low, high = loose.batches[first], loose.indices[first], loose.indices[end - 1]
        parts.append(ShipmentPart(f"{batch}:{low}-{high}", package=False, units=int(end - first)))
    return tuple(parts)


def _counts(
    keys: NDArray[np.int64], parents: NDArray[np.int64], package: NDArray[np.bool_]
) -> dict[int, int]:
    """Count the goods in each package, through the packages that are in it."""
    above = dict(zip(keys[package].tolist(), parents[package].tolist(), strict=True))
    counts: dict[int, int] = {}
    direct, sizes = np.unique(parents[~package & (parents > 0)], return_counts=True)
    for parent, size in zip(direct.tolist(), sizes.tolist(), strict=True):
        for key in _chain(parent, above):
            counts[key] = counts.get(key, 0) + size
    return counts


def _chain(key: int, above: Mapping[int, int]) -> Iterable[int]:
    while key:
        yield key
        key = above.get(key, 0)
