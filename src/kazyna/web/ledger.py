"""The office: revenue, arrears, and the accounts of one taxpayer."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.services import ledger, objects, rolls, round_studies, rounds, suspensions
from kazyna.services.context import Role
from kazyna.web import charts, collection, drawings, ratio_charts
from kazyna.web.forms import read_amount
from kazyna.web.pages import page
from kazyna.web.tax_words import tax_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

STAFF: tuple[Role, ...] = ("officer", "auditor")


@router.get("/office")
def office(visit: Visiting) -> HTMLResponse:
    """Show the officer's day: revenue, arrears, the quality of the values, and the next payment."""
    visit.ctx.require("officer", "auditor", "valuer")
    return _office(visit)


@router.post("/office/payments")
def pay(
    visit: Visiting,
    reference: Annotated[str, Form(max_length=40)],
    amount: Annotated[str, Form(max_length=30)],
    received_on: Annotated[date, Form()],
    key: Annotated[str, Form(max_length=100)],
) -> HTMLResponse:
    """Record one payment; the form's key keeps a second click from paying twice."""
    given = {"reference": reference, "amount": amount, "received_on": received_on, "key": key}
    try:
        posted = ledger.record_payment(
            visit.ctx,
            reference=reference.replace(" ", "").upper(),
            amount=read_amount(amount, "amount"),
            received_on=received_on,
            key=key,
        )
    except (InputError, Refused) as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _office(visit, given=given, refusal=error, status=status)
    return _office(visit, posted=posted)


@router.post("/office/reversals")
def reverse(
    visit: Visiting,
    entry_id: Annotated[int, Form()],
    taxpayer_id: Annotated[str, Form(max_length=40)],
    reason: Annotated[str, Form(max_length=200)],
    key: Annotated[str, Form(max_length=100)],
) -> RedirectResponse:
    """Undo one entry and go back to the account."""
    ledger.reverse(visit.ctx, entry_id, reason=reason, key=key)
    return RedirectResponse(f"/office/taxpayers/{taxpayer_id}", HTTPStatus.SEE_OTHER)


@router.get("/office/taxpayers/{taxpayer_id}")
def taxpayer(visit: Visiting, taxpayer_id: str, on: str = "", known_on: str = "") -> HTMLResponse:
    """Show the bills and accounts of one taxpayer, as of a day and as known on a day."""
    visit.ctx.require(*STAFF)
    as_of, as_known = _day(on, "on"), _day(known_on, "known_on")
    statements = ledger.statement(visit.ctx, taxpayer_id=taxpayer_id, on=as_of, known_on=as_known)
    return page(
        visit,
        "ledger/taxpayer.html",
        taxpayer_id=taxpayer_id,
        statements=statements,
        bills=rolls.bills_of_taxpayer(visit.ctx, taxpayer_id),
        held=objects.held_objects(visit.ctx, taxpayer_id),
        account_name=lambda name: _account(visit, name.rsplit(":", 1)[0]),
        on=as_of,
        known_on=as_known,
        new_key=new_key,
        suspensions=suspensions.suspensions_of(visit.ctx, taxpayer_id),
        taxes=visit.ctx.pack.taxes,
        **collection.facts_of(visit, taxpayer_id),
    )


def new_key() -> str:
    """Make the key of a form: what is sent twice with it is posted once."""
    return f"portal:{uuid4()}"


def _office(
    visit: Visit,
    *,
    given: dict[str, object] | None = None,
    posted: ledger.PostedEntry | None = None,
    refusal: Exception | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    ctx = visit.ctx
    round_ = rounds.latest(ctx)
    points = rounds.study_points(ctx, round_.round_id) if round_ else ()
    study = round_studies.study_of_round(ctx, round_.round_id) if round_ else None
    sees_money = ctx.actor.role in STAFF
    revenue = ledger.revenue(ctx) if sees_money else None
    arrears = ledger.arrears(ctx, limit=12) if sees_money else None
    trial = ledger.trial_balance(ctx) if sees_money else None
    blank = {"reference": "", "amount": "", "received_on": ctx.today, "key": new_key()}
    return page(
        visit,
        "ledger/office.html",
        status=status,
        round=round_,
        gauges=drawings.gauges(visit.write, study.study) if study else (),
        study=ratio_charts.study(visit.write, round_, points, study)[:2]
        if round_ and study
        else (),
        revenue=revenue,
        revenue_chart=charts.revenue(visit.write, revenue) if revenue and revenue.months else None,
        arrears=arrears,
        arrears_bars=drawings.arrears(visit.write, arrears)
        if arrears and arrears.buckets
        else None,
        rolls=rolls.issued(ctx),
        trial=trial,
        trial_lines=[(_account(visit, line.account), line) for line in trial.lines]
        if trial
        else [],
        given=given or blank,
        posted=posted,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
        paid_share=_share(revenue.received, revenue.charged) if revenue else None,
    )


def _account(visit: Visit, name: str) -> str:
    """Name an account, such as `revenue:property_tax`, in the words of the pack."""
    kind, _colon, tax = name.partition(":")
    chart = visit.ctx.pack.accounts.chart
    words = [visit.write.text(chart[kind].label) if kind in chart else kind]
    if tax:
        words.append(tax_title(visit, tax))
    return ": ".join(words)


def _day(text: str, field: str) -> date | None:
    """Read a day of a form that may be left empty."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        finding = Finding("form", f"{text!r} is not a date", "such as 2016-05-31", column=field)
        raise InputError(finding) from error


def _share(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole else None
