"""Properties: what anyone may know of them, and how a valuer records them."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, WHOLE_MAX, Amount, PropertyId, Strict
from kazyna.api.errors import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.services import cadastre, rolls

router = APIRouter(prefix=PREFIX, tags=["cadastre"])
FOUND_MAX = 100
ROWS_MAX = 20_000

Number = Annotated[str, Field(min_length=1, max_length=64, pattern=LINE)]
Recorded = (
    bool
    | Annotated[int, Field(ge=-WHOLE_MAX, le=WHOLE_MAX)]
    | float
    | Annotated[str, Field(max_length=200, pattern=LINE)]
    | None
)
"""A characteristic as it is recorded."""


@dataclass(frozen=True)
class NewSale(Strict):
    """A sale of one of the properties."""

    property_id: Number
    sold_on: date
    price: Amount


@dataclass(frozen=True)
class NewCadastre(Strict):
    """Properties with the sales of them; more than one request holds are sent in parts."""

    properties: Annotated[list[dict[Number, Recorded]], Field(min_length=1, max_length=ROWS_MAX)]
    """Each with `property_id`, `lon`, `lat` and the characteristics that the pack declares."""
    sales: Annotated[list[NewSale], Field(min_length=1, max_length=ROWS_MAX)]


@router.get("/overview", openapi_extra=FOR_ANYONE)
def overview(ctx: Caller) -> cadastre.Overview:
    """Return the cadastre at a glance."""
    return cadastre.overview(ctx)


@router.post("/cadastre", responses=documented(HTTPStatus.FORBIDDEN))
def load(ctx: Caller, new: NewCadastre) -> cadastre.LoadedCadastre:
    """Record properties and their sales, all or nothing; the same again changes nothing."""
    sales = [asdict(sale) | {"price": Decimal(sale.price)} for sale in new.sales]
    return cadastre.load_cadastre_rows(ctx, properties=new.properties, sales=sales)


@router.get("/properties", openapi_extra=FOR_ANYONE)
def search(
    ctx: Caller,
    text: Annotated[str, Query(max_length=64, pattern=LINE, description="Part of the number.")],
    limit: Annotated[int, Query(ge=1, le=FOUND_MAX, description="Properties to return.")] = 20,
) -> list[cadastre.Found]:
    """Find properties by a part of their number; those that begin with it come first."""
    return list(cadastre.search(ctx, text, limit))


@router.get(
    "/properties/{property_id}",
    responses=documented(HTTPStatus.NOT_FOUND),
    openapi_extra=FOR_ANYONE,
)
def find_property(ctx: Caller, property_id: PropertyId) -> cadastre.PropertyCard:
    """Return a property: its value, the reasons in money, comparable sales, its own sales."""
    return cadastre.find_property(ctx, property_id)


@router.get("/properties/{property_id}/tax", openapi_extra=FOR_ANYONE)
def preview_tax(ctx: Caller, property_id: PropertyId) -> list[rolls.TaxPreview]:
    """Compute what each tax in force asks for a property, step by step, naming no owner."""
    return list(rolls.preview(ctx, property_id))


@router.get("/properties/{property_id}/bills", openapi_extra=FOR_ANYONE)
def bills(ctx: Caller, property_id: PropertyId) -> list[rolls.Bill]:
    """Return the bills of a property: all for the office, a taxpayer's own, none for others."""
    return list(rolls.bills_of_property(ctx, property_id))
