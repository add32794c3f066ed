"""What reliefs, exemptions and free areas cost, for the office."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.services import expenditures
from kazyna.services.expenditures import ForgonePart, TaxExpenditure
from kazyna.web.drawings import Bar, Bars
from kazyna.web.pages import page
from kazyna.web.tax_words import tax_title, year_of_rolls
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

PARTS_SHOWN = 12


@router.get("/office/expenditures")
def show(
    visit: Visiting, year: Annotated[int | None, Query(ge=1900, le=2200)] = None
) -> HTMLResponse:
    """Show what the law gives up in the rolls of a year; the latest where none is asked for."""
    visit.ctx.require("officer", "auditor")
    years, chosen = year_of_rolls(visit, year)
    found = expenditures.tax_expenditures(visit.ctx, year=chosen) if chosen in years else None
    return page(
        visit,
        "office/expenditures.html",
        years=years,
        year=chosen,
        found=found,
        bare=[tax_title(visit, tax) for tax in found.not_covered] if found else [],
        drawn={
            (roll.tax, each.name): _drawings(visit, each)
            for roll in (found.rolls if found else ())
            for each in roll.departures
        },
    )


def _drawings(visit: Visit, cost: TaxExpenditure) -> tuple[Bars, ...]:
    """Draw who gains and where; nothing where there is one part alone."""
    _ = visit.write.gettext
    told = ((_("Who gains"), cost.words), (_("Where"), cost.places))
    return tuple(_bars(visit, title, parts) for title, parts in told if len(parts) > 1)


def _bars(visit: Visit, title: str, parts: tuple[ForgonePart, ...]) -> Bars:
    _ = visit.write.gettext
    most = max(part.forgone for part in parts)
    return Bars(
        title=title,
        intro="",
        head=(title, _("Forgone"), _("Forgone")),
        rows=tuple(
            Bar(
                visit.write.word(part.key) or "–",
                _("Bills: {n}").format(n=visit.write.number(part.bills)),
                0.0,
                float(max(part.forgone, Decimal(0)) / most * 100) if most > 0 else 0.0,
                visit.write.whole_money(part.forgone),
            )
            for part in parts[:PARTS_SHOWN]
        ),
    )
