"""Tax rolls and bills."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from kazyna.api.arguments import LINE, PREFIX, Reference
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.core.text import Language
from kazyna.services import rolls

router = APIRouter(prefix=PREFIX, tags=["rolls"])
BY_ROLE = documented(HTTPStatus.FORBIDDEN)


class Pdf(Response):
    """A printed document."""

    media_type = "application/pdf"


@router.get("/rolls", responses=BY_ROLE)
def issued(ctx: Caller) -> list[rolls.IssuedRoll]:
    """Return all rolls that were issued, the latest first."""
    return list(rolls.issued(ctx))


@router.post(
    "/rolls/{tax}/{year}",
    status_code=HTTPStatus.CREATED,
    responses=BY_ROLE | documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def issue(
    ctx: Caller,
    tax: Annotated[str, Path(max_length=64, pattern=LINE, description="Tax of the pack.")],
    year: Annotated[int, Path(ge=1900, le=2200, description="Tax year.")],
) -> rolls.IssuedRoll:
    """Issue the roll of one tax and year: compute, record and post every bill, or none."""
    return rolls.issue_roll(ctx, tax=tax, year=year)


@router.get("/bills/mine", responses=BY_ROLE)
def my_bills(ctx: Caller) -> list[rolls.Bill]:
    """Return the bills of the taxpayer who asks, step by step."""
    return list(rolls.my_bills(ctx))


@router.get(
    "/bills/{reference}/pdf",
    response_class=Pdf,
    responses=BY_ROLE | documented(HTTPStatus.NOT_FOUND),
)
def bill_pdf(
    ctx: Caller,
    reference: Reference,
    language: Annotated[Language, Query(description="Language of the bill.")] = "en",
) -> Pdf:
    """Print one bill as PDF."""
    return Pdf(rolls.bill_pdf(ctx, reference=reference, language=language))
