"""The office collects: bank files, interest, notices, whom to see first; taxpayers pay by plan."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services import (
    bank,
    collection,
    deliveries,
    enforcement,
    fines,
    interest,
    open_debts,
    plans,
    risk_outcomes,
    suspensions,
)
from kazyna.services.context import Role
from kazyna.web.pages import page
from kazyna.web.tax_words import bucket_words, fine_words, measure_words, tax_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

STAFF: tuple[Role, ...] = ("officer", "auditor")
HERE, BANK = "/office/collection", "/office/bank"
DEBTORS = 25
FIRST_INSTALMENT_DAYS = 30

Line = Annotated[str, Form(max_length=200)]


@router.get(HERE)
def desk(visit: Visiting) -> HTMLResponse:
    """Show the year's figures, whom to see first and why, the plans, and the notices."""
    return _desk(visit)


@router.get(f"{HERE}/risk-test")
def risk_test(visit: Visiting) -> HTMLResponse:
    """Hold the points of a year ago against what came in since."""
    return _desk(visit, tested=risk_outcomes.risk_test(visit.ctx))


@router.post(f"{HERE}/interest")
def accrue(visit: Visiting) -> HTMLResponse:
    """Charge penalty interest through the business day."""
    return _desk(visit, run=interest.accrue(visit.ctx))


@router.post(f"{HERE}/dunning")
def dun(visit: Visiting) -> HTMLResponse:
    """Send every debtor the step that is due, after the plans were looked at."""
    if visit.ctx.pack.accounts.collection.instalments is not None:
        plans.review(visit.ctx)
    return _desk(visit, dunned=collection.dun(visit.ctx))


@router.post(f"{HERE}/plans/{{plan_id}}")
def decide(
    visit: Visiting,
    plan_id: int,
    decision: Annotated[Literal["grant", "refuse"], Form()],
    note: Line,
) -> RedirectResponse:
    """Grant or refuse an application that the law leaves to an officer."""
    plans.decide(visit.ctx, plan_id, granted=decision == "grant", note=note)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post("/office/taxpayers/{taxpayer_id}/suspensions")
def suspend(
    visit: Visiting,
    taxpayer_id: str,
    tax: Annotated[str, Form(max_length=60)],
    period: Annotated[int, Form(ge=1900, le=2200)],
    reason: Line,
) -> RedirectResponse:
    """Stop chasing a debt for a time."""
    suspensions.suspend(visit.ctx, taxpayer_id=taxpayer_id, tax=tax, period=period, reason=reason)
    return RedirectResponse(f"/office/taxpayers/{taxpayer_id}", HTTPStatus.SEE_OTHER)


@router.post("/office/taxpayers/{taxpayer_id}/suspensions/{suspension_id}")
def resume(visit: Visiting, taxpayer_id: str, suspension_id: int) -> RedirectResponse:
    """Chase a debt again."""
    suspensions.resume(visit.ctx, suspension_id)
    return RedirectResponse(f"/office/taxpayers/{taxpayer_id}", HTTPStatus.SEE_OTHER)


@router.get(BANK)
def queue(visit: Visiting) -> HTMLResponse:
    """Show the payments whose debt nobody knows yet, and the files imported last."""
    return _queue(visit)


@router.post(f"{BANK}/files")
def import_file(visit: Visiting, file: UploadFile) -> HTMLResponse:
    """Import a statement, or say by line and row what is wrong with it."""
    try:
        done = bank.import_file(visit.ctx, file.file.read(), name=file.filename or "statement")
    except (InputError, Refused) as error:
        return _queue(visit, refusal=error)
    return _queue(visit, done=done)


@router.post(f"{BANK}/transactions/{{transaction_id}}")
def assign(
    visit: Visiting,
    transaction_id: int,
    reference: Annotated[str, Form(max_length=40)] = "",
    account: Annotated[str, Form(max_length=150)] = "",
) -> HTMLResponse:
    """Say whose an unmatched payment is."""
    plain = reference.replace(" ", "").upper()
    try:
        bank.assign(visit.ctx, transaction_id, reference=plain, account="" if plain else account)
    except (InputError, Refused) as error:
        return _queue(visit, refusal=error)
    return _queue(visit)


@router.get("/demands/{notice_id}.pdf")
def notice_pdf(visit: Visiting, notice_id: int) -> Response:
    """Send a notice as PDF in the language of the page."""
    pdf = collection.notice_pdf(visit.ctx, notice_id, language=visit.ctx.language)
    deliveries.opened(visit.ctx, "notice", str(notice_id))
    return Response(pdf, media_type="application/pdf")


@router.post("/my/plans")
def apply(
    visit: Visiting,
    tax: Annotated[str, Form(max_length=60)],
    months: Annotated[int, Form(ge=1, le=120)],
    first_due: Annotated[date, Form()],
) -> RedirectResponse:
    """Apply to pay what is owed by monthly instalments."""
    visit.ctx.require("taxpayer")
    number = visit.ctx.actor.taxpayer_id or ""
    plans.apply(visit.ctx, taxpayer_id=number, tax=tax, months=months, first_due=first_due)
    return RedirectResponse("/my#plans", HTTPStatus.SEE_OTHER)


def facts_of(visit: Visit, taxpayer_id: str) -> dict[str, Any]:
    """Return what a page on one taxpayer shows of collection."""
    ctx = visit.ctx
    return {
        "interest": interest.interest_to(ctx, taxpayer_id=taxpayer_id),
        "debts": open_debts.open_debts(ctx, taxpayer_id=taxpayer_id),
        "bucket_words": bucket_words(visit.write),
        "plans": plans.plans_of(ctx, taxpayer_id=taxpayer_id),
        "notices": collection.notices(ctx, taxpayer_id=taxpayer_id),
        "fines": fines.fines(ctx, taxpayer_id=taxpayer_id),
        "fine_states": fine_words(visit.write),
        "measures": enforcement.measures(ctx, taxpayer_id=taxpayer_id),
        "measure_states": measure_words(visit.write),
        "instalments": ctx.pack.accounts.collection.instalments,
        "first_instalment": ctx.today + timedelta(days=FIRST_INSTALMENT_DAYS),
        "plan_states": _plan_states(visit),
        "plan_reasons": _plan_reasons(visit),
        "tax_title": lambda name: tax_title(visit, name),
    }


def _desk(
    visit: Visit,
    *,
    run: interest.InterestRun | None = None,
    dunned: collection.DunningRun | None = None,
    tested: risk_outcomes.RiskTest | None = None,
) -> HTMLResponse:
    visit.ctx.require(*STAFF)
    try:
        risks = collection.risks(visit.ctx, limit=DEBTORS)
    except NotFound:  # a pack that names no reasons
        risks = ()
    return page(
        visit,
        "collection/desk.html",
        run=run,
        dunned=dunned,
        tested=tested,
        figures=collection.figures(visit.ctx, year=visit.ctx.today.year),
        work=collection.worklist(visit.ctx, limit=DEBTORS),
        risks=risks,
        plans=plans.plans_of(visit.ctx),
        notices=collection.notices(visit.ctx)[:DEBTORS],
        plan_states=_plan_states(visit),
        plan_reasons=_plan_reasons(visit),
        tax_title=lambda name: tax_title(visit, name),
    )


def _queue(
    visit: Visit, *, done: bank.ImportedFile | None = None, refusal: Exception | None = None
) -> HTMLResponse:
    visit.ctx.require(*STAFF)
    _ = visit.write.gettext
    return page(
        visit,
        "collection/bank.html",
        status=HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        done=done,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
        queue=bank.unmatched(visit.ctx),
        files=bank.files(visit.ctx)[:DEBTORS],
        clues={
            "reference_mended": _("the reference, but for one digit"),
            "taxpayer_number": _("the taxpayer's number"),
            "payer_name": _("the payer's name"),
            "exact_amount": _("the exact amount"),
        },
        tax_title=lambda name: tax_title(visit, name),
    )


def _plan_states(visit: Visit) -> dict[str, str]:
    _ = visit.write.gettext
    return {
        "applied": _("waits for an officer"),
        "running": _("running"),
        "refused": _("refused"),
        "kept": _("kept to the end"),
        "broken": _("broken"),
        "withdrawn": _("ended before its time"),
    }


def _plan_reasons(visit: Visit) -> dict[str, str]:
    _ = visit.write.gettext
    return {
        "months_too_few": _("too few months"),
        "months_too_many": _("too many months"),
        "debt_too_small": _("the debt is too small"),
        "debt_too_large": _("the debt is too large to be granted at once"),
        "months_for_officer": _("so many months are for an officer to grant"),
        "running_plan": _("another plan is running"),
        "broken_plan": _("an earlier plan was broken"),
        "unpaid_fines": _("a fine is unpaid"),
        "missing_returns": _("a return is missing"),
    }
