"""The officers' page on which a reform is tried out."""

from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.core.table import parse_decimal
from kazyna.core.text import SHARE
from kazyna.services import simulations
from kazyna.services.simulations import ANY, Change, NumberOfLaw
from kazyna.web.forms import Fields, under
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter()


@router.get("/office/simulation")
def ask(visit: Visiting, tax: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
    """Show the numbers of a tax that a reform may change."""
    return _page(visit, tax, {})


@router.post("/office/simulation")
def simulate(visit: Visiting, fields: Fields) -> HTMLResponse:
    """Simulate other values of numbers of the law; a field left empty changes nothing."""
    tax, neutral = fields.get("tax", ""), fields.get("neutral", "")
    try:
        found = simulations.simulate_register(
            visit.ctx,
            tax=tax,
            changes=_changes(visit, tax, fields),
            title=fields.get("title", "").strip(),
            by=tuple(under(fields, "by:")),
            neutral=simulations.NeutralAsked(neutral) if neutral else None,
        )
    except (InputError, Refused) as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(visit, tax, fields, refusal=error, status=status)
    return _page(visit, tax, fields, found=found)


def _key(number: NumberOfLaw) -> str:
    """Name the field of a number."""
    return "|".join((number.name, *number.keys))


def _changes(visit: Visit, tax: str, fields: Mapping[str, str]) -> list[Change]:
    known = {_key(number): number for number in simulations.numbers_of_law(visit.ctx, tax)}
    found: list[Change] = []
    findings: list[Finding] = []
    for key, text in under(fields, "new:").items():
        if not text.strip():
            continue
        try:
            value = parse_decimal(text.replace(",", "."), source="simulation", column=key)
        except InputError as error:
            findings += error.findings
            continue
        number = known.get(key)
        if number is None:
            findings.append(Finding("simulation", "the law has no such number", tax, column=key))
            continue
        found.append(Change(number.name, value, number.keys))
    if findings:
        raise InputError(findings)
    return found


def _page(
    visit: Visit,
    tax: str,
    given: Mapping[str, str],
    *,
    found: simulations.Simulated | None = None,
    refusal: InputError | Refused | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    taxes = {
        name: law.title
        for name, law in visit.ctx.pack.taxes.items()
        if visit.ctx.pack.register.kinds_of(name)
    }
    chosen = tax if tax in taxes else next(iter(taxes))
    numbers = simulations.numbers_of_law(visit.ctx, chosen)
    by_name = groupby(numbers, key=lambda number: (number.name, number.label, number.unit))
    tables = [(head, tuple(rows)) for head, rows in by_name]
    return page(
        visit,
        "office/simulation.html",
        status=status,
        taxes=taxes,
        chosen=chosen,
        alone=[rows[0] for _, rows in tables if not rows[0].keys],
        tables=[(label, unit, rows) for (_, label, unit), rows in tables if rows[0].keys],
        key=_key,
        row_title=lambda number: _row_title(visit, number),
        opened={number.name for number in numbers if given.get(f"new:{_key(number)}")},
        shown=lambda value, unit: _shown(visit, value, unit),
        groups=simulations.group_columns(visit.ctx, chosen),
        given=given,
        found=found,
        body=Markup(found.body) if found else "",  # noqa: S704 (its template escapes)
        refusal=refusal,
        findings=getattr(refusal, "findings", ()),
    )


def _row_title(visit: Visit, number: NumberOfLaw) -> str:
    """Name a row of a table by its keys."""
    _ = visit.write.gettext
    return " · ".join(
        _("all others") if key == ANY
        else _("from {value}").format(value=key) if asked.bracket
        else visit.write.word(key)
        for asked, key in zip(number.asks, number.keys, strict=True)
    )  # fmt: skip


def _shown(visit: Visit, value: Decimal | None, unit: str) -> str:
    """Write a number as the law has it: it is typed in the same unit."""
    if value is None:
        return visit.write.gettext("not known")
    if unit.startswith(SHARE):
        return f"{value:f} ({visit.write.measure(value, unit)})"
    return f"{value:f} {visit.write.unit_sign(unit)}".rstrip()
