"""The officers' pages of marked goods against declarations, and of proposed assessments."""

from datetime import date
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services import proposals, reconciliation
from kazyna.web.forms import read_amount
from kazyna.web.language import Writer
from kazyna.web.pages import page, stepped
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Words = Annotated[str, Form(max_length=4_000)]


@router.get("/office/reconciliation")
def show(
    visit: Visiting, month: Annotated[str | None, Query(pattern=MONTH)] = None
) -> HTMLResponse:
    """Show what was moved and declared in a month: of the last one where none is asked for."""
    return _month(visit, _day(month) if month else _last(visit.ctx.today))


@router.post("/office/reconciliation")
def propose(
    visit: Visiting,
    month: Annotated[str, Form(pattern=MONTH)],
    tolerance: Annotated[str, Form(max_length=30)] = "",
) -> Response:
    """Propose an assessment for each difference of a month."""
    try:
        given = read_amount(tolerance, "tolerance") if tolerance.strip() else Decimal(0)
        proposals.propose(visit.ctx, month=_day(month), tolerance=given)
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _month(visit, _day(month), refusal=error)
    return RedirectResponse(f"/office/reconciliation?month={month}", HTTPStatus.SEE_OTHER)


@router.get("/office/proposals/{proposal_id}")
def proposal(visit: Visiting, proposal_id: Number) -> HTMLResponse:
    """Show one proposed assessment with its goods and documents."""
    return _proposal(visit, proposal_id)


@router.post("/office/proposals/{proposal_id}/confirmation")
def confirm(visit: Visiting, proposal_id: Number, note: Words = "") -> HTMLResponse:
    """Sign a proposed assessment as the second officer, and charge it."""
    return stepped(
        visit,
        lambda: proposals.confirm_proposal(visit.ctx, proposal_id, note=note),
        partial(_proposal, visit, proposal_id),
    )


@router.post("/office/proposals/{proposal_id}/refusal")
def refuse(visit: Visiting, proposal_id: Number, note: Words = "") -> HTMLResponse:
    """Refuse a proposed assessment as the second officer."""
    return stepped(
        visit,
        lambda: proposals.refuse_proposal(visit.ctx, proposal_id, note=note),
        partial(_proposal, visit, proposal_id),
    )


def status_words(write: Writer) -> dict[str, str]:
    """Name the states of a proposed assessment."""
    _ = write.gettext
    return {
        "proposed": _("Waits for a second officer"),
        "confirmed": _("Confirmed and charged"),
        "refused": _("Refused"),
    }


def basis_words(write: Writer) -> dict[str, str]:
    """Name what the expected tax of some goods rests on."""
    _ = write.gettext
    return {
        "rate": _("By the rate of the law on what was moved"),
        "receipts": _("By the prices of the receipts"),
        "least_price": _("At least, by the least retail price: the receipts tell none"),
        "no_price": _("No price is known: not counted"),
    }


def _month(visit: Visit, month: date, *, refusal: Exception | None = None) -> HTMLResponse:
    nothing: NotFound | None = None
    found = None
    try:
        found = reconciliation.reconcile(visit.ctx, month=month)
    except NotFound as error:  # a pack without excise
        nothing = error
    return page(
        visit,
        "reconciliation/month.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        month=month,
        found=found,
        nothing=nothing,
        proposals=proposals.list_proposals(visit.ctx, month=month),
        states=status_words(visit.write),
        titles={name: each.title for name, each in visit.ctx.pack.taxes.items()},
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _proposal(visit: Visit, proposal_id: int, *, refusal: Exception | None = None) -> HTMLResponse:
    found = proposals.find_proposal(visit.ctx, proposal_id)
    return page(
        visit,
        "reconciliation/proposal.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        proposal=found,
        states=status_words(visit.write),
        title=visit.ctx.pack.taxes[found.tax].title,
        bases=basis_words(visit.write),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _last(today: date) -> date:
    """Return the month before, by its first day."""
    return date.fromordinal(today.replace(day=1).toordinal() - 1).replace(day=1)
