"""Tax rolls: what every taxpayer owes for a period, issued, posted and explained."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import TREASURY, creditor_reference, receivable, revenue
from kazyna.core.errors import Conflict, NotFound
from kazyna.core.money import from_minor
from kazyna.core.text import Language, Text
from kazyna.documents import bill as paper
from kazyna.packs.taxes import Tax
from kazyna.services import confirmations
from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.services.payment_codes import payment_qr
from kazyna.store import ledger, rolls, rounds, taxpayers
from kazyna.store.connection import Transaction
from kazyna.tax import Explanation, Step, explain, run_roll, split_by_share, verify_sample
from kazyna.tax.explain import AppliedParameter

VERIFIED_BILLS = 1000
"""Bills of a roll that are computed again by the other path before it is issued."""

SYNTHETIC = Text(
    en="The taxpayer is invented: this bill is part of a demonstration.",
    ru="Налогоплательщик вымышлен: это уведомление — часть демонстрации.",
    ky="Салык төлөөчү ойдон чыгарылган: бул билдирүү — көрсөтмөнүн бөлүгү.",
)


@dataclass(frozen=True)
class IssuedRoll:
    """What was issued; the CLI prints it, the API returns it, the page shows it."""

    roll_id: int
    tax: str
    year: int
    bills: int
    total: Decimal
    due_on: date


@dataclass(frozen=True)
class Bill:
    """One taxpayer's bill for one property and year, step by step."""

    roll_id: int
    bill_no: int
    tax: str
    tax_title: Text
    year: int
    property_id: str
    taxpayer_id: str
    taxpayer_name: str
    share: Decimal
    assessed_value: Decimal
    steps: tuple[Step, ...]
    amount: Decimal
    due_on: date
    reference: str
    """What the payer quotes, so that the payment finds its debt."""


@dataclass(frozen=True)
class Payable:
    """What one bill asks for."""

    reference: str
    taxpayer_id: str
    amount: Decimal
    due_on: date


@dataclass(frozen=True)
class TaxPreview:
    """What the law in force asks for a property, without naming an owner."""

    tax: str
    tax_title: Text
    on: date
    assessed_value: Decimal
    steps: tuple[Step, ...]
    amount: Decimal


def issue_roll(ctx: Context, *, tax: str, year: int) -> IssuedRoll:
    """Compute, store and post the roll of one tax and year, all or nothing.

    Raises
    ------
    NotFound
        When the pack has no such tax, or no values are published.
    Conflict
        When the roll is issued already, or rests on doubtful values of the law that no officer
        has confirmed.
    Refused
        When the two ways of computing a bill disagree.
    """
    ctx.require("officer")
    law = _tax(ctx, tax)
    on, due_on = date(year, 1, 1), law.due_on(year)
    with ctx.transaction() as tx:
        round_ = rounds.taxable_round(tx)
        if round_ is None:
            raise NotFound("No values are published: publish a valuation round first.")
        holdings = rolls.taxable(tx, round_id=round_.round_id, on=on)
        if holdings.num_rows == 0:
            raise NotFound(f"Nobody holds a property on {on}: load the holdings first.")
        confirmations.require_confirmed(tx, confirmations.of_objects(law, holdings, on=on))
        bills = _compute(ctx, law, holdings, on=on)
        total = from_minor(pc.sum(bills["amount_minor"]).as_py(), ctx.pack.currency)
        roll_id = rolls.insert_roll(
            tx,
            {
                "tax": tax,
                "year": year,
                "round_id": round_.round_id,
                "pack": ctx.pack.name,
                "pack_hash": ctx.pack.content_hash,
                "law_on": on,
                "due_on": due_on,
                "bills": bills.num_rows,
                "total": total,
            },
        )
        if roll_id is None:
            raise Conflict(f"The roll of {tax} for {year} is issued already.")
        bills = _numbered(bills, roll_id)
        rolls.insert_bills(tx, _register(bills, ctx))
        _charge(tx, ctx, law, bills, year=year, due_on=due_on)
    return IssuedRoll(roll_id, tax, year, bills.num_rows, total, due_on)


def issued(ctx: Context) -> tuple[IssuedRoll, ...]:
    """Return all rolls that were issued, the latest first."""
    ctx.require("officer", "valuer", "auditor")
    with ctx.transaction() as tx:
        rows = rolls.issued(tx)
    return tuple(
        IssuedRoll(row.roll_id, row.tax, row.year, row.bills, row.total, row.due_on) for row in rows
    )


def preview(ctx: Context, property_id: str) -> tuple[TaxPreview, ...]:
    """Compute what each tax in force asks for a property, without naming an owner."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        round_ = rounds.latest_published(tx)
        value = round_ and rounds.value_of(tx, round_id=round_.round_id, property_id=property_id)
    if not value:
        return ()
    previews = []
    for law in ctx.pack.taxes.values():
        steps = _explained(ctx, law, value.value, ctx.today)
        previews.append(
            TaxPreview(
                tax=law.name,
                tax_title=law.title,
                on=ctx.today,
                assessed_value=value.value,
                steps=steps.steps,
                amount=steps.amount,
            )
        )
    return tuple(previews)


def bills_of_property(ctx: Context, property_id: str) -> tuple[Bill, ...]:
    """Return the bills of a property: all for the office, a taxpayer's own, none for others."""
    if ctx.actor.role not in {"officer", "auditor", "taxpayer"}:
        return ()
    with ctx.transaction() as tx:
        rows = rolls.bills_of_property(tx, property_id)
    return tuple(_bill(ctx, row) for row in rows)


def my_bills(ctx: Context) -> tuple[Bill, ...]:
    """Return the bills of the taxpayer who asks, the latest first."""
    ctx.require("taxpayer")
    return bills_of_taxpayer(ctx, ctx.actor.taxpayer_id or "")


def bills_of_taxpayer(ctx: Context, taxpayer_id: str) -> tuple[Bill, ...]:
    """Return the bills of one taxpayer, the latest first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        rows = rolls.bills_of_taxpayer(tx, taxpayer_id)
    return tuple(_bill(ctx, row) for row in rows)


def payable(ctx: Context, *, tax: str, year: int) -> tuple[Payable, ...]:
    """List what every bill of a roll asks for."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = rolls.bills_of_roll(tx, tax=tax, year=year)
    return tuple(Payable(row.reference, row.taxpayer_id, row.amount, row.due_on) for row in rows)


def bill_pdf(ctx: Context, *, reference: str, language: Language) -> bytes:
    """Print one bill as PDF in a language."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        row = rolls.bill_by_reference(tx, reference)
        if row is None:
            raise NotFound(f"No bill has the reference {reference!r}.")
        taxpayer = taxpayers.find_taxpayer(tx, row.taxpayer_id)
        round_ = rounds.latest_published(tx)
    law = _tax(ctx, row.tax)
    steps = explain(law.rules, {"value": row.value}, row.law_on, language)
    notes = [step.doubt for step in steps.steps if step.doubt]
    if taxpayer and taxpayer.synthetic:
        notes.append(SYNTHETIC.in_(language))
    return paper.render_bill(
        paper.BillDocument(
            language=language,
            issuer=ctx.pack.title.in_(language),
            tax=law.title.in_(language),
            year=row.year,
            number=f"{row.roll_id}-{row.bill_no}",
            issued_on=row.law_on,
            taxpayer=row.taxpayer_name,
            taxpayer_id=row.taxpayer_id,
            property_id=row.property_id,
            property_facts=(),
            assessed_value=row.value,
            valuation_date=round_.valuation_date if round_ else None,
            share=row.share,
            steps=tuple(_printed(step, ctx, language) for step in steps.steps),
            amount=row.amount,
            currency=ctx.pack.currency,
            due_on=row.due_on,
            reference=row.reference,
            notes=tuple(notes),
            qr=payment_qr(
                ctx,
                reference=row.reference,
                amount=row.amount,
                tax=law.title.in_(language),
                year=row.year,
                language=language,
            ),
        )
    )


def _tax(ctx: Context, name: str) -> Tax:
    law = ctx.pack.taxes.get(name)
    if law is None:
        known = ", ".join(ctx.pack.taxes)
        raise NotFound(f"The pack {ctx.pack.name} has no tax {name!r}; it has {known}.")
    return law


def _compute(ctx: Context, law: Tax, holdings: pa.Table, *, on: date) -> pa.Table:
    """Compute each property once, check a sample by the other path, and split among holders."""
    houses = holdings.group_by("property_id").aggregate([("value", "min")])
    houses = houses.rename_columns(["property_id", "value"])
    roll = run_roll(law.rules, houses, on=on, id_column="property_id")
    verify_sample(law.rules, roll, on=on, size=VERIFIED_BILLS, seed=on.toordinal())
    parts = split_by_share(roll, holdings, id_column="property_id", currency=ctx.pack.currency)
    joined = parts.join(roll, "property_id", join_type="inner")
    return joined.sort_by([("property_id", "ascending"), ("taxpayer_id", "ascending")])


def _numbered(bills: pa.Table, roll_id: int) -> pa.Table:
    """Give the bills their numbers and payment references."""
    numbers = range(1, bills.num_rows + 1)
    references = [creditor_reference(f"{roll_id:04d}{number:08d}") for number in numbers]
    return (
        bills.append_column("roll_id", pa.array([roll_id] * bills.num_rows, pa.int64()))
        .append_column("bill_no", pa.array(numbers, pa.int64()))
        .append_column("reference", pa.array(references))
    )


def _register(bills: pa.Table, ctx: Context) -> pa.Table:
    """Bring bills to the columns of the register; the steps become one JSON text."""
    known = {"property_id", "taxpayer_id", "share", "amount_minor", "roll_id", "bill_no",
             "reference", "value", "amount"}  # fmt: skip
    steps = [name for name in bills.column_names if name not in known]
    rows = bills.select(steps).to_pylist()
    written = [json.dumps({k: str(v) for k, v in row.items()}) for row in rows]
    amounts = [from_minor(minor, ctx.pack.currency) for minor in bills["amount_minor"].to_pylist()]
    return pa.table(
        {
            "roll_id": bills["roll_id"],
            "bill_no": bills["bill_no"],
            "reference": bills["reference"],
            "property_id": bills["property_id"],
            "taxpayer_id": bills["taxpayer_id"],
            "share": bills["share"],
            "value": bills["value"],
            "steps": pa.array(written, pa.string()),
            "amount": pa.array(amounts, pa.decimal128(18, 2)),
        }
    )


def _charge(
    tx: Transaction, ctx: Context, law: Tax, bills: pa.Table, *, year: int, due_on: date
) -> None:
    """Open the accounts and post one charge a bill; a bill of nothing charges nothing."""
    owed = bills.filter(pc.greater(bills["amount_minor"], 0))
    currency = ctx.pack.currency.code
    holders = pc.unique(owed["taxpayer_id"]).to_pylist()
    accounts = [
        {"account": TREASURY, "kind": "treasury", "tax": None, "taxpayer_id": None},
        {"account": revenue(law.name), "kind": "revenue", "tax": law.name, "taxpayer_id": None},
        *(
            {
                "account": receivable(law.name, holder),
                "kind": "receivable",
                "tax": law.name,
                "taxpayer_id": holder,
            }
            for holder in holders
        ),
    ]
    opened = pa.Table.from_pylist([{**account, "currency": currency} for account in accounts])
    ledger.open_accounts(tx, opened)
    n = owed.num_rows
    debtors = pc.binary_join_element_wise(receivable(law.name, ""), owed["taxpayer_id"], "")
    ledger.post_all(
        tx,
        pa.table(
            {
                "idempotency_key": pc.binary_join_element_wise("charge", owed["reference"], ":"),
                "kind": pa.array(["charge"] * n),
                "effective_on": pa.array([date(year, 1, 1)] * n),
                "description": owed["property_id"],
                "debit_account": debtors,
                "credit_account": pa.array([revenue(law.name)] * n),
                "amount": owed["amount_minor"],
                "period": pa.array([year] * n, pa.int32()),
                "bucket": pa.array(["tax"] * n),
                "due_on": pa.array([due_on] * n),
                "place": pa.array([""] * n),
            }
        ),
    )


def _explained(ctx: Context, law: Tax, value: Decimal, on: date) -> Explanation:
    inputs: Mapping[str, Any] = {"value": value}
    return explain(law.rules, inputs, on, ctx.language)


def _bill(ctx: Context, row: rolls.BillRow) -> Bill:
    law = _tax(ctx, row.tax)
    return Bill(
        roll_id=row.roll_id,
        bill_no=row.bill_no,
        tax=row.tax,
        tax_title=law.title,
        year=row.year,
        property_id=row.property_id,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        share=row.share,
        assessed_value=row.value,
        steps=_explained(ctx, law, row.value, row.law_on).steps,
        amount=row.amount,
        due_on=row.due_on,
        reference=row.reference,
    )


def _printed(step: Step, ctx: Context, language: Language) -> paper.BillStep:
    figures = []
    for name, value in step.inputs:
        column = ctx.pack.columns.get(name)
        label = column.label.in_(language) if column else name
        figures.append(paper.BillFigure(label, value, column.unit if column else None))
    figures += [
        paper.BillFigure(_named(p, language), p.value, p.unit, p.law, p.since)
        for p in step.parameters
    ]
    return paper.BillStep(step.title.in_(language), step.value, step.unit, step.law, tuple(figures))


def _named(parameter: AppliedParameter, language: Language) -> str:
    """Name a parameter, with the keys of its row where it is a table."""
    keys = ", ".join(parameter.keys).replace("_", " ")
    label = parameter.label.in_(language)
    return f"{label} ({keys})" if keys else label
