"""Doubtful values of the law and their confirmation."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import confirmations

router = APIRouter(prefix=PREFIX, tags=["rolls"])

TaxName = Annotated[str, Path(max_length=64, pattern=LINE, description="Tax of the pack.")]
Year = Annotated[int, Path(ge=1900, le=2200, description="Tax year.")]
REFUSALS = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class Confirmation(BaseModel):
    """The values that an officer vouches for."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[
        list[Annotated[str, Field(max_length=300)]], Field(min_length=1, max_length=5000)
    ]
    document: Annotated[str, Field(min_length=1, max_length=500)]
    note: Annotated[str, Field(max_length=2000)] = ""


@router.get("/rolls/{tax}/{year}/doubts", responses=REFUSALS)
def doubts(ctx: Caller, tax: TaxName, year: Year) -> list[confirmations.Doubt]:
    """List the doubtful values of the law that a roll would rest on."""
    return list(confirmations.doubts(ctx, tax=tax, year=year))


@router.post("/rolls/{tax}/{year}/confirmations", responses=REFUSALS)
def confirm(ctx: Caller, tax: TaxName, year: Year, asked: Confirmation) -> confirmations.Confirmed:
    """Vouch for doubtful values, by the document in which they were seen."""
    return confirmations.confirm(
        ctx, asked.ids, tax=tax, year=year, document=asked.document, note=asked.note
    )
