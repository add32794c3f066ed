"""The sales that the screening of a round doubted, and a valuer's decisions about them."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse

from kazyna.core.errors import InputError
from kazyna.services import round_screening
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()
NUMBER_MAX = 2**31 - 1
KEEP: dict[str, bool | None] = {"keep": True, "leave_out": False, "as_screened": None}
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]


@router.get("/rounds/{round_id}/screening")
def screening(visit: Visiting, round_id: Number) -> HTMLResponse:
    """Show the sales that were doubted, each with its reasons."""
    return _screening(visit, round_id)


@router.post("/rounds/{round_id}/screening")
def decide(
    visit: Visiting,
    round_id: Number,
    *,
    property_id: Annotated[str, Form(max_length=64)],
    sold_on: Annotated[date, Form()],
    decision: Annotated[Literal["keep", "leave_out", "as_screened"], Form()],
    note: Annotated[str, Form(max_length=round_screening.NOTE_MAX)] = "",
) -> HTMLResponse:
    """Decide about one sale; it counts from the next draft on."""
    try:
        round_screening.decide_sale(visit.ctx, property_id, sold_on, keep=KEEP[decision], note=note)
    except InputError as error:
        return _screening(visit, round_id, refusal=error)
    return _screening(visit, round_id, done=True)


def _screening(
    visit: Visit, round_id: int, *, refusal: InputError | None = None, done: bool = False
) -> HTMLResponse:
    return page(
        visit,
        "rounds/screening.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        found=round_screening.screening_of_round(visit.ctx, round_id),
        decides=visit.ctx.actor.role == "valuer",
        refusal=refusal,
        findings=refusal.findings if refusal else (),
        done=done,
    )
