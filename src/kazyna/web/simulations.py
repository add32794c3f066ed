"""The officers' page on which a reform is tried out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from kazyna.core.errors import InputError, Refused
from kazyna.core.table import parse_decimal
from kazyna.services import simulations
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()


@router.get("/office/simulation")
def ask(visit: Visiting) -> HTMLResponse:
    """Show the numbers of the law that a reform may change."""
    return _page(visit)


@router.post("/office/simulation")
def simulate(
    visit: Visiting,
    number: Annotated[str, Form(max_length=200)],
    value: Annotated[str, Form(max_length=30)],
    neutral: Annotated[str, Form(max_length=10)] = "",
) -> HTMLResponse:
    """Simulate another value of one number of the law."""
    tax, _, parameter = number.partition("/")
    given = {"number": number, "value": value, "neutral": neutral}
    try:
        found = simulations.simulate_register(
            visit.ctx,
            tax=tax,
            parameter=parameter,
            value=parse_decimal(value.replace(",", "."), source="simulation", column="value"),
            neutral=simulations.NeutralAsked(parameter) if neutral else None,
        )
    except (InputError, Refused) as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(visit, given=given, refusal=error, status=status)
    return _page(visit, given=given, found=found)


def _page(
    visit: Visit,
    *,
    given: dict[str, str] | None = None,
    found: simulations.Simulated | None = None,
    refusal: InputError | Refused | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    numbers = simulations.numbers_of_law(visit.ctx)
    first = numbers[0] if numbers else None
    return page(
        visit,
        "office/simulation.html",
        status=status,
        numbers=numbers,
        taxes={name: tax.title for name, tax in visit.ctx.pack.taxes.items()},
        given=given or {"number": "", "value": f"{first.value:f}" if first else "", "neutral": ""},
        found=found,
        body=Markup(found.body) if found else "",  # noqa: S704 (its template escapes)
        refusal=refusal,
        findings=getattr(refusal, "findings", ()),
    )
