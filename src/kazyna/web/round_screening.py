"""The sales that the screening of a round doubted, and a valuer's decisions about them."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse

from kazyna.core.errors import InputError
from kazyna.services import round_screening
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()
NUMBER_MAX = 2**31 - 1
KEEP: dict[str, bool | None] = {"keep": True, "leave_out": False, "as_screened": None}
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]


@dataclass(frozen=True)
class Place:
    """Which sales are looked at; a decision leads back to them."""

    shown: Annotated[str, Query(alias="show", max_length=64)] = "left_out"
    page: Annotated[int, Query(ge=1, le=NUMBER_MAX)] = 1


Looking = Annotated[Place, Depends()]


@router.get("/rounds/{round_id}/screening")
def screening(visit: Visiting, round_id: Number, place: Looking) -> HTMLResponse:
    """Show the sales that were doubted, each with its reasons, a page at a time."""
    return _screening(visit, round_id, place)


@router.post("/rounds/{round_id}/screening")
def decide(
    visit: Visiting,
    round_id: Number,
    place: Looking,
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
        return _screening(visit, round_id, place, refusal=error)
    return _screening(visit, round_id, place, done=True)


def _screening(
    visit: Visit,
    round_id: int,
    place: Place,
    *,
    refusal: InputError | None = None,
    done: bool = False,
) -> HTMLResponse:
    return page(
        visit,
        "rounds/screening.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        found=round_screening.screening_page(
            visit.ctx, round_id, shown=place.shown, page=place.page
        ),
        page_sales=round_screening.PAGE_SALES,
        decides=visit.ctx.actor.role == "valuer",
        refusal=refusal,
        findings=refusal.findings if refusal else (),
        done=done,
    )
