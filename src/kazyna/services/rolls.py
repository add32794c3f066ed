"""Tax rolls that were issued: their bills, each step by step, on the page and as PDF.

How a roll comes to be is in roll_lifecycle.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from kazyna.core.errors import NotFound
from kazyna.core.progress import Progress, silent
from kazyna.core.text import Language, Text
from kazyna.documents import bill as paper
from kazyna.services import interest, laws
from kazyna.services.bill_parts import BillPart, parts_of_bills
from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.services.open_debts import OpenDebt, open_debts
from kazyna.services.payment_codes import qr_by
from kazyna.services.roll_lifecycle import IssuedRoll, issue_roll
from kazyna.store import files, rolls, rounds, taxpayers
from kazyna.store.connection import Transaction
from kazyna.tax import Step, explain
from kazyna.tax.stated import AppliedParameter

__all__ = [
    "Bill",
    "BillInput",
    "BillPart",
    "BillVersion",
    "IssuedRoll",
    "Payable",
    "PrintedBills",
    "TaxPreview",
    "bill_pdf",
    "bill_versions",
    "bills_of_property",
    "bills_of_taxpayer",
    "bills_pdf",
    "find_bill",
    "interest_of_bill",
    "issue_roll",
    "issued",
    "my_bills",
    "page",
    "payable",
    "preview",
]

Parts = Mapping[tuple[int, int], tuple[BillPart, ...]]
"""The parts of bills that are divided, by roll and number."""

PAGE_BILLS = 100
"""Bills that a page of a roll lists."""
PRINTED_BILLS = 500
"""Bills in one file: large enough to be fast, small enough for a printer's queue."""

SYNTHETIC = Text(
    en="The taxpayer is invented: this bill is part of a demonstration.",
    ru="Налогоплательщик вымышлен: это уведомление — часть демонстрации.",
    ky="Салык төлөөчү ойдон чыгарылган: бул билдирүү — көрсөтмөнүн бөлүгү.",
)


@dataclass(frozen=True)
class BillInput:
    """One thing that the bill was computed from."""

    name: str
    label: Text
    value: str
    unit: str | None


@dataclass(frozen=True)
class Bill:
    """One taxpayer's bill for one property and year, step by step, as it stands."""

    roll_id: int
    bill_no: int
    version: int
    """1 as first issued; each correction is one more."""
    status: str
    """`issued`, or `withdrawn` with its roll."""
    tax: str
    tax_title: Text
    year: int
    property_id: str
    taxpayer_id: str
    taxpayer_name: str
    share: Decimal
    assessed_value: Decimal | None
    """Where the tax is on a value."""
    inputs: tuple[BillInput, ...]
    steps: tuple[Step, ...]
    """Of the property as a whole; of a bill that was corrected to nothing, none."""
    amount: Decimal
    issued_on: date
    due_on: date
    """Of a bill in parts, the day of the first."""
    parts: tuple[BillPart, ...]
    """In which it may be paid, each by its day; none of a bill that is due at once."""
    falls_due: bool
    """Whether all that is left falls due when a part is missed."""
    reference: str
    """What the payer quotes, so that the payment finds its debt."""


@dataclass(frozen=True)
class BillVersion:
    """What a bill asked for from a day on, and why."""

    version: int
    since: date
    cause: str
    amount: Decimal


@dataclass(frozen=True)
class PrintedBills:
    """Bills on paper."""

    tax: str
    year: int
    bills: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class Payable:
    """What one bill asks for."""

    reference: str
    taxpayer_id: str
    amount: Decimal
    due_on: date
    """Of a bill in parts, the day of the first."""
    parts: tuple[BillPart, ...] = ()


@dataclass(frozen=True)
class TaxPreview:
    """What the law in force asks for a property, without naming an owner."""

    tax: str
    tax_title: Text
    on: date
    assessed_value: Decimal
    steps: tuple[Step, ...]
    amount: Decimal


def issued(ctx: Context) -> tuple[IssuedRoll, ...]:
    """Return all rolls that were issued, the latest first."""
    ctx.require("officer", "valuer", "auditor")
    with ctx.transaction() as tx:
        rows = rolls.issued(tx)
    return tuple(
        IssuedRoll(row.roll_id, row.tax, row.year, row.bills, row.total, row.due_on, row.status)
        for row in rows
    )


def preview(ctx: Context, property_id: str) -> tuple[TaxPreview, ...]:
    """Compute what each tax on a value alone asks for a property, without naming an owner."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        round_ = rounds.latest_published(tx)
        value = round_ and rounds.value_of(tx, round_id=round_.round_id, property_id=property_id)
    if not value:
        return ()
    previews = []
    for law in ctx.pack.taxes.values():
        if [column.name for column in law.rules.on(ctx.today).inputs] != ["value"]:
            continue  # it depends on more than the value
        steps = explain(law.rules, {"value": value.value}, ctx.today, ctx.language)
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
        return _bills(ctx, tx, rolls.bills_of_property(tx, property_id))


def my_bills(ctx: Context) -> tuple[Bill, ...]:
    """Return the bills of the taxpayer who asks, the latest first."""
    ctx.require("taxpayer")
    return bills_of_taxpayer(ctx, ctx.actor.taxpayer_id or "")


def bills_of_taxpayer(ctx: Context, taxpayer_id: str) -> tuple[Bill, ...]:
    """Return the bills of one taxpayer, the latest first."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        return _bills(ctx, tx, rolls.bills_of_taxpayer(tx, taxpayer_id))


def payable(ctx: Context, *, tax: str, year: int) -> tuple[Payable, ...]:
    """List what every bill of a roll asks for."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = rolls.bills_of_roll(tx, tax=tax, year=year)
        divided = parts_of_bills(tx, rows, ctx.pack.currency)
    found = []
    for row in rows:
        due_on, parts = _due(row, divided)
        found.append(Payable(row.reference, row.taxpayer_id, row.amount, due_on, parts))
    return tuple(found)


def find_bill(ctx: Context, *, reference: str) -> Bill:
    """Return one bill, step by step.

    Raises
    ------
    NotFound
        When no bill that the actor may see has the reference.
    """
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        return _bills(ctx, tx, [_bill_row(tx, reference)])[0]


def bill_versions(ctx: Context, *, reference: str) -> tuple[BillVersion, ...]:
    """Return what a bill said as it was issued, and after each correction, with its cause."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        row = _bill_row(tx, reference)
        rows = rolls.versions(tx, row.roll_id, row.bill_no)
    return tuple(BillVersion(each.version, each.since, each.cause, each.amount) for each in rows)


def page(ctx: Context, *, tax: str, year: int, after: int = 0) -> tuple[Bill, ...]:
    """Return the bills of an issued roll after a number, `PAGE_BILLS` at most."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        rows = rolls.bill_page(tx, tax=tax, year=year, after=after, limit=PAGE_BILLS)
        return _bills(ctx, tx, rows)


def bill_pdf(
    ctx: Context, *, reference: str, language: Language, interest_on: date | None = None
) -> bytes:
    """Print one bill as PDF in a language: as it was issued, or with the interest to a day."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        row = _bill_row(tx, reference)
        document = _document(ctx, tx, row, language, parts_of_bills(tx, [row], ctx.pack.currency))
    if interest_on is not None:
        found = interest_of_bill(ctx, row, on=interest_on)
        open_ = open_debts(ctx, taxpayer_id=row.taxpayer_id, tax=row.tax, period=row.year)
        document = replace(document, late=_late(found, open_))
    return paper.render_bills([document])


def interest_of_bill(
    ctx: Context, bill: Bill | rolls.BillRow, *, on: date | None = None
) -> interest.InterestToDay:
    """Return the interest on the late debts of a bill's taxpayer, tax and year, to a day.

    All bills of a taxpayer for one tax and year are one debt.
    """
    found = interest.interest_to(ctx, taxpayer_id=bill.taxpayer_id, on=on)
    same = tuple(each for each in found.debts if (each.tax, each.period) == (bill.tax, bill.year))
    not_charged = sum((each.interest - each.charged for each in same), Decimal(0))
    return replace(found, debts=same, not_charged=not_charged)


def _late(found: interest.InterestToDay, open_: Sequence[OpenDebt]) -> paper.LateAmount | None:
    principal = sum((debt.principal for debt in found.debts), Decimal(0))
    owed = sum((debt.owed for debt in found.debts), Decimal(0))
    fines = sum((debt.amount for debt in open_ if debt.bucket in {"penalty", "cost"}), Decimal(0))
    late = paper.LateAmount(found.on, principal, owed, fines)
    return late if principal + owed + fines else None


def bills_pdf(
    ctx: Context, *, tax: str, year: int, out: Path, progress: Progress = silent
) -> PrintedBills:
    """Print all bills of an issued roll into files of `PRINTED_BILLS` bills, by language.

    Raises
    ------
    NotFound
        When no such roll is issued.
    """
    ctx.require("officer")
    with ctx.transaction() as tx:
        rows = rolls.bills_of_roll(tx, tax=tax, year=year)
        if not rows:
            raise NotFound(f"No roll of {tax} for {year} is issued.")
        languages = taxpayers.languages(tx, [row.taxpayer_id for row in rows])
        divided = parts_of_bills(tx, rows, ctx.pack.currency)
        documents = [
            _document(ctx, tx, row, languages[row.taxpayer_id], divided)
            for row in rows
            if row.amount > 0
        ]
    documents.sort(key=lambda document: document.language)
    written = []
    for number, start in enumerate(range(0, len(documents), PRINTED_BILLS), 1):
        progress(f"bills {start + 1} to {min(start + PRINTED_BILLS, len(documents))}")
        path = out / f"bills-{tax}-{year}-{number:04d}.pdf"
        files.write_bytes(paper.render_bills(documents[start : start + PRINTED_BILLS]), path)
        written.append(str(path))
    return PrintedBills(tax, year, len(documents), tuple(written))


def _bill_row(tx: Transaction, reference: str) -> rolls.BillRow:
    row = rolls.bill_by_reference(tx, reference)
    if row is None:
        raise NotFound(f"No bill has the reference {reference!r}.")
    return row


def _document(
    ctx: Context, tx: Transaction, row: rolls.BillRow, language: Language, divided: Parts
) -> paper.BillDocument:
    """Lay out a bill as it was computed: by the law that was kept with it."""
    due_on, parts = _due(row, divided)
    taxpayer = taxpayers.find_taxpayer(tx, row.taxpayer_id)
    law = _law_of(ctx, tx, row)
    steps = _steps(law, row, language)
    tax, issuer = law.kept.tax_title.in_(language), law.kept.issuer.in_(language)
    notes = [step.doubt for step in steps if step.doubt]
    if taxpayer and taxpayer.synthetic:
        notes.append(SYNTHETIC.in_(language))
    facts = [
        (each.label.in_(language), _fact(law.kept, each, language))
        for each in _inputs(law.kept, row)
        if each.name != "value" or row.value is None
    ]
    return paper.BillDocument(
        language=language,
        issuer=issuer,
        tax=tax,
        year=row.year,
        number=f"{row.roll_id}-{row.bill_no}" + (f"/{row.version}" if row.version > 1 else ""),
        issued_on=row.issued_on or row.law_on,
        taxpayer=row.taxpayer_name,
        taxpayer_id=row.taxpayer_id,
        property_id=row.property_id,
        property_facts=tuple(facts),
        assessed_value=row.value,
        valuation_date=row.valuation_date,
        share=row.share,
        steps=tuple(_printed(step, steps, law.kept, language) for step in steps),
        amount=row.amount,
        currency=law.kept.currency,
        due_on=due_on,
        parts=tuple(
            paper.BillPart(part.due_on, part.amount, _qr(law.kept, row, part.amount, language))
            for part in parts
        ),
        falls_due=_falls_due(row),
        reference=row.reference,
        notes=tuple(notes),
        qr=_qr(law.kept, row, row.amount, language),
    )


def _qr(kept: laws.KeptLaw, row: rolls.BillRow, amount: Decimal, language: Language) -> str | None:
    """Draw the payment code of a bill, or of a part of it."""
    return qr_by(
        kept.payment_qr,
        reference=row.reference,
        amount=amount,
        currency=kept.currency,
        issuer=kept.issuer.in_(language),
        tax=kept.tax_title.in_(language),
        year=row.year,
    )


def _bills(ctx: Context, tx: Transaction, rows: list[rolls.BillRow]) -> tuple[Bill, ...]:
    divided = parts_of_bills(tx, rows, ctx.pack.currency)
    return tuple(_bill(ctx, tx, row, divided) for row in rows)


def _due(row: rolls.BillRow, divided: Parts) -> tuple[date, tuple[BillPart, ...]]:
    """Return the first day on which something of a bill is due, and its parts if it has several."""
    parts = divided.get((row.roll_id, row.bill_no), ())
    return parts[0].due_on if parts else row.due_on, parts if len(parts) > 1 else ()


def _bill(ctx: Context, tx: Transaction, row: rolls.BillRow, divided: Parts) -> Bill:
    law = _law_of(ctx, tx, row)
    due_on, parts = _due(row, divided)
    return Bill(
        roll_id=row.roll_id,
        bill_no=row.bill_no,
        version=row.version,
        status=row.status,
        tax=row.tax,
        tax_title=law.kept.tax_title,
        year=row.year,
        property_id=row.property_id,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        share=row.share,
        assessed_value=row.value,
        inputs=_inputs(law.kept, row),
        steps=_steps(law, row, ctx.language),
        amount=row.amount,
        issued_on=row.issued_on or row.law_on,
        due_on=due_on,
        parts=parts,
        falls_due=_falls_due(row),
        reference=row.reference,
    )


def _falls_due(row: rolls.BillRow) -> bool:
    return row.parts is not None and row.parts["missed"] == "whole"


def _law_of(ctx: Context, tx: Transaction, row: rolls.BillRow) -> laws.LawOfBill:
    """Find what a bill says of the law: as it was kept, else from the files of its pack."""
    if row.law_id is not None:
        return laws.law_of_bill(tx, row.law_id, row.law_rows or {})
    pack = laws.pack_of(tx, ctx, row.pack_hash)
    if not row.steps:
        return laws.LawOfBill(laws.kept_law(pack, row.tax, row.law_on), {})
    return laws.law_of_case(pack, row.tax, row.law_on, row.inputs)


def _steps(law: laws.LawOfBill, row: rolls.BillRow, language: Language) -> tuple[Step, ...]:
    """Say how a bill was computed; one that was corrected to nothing says nothing."""
    return law.steps(row.inputs, row.steps, language) if row.steps else ()


def _inputs(kept: laws.KeptLaw, row: rolls.BillRow) -> tuple[BillInput, ...]:
    return tuple(
        BillInput(name, column.label, str(row.inputs[name]), column.unit)
        for name, column in kept.columns.items()
        if name in row.inputs
    )


def _fact(kept: laws.KeptLaw, fact: BillInput, language: Language) -> str:
    """Write an input: a word of the tables, or a number; one without a unit may be a year."""
    try:
        number = Decimal(fact.value)
    except InvalidOperation:
        return _worded(kept, fact.value, language)
    if fact.unit is None:
        return fact.value
    unit = _unit(kept, fact.unit, language)
    return paper.measured(number, unit, currency=kept.currency, language=language)


def _worded(kept: laws.KeptLaw, value: str, language: Language) -> str:
    """Write a word of the pack's tables."""
    named = kept.words.get(value)
    return named.in_(language) if named else value.replace("_", " ")


def _unit(kept: laws.KeptLaw, unit: str, language: Language) -> str:
    """Write a unit as the pack calls it; one that it does not name is written as it is."""
    named = kept.words.get(unit)
    return named.in_(language) if named else unit


def _printed(
    step: Step, steps: tuple[Step, ...], kept: laws.KeptLaw, language: Language
) -> paper.BillStep:
    earlier = {each.rule: each for each in steps}
    figures = []
    for name, value in step.inputs:
        column, before = kept.columns.get(name), earlier.get(name)
        label = column.label if column else before.title if before else None
        unit = column.unit if column else before.unit if before else None
        unit = _unit(kept, unit, language) if unit else None
        written = _worded(kept, value, language) if isinstance(value, str) else value
        named = label.in_(language) if label else name
        figures.append(paper.BillFigure(named, written, unit))
    figures += [
        paper.BillFigure(
            _named(kept, each, language),
            each.value,
            _unit(kept, each.unit, language),
            each.law,
            each.since,
        )
        for each in step.parameters
    ]
    unit = _unit(kept, step.unit, language)
    return paper.BillStep(step.title.in_(language), step.value, unit, step.law, tuple(figures))


def _named(kept: laws.KeptLaw, parameter: AppliedParameter, language: Language) -> str:
    """Name a parameter, with the keys of its row where it is a table."""
    keys = ", ".join(_worded(kept, key, language) for key in parameter.keys)
    label = parameter.label.in_(language)
    return f"{label} ({keys})" if keys else label
