"""The pages of a participant of goods marking: orders, documents, files, products, facilities."""

from collections.abc import Callable
from http import HTTPStatus
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import HTMLResponse

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.services import marking_orders, participant_desk, participants
from kazyna.services.epcis_jobs import CaptureJob
from kazyna.services.marking_documents import SubmittedDocument
from kazyna.services.marking_orders import NewOrder, OrderLine
from kazyna.web.forms import pairs
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter(prefix="/goods")

WORD_MAX = 300
FACILITY_KINDS = ("factory", "warehouse", "customs_warehouse", "shop", "office")
Word = Annotated[str, Form(max_length=WORD_MAX)]


@router.get("")
def home(visit: Visiting) -> HTMLResponse:
    """Show a participant its orders, documents, products and facilities."""
    return _shown(visit)


@router.post("/orders")
def order(
    visit: Visiting,
    gtin: Word,
    codes: Annotated[str, Form(max_length=12)],
    key: Annotated[str, Form(max_length=64)],
    values: Word = "",
) -> HTMLResponse:
    """Order codes; sent twice, the order is placed once."""

    def work() -> str:
        if not codes.isascii() or not codes.isdigit() or int(codes) < 1:
            raise InputError(
                Finding("form", f"{codes!r} stands here", "a whole number", column="codes")
            )
        placed = marking_orders.place_order(
            visit.ctx,
            NewOrder(f"page-{key}", (OrderLine(gtin, int(codes), values=pairs(values)),)),
        )
        return visit.write.gettext("Order {n} is placed.").format(n=placed.order_no)

    return _done(visit, work)


@router.post("/files")
def upload(
    visit: Visiting,
    file: Annotated[UploadFile, File()],
    kind: Word = "",
    counterparty: Word = "",
    needs: Word = "",
) -> HTMLResponse:
    """Take a file: an EPCIS document, or units for an operation."""

    def work() -> str | CaptureJob:
        content = file.file.read(visit.ctx.epcis_limits.bytes_max + 1)
        done = participant_desk.report_file(
            visit.ctx,
            file.filename or "file",
            content,
            kind=kind,
            counterparty=counterparty.strip() or None,
            attributes=pairs(needs),
        )
        return done if isinstance(done, CaptureJob) else _taken(visit, done)

    return _done(visit, work)


@router.post("/products")
def product(visit: Visiting, gtin: Word, name: Word, goods: Word) -> HTMLResponse:
    """Register a product."""

    def work() -> str:
        made = participants.register_product(
            visit.ctx, participants.NewProduct(gtin.strip(), name.strip(), goods)
        )
        return visit.write.gettext("{name} is registered.").format(name=made.name)

    return _done(visit, work)


@router.post("/facilities")
def facility(
    visit: Visiting, facility_id: Word, name: Word, kind: Word, address: Word = ""
) -> HTMLResponse:
    """Register a facility."""

    def work() -> str:
        made = participants.register_facility(
            visit.ctx,
            participants.NewFacility(facility_id.strip(), name.strip(), kind, address.strip()),
        )
        return visit.write.gettext("{name} is registered.").format(name=made.name)

    return _done(visit, work)


def _taken(visit: Visit, done: SubmittedDocument) -> str:
    words = visit.write.gettext("The document {id} is taken up: {n} units.")
    return words.format(id=done.document_id, n=visit.write.number(done.units))


def _done(visit: Visit, work: Callable[[], str | CaptureJob]) -> HTMLResponse:
    """Do something and show the page with what came of it."""
    visit.ctx.require("participant")
    try:
        done = work()
    except (InputError, Refused) as error:
        return _shown(visit, refusal=error)
    if isinstance(done, CaptureJob):
        return _shown(visit, job=done)
    return _shown(visit, message=done)


def _shown(
    visit: Visit,
    *,
    message: str = "",
    refusal: Exception | None = None,
    job: CaptureJob | None = None,
) -> HTMLResponse:
    desk = participant_desk.desk(visit.ctx)
    bad = refusal is not None or (job is not None and not job.success)
    return page(
        visit,
        "marking/goods.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if bad else HTTPStatus.OK,
        desk=desk,
        operations={name: visit.write.text(label) for name, label in desk.operations.items()},
        facility_kinds=_facility_kinds(visit),
        key=token_hex(8),
        message=message,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
        job=job,
    )


def _facility_kinds(visit: Visit) -> dict[str, Any]:
    _ = visit.write.gettext
    words = (
        _("Factory"), _("Warehouse"), _("Customs warehouse"), _("Shop"), _("Head office"),
    )  # fmt: skip
    return dict(zip(FACILITY_KINDS, words, strict=True))
