"""Goods marking: registers, orders of codes, and documents of what happened to units."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, Amount, Strict, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import (
    goods_documents,
    marking_documents,
    marking_fees,
    marking_orders,
    participants,
)
from kazyna.services import stock as stock_service

router = APIRouter(prefix=f"{PREFIX}/marking", tags=["marking"])
READING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
WRITING = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
ORDER_MAX = 2**62
LINES_MAX = 100_000
DOCUMENT_BYTES_MAX = 32 * 2**20
"""Of a document: as many lines with the longest codes of a regime, and room for what is beside."""

On = Annotated[date | None, Query(description="As it is on a day; today where it is not said.")]
OrderNo = Annotated[int, Path(ge=1, le=ORDER_MAX, description="Number of the order.")]
DocumentNo = Annotated[int, Path(ge=1, le=ORDER_MAX, description="Number of the document.")]
Entry = Annotated[str, Path(min_length=1, max_length=200, pattern=LINE, description="Its number.")]
Id = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=LINE)]
Gtin = Annotated[str, Field(pattern=r"^[0-9]{14}$", examples=["04601234567893"])]
Value = Annotated[str, Field(max_length=300, pattern=LINE)]
Attributes = Annotated[dict[Id, Value], Field(max_length=30)]
Kind = Literal["manufacturer", "importer", "wholesaler", "retailer", "export_operator", "authority"]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(9000, 1, 1))]


@dataclass(frozen=True)
class NewParticipant(Strict):
    """What holds of a participant from a day."""

    participant_id: Id
    name: Name
    kinds: Annotated[list[Kind], Field(min_length=1, max_length=6)]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "KG"
    gln: Annotated[str, Field(pattern="^[0-9]{13}$")] | None = None
    taxpayer_id: Id | None = None
    valid_from: Day | None = None
    ended: bool = False


@dataclass(frozen=True)
class NewFacility(Strict):
    """What holds of a facility from a day."""

    facility_id: Id
    name: Name
    kind: Literal["factory", "warehouse", "customs_warehouse", "shop", "office"]
    address: Value = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    participant_id: Id | None = None
    """Of an officer: whose it is."""
    valid_from: Day | None = None
    ended: bool = False


@dataclass(frozen=True)
class NewProduct(Strict):
    """What holds of a product from a day."""

    gtin: Gtin
    name: Name
    goods: Id
    attributes: Attributes = field(default_factory=dict)
    participant_id: Id | None = None
    valid_from: Day | None = None
    ended: bool = False


@dataclass(frozen=True)
class NewOrderLine(Strict):
    """Codes for one product."""

    gtin: Gtin
    codes: Annotated[int, Field(ge=1, le=marking_orders.ORDER_CODES_MAX)]
    template: Id | None = None
    values: dict[Id, Id] = field(default_factory=dict)
    """What all these codes say beside GTIN and serial, by AI: `{"17": "270131", "10": "L7"}`."""


@dataclass(frozen=True)
class NewOrder(Strict):
    """What is ordered; placed once under its id."""

    document_id: Id
    lines: Annotated[list[NewOrderLine], Field(min_length=1, max_length=1_000)]
    participant: Id | None = None
    """Of an officer: for whom."""


@dataclass(frozen=True)
class NewFeePayment(Strict):
    """Money that came in for fees."""

    participant_id: Id
    amount: Amount
    received_on: date
    key: Word


@dataclass(frozen=True)
class DocumentLine(Strict):
    """A unit or a set of units."""

    code: Annotated[str, Field(min_length=1, max_length=500)]
    """A code, an SSCC, `batch:first-last`, `lot:GTIN:LOT` or `document:ID`."""
    parent: Annotated[str, Field(max_length=500)] | None = None
    """Of packing: the package."""
    price: Annotated[int, Field(ge=0, le=2**53)] | None = None
    """Of a sale: what was paid, in minor units."""
    replaces: Annotated[str, Field(max_length=500)] | None = None
    """Of re-marking: the old code."""


@dataclass(frozen=True)
class NewDocument(Strict):
    """What happened to units; taken up once under its id."""

    kind: Id
    """An operation of the lifecycle: apply, introduce, ship, accept, sell…"""
    document_id: Id
    happened_at: datetime
    lines: Annotated[list[DocumentLine], Field(min_length=1, max_length=LINES_MAX)]
    facility: Id | None = None
    counterparty: Id | None = None
    attributes: Attributes = field(default_factory=dict)
    participant: Id | None = None
    """Of an officer: on whose behalf."""


@router.get("/participants", responses=READING)
def list_participants(ctx: Caller, on: On = None) -> list[participants.Participant]:
    """Return the participants as they are on a day."""
    return list(participants.all_participants(ctx, on=on))


@router.post("/participants", status_code=HTTPStatus.CREATED, responses=WRITING)
def register_participant(ctx: Caller, new: NewParticipant) -> participants.Participant:
    """Record what holds of a participant from a day; for officers."""
    given = participants.NewParticipant(**{**vars(new), "kinds": tuple(new.kinds)})
    return participants.register_participant(ctx, given)


@router.get("/facilities", responses=READING)
def list_facilities(ctx: Caller, on: On = None) -> list[participants.Facility]:
    """Return the facilities as they are on a day."""
    return list(participants.all_facilities(ctx, on=on))


@router.post("/facilities", status_code=HTTPStatus.CREATED, responses=WRITING)
def register_facility(ctx: Caller, new: NewFacility) -> participants.Facility:
    """Record what holds of a facility from a day."""
    return participants.register_facility(ctx, participants.NewFacility(**vars(new)))


@router.get("/products", responses=READING)
def list_products(ctx: Caller, on: On = None) -> list[participants.Product]:
    """Return the products as they are on a day."""
    return list(participants.all_products(ctx, on=on))


@router.post("/products", status_code=HTTPStatus.CREATED, responses=WRITING)
def register_product(ctx: Caller, new: NewProduct) -> participants.Product:
    """Record what holds of a product from a day."""
    return participants.register_product(ctx, participants.NewProduct(**vars(new)))


@router.get("/participants/{entry}/history", responses=READING)
def participant_history(ctx: Caller, entry: Entry) -> list[participants.Version]:
    """Return every version of a participant, the latest first; for staff."""
    return list(participants.history_of_participant(ctx, entry))


@router.get("/facilities/{entry}/history", responses=READING)
def facility_history(ctx: Caller, entry: Entry) -> list[participants.Version]:
    """Return every version of a facility, the latest first."""
    return list(participants.history_of_facility(ctx, entry))


@router.get("/products/{entry}/history", responses=READING)
def product_history(ctx: Caller, entry: Entry) -> list[participants.Version]:
    """Return every version of a product, the latest first."""
    return list(participants.history_of_product(ctx, entry))


@router.get("/orders", responses=READING)
def list_orders(ctx: Caller) -> list[marking_orders.Order]:
    """Return the orders of the participant who asks, or to staff all."""
    return list(marking_orders.orders(ctx))


@router.post("/orders", status_code=HTTPStatus.CREATED, responses=WRITING)
def place_order(ctx: Caller, new: NewOrder) -> marking_orders.Order:
    """Order codes; their fee is charged to the account, they are usable when it is paid."""
    lines = tuple(marking_orders.OrderLine(**vars(line)) for line in new.lines)
    return marking_orders.place_order(
        ctx, marking_orders.NewOrder(new.document_id, lines, new.participant)
    )


@router.get("/orders/{order_no}", responses=READING)
def show_order(ctx: Caller, order_no: OrderNo) -> marking_orders.Order:
    """Return an order and what became of it."""
    return marking_orders.order(ctx, order_no)


@router.get(
    "/orders/{order_no}/codes",
    responses=WRITING | {200: {"content": {"text/plain": {}}}},
    response_class=StreamingResponse,
)
def download_codes(ctx: Caller, order_no: OrderNo) -> StreamingResponse:
    """Compute the codes of a paid order again, a code a line."""
    blocks: Iterator[bytes] = marking_orders.codes_of_order(ctx, order_no)
    return StreamingResponse(blocks, media_type="text/plain")


@router.post("/orders/{order_no}/cancellation", responses=WRITING)
def cancel_order(ctx: Caller, order_no: OrderNo) -> marking_orders.Order:
    """Cancel an order that is not paid; for officers."""
    return marking_orders.cancel_order(ctx, order_no)


@router.post("/releases", responses=WRITING)
def release(ctx: Caller) -> marking_fees.ReleasedOrders:
    """Make the codes of orders usable whose fee the account shows paid."""
    return marking_fees.release_paid(ctx)


@router.get("/account", responses=READING)
def code_account(
    ctx: Caller,
    participant: Annotated[str | None, Query(max_length=64, pattern=LINE)] = None,
) -> marking_fees.CodeAccount:
    """Return a balance of codes and fees: of the participant who asks, or to officers of one."""
    return marking_fees.code_account(ctx, participant)


@router.post("/fee-payments", status_code=HTTPStatus.CREATED, responses=WRITING)
def pay_fees(ctx: Caller, new: NewFeePayment) -> marking_fees.FeePayment:
    """Post a payment of fees; for officers."""
    return marking_fees.pay_fees(
        ctx,
        new.participant_id,
        amount=Decimal(new.amount),
        received_on=new.received_on,
        key=new.key,
    )


@router.get("/documents", responses=READING)
def list_documents(
    ctx: Caller,
    kind: Annotated[str | None, Query(max_length=64, pattern=LINE)] = None,
) -> list[marking_documents.SubmittedDocument]:
    """Return the latest documents in which the participant who asks is a party, or all."""
    return list(marking_documents.recent_documents(ctx, kind=kind))


@router.get("/documents/{document_no}", responses=READING)
def show_document(ctx: Caller, document_no: DocumentNo) -> goods_documents.DocumentSheet:
    """Return one document with its goods, where they stand today, and what waits of a shipment."""
    return goods_documents.document_sheet(ctx, document_no)


@router.get("/stock", responses=READING)
def stock(
    ctx: Caller,
    gtin: Annotated[str | None, Query(pattern=r"^[0-9]{14}$")] = None,
    after: Annotated[int | None, Query(ge=0, le=ORDER_MAX)] = None,
) -> stock_service.StockPage:
    """Return what the participant who asks holds and what is on its way to it, by batches."""
    return stock_service.stock(ctx, gtin=gtin, after=after)


@router.post(
    "/documents",
    status_code=HTTPStatus.CREATED,
    responses=WRITING,
    max_body_size=DOCUMENT_BYTES_MAX,
)
def submit(ctx: Caller, new: NewDocument) -> marking_documents.SubmittedDocument:
    """Report what happened to units: taken up whole or not at all, once under its id.

    A line that is wrong is told with its reason. A package stands for all that is in it.
    """
    lines = marking_documents.lines_of(
        [line.code for line in new.lines],
        parent=[line.parent for line in new.lines],
        price=[line.price for line in new.lines],
        replaces=[line.replaces for line in new.lines],
    )
    return marking_documents.submit(
        ctx,
        marking_documents.Document(
            kind=new.kind,
            document_id=new.document_id,
            happened_at=new.happened_at,
            lines=lines,
            facility=new.facility,
            counterparty=new.counterparty,
            attributes=new.attributes,
            participant=new.participant,
        ),
    )
