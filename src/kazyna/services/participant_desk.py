"""What a participant does on its pages: orders and documents, files handed in, answers given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.packs.codes import read_code_rules
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.services import participants
from kazyna.services.context import Context
from kazyna.services.epcis_capture import capture
from kazyna.services.epcis_jobs import CaptureJob, list_jobs
from kazyna.services.goods_documents import SHIP, waiting_units
from kazyna.services.marking_documents import (
    OWN_SERVICE,
    Document,
    SubmittedDocument,
    read_document_file,
    submit,
)
from kazyna.services.marking_fees import CodeAccount, code_account
from kazyna.services.marking_orders import Order, orders
from kazyna.services.participants import Facility, Participant, Product
from kazyna.store import marking_log
from kazyna.store.marking_log import ProductMovement

DOCUMENTS_SHOWN = 50
EPCIS_SUFFIXES = (".json", ".jsonld", ".xml")


@dataclass(frozen=True)
class DeskDocument:
    """One document in which the participant is a party."""

    document_no: int
    document_id: str
    kind: str
    happened_at: datetime
    units: int
    party: str | None
    """The other side, by name."""
    own: bool
    """Whether the participant sent it."""
    waiting: int | None
    """Units of a shipment that are not answered; None where they were not looked up."""


@dataclass(frozen=True)
class ProductTotals:
    """How many units of a product the participant's own documents moved, by operation."""

    gtin: str
    name: str
    units: Mapping[str, int]


@dataclass(frozen=True)
class Desk:
    """All that a participant's first page shows."""

    participant: Participant
    operations: Mapping[str, Text]
    """Every operation of the lifecycle with its label."""
    reportable: tuple[str, ...]
    """Those that a participant of its kinds reports."""
    goods: tuple[str, ...]
    orders: tuple[Order, ...]
    documents: tuple[DeskDocument, ...]
    totals: tuple[ProductTotals, ...]
    products: tuple[Product, ...]
    facilities: tuple[Facility, ...]
    jobs: tuple[CaptureJob, ...]
    account: CodeAccount
    """Of codes and fees."""
    code_values: Mapping[str, str]
    """What codes of the participant's products may say beside GTIN and serial, with titles."""


def desk(ctx: Context) -> Desk:
    """Return what a participant sees of itself."""
    ctx.require("participant")
    lifecycle = read_lifecycle(ctx.pack.folder)
    everyone = {each.participant_no: each for each in participants.all_participants(ctx)}
    own = everyone.get(ctx.actor.participant_no or 0)
    if own is None:
        raise NotFound("You act for no participant of goods marking.")
    every_product = participants.all_products(ctx)
    own_products = tuple(p for p in every_product if p.participant_no == own.participant_no)
    with ctx.transaction() as tx:
        moved = marking_log.moved_by_product(tx)
    return Desk(
        participant=own,
        operations=operation_labels(ctx),
        reportable=tuple(
            name
            for name, each in lifecycle.operations.items()
            if name not in OWN_SERVICE and any(set(rule.by) & set(own.kinds) for rule in each.rules)
        ),
        goods=_goods(ctx),
        orders=orders(ctx),
        documents=documents(ctx),
        totals=_totals(moved, {each.gtin: each.name for each in every_product}),
        products=own_products,
        facilities=tuple(
            each
            for each in participants.all_facilities(ctx)
            if each.participant_no == own.participant_no
        ),
        jobs=list_jobs(ctx, per_page=10).jobs,
        account=code_account(ctx),
        code_values=_code_values(ctx, {p.goods for p in own_products}),
    )


def _code_values(ctx: Context, goods: Collection[str]) -> Mapping[str, str]:
    templates = read_code_rules(ctx.pack.folder).on(ctx.today)
    return {
        part.called: part.title
        for template in templates
        if template.tail is not None and set(template.goods) & set(goods)
        for part in template.extras
    }


def report_file(
    ctx: Context,
    name: str,
    content: bytes,
    *,
    kind: str = "",
    counterparty: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> CaptureJob | SubmittedDocument:
    """Take a file that a participant hands in: an EPCIS document, or units for one operation.

    Raises
    ------
    InputError
        With every mistake, by line or by the path in the document.
    """
    ctx.require("participant")
    most = ctx.epcis_limits.bytes_max
    if len(content) > most:
        raise InputError(Finding(name, f"{len(content):,} bytes", f"at most {most:,}"))
    suffix = Path(name).suffix.lower()
    if suffix in EPCIS_SUFFIXES:
        return capture(ctx, content, source=name)
    if not kind:
        reason = "a file of units does not say what was done with them"
        raise InputError(Finding(name, reason, "an operation, or an EPCIS document", column="kind"))
    with TemporaryDirectory() as folder:
        # The ending decides how it is read; nothing else of the sender's name is used.
        path = Path(folder) / f"units{suffix if suffix in ('.csv', '.parquet') else '.txt'}"
        path.write_bytes(content)
        lines = read_document_file(path)
    # The name of a file is not its own: the same units handed in again are the same document.
    document_id = f"file-{sha256(kind.encode() + content).hexdigest()[:32]}"
    document = Document(
        kind, document_id, ctx.now(), lines, counterparty=counterparty, attributes=attributes or {}
    )
    return submit(ctx, document)


def _goods(ctx: Context) -> tuple[str, ...]:
    templates = read_code_rules(ctx.pack.folder).templates
    return tuple(sorted({goods for each in templates for goods in each.goods} - {"*"}))


def operation_labels(ctx: Context) -> Mapping[str, Text]:
    """Return the operations of the lifecycle by name, with their labels."""
    lifecycle = read_lifecycle(ctx.pack.folder)
    return {name: each.label for name, each in lifecycle.operations.items()}


def documents(
    ctx: Context, *, kind: str | None = None, before: int | None = None
) -> tuple[DeskDocument, ...]:
    """Return documents in which the participant is a party, the latest first.

    Parameters
    ----------
    ctx
        A participant.
    kind
        Only one operation; `sell` are the receipts.
    before
        Only documents with smaller numbers: the next page.
    """
    ctx.require("participant")
    with ctx.transaction() as tx:
        rows = marking_log.documents(tx, kind=kind, before=before, limit=DOCUMENTS_SHOWN)
    names = {each.participant_no: each.name for each in participants.all_participants(ctx)}
    waiting = waiting_units(ctx, rows)
    own = ctx.actor.participant_no
    return tuple(
        DeskDocument(
            document_no=row.document_no,
            document_id=row.document_id,
            kind=row.kind,
            happened_at=row.happened_at,
            units=row.units,
            party=names.get(
                (row.counterparty_no if row.participant_no == own else row.participant_no) or 0
            ),
            own=row.participant_no == own,
            waiting=waiting.get(row.document_no) if row.kind == SHIP else 0,
        )
        for row in rows
    )


def _totals(moved: list[ProductMovement], names: Mapping[str, str]) -> tuple[ProductTotals, ...]:
    found: dict[str, dict[str, int]] = {}
    for each in moved:
        found.setdefault(f"{each.gtin:014d}", {})[each.kind] = each.units
    return tuple(
        ProductTotals(gtin, names.get(gtin, ""), units) for gtin, units in sorted(found.items())
    )
