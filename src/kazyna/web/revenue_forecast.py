"""The receipts of the coming months, drawn beside how well the past was forecast."""

from decimal import Decimal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kazyna.services import revenue_forecast
from kazyna.services.revenue_forecast import RevenueForecast
from kazyna.web.drawings import Bar, Bars
from kazyna.web.language import Writer
from kazyna.web.pages import page
from kazyna.web.tax_words import tax_title
from kazyna.web.visit import Visiting

router = APIRouter()

TESTED_SHOWN = 12


@router.get("/office/forecast")
def show(visit: Visiting) -> HTMLResponse:
    """Show what is expected month by month, with intervals, and the test on the past."""
    found = revenue_forecast.revenue_forecast(visit.ctx)
    return page(
        visit,
        "office/forecast.html",
        found=found,
        months=_months(visit.write, found),
        taxes=[(tax_title(visit, each.tax), each.expected) for each in found.taxes],
        tested=found.tested[-TESTED_SHOWN:],
    )


def _months(write: Writer, found: RevenueForecast) -> Bars:
    _ = write.gettext
    most = max((each.expected for each in found.months), default=Decimal(0)) or Decimal(1)
    rows = []
    for each in found.months:
        note = ""
        if each.low is not None and each.high is not None:
            ends = (write.whole_money(each.low), write.whole_money(each.high))
            note = _("from {low} to {high}").format(low=ends[0], high=ends[1])
        width = float(each.expected / most * 100)
        rows.append(
            Bar(write.month(each.month), note, 0.0, width, write.whole_money(each.expected))
        )
    return Bars(
        title=_("Month by month"),
        intro=_("The interval holds eight of ten outcomes of past forecasts so far ahead."),
        head=(_("Month"), _("Expected"), _("Expected")),
        rows=tuple(rows),
    )
