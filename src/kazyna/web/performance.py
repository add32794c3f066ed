"""The office's performance on one page: TADAT's nine areas."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.services import performance
from kazyna.services.performance import Indicator
from kazyna.web.language import Writer
from kazyna.web.pages import page
from kazyna.web.visit import Visiting

router = APIRouter()


@router.get("/office/performance")
def show(
    visit: Visiting, year: Annotated[int | None, Query(ge=1900, le=2200)] = None
) -> HTMLResponse:
    """Show the figures of a year, each with what it means and who asks for it."""
    chosen = year if year is not None else visit.ctx.today.year
    return page(
        visit,
        "office/performance.html",
        found=performance.performance(visit.ctx, year=chosen),
        year=chosen,
        shown=lambda each: _shown(visit.write, each),
        parts=lambda each: _parts(visit.write, each),
    )


def _shown(write: Writer, each: Indicator) -> str:
    """Write a figure in its unit."""
    if each.value is None:
        return "–"
    if each.unit == "share":
        return write.percent(float(each.value))
    return write.short_money(each.value) if each.unit == "money" else write.number(each.value)


def _parts(write: Writer, each: Indicator) -> str:
    """Write what is divided by what, where both are known."""
    if each.part is None or not each.whole:
        return ""
    return f"{write.fact(each.part)} / {write.fact(each.whole)}"
