"""The books of the office: signatures, closing, proof and exports."""

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kazyna.services import books, budgets, ledger, settlements
from kazyna.services.books import Audit
from kazyna.services.context import Role
from kazyna.web.forms import read_amount
from kazyna.web.pages import page
from kazyna.web.tax_words import tax_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

STAFF: tuple[Role, ...] = ("officer", "auditor")
HERE = "/office/books"

Line = Annotated[str, Form(max_length=200)]


@router.get(HERE)
def show(visit: Visiting) -> HTMLResponse:
    """Show what waits for a signature, the periods and the revenue by place."""
    return _page(visit)


@router.get(f"{HERE}/proof")
def proof(visit: Visiting) -> HTMLResponse:
    """Prove the books and show what was found."""
    return _page(visit, audit=books.audit(visit.ctx))


@router.get(f"{HERE}/journal")
def journal(
    visit: Visiting,
    first: date,
    last: date,
    form: Annotated[Literal["csv", "xml", "budgets"], Query()],
) -> Response:
    """Send the journal of a period, or its receipts by budget, as a file."""
    write = {
        "csv": books.export_csv, "xml": books.export_saft, "budgets": budgets.export_budgets,
    }[form]  # fmt: skip
    content = write(visit.ctx, first=first, last=last)
    media = "application/xml" if form == "xml" else "text/csv"
    name = f"{form}-{first}-{last}.csv" if form == "budgets" else f"journal-{first}-{last}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)


@router.post(f"{HERE}/requests")
def ask(
    visit: Visiting,
    *,
    kind: Annotated[Literal["refund", "offset", "write_off", "remission"], Form()],
    taxpayer_id: Annotated[str, Form(max_length=40)],
    amount: Annotated[str, Form(max_length=30)],
    reason: Line,
    tax: Annotated[str, Form(max_length=60)] = "",
    claimed_on: Annotated[date | None, Form()] = None,
) -> RedirectResponse:
    """Ask for what a second person must sign."""
    money = read_amount(amount, "amount")
    named = None if kind == "refund" else tax
    new = settlements.NewSettlement(
        kind, taxpayer_id.strip(), money, reason, named, claimed_on=claimed_on
    )
    settlements.request(visit.ctx, new)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post(f"{HERE}/requests/{{request_id}}")
def decide(
    visit: Visiting,
    request_id: int,
    decision: Annotated[Literal["approve", "refuse"], Form()],
    note: Line = "",
) -> RedirectResponse:
    """Sign or refuse a request as the second person."""
    if decision == "approve":
        settlements.approve(visit.ctx, request_id, note=note)
    else:
        settlements.refuse(visit.ctx, request_id, note=note)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post(f"{HERE}/closing")
def close(visit: Visiting, through: Annotated[date, Form()]) -> RedirectResponse:
    """Close the books up to a day."""
    books.close(visit.ctx, through=through)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post(f"{HERE}/reopening")
def reopen(visit: Visiting, reason: Line) -> RedirectResponse:
    """Ask to open the last closed period, or sign it as the second person."""
    books.reopen(visit.ctx, reason=reason)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


def _page(visit: Visit, *, audit: Audit | None = None) -> HTMLResponse:
    visit.ctx.require(*STAFF)
    _ = visit.write.gettext
    refunds = visit.ctx.pack.accounts.refunds
    return page(
        visit,
        "ledger/books.html",
        audit=audit,
        requests=settlements.settlements(visit.ctx),
        refund_doubt=refunds.interest.grounds.doubt if refunds else None,
        periods=books.periods(visit.ctx),
        places=ledger.revenue_by_place(visit.ctx),
        divided=budgets.divided_receipts(
            visit.ctx, first=visit.ctx.today.replace(month=1, day=1), last=visit.ctx.today
        ),
        taxes=visit.ctx.pack.taxes,
        tax_title=lambda name: tax_title(visit, name),
        budgets=visit.ctx.pack.accounts.budgets.labels,
        steps={
            "closed": _("closed"),
            "reopening_asked": _("asked to open again"),
            "reopened": _("opened again"),
        },
        states={
            "requested": _("waits for a second signature"),
            "approved": _("signed"),
            "refused": _("refused"),
        },
    )
