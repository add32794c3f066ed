"""The register of objects and their holders: a search, and one object's history in two times."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.core.errors import Finding, InputError
from kazyna.services import objects, register_search, rolls
from kazyna.services.context import Role
from kazyna.web.pages import page
from kazyna.web.tax_words import change_words, kind_title
from kazyna.web.visit import Visiting

router = APIRouter()

STAFF: tuple[Role, ...] = ("officer", "auditor")


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
    visit.ctx.require(*STAFF)
    found = objects.find_object(visit.ctx, object_id, known_on=_day(known_on))
    return page(
        visit,
        "register/object.html",
        found=found,
        known_on=known_on,
        bills=rolls.bills_of_property(visit.ctx, object_id),
        changes=change_words(visit.write),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        finding = Finding("form", f"{text!r} is not a date", "such as 2026-05-31",
                          column="known_on")  # fmt: skip
        raise InputError(finding) from error
