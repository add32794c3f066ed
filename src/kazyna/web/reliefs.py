"""Reliefs from tax: claimed by who holds an object, granted, refused and ended by officers."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError, Refused
from kazyna.services import objects, reliefs
from kazyna.services.context import Context
from kazyna.web.pages import page
from kazyna.web.tax_words import characteristic_label, relief_words
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

OFFICE, MINE = "/office/reliefs", "/my/reliefs"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Line = Annotated[str, Form(max_length=200)]
Step = Literal["grant", "refusal", "end"]


@router.get(OFFICE)
def desk(visit: Visiting) -> HTMLResponse:
    """List the claims, those that wait first, and offer to take one at the counter."""
    visit.ctx.require("officer", "auditor")
    return _desk(visit)


@router.get(MINE)
def mine(visit: Visiting) -> HTMLResponse:
    """Show a taxpayer its claims and a form for another."""
    visit.ctx.require("taxpayer")
    return _mine(visit)


@router.post(OFFICE)
def claim_at_counter(
    visit: Visiting,
    *,
    taxpayer_id: Line,
    object_id: Line,
    relief: Line,
    valid_from: Annotated[date, Form()],
    valid_to: Annotated[str, Form(max_length=10)] = "",
    evidence: Line = "",
) -> Response:
    """Take a claim at the counter."""
    given = {"taxpayer_id": taxpayer_id, "object_id": object_id, "relief": relief,
             "evidence": evidence}  # fmt: skip
    return _tried(
        visit,
        lambda ctx: reliefs.claim_relief(ctx, _new(given, valid_from, valid_to)),
        show=_desk,
        there=OFFICE,
    )


@router.post(MINE)
def claim(
    visit: Visiting,
    *,
    object_id: Line,
    relief: Line,
    valid_from: Annotated[date, Form()],
    evidence: Line = "",
) -> Response:
    """Claim a relief for an object of one's own."""
    visit.ctx.require("taxpayer")
    given = {"object_id": object_id, "relief": relief, "evidence": evidence}
    return _tried(
        visit,
        lambda ctx: reliefs.claim_relief(ctx, _new(given, valid_from)),
        show=_mine,
        there=MINE,
    )


@router.post(f"{OFFICE}/{{claim_id}}/{{step}}")
def decide(
    visit: Visiting,
    claim_id: Number,
    step: Step,
    document: Line,
    on: Annotated[date | None, Form()] = None,
) -> Response:
    """Grant or refuse a claim, or end a relief, by a document."""
    steps: dict[Step, Callable[[Context], object]] = {
        "grant": lambda ctx: reliefs.grant_relief(ctx, claim_id, document=document),
        "refusal": lambda ctx: reliefs.refuse_relief(ctx, claim_id, document=document),
        "end": lambda ctx: reliefs.end_relief(
            ctx, claim_id, on=on or visit.ctx.today, document=document
        ),
    }
    return _tried(visit, steps[step], show=_desk, there=OFFICE)


def _new(given: dict[str, str], valid_from: date, valid_to: str = "") -> reliefs.NewRelief:
    name, _, value = given["relief"].partition("=")
    return reliefs.NewRelief(
        object_id=given["object_id"].strip(),
        relief=name,
        value=value,
        valid_from=valid_from,
        evidence=given["evidence"],
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        taxpayer_id=given.get("taxpayer_id", "").strip() or None,
    )


def _tried(
    visit: Visit,
    work: Callable[[Context], object],
    *,
    show: Callable[..., HTMLResponse],
    there: str,
) -> Response:
    """Do something and go where it shows; a refusal is said on the page of the form."""
    try:
        work(visit.ctx)
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return show(visit, refusal=error)
    return RedirectResponse(there, HTTPStatus.SEE_OTHER)


def _desk(visit: Visit, *, refusal: Exception | None = None) -> HTMLResponse:
    return _page(visit, "reliefs/desk.html", reliefs.claims(visit.ctx), refusal)


def _mine(visit: Visit, *, refusal: Exception | None = None) -> HTMLResponse:
    number = visit.ctx.actor.taxpayer_id or ""
    held = objects.held_objects(visit.ctx, number)
    own = reliefs.claims(visit.ctx, taxpayer_id=number)
    return _page(visit, "reliefs/mine.html", own, refusal, held=held)


def _page(
    visit: Visit,
    template: str,
    claims: tuple[reliefs.Relief, ...],
    refusal: Exception | None,
    **more: object,
) -> HTMLResponse:
    return page(
        visit,
        template,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        claims=claims,
        state_of=lambda claim: _state(visit, claim),
        states=relief_words(visit.write),
        label=lambda name: characteristic_label(visit, name),
        choices=reliefs.choices(visit.ctx),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
        **more,
    )


def _state(visit: Visit, claim: reliefs.Relief) -> str:
    """Tell the state of a claim; one that was granted up to a day that is over has expired."""
    is_over = claim.valid_to is not None and claim.valid_to <= visit.ctx.today
    return "expired" if claim.status == "granted" and is_over else claim.status
