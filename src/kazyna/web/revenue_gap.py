"""From what the law could raise to what has come in, drawn as steps."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.services import revenue_gap
from kazyna.services.revenue_gap import Cause, GapPart, RollGap
from kazyna.web.drawings import Bar, Bars
from kazyna.web.language import Writer
from kazyna.web.pages import page
from kazyna.web.tax_words import year_of_rolls
from kazyna.web.visit import Visiting

router = APIRouter()


@router.get("/office/gap")
def show(
    visit: Visiting, year: Annotated[int | None, Query(ge=1900, le=2200)] = None
) -> HTMLResponse:
    """Show the revenue gap of a year by cause; of the latest where none is asked for."""
    visit.ctx.require("officer", "auditor")
    years, chosen = year_of_rolls(visit, year)
    found = revenue_gap.revenue_gap(visit.ctx, year=chosen) if chosen in years else None
    return page(
        visit,
        "office/gap.html",
        years=years,
        year=chosen,
        found=found,
        drawn=[(roll, _steps(visit.write, roll)) for roll in (found.rolls if found else ())],
    )


def causes(write: Writer) -> dict[Cause, str]:
    """Name the causes of the gap."""
    _ = write.gettext
    return {
        "not_in_register": _("Properties of the cadastre that are in no register"),
        "no_holder": _("Objects that nobody is known to hold"),
        "unknown_shares": _("Shares of billed objects without a known holder"),
        "below_market": _("Values below the market"),
        "relief": _("Given up by the law"),
        "given_up": _("Written off or forgiven"),
        "unpaid": _("Billed and not paid in time"),
        "not_due": _("Billed and not due yet"),
    }


def _steps(write: Writer, roll: RollGap) -> Bars:
    """Draw the way from what could be raised down to what has come in."""
    _ = write.gettext
    whole = max(roll.potential, roll.settled, Decimal(1))
    rows = [_whole(write, _("Could be raised"), roll.potential, whole)]
    rows += _falls(write, roll, whole)
    rows.append(_whole(write, _("Has come in"), roll.settled, whole))
    return Bars(
        title=_("By cause"),
        intro="",
        head=(_("Cause"), _("Amount"), _("Amount")),
        rows=tuple(rows),
    )


def _whole(write: Writer, label: str, amount: Decimal, whole: Decimal) -> Bar:
    width = float(max(amount, Decimal(0)) / whole * 100)
    return Bar(label, "", 0.0, width, write.whole_money(amount), "whole", width)


def _falls(write: Writer, roll: RollGap, whole: Decimal) -> Iterator[Bar]:
    names, left = causes(write), roll.potential
    for part in roll.parts:
        before, left = left, left - part.amount
        low, high = sorted((before, left))
        start = float(max(low, Decimal(0)) / whole * 100)
        width = float((high - low) / whole * 100)
        yield Bar(
            names[part.cause], _note(write, part), start, width, write.signed_money(-part.amount),
            "fall" if part.amount >= 0 else "rise", float(max(left, Decimal(0)) / whole * 100),
        )  # fmt: skip


def _note(write: Writer, part: GapPart) -> str:
    _ = write.gettext
    told = [] if part.cases is None else [write.number(part.cases)]
    if part.estimated:
        told.append(_("estimated"))
    if part.low is not None and part.high is not None:
        ends = (write.signed_money(-part.high), write.signed_money(-part.low))
        told.append(_("from {low} to {high}").format(low=ends[0], high=ends[1]))
    return " · ".join(told)
