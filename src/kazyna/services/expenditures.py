"""Tax expenditure: what each relief, exemption and free area costs, from the rolls as issued."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import NotFound, PackError, Refused
from kazyna.core.money import Currency, from_minor
from kazyna.core.text import Text
from kazyna.packs.expenditures import Departure, read_departures
from kazyna.packs.taxes import Tax
from kazyna.services import assessment, laws
from kazyna.services.context import Context
from kazyna.store import expenditures as register
from kazyna.store import rolls
from kazyna.store.connection import Transaction
from kazyna.tax import CASE, cases_of, split_by_share
from kazyna.tax.expenditure import TOGETHER, amounts_without
from kazyna.tax.law import cite
from kazyna.tax.reform import Reform
from kazyna.tax.rule import AMOUNT


@dataclass(frozen=True)
class ForgonePart:
    """What a departure costs in one place, or for one word of the law."""

    key: str
    """A place, a category of owner, a kind of home, in the word of the pack; may be empty."""
    bills: int
    forgone: Decimal


@dataclass(frozen=True)
class TaxExpenditure:
    """What one departure from the ordinary tax costs in one roll."""

    name: str
    label: Text
    law: str
    bills: int
    """Bills that would ask for more without it."""
    forgone: Decimal
    places: tuple[ForgonePart, ...]
    words: tuple[ForgonePart, ...]
    """By the words of the input that the pack tells it apart by, the dearest first."""


@dataclass(frozen=True)
class RollExpenditure:
    """A roll, and what the law gives up in it."""

    tax: str
    tax_title: Text
    bills: int
    billed: Decimal
    """What the bills ask for as they stand."""
    unlike: int
    """Bills whose law computes another amount than they ask for: there should be none."""
    together: Decimal
    """With all departures gone at once; what each costs does not add up where they meet."""
    departures: tuple[TaxExpenditure, ...]


@dataclass(frozen=True)
class TaxExpenditures:
    """What the law gives up in all rolls of a year."""

    year: int
    currency: str
    billed: Decimal
    forgone: Decimal
    """With all departures gone at once, in all rolls."""
    rolls: tuple[RollExpenditure, ...]
    not_covered: tuple[str, ...]
    """Rolls of the year whose tax the pack names no departure of."""


def tax_expenditures(ctx: Context, *, year: int) -> TaxExpenditures:
    """Price every departure of the law in the rolls of a year.

    Each bill as it stands is computed again from what it says, by the law that it was issued by,
    and once more with the departure gone. Nobody is taken to behave otherwise for it.

    Raises
    ------
    NotFound
        When no roll of the year is issued.
    Refused
        When this version of the program does not read the files of a roll's law any more.
    PackError
        When the pack is wrong in what it names as departures.
    """
    ctx.require("officer", "auditor")
    departures = read_departures(ctx.pack)
    currency = ctx.pack.currency
    found, bare = [], []
    with ctx.transaction() as tx:
        issued = rolls.issued_of(tx, year)
        if not issued:
            raise NotFound(f"No roll of {year} is issued.")
        for roll in issued:
            priced = _priced(ctx, tx, roll, departures)
            if priced is None:
                bare.append(roll.tax)
            else:
                found.append(_roll(ctx, roll, priced, departures))
    return TaxExpenditures(
        year=year,
        currency=currency.code,
        billed=sum((each.billed for each in found), Decimal(0)),
        forgone=sum((each.together for each in found), Decimal(0)),
        rolls=tuple(found),
        not_covered=tuple(bare),
    )


def _priced(
    ctx: Context, tx: Transaction, roll: rolls.RollRow, departures: Sequence[Departure]
) -> pa.Table | None:
    """Price every bill of a roll, law by law; None where the tax has no departure."""
    tables = [
        _priced_by_law(ctx, tx, roll, law.law_id, departures)
        for law in register.laws_of_roll(tx, roll.roll_id)
    ]
    priced = [table for table in tables if table is not None]
    return pa.concat_tables(priced, promote_options="default") if priced else None


def _priced_by_law(
    ctx: Context,
    tx: Transaction,
    roll: rolls.RollRow,
    law_id: int | None,
    departures: Sequence[Departure],
) -> pa.Table | None:
    """Price the bills that stand by one law: a column for each departure, in minor units."""
    tax, on = _law(ctx, tx, roll, law_id)
    laid = {each.name: each.overlay(tax, on) for each in departures}
    overlays = {name: overlay for name, overlay in laid.items() if overlay is not None}
    if not overlays:
        return None
    inputs = {column.name: column.type for column in tax.rules.on(on).inputs}
    bills = register.bills_of_law(tx, roll.roll_id, law_id, inputs)
    held = cases_of(bills, id_column="property_id", inputs=list(inputs))
    amounts = amounts_without(tax.rules, overlays, assessment.cases(held), on=on, id_column=CASE)
    words = {each.name: each.by for each in departures if each.by in inputs}
    priced = _in_bills(held, amounts, overlays, currency=ctx.pack.currency)
    for name in overlays:
        column = priced[words[name]] if name in words else pa.nulls(priced.num_rows, pa.string())
        priced = priced.append_column(f"{name} by", column.cast(pa.string()))
    return priced.drop(list(inputs))


def _law(
    ctx: Context, tx: Transaction, roll: rolls.RollRow, law_id: int | None
) -> tuple[Tax, date]:
    """Find the law that bills stand by, and its day."""
    kept = laws.kept(tx, law_id) if law_id is not None else None
    try:
        pack = laws.pack_of_kept(tx, ctx, kept) if kept else ctx.pack
    except PackError as error:
        raise Refused(
            f"The roll of {roll.tax} for {roll.year} stands as it was issued, but this version of"
            f" Kazyna does not read the files of its law. {error}"
        ) from error
    return pack.taxes[roll.tax], kept.law.on if kept else roll.law_on


def _in_bills(
    held: pa.Table, amounts: pa.Table, overlays: dict[str, Reform], *, currency: Currency
) -> pa.Table:
    """Split the law's amount and each other among the holders, and take the difference."""
    bills = held.sort_by("bill_no")

    def split(column: str) -> pa.ChunkedArray:
        roll = amounts.select([CASE, column]).rename_columns([CASE, AMOUNT])
        parts = split_by_share(roll, held, id_column=CASE, currency=currency)
        return parts.sort_by("bill_no")["amount_minor"]

    law = split(AMOUNT)
    unit = pa.scalar(10**currency.decimals, pa.decimal128(9, 0))
    billed = pc.cast(pc.multiply(bills["billed"], unit), pa.int64())
    # The odd unit of a split may have gone to a holder whom nobody knows, who has no bill.
    bills = bills.append_column("unlike", pc.greater(pc.abs(pc.subtract(billed, law)), 1))
    for name in (*overlays, TOGETHER):
        bills = bills.append_column(name, pc.subtract(split(name), law))
    return bills


def _roll(
    ctx: Context, roll: rolls.RollRow, priced: pa.Table, departures: Sequence[Departure]
) -> RollExpenditure:
    currency = ctx.pack.currency
    return RollExpenditure(
        tax=roll.tax,
        tax_title=ctx.pack.taxes[roll.tax].title,
        bills=priced.num_rows,
        billed=pc.sum(priced["billed"]).as_py() or Decimal(0),
        unlike=pc.sum(priced["unlike"]).as_py() or 0,
        together=from_minor(pc.sum(priced[TOGETHER]).as_py() or 0, currency),
        departures=tuple(
            _expenditure(ctx, each, priced)
            for each in departures
            if each.name in priced.column_names
        ),
    )


def _expenditure(ctx: Context, departure: Departure, priced: pa.Table) -> TaxExpenditure:
    cost = priced[departure.name]
    touched = priced.filter(pc.not_equal(cost, 0))
    return TaxExpenditure(
        name=departure.name,
        label=departure.label,
        law=cite(departure.law, ctx.pack.sources, ctx.language).text,
        bills=touched.num_rows,
        forgone=from_minor(pc.sum(cost).as_py() or 0, ctx.pack.currency),
        places=tuple(_parts(ctx, touched, "place_of_bill", departure.name)),
        words=tuple(_parts(ctx, touched, f"{departure.name} by", departure.name)),
    )


def _parts(ctx: Context, touched: pa.Table, by: str, cost: str) -> Iterator[ForgonePart]:
    """Add a cost up by the words of a column, the dearest first."""
    summed = touched.group_by(by).aggregate([(cost, "count"), (cost, "sum")])
    rows = sorted(summed.to_pylist(), key=lambda row: (-row[f"{cost}_sum"], row[by] or ""))
    for row in rows:
        if row[by] is not None:
            forgone = from_minor(row[f"{cost}_sum"], ctx.pack.currency)
            yield ForgonePart(row[by], row[f"{cost}_count"], forgone)
