"""Pages of goods documents, for participants and for officers, and of a participant's stock."""

from collections.abc import Iterator
from http import HTTPStatus
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services import goods_documents, marking_orders, participant_desk
from kazyna.services import stock as stock_service
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

NUMBER_MAX = 2**62
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
Line = Annotated[str, Query(max_length=200)]
TYPED_MAX = 100_000


@router.get("/goods/stock")
def stock(
    visit: Visiting,
    gtin: Annotated[str, Query(max_length=14, pattern="^([0-9]{14})?$")] = "",
    after: Annotated[int | None, Query(ge=0, le=NUMBER_MAX)] = None,
) -> HTMLResponse:
    """Show a participant what it holds and what is on its way to it."""
    visit.ctx.require("participant")
    found = stock_service.stock(visit.ctx, gtin=gtin or None, after=after)
    return page(visit, "marking/stock.html", found=found, gtin=gtin, first=after is None)


@router.get("/goods/documents")
def listing(
    visit: Visiting,
    kind: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[int | None, Query(ge=1, le=NUMBER_MAX)] = None,
) -> HTMLResponse:
    """Show a participant its documents, or those of one operation; `sell` are its receipts."""
    visit.ctx.require("participant")
    found = participant_desk.documents(visit.ctx, kind=kind or None, before=before)
    operations = participant_desk.operation_labels(visit.ctx)
    return page(
        visit,
        "marking/documents.html",
        documents=found,
        operations={name: visit.write.text(label) for name, label in operations.items()},
        kind=kind,
        older=found[-1].document_no if len(found) == participant_desk.DOCUMENTS_SHOWN else None,
    )


@router.get("/goods/documents/{document_no}")
def own_document(visit: Visiting, document_no: Number) -> HTMLResponse:
    """Show a participant one document, and what of a shipment it may answer."""
    visit.ctx.require("participant")
    return _document(visit, document_no)


@router.post("/goods/documents/{document_no}/{answer}")
def answer(
    visit: Visiting,
    document_no: Number,
    answer: str,
    *,
    line: Annotated[list[str], Form(max_length=goods_documents.PARTS_SHOWN)] = [],  # noqa: B006 (a form without a tick)
    typed: Annotated[str, Form(max_length=TYPED_MAX)] = "",
    key: Annotated[str, Form(max_length=64, pattern="^[0-9a-f]*$")] = "",
) -> HTMLResponse:
    """Accept or refuse a shipment: all that waits, the ticked parts, or the codes typed in."""
    visit.ctx.require("participant")
    lines = [*line, *(text.strip() for text in typed.split("\n") if text.strip())]
    try:
        done = goods_documents.answer_shipment(visit.ctx, document_no, answer, lines=lines, key=key)
    except (InputError, Refused) as error:
        if isinstance(error, NotFound):
            raise
        return _document(visit, document_no, refusal=error)
    words = visit.write.gettext("The document {id} is taken up: {n} units.")
    message = words.format(id=done.document_id, n=visit.write.number(done.units))
    return _document(visit, document_no, message=message)


@router.get("/goods/orders/{order_no}/codes")
def codes_of_order(visit: Visiting, order_no: Number) -> StreamingResponse:
    """Download the codes of a paid order, a code a line."""
    blocks: Iterator[bytes] = marking_orders.codes_of_order(visit.ctx, order_no)
    headers = {"Content-Disposition": f'attachment; filename="order-{order_no}.txt"'}
    return StreamingResponse(blocks, media_type="text/plain", headers=headers)


@router.get("/office/documents")
def find(visit: Visiting, owner: Line, document: Line) -> Response:
    """Lead to a document by its id and its participant or taxpayer."""
    number = goods_documents.find_document(visit.ctx, owner, document)
    return RedirectResponse(f"/office/documents/{number}", HTTPStatus.SEE_OTHER)


@router.get("/office/documents/{document_no}")
def any_document(visit: Visiting, document_no: Number) -> HTMLResponse:
    """Show staff one document."""
    visit.ctx.require("officer", "auditor")
    return _document(visit, document_no)


def _document(
    visit: Visit, document_no: int, *, message: str = "", refusal: Exception | None = None
) -> HTMLResponse:
    found = goods_documents.document_sheet(visit.ctx, document_no)
    own = visit.ctx.actor.role == "participant"
    return page(
        visit,
        "marking/document.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        document=found,
        own=own,
        answerable=own and found.parts and goods_documents.is_addressee(visit.ctx, found),
        key=token_hex(8),
        message=message,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
