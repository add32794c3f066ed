"""The officers' page of doubtful values of the law."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import NotFound
from kazyna.services import confirmations
from kazyna.web.pages import page
from kazyna.web.visit import Visiting

router = APIRouter()


@router.get("/office/law")
def law(visit: Visiting, tax: str = "", year: int = 0) -> HTMLResponse:
    """Show what the roll of a tax and year would rest on and nobody has seen in the act."""
    visit.ctx.require(*confirmations.READERS)
    taxes = {name: each.title for name, each in visit.ctx.pack.taxes.items()}
    chosen, of_year = tax or next(iter(taxes)), year or visit.ctx.today.year
    refusal: NotFound | None = None
    found: tuple[confirmations.Doubt, ...] = ()
    try:
        found = confirmations.doubts(visit.ctx, tax=chosen, year=of_year)
    except NotFound as error:
        refusal = error
    return page(
        visit,
        "office/law.html",
        taxes=taxes,
        chosen=chosen,
        year=of_year,
        doubts=found,
        waiting=[doubt for doubt in found if not doubt.confirmed],
        refusal=refusal,
    )


@router.post("/office/law")
def confirm(
    visit: Visiting,
    tax: Annotated[str, Form(max_length=64)],
    year: Annotated[int, Form()],
    ids: Annotated[list[str], Form()],
    document: Annotated[str, Form(max_length=500)],
) -> RedirectResponse:
    """Vouch for the values that were ticked, and show the page again."""
    confirmations.confirm(visit.ctx, ids, tax=tax, year=year, document=document)
    return RedirectResponse(f"/office/law?tax={tax}&year={year}", HTTPStatus.SEE_OTHER)
