"""Reconciliation: what marked goods say is owed against what was declared, to the document.

Excise falls due on what a taxpayer introduced in a month; the pack's own rule of excise says how
much. Value added tax falls due on what was paid by the receipts, less what came back. Sales whose
price no receipt tells count at the least retail price of the law where there is one, a bound from
below, and otherwise at nothing: each line says which. What is owed beyond the declaration becomes a
proposed assessment, which a second officer confirms.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar

import pyarrow as pa

from kazyna.core.errors import InputError, NotFound
from kazyna.core.money import Currency, from_minor
from kazyna.packs.detection import reconciled_kinds
from kazyna.packs.taxes import Tax
from kazyna.services import declarations
from kazyna.services.context import Context
from kazyna.store import reconciliation as register
from kazyna.store.connection import Transaction
from kazyna.store.reconciliation import MovedRow, SoldRow
from kazyna.tax import run_roll

EXCISE, VAT = "excise", "vat"
LEAST_VALUE, VAT_RATE = "least_retail_value", "vat_rate"
Basis = Literal["rate", "receipts", "least_price", "no_price"]
"""What a line rests on: the rate of the law on what was moved; prices of receipts; least retail
prices, a bound from below; or nothing, for goods that were sold at a price nobody told."""
BOUNDS: frozenset[Basis] = frozenset({"least_price", "no_price"})
NOUGHT = Decimal(0)
CENT = Decimal("0.01")
ROWS_MAX = 10**9
Row = TypeVar("Row", MovedRow, SoldRow)


@dataclass(frozen=True)
class MovedDocument:
    """What one document moved of one kind of excise goods."""

    document_id: str
    kind: str
    on: date
    units: int
    """Below nought where they came back."""
    quantity: Decimal
    paid: Decimal | None = None
    """By the receipt; None where it tells no price, and of what is no sale."""


@dataclass(frozen=True)
class ReconciledGoods:
    """One kind of goods of a taxpayer and month: moved against declared."""

    goods: str
    basis: Basis
    units: int
    quantity: Decimal
    """Moved, in the unit of the rate."""
    declared_quantity: Decimal | None
    """None of value added tax, which declares no quantities."""
    expected: Decimal
    declared: Decimal | None
    documents: tuple[MovedDocument, ...]


@dataclass(frozen=True)
class Difference:
    """One tax of a taxpayer and month: what is expected, declared and assessed already."""

    taxpayer_id: str
    taxpayer_name: str
    tax: str
    month: date
    expected: Decimal
    declared: Decimal
    assessed: Decimal
    """Confirmed after earlier reconciliations."""
    difference: Decimal
    goods: tuple[ReconciledGoods, ...]
    declaration_ids: tuple[int, ...]
    at_least: bool
    """Whether more may be expected than is: some sales have no price, or only a least one."""


@dataclass(frozen=True)
class Reconciliation:
    """Marked goods against declarations of one month."""

    month: date
    differences: tuple[Difference, ...]
    """Every taxpayer and tax with movements, the largest difference first."""
    expected: Decimal
    declared: Decimal
    difference: Decimal
    """The sum of what is owed beyond; what was declared beyond the movements is not set off."""
    not_computed: tuple[str, ...]
    """Goods whose rate the law does not tell, with the reason."""


def reconcile(ctx: Context, *, month: date) -> Reconciliation:
    """Compare the movements of marked goods in a month with what was declared of it.

    Parameters
    ----------
    ctx
        An officer or an auditor.
    month
        Any day of the month.

    Raises
    ------
    NotFound
        When the pack has no excise that is declared.
    """
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return reconciled(ctx, tx, month.replace(day=1))


@dataclass(frozen=True)
class _OfMonth:
    """What the comparison of every taxpayer of a month shares."""

    month: date
    assessed: dict[tuple[str, str], Decimal]
    """Confirmed before, by taxpayer and tax."""
    not_computed: list[str]


def reconciled(ctx: Context, tx: Transaction, month: date) -> Reconciliation:
    """Compare in the transaction of another service, as `reconcile` does."""
    of_month = _OfMonth(month, {}, [])
    for row in register.proposals(tx, month=month, limit=ROWS_MAX):
        if row.decision == "confirmed":
            key = row.taxpayer_id, row.tax
            of_month.assessed[key] = of_month.assessed.get(key, NOUGHT) + row.amount
    kinds = reconciled_kinds(ctx.pack)
    introduced = register.moved(tx, kinds, first=month, after=next_month(month))
    sold = register.sold(tx, first=month, after=next_month(month))
    found = [*_excise(ctx, tx, introduced, of_month), *_vat(ctx, tx, sold, of_month)]
    found.sort(key=lambda each: (-each.difference, each.taxpayer_id, each.tax))
    return Reconciliation(
        month=month,
        differences=tuple(found),
        expected=sum((each.expected for each in found), NOUGHT),
        declared=sum((each.declared for each in found), NOUGHT),
        difference=sum((max(each.difference, NOUGHT) for each in found), NOUGHT),
        not_computed=tuple(dict.fromkeys(of_month.not_computed)),
    )


def _excise(
    ctx: Context,
    tx: Transaction,
    moved: list[MovedRow],
    of_month: _OfMonth,
) -> Iterable[Difference]:
    """Compute the excise on what was introduced, and set the declared against it by goods."""
    lines = declarations.declared(ctx, tx, tax=EXCISE, month=of_month.month).to_pylist()
    amounts = _by_rule(law_of(ctx, EXCISE), moved, of_month)
    for taxpayer_id, rows in _grouped(moved).items():
        own = [line for line in lines if line["taxpayer_id"] == taxpayer_id]
        goods = tuple(
            ReconciledGoods(
                goods=name,
                basis="rate",
                units=sum(row.units for row in part),
                quantity=_quantity(part),
                declared_quantity=sum(
                    (line["excise_quantity"] for line in own if line["excise_goods"] == name),
                    NOUGHT,
                ),
                expected=amounts[taxpayer_id, name]["amount"],
                declared=sum(
                    (line["amount"] for line in own if line["excise_goods"] == name), NOUGHT
                ),
                documents=_documents(part),
            )
            for name, part in _by_goods(rows).items()
            if (taxpayer_id, name) in amounts
        )
        if goods:
            declared = sum((each.declared or NOUGHT for each in goods), NOUGHT)
            numbers = sorted({line["declaration_id"] for line in own})
            yield _difference(rows[0], EXCISE, goods, (declared, numbers), of_month)


def _vat(
    ctx: Context,
    tx: Transaction,
    sold: list[SoldRow],
    of_month: _OfMonth,
) -> Iterable[Difference]:
    """Compute the tax on what was paid, or at least was to be paid, against the declared supply.

    A shopper's price has the tax in it, so the tax is taken out of it. Input tax stays as it was
    declared; what is supplied otherwise than over a till is not known here.
    """
    law = ctx.pack.taxes.get(VAT)
    if law is None or not law.declared:
        return
    lines = declarations.declared(ctx, tx, tax=VAT, month=of_month.month).to_pylist()
    rate = law.rules.parameters[VAT_RATE].on(of_month.month).value
    if not isinstance(rate, Decimal):
        return
    inside = rate / (1 + rate)
    # Goods for which no price is known: what they cost at least, the law of excise says.
    unpriced = [_as_moved(row) for row in sold if row.paid is None and row.excise_goods]
    least = _by_rule(law_of(ctx, EXCISE), unpriced, of_month)
    for taxpayer_id, rows in _grouped(sold).items():
        own = [line for line in lines if line["taxpayer_id"] == taxpayer_id]
        goods = tuple(
            ReconciledGoods(
                goods=name,
                basis=basis,
                units=sum(row.units for row in part),
                quantity=_quantity(part),
                declared_quantity=None,
                expected=(value * inside).quantize(CENT),
                declared=None,
                documents=_documents(part, ctx.pack.currency),
            )
            for name, basis, value, part in _valued(rows, least, ctx.pack.currency)
        )
        declared = sum((line["supply"] * rate for line in own), NOUGHT).quantize(CENT)
        numbers = sorted({line["declaration_id"] for line in own})
        yield _difference(rows[0], VAT, goods, (declared, numbers), of_month)


def _valued(
    rows: list[SoldRow], least: Mapping[tuple[str, str], Mapping[str, Any]], currency: Currency
) -> Iterator[tuple[str, Basis, Decimal, list[SoldRow]]]:
    """Give the sales of one taxpayer by goods, with what they were worth and how that is known."""
    for name, part in _by_goods(rows).items():
        priced = [row for row in part if row.paid is not None]
        if priced:
            paid = from_minor(sum(row.paid or 0 for row in priced), currency)
            yield name, "receipts", paid, priced
        rest = [row for row in part if row.paid is None]
        value = least.get((rows[0].taxpayer_id, name), {}).get(LEAST_VALUE) or NOUGHT
        if rest:
            yield name, "least_price" if value else "no_price", value, rest


def _as_moved(row: SoldRow) -> MovedRow:
    return MovedRow(
        row.taxpayer_id, row.taxpayer_name, row.kind, row.document_id, row.happened_on, row.gtin,
        row.excise_goods or row.goods, row.unit_quantity, row.units,
    )  # fmt: skip


def _difference(
    row: MovedRow | SoldRow,
    tax: str,
    goods: tuple[ReconciledGoods, ...],
    stated: tuple[Decimal, list[int]],
    of_month: _OfMonth,
) -> Difference:
    declared, declaration_ids = stated
    expected = sum((each.expected for each in goods), NOUGHT)
    before = of_month.assessed.get((row.taxpayer_id, tax), NOUGHT)
    return Difference(
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        tax=tax,
        month=of_month.month,
        expected=expected,
        declared=declared,
        assessed=before,
        difference=expected - declared - before,
        goods=goods,
        declaration_ids=tuple(declaration_ids),
        at_least=any(each.basis in BOUNDS for each in goods),
    )


def _by_rule(
    law: Tax, moved: list[MovedRow], of_month: _OfMonth
) -> dict[tuple[str, str], dict[str, Any]]:
    """Run the pack's rule of excise on each taxpayer's goods; return every step of each.

    Goods whose rate the law does not tell are named, and the rest is computed.
    """
    computed: dict[tuple[str, str], dict[str, Any]] = {}
    for name, rows in _by_goods(moved).items():
        # Where more came back than was sold at no known price, nothing is expected of it.
        owners = [(owner, part) for owner, part in _grouped(rows).items() if _quantity(part) >= 0]
        table = pa.table(
            {
                "row": pa.array(range(len(owners)), pa.int64()),
                "excise_goods": pa.array([name] * len(owners), pa.string()),
                "excise_quantity": pa.array(
                    [_quantity(part) for _, part in owners], pa.decimal128(38, 6)
                ),
            }
        )
        try:
            steps = run_roll(law.rules, table, on=of_month.month, id_column="row").to_pylist()
        except InputError as error:
            of_month.not_computed.append(f"{name}: {error}")
            continue
        for step in steps:
            computed[owners[step["row"]][0], name] = step
    return computed


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.taxpayer_id, []).append(row)
    return grouped


def _by_goods(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Group by kind of excise goods; goods without excise by their own group."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        name = row.excise_goods or (row.goods if isinstance(row, SoldRow) else "")
        grouped.setdefault(name, []).append(row)
    return grouped


def _quantity(rows: Iterable[MovedRow | SoldRow]) -> Decimal:
    return sum((row.unit_quantity * row.units for row in rows), NOUGHT)


def _documents(
    rows: Iterable[MovedRow | SoldRow], currency: Currency | None = None
) -> tuple[MovedDocument, ...]:
    return tuple(
        MovedDocument(
            row.document_id, row.kind, row.happened_on, row.units, row.unit_quantity * row.units,
            from_minor(row.paid, currency)
            if isinstance(row, SoldRow) and row.paid is not None and currency else None,
        )
        for row in rows
    )  # fmt: skip


def law_of(ctx: Context, name: str) -> Tax:
    """Return a tax that is declared."""
    law = ctx.pack.taxes.get(name)
    if law is None or not law.declared:
        raise NotFound(f"The pack {ctx.pack.name} has no {name} that is declared.")
    return law


def next_month(month: date) -> date:
    """Return the first day of the month that follows."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
