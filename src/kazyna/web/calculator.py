"""The public calculator: what a tax would be, and why, from a few facts."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.core.errors import InputError, Refused
from kazyna.services import calculations, laws
from kazyna.web.forms import under
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

FACT_MAX = 200


@router.get("/calculator")
def calculator(
    visit: Visiting,
    tax: Annotated[str, Query(max_length=100)] = "",
    on: date | None = None,
) -> HTMLResponse:
    """Ask for the facts of a tax; once they are given, compute it. The address keeps them."""
    pack = laws.decided(visit.ctx).pack
    taxes = {name: law.title for name, law in pack.taxes.items()}
    chosen, day = tax or next(iter(taxes)), on or visit.ctx.today
    given = {name: text[:FACT_MAX] for name, text in _facts(visit).items()}
    asked = calculations.questions(pack, chosen, on=day)
    found, refusal = None, None
    if given:
        facts = {each.name: given.get(each.name, "") for each in asked}
        try:
            found = calculations.calculate(
                pack, chosen, on=day, facts=facts, language=visit.write.language
            )
        except (InputError, Refused) as error:
            refusal = error
    return page(
        visit,
        "calculator/calculator.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        taxes=taxes,
        chosen=chosen,
        day=day,
        questions=asked,
        given=given,
        found=found,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _facts(visit: Visit) -> dict[str, str]:
    return under(visit.request.query_params, "is:")
