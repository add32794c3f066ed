"""The adjustment grid: each comparable sale brought to the subject, step by step in money.

The sales comparison approach lays its reasoning out so: what the comparable fetched, plus what the
market has moved since, plus or minus what each characteristic of the subject adds that the
comparable's does not, is what it would have fetched as the subject on the valuation date. The
steps here are the model's own contributions, so the grid says what the value says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from kazyna.valuation.columns import EPOCH, Floats, Sales, day_number, read_properties
from kazyna.valuation.explanation import CENTS, in_money, log_contributions
from kazyna.valuation.market_model import MarketModel
from kazyna.valuation.values import valued_block

TIME = "time"


@dataclass(frozen=True)
class Explained:
    """A property's value on the valuation date, as the model explains it."""

    value: Decimal
    base: Decimal
    reasons: Sequence[Mapping[str, Any]]
    """Records with `reason` and `amount`; base and amounts add up to the value."""


@dataclass(frozen=True)
class ComparableSale:
    """A sale that is brought to the subject."""

    price: Decimal
    adjusted_price: Decimal
    similarity: float
    level: float
    """The market's level on the day of the sale, as a share of its level on the valuation date."""
    explained: Explained | None
    """The sold property's own value; without it the grid has time and the rest only."""


@dataclass(frozen=True)
class Adjustments:
    """One row of the grid: price + time + characteristics + rest = adjusted price, exactly."""

    time: Decimal
    characteristics: tuple[tuple[str, Decimal], ...]
    """(name, amount), the weightiest in the whole grid first, the same names in every row; the
    location is one of them."""
    rest: Decimal
    """What the model did not know of this sale before it saw it, which goes to no single name."""
    weight: float
    """Share of the comparable among those of the subject, by similarity; they add up to one."""


@dataclass(frozen=True)
class GridRow:
    """A comparable with its adjustments."""

    id: str
    sold_on: date
    price: Decimal
    adjusted_price: Decimal
    distance_m: float | None
    lon: float | None
    lat: float | None
    adjustments: Adjustments


@dataclass(frozen=True)
class AdjustmentGrid:
    """A subject and the comparables that speak for its value."""

    id: str
    value: Decimal
    lon: float | None
    lat: float | None
    rows: tuple[GridRow, ...]


def adjusted(subject: Explained, sales: Sequence[ComparableSale]) -> tuple[Adjustments, ...]:
    """Lay out how each comparable comes to its adjusted price.

    The change of the logarithm of the price is the market's since the sale, plus the difference of
    the contributions of each characteristic, plus what is left; each part becomes money by the
    logarithmic mean of both prices, which leaves nothing over.

    Parameters
    ----------
    subject
        The value that the comparables speak for.
    sales
        Its comparables, in any order.

    Returns
    -------
    In the order of the sales. Amounts are whole currency units where the prices are, else cents.

    References
    ----------
    IAAO, *Standard on Mass Appraisal of Real Property* (2017), section 4.3; Ang (2004), *Energy
    Policy* 32, 1131-1139 (the logarithmic mean).
    """
    if not sales:
        return ()
    own = _contributions(subject)
    beside = [_contributions(sale.explained) if sale.explained else None for sale in sales]
    names = sorted(own.keys() | {name for each in beside if each for name in each})
    change = np.log([float(s.adjusted_price) / float(s.price) for s in sales])
    time = -np.log([sale.level for sale in sales])
    apart = np.array(
        [[own.get(n, 0.0) - each.get(n, 0.0) if each else 0.0 for n in names] for each in beside]
    ).reshape(len(sales), len(names))
    order = np.argsort(-np.abs(apart).sum(axis=0), kind="stable")
    parts = np.column_stack([time, apart[:, order], change - time - apart.sum(axis=1)])
    likeness = np.array([sale.similarity for sale in sales])
    weight = (
        likeness / likeness.sum() if likeness.sum() > 0 else np.full(len(sales), 1 / len(sales))
    )
    whole = all(amount % 1 == 0 for s in sales for amount in (s.price, s.adjusted_price))
    unit = CENTS if whole else 1
    rows = []
    for sale, part, share in zip(sales, parts, weight.tolist(), strict=True):
        ends = [int(each * CENTS) // unit for each in (sale.price, sale.adjusted_price)]
        cents = in_money(np.array(ends[1:]), ends[0], part[None, :])[0] * unit
        first, *middle, last = (Decimal(int(each)) / CENTS for each in cents)
        named = tuple(zip((names[at] for at in order), middle, strict=True))
        rows.append(Adjustments(first, named, last, share))
    return tuple(rows)


def adjustment_grids(
    model: MarketModel, properties: object, *, source: str = "properties"
) -> tuple[AdjustmentGrid, ...]:
    """Value properties and lay out how their comparables speak for each value.

    Parameters
    ----------
    model
        From `fit`.
    properties
        As `MarketModel.value` takes them; some dozens, for every comparable is explained too.

    Returns
    -------
    One grid a property, in the properties' order.
    """
    read = read_properties(properties, model.columns, characteristics=model.wanted, source=source)
    values = valued_block(model, read, source=source).to_pylist()
    evidence = _Evidence.of(model, [each for row in values for each in row["comparables"]])
    return tuple(
        AdjustmentGrid(row["id"], row["value"], *_place(lonlat), evidence.rows(row))
        for row, lonlat in zip(values, read.lonlat, strict=True)
    )


@dataclass(frozen=True)
class _Evidence:
    """The comparables of some properties, each valued once."""

    position: Mapping[tuple[str, date], int]
    """Of a sale among those that are explained."""
    explained: Sequence[Explained]
    level: Sequence[float]
    lonlat: Floats

    @classmethod
    def of(cls, model: MarketModel, comparables: Sequence[Mapping[str, Any]]) -> "_Evidence":
        wanted = {(each["id"], each["date"]) for each in comparables}
        days = [EPOCH + timedelta(days=day) for day in model.sales.day.tolist()]
        keys = list(zip(map(str, model.sales.properties.id), days, strict=True))
        kept = [at for at, key in enumerate(keys) if key in wanted]
        sold = model.sales.take(np.array(kept, dtype=np.int64))
        values = valued_block(model, sold.properties, source="sales") if kept else None
        position = {keys[at]: place for place, at in enumerate(kept)}
        return cls(
            position,
            [_explained(row) for row in values.to_pylist()] if values else [],
            _level(model, sold).tolist(),
            sold.properties.lonlat,
        )

    def rows(self, subject: Mapping[str, Any]) -> tuple[GridRow, ...]:
        """Lay out the grid of one subject."""
        found = subject["comparables"]
        at = [self.position[each["id"], each["date"]] for each in found]
        sales = [
            ComparableSale(
                each["price"], each["adjusted_price"], each["similarity"], self.level[place],
                self.explained[place],
            )
            for each, place in zip(found, at, strict=True)
        ]  # fmt: skip
        return tuple(
            GridRow(
                each["id"], each["date"], each["price"], each["adjusted_price"],
                each["distance_m"], *_place(self.lonlat[place]), steps,
            )
            for each, place, steps in zip(
                found, at, adjusted(_explained(subject), sales), strict=True
            )
        )  # fmt: skip


def _level(model: MarketModel, sold: Sales) -> Floats:
    """Level of each sale's market on its day, as a share of that on the valuation date."""
    segment = model.segments.of(sold.properties)
    now = np.full(len(sold), day_number(model.as_of))
    then, today = (
        model.index.at(day) + model.segments.level(segment, day) for day in (sold.day, now)
    )
    return np.exp(then - today)


def _explained(row: Mapping[str, Any]) -> Explained:
    return Explained(row["value"], row["base"], row["reasons"])


def _place(lonlat: Floats) -> tuple[float | None, float | None]:
    lon, lat = lonlat.tolist()
    return (None, None) if np.isnan(lon) or np.isnan(lat) else (lon, lat)


def _contributions(told: Explained) -> dict[str, float]:
    """Return the log contributions behind reasons in money; the market's level is none of them."""
    found = log_contributions(
        [told.reasons], np.array([float(told.value)]), np.array([float(told.base)])
    )
    return {name: float(part[0]) for name, part in found.items() if name != TIME}
