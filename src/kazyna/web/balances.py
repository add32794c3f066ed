"""The officers' page of the mass balance of marked goods: a plot, a table, and what is missing."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from kazyna.services import balances
from kazyna.services.balances import BalanceSheet
from kazyna.web.drawings import Bar, Bars
from kazyna.web.language import Writer
from kazyna.web.pages import page
from kazyna.web.visit import Visiting

router = APIRouter()

Line = Annotated[str, Query(max_length=200)]
Units = Annotated[str, Query(max_length=10)]


@router.get("/office/balances")
def show(
    visit: Visiting,
    *,
    participant: Line = "",
    gtin: Annotated[str, Query(max_length=14, pattern="^([0-9]{14})?$")] = "",
    lot: Line = "",
    month: Annotated[str, Query(pattern=r"^(20\d\d-(0[1-9]|1[0-2]))?$")] = "",
    tolerance: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> HTMLResponse:
    """Show what came in and what left, by participant and product, or by lot of a product."""
    wanted = balances.BalanceFilter(
        participant or None,
        gtin or None,
        lot or None,
        date.fromisoformat(f"{month}-01") if month else None,
    )
    found = balances.balance_sheet(visit.ctx, wanted, tolerance=tolerance)
    return page(
        visit,
        "balances/sheet.html",
        found=found,
        names=balances.participant_names(visit.ctx),
        plot=_plot(visit.write, found, alone=bool(participant)) if found.rows else None,
        figures=_figures(visit.write),
        differences=difference_words(visit.write),
        by_lot=bool(gtin or lot),
        given={
            "participant": participant, "gtin": gtin, "lot": lot, "month": month,
            "tolerance": tolerance or "",
        },
    )  # fmt: skip


def difference_words(write: Writer) -> dict[str, str]:
    """Name what does not add up."""
    _ = write.gettext
    return {
        "applied more than ordered": _("More codes applied than ordered"),
        "introduced more than applied": _("More introduced than codes applied"),
        "received more than was shipped to it": _("More received than was shipped to it"),
        "more left than came in": _("More left than came in"),
        "not accepted or refused": _("Shipped, and never accepted or refused"),
    }


def _figures(write: Writer) -> dict[str, str]:
    _ = write.gettext
    return {
        "ordered": _("Ordered"),
        "applied": _("Applied"),
        "introduced": _("Introduced"),
        "received": _("Accepted"),
        "returned": _("Returned"),
        "shipped": _("Shipped"),
        "given_back": _("Given back"),
        "sold": _("Sold"),
        "withdrawn": _("Out of circulation"),
        "stock": _("Stock"),
    }


def _plot(write: Writer, found: BalanceSheet, *, alone: bool) -> Bars:
    """Draw the figures below each other; over several participants what is passed on counts twice.

    So shipments between them are left out there, but for what is on its way.
    """
    _ = write.gettext
    totals, words = dict(found.totals), _figures(write)
    if not alone:
        totals["moving"] = totals["shipped"] - totals["received"] - totals["given_back"]
        words["moving"] = _("On the way")
        left_out = {"received", "shipped", "given_back"}
        words = {name: word for name, word in words.items() if name not in left_out}
    most = max(1, *(totals[name] for name in words))
    return Bars(
        title=_("What came in and what left"),
        intro=_("Units up to the end of the month; each figure is covered by those above it."),
        head=(_("Figure"), _("Units"), _("Units")),
        rows=tuple(
            Bar(
                label=words[name],
                note="",
                start=0.0,
                width=max(0.0, 100.0 * totals[name] / most),
                shown=write.number(totals[name]),
                kind="fall" if totals[name] < 0 else "plain",
            )
            for name in words
            if totals[name] or name in {"ordered", "applied", "introduced", "sold", "stock"}
        ),
    )
