"""The register of objects and their holders: a search, and one object's history in two times."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.services import objects, register_search, rolls, taxpayers
from kazyna.services.context import Role
from kazyna.web.forms import Fields, under
from kazyna.web.pages import page
from kazyna.web.tax_words import change_words, kind_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

STAFF: tuple[Role, ...] = ("officer", "auditor")
MORE_HOLDERS = 3
"""Empty rows of the form for holders who are new."""


@router.get("/office/register")
def search(
    visit: Visiting,
    q: Annotated[str, Query(max_length=64)] = "",
    kind: Annotated[str | None, Query(max_length=64)] = None,
) -> HTMLResponse:
    """Find objects and taxpayers; show what the register holds."""
    found = register_search.search_register(visit.ctx, q, kind=kind or None)
    return page(
        visit,
        "register/search.html",
        q=q.strip(),
        kind=kind,
        found=found,
        limit=register_search.SHOWN,
        coverage=objects.coverage(visit.ctx),
        kind_title=lambda name: kind_title(visit, name),
    )


@router.get("/office/objects/{object_id}")
def show(visit: Visiting, object_id: str, known_on: str = "") -> HTMLResponse:
    """Show one object: what it is and was, who holds it, as it is or was known, and its bills."""
    return _object(visit, object_id, known_on=known_on)


@router.post("/office/objects/{object_id}/changes")
def change(visit: Visiting, object_id: str, fields: Fields) -> Response:
    """Record characteristics that are others from a day on; fields left alone say nothing."""
    found = objects.find_object(visit.ctx, object_id)
    there = {each.name: each.value for each in found.states[-1].characteristics}
    given = {name: text for name, text in under(fields, "is:").items() if text != there.get(name)}

    def done() -> None:
        if not given:
            raise InputError(Finding("form", "nothing was changed", "another value in a field"))
        objects.change_object(
            visit.ctx, object_id, given, valid_from=_required_day(fields.get("on", "")),
            document=fields.get("document", ""),
        )  # fmt: skip

    return _recorded(visit, object_id, done)


@router.post("/office/objects/{object_id}/transfers")
def transfer(visit: Visiting, object_id: str, fields: Fields) -> Response:
    """Record everybody who holds the object from a day on; a row without a share is left out."""

    def done() -> None:
        taxpayers.transfer(
            visit.ctx, object_id, on=_required_day(fields.get("on", "")),
            holders=tuple(_holders(fields)), document=fields.get("document", ""),
            kind="inheritance" if fields.get("kind") == "inheritance" else "transfer",
        )  # fmt: skip

    return _recorded(visit, object_id, done)


def _recorded(visit: Visit, object_id: str, done: Callable[[], None]) -> Response:
    """Do it and show the object; a refusal is said on its page."""
    try:
        done()
    except (InputError, Refused) as error:
        if not visit.signed_in:
            raise
        return _object(visit, object_id, refusal=error)
    return RedirectResponse(f"/office/objects/{quote(object_id)}", HTTPStatus.SEE_OTHER)


def _holders(fields: Fields) -> Iterator[taxpayers.Holder]:
    shares = under(fields, "share:")
    for number, text in shares.items():
        if text:
            try:
                share = Decimal(text.replace(",", "."))
            except InvalidOperation as error:
                finding = Finding("form", f"{text!r} is no share", "such as 0.5", column="share")
                raise InputError(finding) from error
            yield taxpayers.Holder(
                fields.get(f"taxpayer:{number}") or None,
                share,
                fields.get(f"estate:{number}") or None,
            )


def _object(
    visit: Visit, object_id: str, *, known_on: str = "", refusal: Exception | None = None
) -> HTMLResponse:
    visit.ctx.require(*STAFF)
    found = objects.find_object(visit.ctx, object_id, known_on=_day(known_on))
    return page(
        visit,
        "register/object.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        found=found,
        known_on=known_on,
        held=[each for each in found.holdings if each.held_to is None],
        blank=range(MORE_HOLDERS),
        bills=rolls.bills_of_property(visit.ctx, object_id),
        changes=change_words(visit.write),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _required_day(text: str) -> date:
    found = _day(text, column="on")
    if found is None:
        raise InputError(Finding("form", "the day is missing", "such as 2026-05-31", column="on"))
    return found


def _day(text: str, *, column: str = "known_on") -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        finding = Finding("form", f"{text!r} is not a date", "such as 2026-05-31", column=column)
        raise InputError(finding) from error
