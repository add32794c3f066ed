"""The register of objects and their holders, with what was known when."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kazyna.api.arguments import LINE, PREFIX, WHOLE_MAX, Strict, TaxpayerId, Word
from kazyna.api.errors import documented
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.services import (
    forecasts,
    objects,
    public_register,
    register_search,
    taxpayers,
)

router = APIRouter(prefix=PREFIX, tags=["register"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)
FOUND = BY_ROLE | documented(HTTPStatus.NOT_FOUND)
CHANGING = FOUND | documented(HTTPStatus.CONFLICT)

ObjectId = Annotated[
    str, Path(min_length=1, max_length=64, pattern=LINE, description="Number of the object.")
]
KnownOn = Annotated[date | None, Query(description="As it was known on this day.")]
Number = Annotated[str, Field(min_length=1, max_length=64, pattern=LINE)]
Share = Annotated[
    str, Field(pattern=r"^(0?\.\d{1,8}|[01](\.\d{1,8})?)$", examples=["0.5"], description="Of 1.")
]
HOLDERS_MAX = 1_000
ROWS_MAX = 20_000

Recorded = (
    bool
    | Annotated[int, Field(ge=-WHOLE_MAX, le=WHOLE_MAX)]
    | Annotated[str, Field(max_length=200, pattern=LINE)]
    | None
)
"""A characteristic as it is recorded; numbers with a fraction are text such as "64.5"."""
Rows = Annotated[list[dict[Number, Recorded]], Field(min_length=1, max_length=ROWS_MAX)]


@dataclass(frozen=True)
class NewObjects(Strict):
    """Objects of one kind; more than one request holds are sent in parts."""

    kind: Word
    objects: Rows
    """Each with `object_id` and the characteristics of its kind."""
    valid_from: date | None = None
    """From when they are so, where no row says `valid_from`."""


@dataclass(frozen=True)
class NewHoldings(Strict):
    """Taxpayers and the shares of objects that they hold."""

    taxpayers: Rows
    """Each with `taxpayer_id`, `name`, `language` and `synthetic`."""
    holdings: Rows
    """Each with `property_id`, `taxpayer_id`, `share`, `held_from`; also `held_to`, `estate_of`."""


@dataclass(frozen=True)
class NewCharacteristics(Strict):
    """What an object is from a day on, by a document."""

    valid_from: date
    document: Word
    changed: Annotated[dict[Number, Word], Field(min_length=1, max_length=64)]


@dataclass(frozen=True)
class NewHolder(Strict):
    """A share of an object: of a taxpayer, or of somebody's unknown heirs."""

    share: Share
    taxpayer_id: Number | None = None
    estate_of: Number | None = None


@dataclass(frozen=True)
class NewTransfer(Strict):
    """Everybody who holds an object from a day on, by a document."""

    on: date
    document: Word
    holders: Annotated[list[NewHolder], Field(min_length=1, max_length=HOLDERS_MAX)]


@router.get("/register/overview", openapi_extra=FOR_ANYONE)
def overview(ctx: Caller) -> public_register.PublicRegister:
    """Count the objects of each kind, and say what all bills ask for; open to everybody."""
    return public_register.public_register(ctx)


@router.get("/register/search", responses=BY_ROLE)
def search(
    ctx: Caller,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=64,
            pattern=LINE,
            description="Beginning of a number, or a part of a taxpayer's name.",
        ),
    ],
) -> register_search.FoundInRegister:
    """Find objects and taxpayers."""
    return register_search.search_register(ctx, q)


@router.post("/register/objects", responses=FOUND)
def load_objects(ctx: Caller, new: NewObjects) -> objects.LoadedObjects:
    """Record what objects of one kind are, all or none; the same again changes nothing."""
    return objects.load_object_rows(ctx, new.objects, kind=new.kind, valid_from=new.valid_from)


@router.post("/register/holdings", responses=CHANGING)
def load_holdings(ctx: Caller, new: NewHoldings) -> taxpayers.LoadedHoldings:
    """Record taxpayers and who holds what, all or nothing; the same again changes nothing."""
    return taxpayers.load_rows(ctx, owners=new.taxpayers, holdings=new.holdings)


@router.get("/taxpayers/{taxpayer_id}/forecast", responses=BY_ROLE)
def forecast(ctx: Caller, taxpayer_id: TaxpayerId) -> list[forecasts.ForecastBill]:
    """Reckon what the next rolls would ask for; nothing is owed by it."""
    return list(forecasts.forecast(ctx, taxpayer_id))


@router.get("/objects/coverage", responses=BY_ROLE)
def coverage(ctx: Caller) -> list[objects.Coverage]:
    """Count the objects of each kind, and those whose holder nobody knows."""
    return list(objects.coverage(ctx))


@router.get("/objects/{object_id}", responses=FOUND)
def find(ctx: Caller, object_id: ObjectId, known_on: KnownOn = None) -> objects.RegisteredObject:
    """Return an object, its holders and its history, as it is or was known."""
    return objects.find_object(ctx, object_id, known_on=known_on)


@router.post("/objects/{object_id}/changes", status_code=HTTPStatus.CREATED, responses=CHANGING)
def change(ctx: Caller, object_id: ObjectId, new: NewCharacteristics) -> objects.RegisteredObject:
    """Record that characteristics are others from a day on; what was known before stays."""
    return objects.change_object(
        ctx, object_id, new.changed, valid_from=new.valid_from, document=new.document
    )


@router.post("/objects/{object_id}/transfers", status_code=HTTPStatus.CREATED, responses=CHANGING)
def transfer(ctx: Caller, object_id: ObjectId, new: NewTransfer) -> taxpayers.Transferred:
    """Record who holds an object from a day on."""
    holders = [
        taxpayers.Holder(each.taxpayer_id, Decimal(each.share), each.estate_of)
        for each in new.holders
    ]
    return taxpayers.transfer(ctx, object_id, on=new.on, holders=holders, document=new.document)


@router.get("/taxpayers/{taxpayer_id}/holdings", responses=BY_ROLE)
def holdings(
    ctx: Caller, taxpayer_id: TaxpayerId, known_on: KnownOn = None
) -> list[objects.Holding]:
    """Return what a taxpayer holds and held, as it is or was known."""
    return list(objects.holdings_of(ctx, taxpayer_id, known_on=known_on))
