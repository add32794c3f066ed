"""Typical objects of a valuation with their reasons and adjustment grids, for a report.

Whoever signs a report of thousands of values reads a few of them whole: the typical property of
each quarter of the values is shown as an appraiser would lay it out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.valuation.adjustment_grid import Adjustments, ComparableSale, Explained, adjusted
from kazyna.valuation.indices.strata_index import IndexPoint

PLACES = (0.25, 0.5, 0.75)
"""Where among the values the typical objects stand."""
NEAR_RANKS = 0.02
"""Share of the values, to either side, among which the surest with comparables is shown."""
COMPARABLES_MIN = 3
EXPLAINED = ["id", "value", "base", "reasons"]


@dataclass(frozen=True)
class ExampleSale:
    """A comparable sale brought to the object."""

    id: str
    sold_on: date
    distance_m: float | None
    price: Decimal
    steps: Adjustments
    adjusted_price: Decimal


@dataclass(frozen=True)
class Example:
    """One object as it is explained."""

    id: str
    place: float
    """Share of all values that are lower."""
    value: Decimal
    low: Decimal
    high: Decimal
    base: Decimal
    reasons: tuple[tuple[str, Decimal], ...]
    """The largest first; base and reasons add up to the value."""
    sales: tuple[ExampleSale, ...]


def examples_of(valued: pa.Table, index: Sequence[IndexPoint]) -> tuple[Example, ...]:
    """Explain the typical objects of a valuation.

    Parameters
    ----------
    valued
        Values as `MarketModel.value` returns them; without reasons there are no examples.
    index
        The market's, by which sales are brought to the valuation date.
    """
    if not {"base", "reasons", "comparables", "confidence"} <= set(valued.column_names):
        return ()
    compared = np.asarray(pc.fill_null(pc.list_value_length(valued["comparables"]), 0).to_numpy())
    sure = np.nan_to_num(np.asarray(valued["confidence"].to_numpy(), dtype=np.float64))
    order = np.argsort(np.asarray(valued["value"].cast(pa.float64())), kind="stable")
    reach = max(1, round(NEAR_RANKS * len(order)))
    chosen: list[tuple[float, int]] = []
    for place in PLACES:
        middle = round(place * (len(order) - 1))
        near = order[max(middle - reach, 0) : middle + reach + 1]
        near = near[compared[near] >= COMPARABLES_MIN]
        if len(near):
            chosen.append((place, int(near[np.argmax(sure[near])])))
    rows = valued.take([row for _, row in chosen]).to_pylist()
    wanted = {each["id"] for row in rows for each in row["comparables"]}
    sold = valued.filter(pc.is_in(valued["id"], value_set=pa.array(sorted(wanted), pa.string())))
    own = {row["id"]: _explained(row) for row in sold.select(EXPLAINED).to_pylist()}
    return tuple(
        _example(row, place, own, index)
        for (place, _), row in zip(chosen, rows, strict=True)
        if row["base"] + sum(each["amount"] for each in row["reasons"]) == row["value"]
    )


def _example(
    row: Mapping[str, Any],
    place: float,
    own: Mapping[str, Explained],
    index: Sequence[IndexPoint],
) -> Example:
    found = row["comparables"]
    levels = _levels(index, [each["date"] for each in found])
    sales = [
        ComparableSale(
            each["price"], each["adjusted_price"], each["similarity"], level, own.get(each["id"])
        )
        for each, level in zip(found, levels, strict=True)
    ]
    return Example(
        row["id"],
        place,
        row["value"],
        row["low"],
        row["high"],
        row["base"],
        tuple((each["reason"], each["amount"]) for each in row["reasons"]),
        tuple(
            ExampleSale(
                each["id"], each["date"], each["distance_m"], each["price"], steps,
                each["adjusted_price"],
            )
            for each, steps in zip(found, adjusted(_explained(row), sales), strict=True)
        ),
    )  # fmt: skip


def _explained(row: Mapping[str, Any]) -> Explained:
    return Explained(row["value"], row["base"], row["reasons"])


def _levels(index: Sequence[IndexPoint], days: Sequence[date]) -> list[float]:
    """Level of the market on some days, as a share of that on the valuation date."""
    known = [point.date.toordinal() for point in index]
    level = np.log([point.level for point in index])
    found: list[float] = np.exp(np.interp([d.toordinal() for d in days], known, level)).tolist()
    return found
