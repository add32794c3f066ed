"""Rolls on the officers' desk, from draft to correction; each bill as a page and as paper."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services import (
    bill_appeals,
    bill_objections,
    deliveries,
    open_debts,
    roll_comparison,
    roll_desk,
    roll_lifecycle,
    rolls,
)
from kazyna.services.context import Context, Role
from kazyna.web import roll_drawings
from kazyna.web.pages import page
from kazyna.web.tax_words import (
    bill_objection_words,
    bucket_words,
    delivery_words,
    roll_words,
    tax_title,
)
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

HERE = "/office/rolls"
STAFF: tuple[Role, ...] = ("officer", "auditor")
TaxName = Annotated[str, Path(max_length=64)]
Year = Annotated[int, Path(ge=1900, le=2200)]
Step = Literal["draft", "issue", "discard", "correct", "withdraw"]

STEPS: dict[Step, Callable[[Context, str, int, str], object]] = {
    "draft": lambda ctx, tax, year, _why: roll_lifecycle.draft_roll(ctx, tax=tax, year=year),
    "issue": lambda ctx, tax, year, _why: roll_lifecycle.issue_roll(ctx, tax=tax, year=year),
    "discard": lambda ctx, tax, year, why: roll_lifecycle.discard_roll(
        ctx, tax=tax, year=year, reason=why
    ),
    "correct": lambda ctx, tax, year, why: roll_lifecycle.correct_roll(
        ctx, tax=tax, year=year, reason=why
    ),
    "withdraw": lambda ctx, tax, year, why: roll_lifecycle.withdraw_roll(
        ctx, tax=tax, year=year, reason=why
    ),
}


@router.get("/bills/{reference}.pdf")
def bill_pdf(visit: Visiting, reference: str, interest_on: date | None = None) -> Response:
    """Print one bill in the visitor's language, with the interest to a day where it is asked."""
    deliveries.opened(visit.ctx, "bill", reference)
    content = rolls.bill_pdf(
        visit.ctx, reference=reference, language=visit.write.language, interest_on=interest_on
    )
    name = f'inline; filename="bill-{reference}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})


@router.get("/bills/{reference}")
def bill(visit: Visiting, reference: str) -> HTMLResponse:
    """Show one bill: what it rests on, step by step, what became of it, how to object."""
    found = rolls.find_bill(visit.ctx, reference=reference)
    deliveries.opened(visit.ctx, "bill", reference)
    last = bill_objections.last_day_to_object(visit.ctx, found)
    own = [o for o in bill_objections.objections(visit.ctx) if o.reference == reference]
    return page(
        visit,
        "rolls/bill.html",
        bill=found,
        versions=rolls.bill_versions(visit.ctx, reference=reference),
        interest=rolls.interest_of_bill(visit.ctx, found),
        debts=open_debts.open_debts(
            visit.ctx, taxpayer_id=found.taxpayer_id, tax=found.tax, period=found.year
        ),
        bucket_words=bucket_words(visit.write),
        served=deliveries.deliveries(visit.ctx, kind="bill", number=reference),
        hows=delivery_words(visit.write),
        tax_title=lambda name: tax_title(visit, name),
        objections=own,
        appeals=[a for o in own for a in bill_appeals.appeals_of(visit.ctx, o.objection_id)],
        states=bill_objection_words(visit.write),
        object_until=last,
        may_object=found.status == "issued"
        and (last is None or visit.ctx.today <= last)
        and not any(each.status == "filed" for each in own),
    )


@router.get(HERE)
def desk(visit: Visiting) -> HTMLResponse:
    """List all rolls, and offer to draft one."""
    return _desk(visit)


@router.post(HERE)
def draft(
    visit: Visiting,
    tax: Annotated[str, Form(max_length=64)],
    year: Annotated[int, Form(ge=1900, le=2200)],
) -> Response:
    """Draft a roll and show it."""
    try:
        roll_lifecycle.draft_roll(visit.ctx, tax=tax, year=year)
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _desk(visit, refusal=error)
    return RedirectResponse(f"{HERE}/{tax}/{year}", HTTPStatus.SEE_OTHER)


@router.get(f"{HERE}/{{tax}}/{{year}}")
def show(
    visit: Visiting,
    tax: TaxName,
    year: Year,
    q: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> HTMLResponse:
    """Show one roll: where it stands, what it asks for, what happened to it, and its bills."""
    return _roll(visit, tax, year, q=q, after=after)


@router.get(f"{HERE}/{{tax}}/{{year}}/comparison")
def compare(visit: Visiting, tax: TaxName, year: Year) -> HTMLResponse:
    """Show who rises and falls since the year before, and by how much."""
    found = roll_comparison.compare_roll(visit.ctx, tax=tax, year=year)
    names = [visit.write.word(each.place) or "–" for each in found.places]
    return page(
        visit,
        "rolls/comparison.html",
        found=found,
        title=tax_title(visit, tax),
        states=roll_words(visit.write),
        by_group={each.change: each for each in found.groups},
        groups=roll_drawings.groups(visit.write, found),
        bands=roll_drawings.bands(visit.write, found),
        places=roll_drawings.places(visit.write, found, names),
    )


@router.post(f"{HERE}/{{tax}}/{{year}}/{{step}}")
def move(
    visit: Visiting,
    tax: TaxName,
    year: Year,
    step: Step,
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take one step with a roll; a refusal is said on its page."""
    try:
        STEPS[step](visit.ctx, tax, year, reason)
    except (InputError, Refused) as error:
        if isinstance(error, NotFound) or not visit.signed_in:
            raise
        return _roll(visit, tax, year, refusal=error)
    there = "" if step == "discard" else f"/{tax}/{year}"
    return RedirectResponse(f"{HERE}{there}", HTTPStatus.SEE_OTHER)


def _desk(visit: Visit, *, refusal: Exception | None = None) -> HTMLResponse:
    lines = roll_desk.all_rolls(visit.ctx)
    pack = visit.ctx.pack
    charged = [name for name in pack.taxes if pack.register.kinds_of(name)]
    return page(
        visit,
        "rolls/desk.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        rolls=lines,
        charged={name: tax_title(visit, name) for name in charged},
        titles={line.tax: tax_title(visit, line.tax) for line in lines},
        states=roll_words(visit.write),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _roll(
    visit: Visit,
    tax: str,
    year: int,
    *,
    q: str = "",
    after: int = 0,
    refusal: Exception | None = None,
) -> HTMLResponse:
    visit.ctx.require(*STAFF)
    line = roll_desk.find_roll(visit.ctx, tax=tax, year=year)
    is_draft = line.status == "draft"
    return page(
        visit,
        "rolls/roll.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        roll=line,
        title=tax_title(visit, tax),
        states=roll_words(visit.write),
        drafted=roll_lifecycle.drafted(visit.ctx, tax=tax, year=year) if is_draft else None,
        history=roll_lifecycle.history(visit.ctx, tax=tax, year=year),
        listed=roll_desk.list_bills(visit.ctx, line, text=q, after=after),
        q=q.strip(),
        after=after,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
