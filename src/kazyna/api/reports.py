"""Papers on a valuation: the report of a round, and an owner's notice."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.errors import documented
from kazyna.api.rolls import Pdf
from kazyna.api.rounds import ROUND_MAX
from kazyna.api.sign_in import FOR_ANYONE, Caller
from kazyna.core.text import Language
from kazyna.services import notices, reports

router = APIRouter(prefix=PREFIX, tags=["reports"])
UNKNOWN = documented(HTTPStatus.NOT_FOUND)
PropertyId = Annotated[str, Path(max_length=64, pattern=LINE, description="Cadastral number.")]
In = Annotated[Language, Query(description="Language of the paper.")]


@router.get("/properties/{property_id}/notice", responses=UNKNOWN, openapi_extra=FOR_ANYONE)
def notice(ctx: Caller, property_id: PropertyId) -> notices.Notice:
    """Return what the owner of a property is told of its published value."""
    return notices.notice_of(ctx, property_id)


@router.get(
    "/properties/{property_id}/notice/pdf",
    response_class=Pdf,
    responses=UNKNOWN,
    openapi_extra=FOR_ANYONE,
)
def notice_pdf(ctx: Caller, property_id: PropertyId, language: In = "en") -> Pdf:
    """Print the notice of value of a property on one page."""
    return Pdf(notices.notice_pdf(ctx, property_id, language=language))


@router.get(
    "/rounds/{round_id}/report/pdf",
    response_class=Pdf,
    responses=UNKNOWN,
    openapi_extra=FOR_ANYONE,
)
def report_pdf(
    ctx: Caller, round_id: Annotated[int, Path(ge=1, le=ROUND_MAX)], language: In = "en"
) -> Pdf:
    """Print the valuation report of a round; takes some seconds."""
    return Pdf(reports.round_report_pdf(ctx, round_id, language=language))
