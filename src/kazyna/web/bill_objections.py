"""Objections to bills: the taxpayer's form, the page of one, and the officers' desk."""

from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import Finding, InputError, NotFound, Refused
from kazyna.services import bill_appeals, bill_objections, deliveries, objects, rolls
from kazyna.services.objects import Characteristic
from kazyna.web.forms import Fields, read_amount, under
from kazyna.web.pages import page, stepped
from kazyna.web.tax_words import bill_objection_words, tax_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

TEXT_MAX = 4_000
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Words = Annotated[str, Form(max_length=TEXT_MAX)]


@router.get("/office/bill-objections")
def desk(visit: Visiting) -> HTMLResponse:
    """List the objections to bills, the most urgent first."""
    visit.ctx.require("officer", "auditor")
    filed = bill_objections.objections(visit.ctx)
    return page(
        visit,
        "bill_objections/desk.html",
        objections=filed,
        states=bill_objection_words(visit.write),
        waiting=sum(each.status == "filed" for each in filed),
        appeals=[each for each in bill_appeals.appeals(visit.ctx) if each.status == "filed"],
        tax_title=lambda name: tax_title(visit, name),
    )


@router.get("/bills/{reference}/objection")
def form(visit: Visiting, reference: str) -> HTMLResponse:
    """Show the form of an objection to a bill."""
    return _form(visit, reference)


@router.post("/bills/{reference}/objection")
def file(
    visit: Visiting,
    reference: str,
    claimed: Annotated[str, Form(max_length=30)],
    grounds: Words = "",
    evidence: Words = "",
) -> Response:
    """File an objection to a bill and show it."""
    given = {"claimed": claimed, "grounds": grounds, "evidence": evidence}
    try:
        filed = bill_objections.file_objection(
            visit.ctx, reference=reference, claimed=read_amount(claimed, "claimed"),
            grounds=grounds, evidence=evidence,
        )  # fmt: skip
    except (InputError, Refused) as error:
        if isinstance(error, NotFound) or not visit.signed_in:
            raise
        return _form(visit, reference, given=given, refusal=error)
    return RedirectResponse(f"/bill-objections/{filed.objection_id}", HTTPStatus.SEE_OTHER)


@router.get("/bill-objections/{objection_id}")
def show(visit: Visiting, objection_id: Number) -> HTMLResponse:
    """Show one objection to its taxpayer and to the office."""
    deliveries.opened(visit.ctx, "decision", str(objection_id))
    return _objection(visit, objection_id)


@router.post("/bill-objections/{objection_id}/decision")
def decide(visit: Visiting, objection_id: Number, fields: Fields) -> HTMLResponse:
    """Decide an objection by what was corrected about its object."""

    def work() -> object:
        return bill_objections.decide_objection(
            visit.ctx, objection_id, reason=fields.get("reason", ""),
            changed=_changed(visit, objection_id, fields),
            valid_from=_day(fields.get("valid_from", "")),
        )  # fmt: skip

    return stepped(visit, work, partial(_objection, visit, objection_id))


@router.post("/bill-objections/{objection_id}/withdrawal")
def withdraw(visit: Visiting, objection_id: Number) -> HTMLResponse:
    """Take an objection back."""
    return stepped(
        visit,
        lambda: bill_objections.withdraw_objection(visit.ctx, objection_id),
        partial(_objection, visit, objection_id),
    )


@router.post("/bill-objections/{objection_id}/appeals")
def appeal(
    visit: Visiting, objection_id: Number, *, body: Annotated[str, Form(max_length=64)],
    claimed: Annotated[str, Form(max_length=30)], grounds: Words = "", evidence: Words = "",
) -> HTMLResponse:  # fmt: skip
    """Appeal from the last decision to a higher body."""

    def work() -> object:
        new = bill_appeals.NewAppeal(body, read_amount(claimed, "claimed"), grounds, evidence)
        return bill_appeals.file_appeal(visit.ctx, objection_id, new)

    return stepped(visit, work, partial(_objection, visit, objection_id))


@router.post("/bill-objections/{objection_id}/appeals/{appeal_id}/decision")
def decide_appeal(
    visit: Visiting, objection_id: Number, appeal_id: Number, fields: Fields
) -> HTMLResponse:
    """Record what the body decided: an amount, or none where it rejected."""

    def work() -> object:
        given = fields.get("amount", "")
        decision = bill_appeals.BodyDecision(
            fields.get("document", ""), fields.get("reason", ""),
            _day(fields.get("decided_on", "")), _changed(visit, objection_id, fields),
            read_amount(given, "amount") if given else None,
        )  # fmt: skip
        return bill_appeals.record_decision(visit.ctx, appeal_id, decision)

    return stepped(visit, work, partial(_objection, visit, objection_id))


@router.post("/bill-objections/{objection_id}/appeals/{appeal_id}/withdrawal")
def withdraw_appeal(visit: Visiting, objection_id: Number, appeal_id: Number) -> HTMLResponse:
    """Take an appeal back."""
    return stepped(
        visit,
        lambda: bill_appeals.withdraw_appeal(visit.ctx, appeal_id),
        partial(_objection, visit, objection_id),
    )


def _changed(visit: Visit, objection_id: int, fields: Fields) -> dict[str, str]:
    """Return the characteristics that the form gives otherwise than they are recorded."""
    found = bill_objections.find_objection(visit.ctx, objection_id)
    recorded = {fact.name: fact.value for fact in _facts(visit, found.property_id)}
    return {
        name: value
        for name, value in under(fields, "fact.").items()
        if name in recorded and value != recorded[name]
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        finding = Finding("form", f"{text!r} is not a date", "such as 2026-01-01", column="day")
        raise InputError(finding) from error


def _facts(visit: Visit, object_id: str) -> tuple[Characteristic, ...]:
    """Return what is recorded of an object on the business date, or was at last."""
    try:
        states = objects.find_object(visit.ctx, object_id).states
    except NotFound:  # a property of the cadastre that the register has not taken in
        return ()
    today = [state for state in states if state.valid_from <= visit.ctx.today] or list(states)
    return today[-1].characteristics


def _form(
    visit: Visit,
    reference: str,
    *,
    given: dict[str, str] | None = None,
    refusal: Exception | None = None,
) -> HTMLResponse:
    bill = rolls.find_bill(visit.ctx, reference=reference)
    return page(
        visit,
        "bill_objections/form.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        bill=bill,
        object_until=bill_objections.last_day_to_object(visit.ctx, bill),
        given=given or {"claimed": "", "grounds": "", "evidence": ""},
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _objection(
    visit: Visit, objection_id: int, *, refusal: Exception | None = None
) -> HTMLResponse:
    found = bill_objections.find_objection(visit.ctx, objection_id)
    is_open = found.status == "filed"
    appeals = bill_appeals.appeals_of(visit.ctx, objection_id)
    waits = is_open or any(each.status == "filed" for each in appeals)
    decides = waits and visit.ctx.actor.role == "officer"
    return page(
        visit,
        "bill_objections/objection.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        o=found,
        open=is_open,
        appeals=appeals,
        bodies=bill_appeals.next_bodies(visit.ctx, objection_id),
        facts=_facts(visit, found.property_id) if decides else (),
        states=bill_objection_words(visit.write),
        tax_title=lambda name: tax_title(visit, name),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
