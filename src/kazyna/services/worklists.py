"""The worklist of a round: which properties a valuer should look at first, and why."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from kazyna.core.text import Text
from kazyna.documents.valuation_report_words import DOUBT_MEANINGS, DOUBTS
from kazyna.services import rounds
from kazyna.services.context import Context
from kazyna.services.reports import COMPARABLES
from kazyna.store import files
from kazyna.store import rounds as register
from kazyna.store.copy import lists_of
from kazyna.valuation.report.weak_spots import Doubt, worklist

LISTED = 100
"""Properties listed unless others are asked for: some days of inspections."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class DoubtCount:
    """A doubt, what it means, and how many properties of the round it is about."""

    doubt: Doubt
    name: Text
    meaning: Text
    properties: int


@dataclass(frozen=True)
class WorklistItem:
    """A property that a valuer should look at."""

    property_id: str
    value: Decimal
    low: Decimal
    high: Decimal
    confidence: float | None
    doubts: tuple[Doubt, ...]
    names: tuple[Text, ...]
    """The doubts in words."""


@dataclass(frozen=True)
class Worklist:
    """The properties to inspect first: the most doubts, and among equals the least confidence."""

    round_id: int
    valuation_date: date
    doubts: tuple[DoubtCount, ...]
    items: tuple[WorklistItem, ...]
    file: str | None = None
    """Where the list was written."""


def worklist_of_round(
    ctx: Context, round_id: int, *, limit: int = LISTED, out: Path | None = None
) -> Worklist:
    """Return the properties of a round that a valuer should inspect first.

    Parameters
    ----------
    limit
        How many are listed.
    out
        Where the list is also written for the field, as .csv or .parquet.
    """
    ctx.require("valuer", "auditor")
    with ctx.transaction() as tx:
        row = rounds.found(tx, round_id)
        values = register.model_values(tx, round_id)
    named = ["id" if name == "property_id" else name for name in values.column_names]
    told = lists_of(values, "comparables", COMPARABLES).rename_columns(named)
    inspected, counts = worklist(told, limit=limit)
    items = tuple(
        WorklistItem(
            each.id,
            _money(each.value),
            _money(each.low),
            _money(each.high),
            each.confidence,
            each.doubts,
            tuple(DOUBTS[doubt] for doubt in each.doubts),
        )
        for each in inspected
    )
    if out is not None:
        files.write_table(_table(items, ctx), out)
    return Worklist(
        round_id,
        row.valuation_date,
        tuple(DoubtCount(doubt, DOUBTS[doubt], DOUBT_MEANINGS[doubt], n) for doubt, n in counts),
        items,
        str(out) if out is not None else None,
    )


def _money(amount: float) -> Decimal:
    """Return an amount of the register, which went through the engine as a float, to the cent."""
    return Decimal(amount).quantize(CENT)


def _table(items: tuple[WorklistItem, ...], ctx: Context) -> pa.Table:
    """Lay the list out for a spreadsheet, the doubts in the words of the caller's language."""
    money = pa.decimal128(18, 2)
    return pa.table(
        {
            "property_id": pa.array([item.property_id for item in items], pa.string()),
            "value": pa.array([item.value for item in items], money),
            "low": pa.array([item.low for item in items], money),
            "high": pa.array([item.high for item in items], money),
            "confidence": pa.array([item.confidence for item in items], pa.float64()),
            "why": pa.array(
                ["; ".join(name.in_(ctx.language) for name in item.names) for item in items],
                pa.string(),
            ),
        }
    )
