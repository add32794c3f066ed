"""The officers' desk of enforcement: what is due, what waits for a signature, what is in force."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse

from kazyna.core.errors import InputError, NotFound
from kazyna.services import enforcement
from kazyna.web.pages import page, stepped
from kazyna.web.tax_words import measure_words, tax_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

HERE = "/office/enforcement"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Words = Annotated[str, Form(max_length=4_000)]


@router.get(HERE)
def desk(visit: Visiting) -> HTMLResponse:
    """List the debtors for whom a measure is due, and the measures."""
    return _desk(visit)


@router.post(HERE)
def propose(
    visit: Visiting,
    account: Annotated[str, Form(max_length=200)],
    grounds: Words = "",
    document: Words = "",
) -> HTMLResponse:
    """Propose the measure that is due for an account."""
    return _done(
        visit,
        lambda: enforcement.propose(visit.ctx, account, grounds=grounds, document=document),
    )


@router.post(f"{HERE}/{{measure_id}}")
def decide(
    visit: Visiting,
    measure_id: Number,
    decision: Annotated[Literal["impose", "refuse", "lift"], Form()],
    reason: Words = "",
) -> HTMLResponse:
    """Impose, refuse or lift a measure; of one imposed the words are the act it rests on."""
    steps: dict[str, Callable[[], object]] = {
        "impose": lambda: enforcement.impose(visit.ctx, measure_id, document=reason),
        "refuse": lambda: enforcement.refuse(visit.ctx, measure_id, reason=reason),
        "lift": lambda: enforcement.lift(visit.ctx, measure_id, reason=reason),
    }
    return _done(visit, steps[decision])


def _done(visit: Visit, work: Callable[[], object]) -> HTMLResponse:
    return stepped(visit, work, lambda refusal=None: _desk(visit, refusal=refusal))


def _desk(visit: Visit, *, refusal: Exception | None = None) -> HTMLResponse:
    visit.ctx.require("officer", "auditor")
    try:
        due = enforcement.due(visit.ctx)
    except NotFound:  # a pack that names no measures
        due = ()
    return page(
        visit,
        "enforcement/desk.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        due=due,
        measures=enforcement.measures(visit.ctx),
        measure_states=measure_words(visit.write),
        tax_title=lambda name: tax_title(visit, name),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
