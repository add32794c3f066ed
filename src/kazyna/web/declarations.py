"""Declarations: the officers' list with who is late, one declaration, and a taxpayer's form."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kazyna.core.errors import InputError, NotFound, Refused
from kazyna.services import declaration_desk, declarations
from kazyna.web.forms import Fields, under
from kazyna.web.pages import page
from kazyna.web.tax_words import characteristic_label
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
LINES = 6
"""Lines that the form of a taxpayer offers; more of them come as a file."""
Month = Annotated[str | None, Query(pattern=MONTH)]
Name = Annotated[str | None, Query(max_length=64)]


@router.get("/office/declarations")
def desk(visit: Visiting, tax: Name = None, month: Month = None) -> HTMLResponse:
    """List what was declared of a tax and month, and who declared before and has not now."""
    visit.ctx.require("officer", "auditor")
    of_month = _day(month) if month else _last(visit.ctx.today)
    form = declaration_desk.form_of(visit.ctx, tax, of_month)
    return page(
        visit,
        "declarations/desk.html",
        taxes=_titles(visit),
        form=form,
        month=of_month,
        filed=declarations.filed(visit.ctx, tax=form.tax, month=of_month) if form else (),
        missing=declaration_desk.missing(visit.ctx, tax=form.tax, month=of_month) if form else (),
    )


@router.get("/declarations/{declaration_id}")
def show(visit: Visiting, declaration_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> HTMLResponse:
    """Show one declaration, line by line, with every step."""
    found = declaration_desk.find_declaration(visit.ctx, declaration_id)
    law = visit.ctx.pack.taxes[found.tax]
    titles = {rule.name: visit.write.text(rule.title) for rule in law.rules.versions}
    units = {rule.name: rule.unit for rule in law.rules.versions}
    return page(
        visit,
        "declarations/declaration.html",
        found=found,
        step_title=lambda name: titles.get(name, name),
        step_unit=units.get,
        label=lambda name: characteristic_label(visit, name),
        unit_of=lambda name: visit.ctx.pack.columns[name].unit,
    )


@router.get("/my/declarations")
def mine(visit: Visiting, tax: Name = None, month: Month = None) -> HTMLResponse:
    """Show a taxpayer what it has declared, and the form of a tax and month."""
    visit.ctx.require("taxpayer")
    return _mine(visit, tax, _day(month) if month else _last(visit.ctx.today))


@router.post("/my/declarations")
def file(visit: Visiting, fields: Fields) -> Response:
    """File a declaration, or correct the one that stands, with a reason."""
    visit.ctx.require("taxpayer")
    tax = fields.get("tax", "")
    month = _day(fields.get("month", ""))
    lines = _lines(fields)
    try:
        if fields.get("reason"):
            declarations.correct(
                visit.ctx, lines, tax=tax, month=month, reason=fields["reason"]
            )  # fmt: skip
        else:
            declarations.file(visit.ctx, lines, tax=tax, month=month)
    except (InputError, Refused) as error:
        if isinstance(error, NotFound):
            raise
        return _mine(visit, tax, month, given=fields, refusal=error)
    return RedirectResponse("/my/declarations", HTTPStatus.SEE_OTHER)


def _mine(
    visit: Visit,
    tax: str | None,
    month: date,
    *,
    given: Mapping[str, str] | None = None,
    refusal: Exception | None = None,
) -> HTMLResponse:
    form = declaration_desk.form_of(visit.ctx, tax, month)
    filed = declarations.of_taxpayer(visit.ctx, visit.ctx.actor.taxpayer_id or "")
    stands = next((d for d in filed if form and (d.tax, d.month) == (form.tax, month)), None)
    return page(
        visit,
        "declarations/mine.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        taxes=_titles(visit),
        form=form,
        month=month,
        lines=range(1, LINES + 1),
        stands=stands,
        filed=filed,
        given=given or _standing_fields(stands),
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )


def _titles(visit: Visit) -> dict[str, str]:
    known = declaration_desk.declared_taxes(visit.ctx)
    return {name: visit.write.text(title) for name, title in known.items()}


def _standing_fields(stands: declarations.Declaration | None) -> dict[str, str]:
    """Return the lines of a declaration as the fields of the form."""
    lines = stands.lines if stands else ()
    return {
        f"{line.line}.{name}": str(value) for line in lines for name, value in line.declared.items()
    }


def _lines(fields: Mapping[str, str]) -> pa.Table:
    """Put the filled lines of the form under their columns; an empty field is missing."""
    rows = [under(fields, f"{number}.") for number in range(1, LINES + 1)]
    filled = [row for row in rows if any(row.values())]
    names = dict.fromkeys(name for row in filled for name in row)
    columns = {
        name: pa.array([row.get(name) or None for row in filled], pa.string()) for name in names
    }
    return pa.table(columns)


def _day(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise NotFound(f"{month!r} is no month.") from error


def _last(today: date) -> date:
    """Return the month before, by its first day."""
    return date.fromordinal(today.replace(day=1).toordinal() - 1).replace(day=1)
