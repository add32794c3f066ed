"""Fines: the officers' desk, and the page of one for the office and for whom it concerns."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, Response

from kazyna.core.errors import InputError, Refused
from kazyna.services import deliveries, fines
from kazyna.web.forms import read_amount
from kazyna.web.pages import page, stepped
from kazyna.web.tax_words import delivery_words, fine_words, tax_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

HERE = "/office/fines"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Words = Annotated[str, Form(max_length=4_000)]


@router.get(HERE)
def desk(visit: Visiting) -> HTMLResponse:
    """List the fines, what waits for somebody first, and offer to propose one."""
    return _desk(visit)


@router.post(HERE)
def propose(
    visit: Visiting,
    *,
    taxpayer_id: Annotated[str, Form(max_length=40)],
    tax: Annotated[str, Form(max_length=60)],
    period: Annotated[int, Form(ge=1900, le=2200)],
    offence: Annotated[str, Form(max_length=60)],
    amount: Annotated[str, Form(max_length=30)],
    grounds: Words = "",
) -> HTMLResponse:
    """Propose a fine; another officer imposes it."""
    given = {
        "taxpayer_id": taxpayer_id.strip(), "tax": tax, "period": str(period), "offence": offence,
        "amount": amount, "grounds": grounds,
    }  # fmt: skip
    try:
        money = read_amount(amount, "amount")
        done = fines.propose(
            visit.ctx,
            fines.NewFine(taxpayer_id.strip(), tax, period, offence, money, grounds),
        )
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _desk(visit, given=given, refusal=error)
    return _fine(visit, done.fine_id)


@router.get("/fines/{fine_id}.pdf")
def decision(visit: Visiting, fine_id: Number) -> Response:
    """Send the printed decision of a fine in the language of the page."""
    pdf = fines.fine_pdf(visit.ctx, fine_id, language=visit.write.language)
    deliveries.opened(visit.ctx, "fine", str(fine_id))
    return Response(pdf, media_type="application/pdf")


@router.get("/fines/{fine_id}")
def show(visit: Visiting, fine_id: Number) -> HTMLResponse:
    """Show one fine to the office and to whom it concerns."""
    deliveries.opened(visit.ctx, "fine", str(fine_id))
    return _fine(visit, fine_id)


@router.post("/fines/{fine_id}/signature")
def sign(
    visit: Visiting,
    fine_id: Number,
    decision: Annotated[Literal["impose", "refuse"], Form()],
    reason: Words = "",
) -> HTMLResponse:
    """Impose a fine that another officer has proposed, or refuse it."""

    def work() -> object:
        if decision == "impose":
            return fines.impose(visit.ctx, fine_id)
        return fines.refuse(visit.ctx, fine_id, reason=reason)

    return stepped(visit, work, partial(_fine, visit, fine_id))


@router.post("/fines/{fine_id}/objection")
def object_to(visit: Visiting, fine_id: Number, grounds: Words = "") -> HTMLResponse:
    """Object to a fine."""
    return stepped(
        visit,
        lambda: fines.object_to(visit.ctx, fine_id, grounds=grounds),
        partial(_fine, visit, fine_id),
    )


@router.post("/fines/{fine_id}/decision")
def decide(
    visit: Visiting,
    fine_id: Number,
    amount: Annotated[str, Form(max_length=30)],
    reason: Words = "",
) -> HTMLResponse:
    """Answer an objection: what stands of the fine."""
    return stepped(
        visit,
        lambda: fines.decide(
            visit.ctx, fine_id, amount=read_amount(amount, "amount"), reason=reason
        ),
        partial(_fine, visit, fine_id),
    )


@router.post("/fines/{fine_id}/waiver")
def waive(visit: Visiting, fine_id: Number, reason: Words = "") -> HTMLResponse:
    """Ask that what is open of a fine is forgiven."""
    return stepped(
        visit,
        lambda: fines.waive(visit.ctx, fine_id, reason=reason),
        partial(_fine, visit, fine_id),
    )


def _desk(
    visit: Visit, *, given: dict[str, str] | None = None, refusal: Exception | None = None
) -> HTMLResponse:
    visit.ctx.require("officer", "auditor")
    offences = visit.ctx.pack.accounts.collection.fines
    first = next(iter(offences.values()), None)
    blank = {
        "taxpayer_id": "", "tax": "", "period": str(visit.ctx.today.year), "offence": "",
        "amount": f"{first.minimum:f}" if first else "", "grounds": "",
    }  # fmt: skip
    return page(
        visit,
        "fines/desk.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        fines=fines.fines(visit.ctx),
        offences=offences,
        taxes=visit.ctx.pack.taxes,
        given=given or blank,
        states=fine_words(visit.write),
        tax_title=lambda name: tax_title(visit, name),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _fine(visit: Visit, fine_id: int, *, refusal: Exception | None = None) -> HTMLResponse:
    found = fines.find_fine(visit.ctx, fine_id)
    actor = visit.ctx.actor
    return page(
        visit,
        "fines/fine.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        f=found,
        proposed_by_me=found.proposed_by == actor.name,
        served=deliveries.deliveries(visit.ctx, kind="fine", number=str(fine_id)),
        hows=delivery_words(visit.write),
        concerned=actor.name in {found.proposed_by, found.imposed_by},
        states=fine_words(visit.write),
        tax_title=lambda name: tax_title(visit, name),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
