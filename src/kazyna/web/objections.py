"""Objections: the owner's form, the page of one, and the valuers' desk."""

from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services import cadastre, objections, rounds
from kazyna.web.forms import read_amount
from kazyna.web.pages import page, stepped
from kazyna.web.round_words import kind_words, objection_words, status_words
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

NUMBER_MAX = 2**31 - 1
TEXT_MAX = 4_000
Number = Annotated[int, Path(ge=1, le=NUMBER_MAX)]
Words = Annotated[str, Form(max_length=TEXT_MAX)]


@router.get("/objections")
def desk(
    visit: Visiting, round: Annotated[int | None, Query(ge=1, le=NUMBER_MAX)] = None
) -> HTMLResponse:
    """Show the objections to a round, the most urgent first."""
    visit.ctx.require("valuer", "officer", "auditor")
    latest = rounds.latest(visit.ctx) if round is None else rounds.find_round(visit.ctx, round)
    filed = objections.objections_of_round(visit.ctx, latest.round_id) if latest else ()
    return page(
        visit,
        "objections/desk.html",
        round=latest,
        statuses=status_words(visit.write),
        objections=filed,
        states=objection_words(visit.write),
        kinds_of_objection=kind_words(visit.write),
        undecided=sum(each.status in objections.UNDECIDED for each in filed),
    )


@router.get("/objections/{objection_id}")
def show(visit: Visiting, objection_id: Number) -> HTMLResponse:
    """Show one objection to its owner and to the office."""
    return _objection(visit, objection_id)


@router.post("/objections/{objection_id}/review")
def review(visit: Visiting, objection_id: Number) -> HTMLResponse:
    """Take an objection into review."""
    return stepped(
        visit,
        lambda: objections.review_objection(visit.ctx, objection_id),
        partial(_objection, visit, objection_id),
    )


@router.post("/objections/{objection_id}/decision")
def decide(
    visit: Visiting,
    objection_id: Number,
    reason: Words,
    value: Annotated[str, Form(max_length=30)] = "",
) -> HTMLResponse:
    """Decide an objection: with a value it is upheld, wholly or in part, else rejected."""

    def work() -> object:
        given = read_amount(value, "value") if value.strip() else None
        return objections.decide_objection(visit.ctx, objection_id, value=given, reason=reason)

    return stepped(visit, work, partial(_objection, visit, objection_id))


@router.post("/objections/{objection_id}/withdrawal")
def withdraw(visit: Visiting, objection_id: Number) -> HTMLResponse:
    """Take an objection back."""
    return stepped(
        visit,
        lambda: objections.withdraw_objection(visit.ctx, objection_id),
        partial(_objection, visit, objection_id),
    )


@router.get("/properties/{property_id}/objection")
def form(visit: Visiting, property_id: str) -> HTMLResponse:
    """Show the form of an objection to who holds the property."""
    visit.ctx.require("taxpayer")
    return _form(visit, property_id)


@router.post("/properties/{property_id}/objection")
def file(
    visit: Visiting,
    property_id: str,
    *,
    claimed: Annotated[str, Form(max_length=30)],
    kind: Annotated[objections.Kind, Form()],
    grounds: Words = "",
    evidence: Words = "",
) -> Response:
    """File an objection and show it."""
    visit.ctx.require("taxpayer")
    given = {"claimed": claimed, "kind": kind, "grounds": grounds, "evidence": evidence}
    try:
        new = objections.NewObjection(read_amount(claimed, "claimed"), kind, grounds, evidence)
        filed = objections.file_objection(visit.ctx, property_id, new)
    except (InputError, Refused) as error:
        return _form(visit, property_id, given=given, refusal=error)
    return RedirectResponse(f"/objections/{filed.objection_id}", HTTPStatus.SEE_OTHER)


def _form(
    visit: Visit,
    property_id: str,
    *,
    given: dict[str, str] | None = None,
    refusal: Exception | None = None,
) -> HTMLResponse:
    card = cadastre.find_property(visit.ctx, property_id)
    if card.valuation is None:
        raise NotFound(f"The property {property_id!r} has no published value.")
    blank = {"claimed": "", "kind": "characteristic", "grounds": "", "evidence": ""}
    return page(
        visit,
        "objections/form.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        card=card,
        window=objections.may_object(visit.ctx, property_id),
        kinds_of_objection=kind_words(visit.write),
        given=given or blank,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _objection(
    visit: Visit, objection_id: int, *, refusal: Exception | None = None
) -> HTMLResponse:
    found = objections.find_objection(visit.ctx, objection_id)
    return page(
        visit,
        "objections/objection.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        o=found,
        open=found.status in objections.UNDECIDED,
        states=objection_words(visit.write),
        kinds_of_objection=kind_words(visit.write),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
