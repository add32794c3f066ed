"""A taxpayer's own pages: what is owed, the objects, the forecast of the next bills, objections."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from kazyna.services import (
    bill_objections,
    declarations,
    forecasts,
    ledger,
    objections,
    objects,
    rolls,
)
from kazyna.services.open_debts import OpenDebt
from kazyna.services.payment_codes import payment_qr
from kazyna.services.rolls import Bill
from kazyna.web import collection
from kazyna.web.pages import page
from kazyna.web.round_words import objection_words
from kazyna.web.tax_words import bill_objection_words, tax_title
from kazyna.web.visit import Visit, Visiting

router = APIRouter()

CODES_SHOWN = 3
"""Payment codes beside what is owed, of the latest bills."""


@router.get("/my")
def overview(visit: Visiting) -> HTMLResponse:
    """Show a taxpayer what is owed, for what and why."""
    visit.ctx.require("taxpayer")
    number = visit.ctx.actor.taxpayer_id or ""
    bills = rolls.my_bills(visit.ctx)
    statements = ledger.statement(visit.ctx, taxpayer_id=number)
    declared = declarations.of_taxpayer(visit.ctx, number)
    owed = {
        line.account.split(":")[1]: line.balance
        for line in statements
        if line.account.startswith("receivable:") and line.balance > 0
    }
    asked = [debt.bill for debt in _unpaid(bills, declared, owed) if debt.bill is not None]
    facts = collection.facts_of(visit, number)
    debts = sorted(facts["debts"], key=lambda debt: debt.due_on, reverse=True)
    dues = [(bill, _due_next(bill, debts, visit.ctx.today)) for bill in asked[:CODES_SHOWN]]
    return page(
        visit,
        "my/overview.html",
        bills=bills,
        statements=statements,
        owed=owed,
        first_due={debt.tax: debt.due_on for debt in debts},  # the earliest comes last
        codes=[(bill, due, _code(visit, bill, due)) for bill, due in dues],
        **facts,
    )


@router.get("/my/objects")
def own_objects(visit: Visiting) -> HTMLResponse:
    """Show a taxpayer what it holds, with the facts that tax rests on and the last bills."""
    visit.ctx.require("taxpayer")
    held = objects.held_objects(visit.ctx, visit.ctx.actor.taxpayer_id or "")
    bills = rolls.my_bills(visit.ctx)
    last: dict[str, list[Bill]] = {each.holding.property_id: [] for each in held}
    for bill in bills:
        known = last.get(bill.property_id)
        if known is not None and bill.tax not in {each.tax for each in known}:
            known.append(bill)  # the latest comes first
    return page(visit, "my/objects.html", held=held, last=last)


@router.get("/my/forecast")
def forecast(visit: Visiting) -> HTMLResponse:
    """Show a taxpayer what the next rolls would ask for, as things stand."""
    visit.ctx.require("taxpayer")
    bills = forecasts.forecast(visit.ctx, visit.ctx.actor.taxpayer_id or "")
    by_year = groupby(sorted(bills, key=lambda bill: bill.year), key=lambda bill: bill.year)
    totals = [(year, sum((bill.amount for bill in own), Decimal(0))) for year, own in by_year]
    return page(visit, "my/forecast.html", bills=bills, totals=totals)


@router.get("/my/objections")
def own_objections(visit: Visiting) -> HTMLResponse:
    """Show a taxpayer its objections to bills and to values, and which bills still can be."""
    visit.ctx.require("taxpayer")
    filed = bill_objections.objections(visit.ctx)
    disputed = {each.reference for each in filed if each.status == "filed"}
    return page(
        visit,
        "my/objections.html",
        of_bills=filed,
        of_values=objections.my_objections(visit.ctx),
        bills=[
            bill
            for bill in rolls.my_bills(visit.ctx)
            if bill.reference not in disputed and _in_time(visit, bill)
        ],
        bill_states=bill_objection_words(visit.write),
        states=objection_words(visit.write),
        tax_title=lambda name: tax_title(visit, name),
    )


def _in_time(visit: Visit, bill: Bill) -> bool:
    last = bill_objections.last_day_to_object(visit.ctx, bill)
    return bill.status == "issued" and (last is None or visit.ctx.today <= last)


@dataclass(frozen=True)
class _Debt:
    """A bill or a declaration that is not paid in full."""

    tax: str
    due_on: date
    bill: Bill | None


def _unpaid(
    bills: tuple[Bill, ...],
    declared: tuple[declarations.Declaration, ...],
    owed: dict[str, Decimal],
) -> list[_Debt]:
    """Return the latest debts that make up what is owed: payments settle older ones first."""
    debts = [(_Debt(bill.tax, bill.due_on, bill), bill.amount) for bill in bills]
    debts += [(_Debt(each.tax, each.due_on, None), each.amount) for each in declared]
    left, found = dict(owed), []
    for debt, amount in sorted(debts, key=lambda each: each[0].due_on, reverse=True):
        if left.get(debt.tax, Decimal(0)) > 0 and amount > 0:
            left[debt.tax] -= amount
            found.append(debt)
    return found


def _due_next(bill: Bill, debts: Sequence[OpenDebt], today: date) -> Decimal:
    """Return the part of a bill that is due next, or all of it once something of it is late."""
    late = any(debt.late for debt in debts if (debt.tax, debt.period) == (bill.tax, bill.year))
    ahead = [part.amount for part in bill.parts if part.due_on >= today]
    return bill.amount if late or not ahead else ahead[0]


def _code(visit: Visit, bill: Bill, amount: Decimal) -> str | None:
    """Draw the payment code of a bill as the address of an image."""
    drawn = payment_qr(
        visit.ctx,
        reference=bill.reference,
        amount=amount,
        tax=visit.write.text(bill.tax_title),
        year=bill.year,
        language=visit.write.language,
    )
    if drawn is None:
        return None
    return "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()
