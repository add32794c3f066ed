"""What a taxpayer will probably be asked for next, by the register and the law known today."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from kazyna.core.errors import InputError, NotFound
from kazyna.core.money import from_minor
from kazyna.core.text import Text
from kazyna.packs.taxes import Tax
from kazyna.services import assessment, bill_parts, laws, objects
from kazyna.services.bill_parts import BillPart
from kazyna.services.context import Context
from kazyna.store import register, rolls
from kazyna.store.connection import Transaction
from kazyna.tax import Step, explain


@dataclass(frozen=True)
class ForecastBill:
    """A bill that is not issued: what the next roll would ask for as things stand."""

    tax: str
    tax_title: Text
    year: int
    property_id: str
    share: Decimal
    steps: tuple[Step, ...]
    amount: Decimal
    due_on: date
    parts: tuple[BillPart, ...]
    """In which it might be paid; none where it would be due at once."""
    uncertain: bool
    """Whether it rests on a value of the law that is in doubt."""


def forecast(ctx: Context, taxpayer_id: str) -> tuple[ForecastBill, ...]:
    """Reckon the next bill of everything that a taxpayer holds; nothing is recorded.

    Of a tax whose roll of this year is not issued it is this year's, else next year's. The
    parameters are those that the pack has for the first day of that year: the values known now go
    on where it names no later ones.
    """
    ctx.require("officer", "auditor", "taxpayer")
    ctx = laws.decided(ctx)
    held = objects.held_objects(ctx, taxpayer_id)
    found: list[ForecastBill] = []
    with ctx.transaction() as tx:
        issued = {(roll.tax, roll.year) for roll in rolls.issued(tx) if roll.status == "issued"}
        for law in ctx.pack.taxes.values():
            kinds = ctx.pack.register.kinds_of(law.name)
            own = sorted({each.holding.property_id for each in held if each.state.kind in kinds})
            if own:
                year = ctx.today.year + ((law.name, ctx.today.year) in issued)
                found += _forecast(tx, ctx, law, taxpayer_id, year=year, own=own)
    return tuple(found)


def _forecast(
    tx: Transaction, ctx: Context, law: Tax, taxpayer_id: str, *, year: int, own: list[str]
) -> list[ForecastBill]:
    try:
        ground = assessment.ground_of(ctx, tx, law, year=year, known=register.latest(tx))
        holdings = assessment.holdings_of(ctx, tx, law, ground, only=own)
        assessed = assessment.assess(ctx, law, holdings, ground)
    except (NotFound, InputError):  # no values are published, or the law of that year asks for more
        return []
    mine = assessed.filter(pa.compute.equal(assessed["taxpayer_id"], taxpayer_id))
    bills = []
    rule = law.parts_of(year, ctx.pack.currency)
    for part in mine.to_pylist():
        divided = bill_parts.divided(part["amount_minor"], rule, ctx.pack.currency)
        inputs = assessment.inputs_of_case(law, ground.law_on, json.loads(part["inputs"]))
        steps = explain(law.rules, inputs, ground.law_on, ctx.language).steps
        bills.append(
            ForecastBill(
                tax=law.name,
                tax_title=law.title,
                year=year,
                property_id=part["property_id"],
                share=part["share"],
                steps=steps,
                amount=from_minor(part["amount_minor"], ctx.pack.currency),
                due_on=divided[0].due_on if divided else law.due_on(year),
                parts=divided,
                uncertain=any(step.doubt for step in steps),
            )
        )
    return bills
