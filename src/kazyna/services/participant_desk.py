"""What a participant does on its pages: orders and documents, files handed in, answers given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Text
from kazyna.marking.epcis import DEFAULT_LIMITS
from kazyna.packs.codes import read_code_rules
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.services import participants
from kazyna.services.context import Context
from kazyna.services.epcis_capture import capture
from kazyna.services.epcis_jobs import CaptureJob, list_jobs
from kazyna.services.marking_documents import (
    OWN_SERVICE,
    Document,
    SubmittedDocument,
    lines_of,
    read_document_file,
    submit,
)
from kazyna.services.marking_orders import Order, orders
from kazyna.services.participants import Facility, Participant, Product
from kazyna.store import marking_log
from kazyna.store.marking_log import DocumentRow, ProductMovement

ANSWERS = ("accept", "refuse")
SHIP = "ship"
BYTES_MAX = DEFAULT_LIMITS.bytes_max
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
    waits: bool
    """Whether it is a shipment to the participant that it has not answered."""


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


def desk(ctx: Context) -> Desk:
    """Return what a participant sees of itself."""
    ctx.require("participant")
    lifecycle = read_lifecycle(ctx.pack.folder)
    everyone = {each.participant_no: each for each in participants.all_participants(ctx)}
    own = everyone.get(ctx.actor.participant_no or 0)
    if own is None:
        raise NotFound("You act for no participant of goods marking.")
    every_product = participants.all_products(ctx)
    with ctx.transaction() as tx:
        rows = marking_log.documents(tx, limit=100)
        moved = marking_log.moved_by_product(tx)
    names = {number: each.name for number, each in everyone.items()}
    return Desk(
        participant=own,
        operations={name: each.label for name, each in lifecycle.operations.items()},
        reportable=tuple(
            name
            for name, each in lifecycle.operations.items()
            if name not in OWN_SERVICE and any(set(rule.by) & set(own.kinds) for rule in each.rules)
        ),
        goods=_goods(ctx),
        orders=orders(ctx),
        documents=_documents(rows, own.participant_no, names),
        totals=_totals(moved, {each.gtin: each.name for each in every_product}),
        products=tuple(p for p in every_product if p.participant_no == own.participant_no),
        facilities=tuple(
            each
            for each in participants.all_facilities(ctx)
            if each.participant_no == own.participant_no
        ),
        jobs=list_jobs(ctx, per_page=10).jobs,
    )


def answer_shipment(ctx: Context, document_no: int, answer: str) -> SubmittedDocument:
    """Accept or refuse a shipment as it was sent, whole.

    Raises
    ------
    NotFound
        Where there is no such shipment to the participant.
    """
    ctx.require("participant")
    if answer not in ANSWERS:
        raise InputError(Finding("form", f"{answer!r} stands here", "accept or refuse"))
    with ctx.transaction() as tx:
        row = marking_log.document_by_number(tx, document_no)
        if row is None or row.kind != SHIP or row.counterparty_no != ctx.actor.participant_no:
            raise NotFound(f"There is no shipment {document_no} to you.")
        units = marking_log.units_of_document(tx, row.participant_no, row.document_id)
    ranges, scattered = units or ([], [])
    lines = lines_of(
        [f"{batch}:{first}-{last}" for batch, first, last in ranges]
        + [f"{batch}:{index}" for batch, indices in scattered for index in indices]
    )
    return submit(ctx, Document(answer, _answer_id(answer, row), _now(ctx), lines))


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
    if len(content) > BYTES_MAX:
        raise InputError(Finding(name, f"{len(content):,} bytes", f"at most {BYTES_MAX:,}"))
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
        kind, document_id, _now(ctx), lines, counterparty=counterparty, attributes=attributes or {}
    )
    return submit(ctx, document)


def _now(ctx: Context) -> datetime:
    """Return the moment of a report on a page: now, on the day of the office."""
    now = datetime.now(UTC)  # noqa: TID251 (what a page reports happens now)
    return now if now.date() == ctx.today else datetime.combine(ctx.today, time(12), UTC)


def _goods(ctx: Context) -> tuple[str, ...]:
    templates = read_code_rules(ctx.pack.folder).templates
    return tuple(sorted({goods for each in templates for goods in each.goods} - {"*"}))


def _answer_id(answer: str, row: DocumentRow) -> str:
    return f"{answer}-of-{row.document_no}"


def _documents(
    rows: list[DocumentRow], own: int, names: Mapping[int, str]
) -> tuple[DeskDocument, ...]:
    ids = {row.document_id for row in rows if row.participant_no == own}
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
            waits=row.kind == SHIP
            and row.counterparty_no == own
            and not any(_answer_id(answer, row) in ids for answer in ANSWERS),
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
