"""The officers' pages of the registers of goods marking, each entry with its history."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.core.errors import NotFound
from kazyna.services import participants
from kazyna.services.participants import Version
from kazyna.web.language import Writer
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

SHOWN = 500
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d\d-\d\d)?$")]


@router.get("/office/registers/{register}")
def listing(
    visit: Visiting,
    register: str,
    on: Day = "",
    q: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """List the participants, facilities or products as they are on a day."""
    visit.ctx.require("officer", "auditor")
    day = _day(on)
    rows = [row for row in _rows(visit, register, day) if q.casefold() in " ".join(row).casefold()]
    return page(
        visit,
        "registers/list.html",
        register=register,
        titles=titles(visit.write),
        rows=rows[:SHOWN],
        count=len(rows),
        given={"on": on, "q": q},
    )


@router.get("/office/registers/{register}/{entry}")
def history(visit: Visiting, register: str, entry: str) -> HTMLResponse:
    """Show every version of one entry."""
    return page(
        visit,
        "registers/history.html",
        status=HTTPStatus.OK,
        register=register,
        titles=titles(visit.write),
        entry=entry,
        versions=_versions(visit, register, entry),
    )


def titles(write: Writer) -> dict[str, str]:
    """Name the registers."""
    _ = write.gettext
    return {
        "participants": _("Participants"), "facilities": _("Facilities"),
        "products": _("Products"),
    }  # fmt: skip


def _rows(visit: Visit, register: str, on: date | None) -> list[tuple[str, str, str]]:
    """Give the number, the name and what it is of each entry."""
    ctx = visit.ctx
    if register == "participants":
        return [
            (p.participant_id, p.name, f"{', '.join(p.kinds)} · {p.country}")
            for p in participants.all_participants(ctx, on=on)
        ]
    if register == "facilities":
        return [
            (f.facility_id, f.name, " · ".join(filter(None, (f.kind, f.address))))
            for f in participants.all_facilities(ctx, on=on)
        ]
    if register == "products":
        return [(p.gtin, p.name, p.goods) for p in participants.all_products(ctx, on=on)]
    raise NotFound(f"There is no register {register!r}.")


def _versions(visit: Visit, register: str, entry: str) -> tuple[Version, ...]:
    if register == "participants":
        return participants.history_of_participant(visit.ctx, entry)
    visit.ctx.require("officer", "auditor")
    if register == "facilities":
        return participants.history_of_facility(visit.ctx, entry)
    if register == "products":
        return participants.history_of_product(visit.ctx, entry)
    raise NotFound(f"There is no register {register!r}.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound(f"There is no day {text}.") from None
