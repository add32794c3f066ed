"""The comparable sales of a published value, each brought to the subject step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from kazyna.core.text import Text
from kazyna.services.context import Context
from kazyna.services.reason_words import label
from kazyna.store import cadastre, rounds
from kazyna.store.connection import Transaction
from kazyna.store.rounds import RoundRow, ValueRow
from kazyna.valuation.adjustment_grid import Adjustments, ComparableSale, Explained, adjusted


@dataclass(frozen=True)
class Adjustment:
    """What one characteristic, or the location, of the subject adds to a comparable's price."""

    name: str
    label: Text
    amount: Decimal


@dataclass(frozen=True)
class Comparable:
    """A sale that speaks for the value of the subject.

    price + time + the adjustments + rest = adjusted price, exactly.
    """

    property_id: str
    sold_on: date
    price: Decimal
    time: Decimal
    """What the market has moved from the sale to the valuation date."""
    adjustments: tuple[Adjustment, ...]
    """The weightiest of the whole grid first; the same names for every comparable."""
    rest: Decimal
    """What the model did not know of this sale before it saw it."""
    adjusted_price: Decimal
    """The price brought to the valuation date and to the subject's characteristics."""
    weight: float
    """Share among the comparables of the subject, by similarity."""
    distance_m: float | None
    similarity: float
    """From 0 to 1."""
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class Shortened:
    """A row of the grid with few columns; all still adds up."""

    named: tuple[Decimal, ...]
    """Of the weightiest names, in their order."""
    others: Decimal
    """All other characteristics, and what is left."""


def shortened(sale: Comparable, names: int) -> Shortened:
    """Keep the weightiest adjustments and sum up the others."""
    named = tuple(each.amount for each in sale.adjustments[:names])
    others = sum((each.amount for each in sale.adjustments[names:]), sale.rest)
    return Shortened(named, others)


def comparables_of(
    ctx: Context, tx: Transaction, in_round: RoundRow, value: ValueRow
) -> tuple[Comparable, ...]:
    """Bring the comparables of one value to its property by the contributions of their own values.

    A comparable that the round does not value has its time and the rest only.
    """
    numbers = [each["id"] for each in value.comparables]
    places = cadastre.in_round(tx, in_round.round_id, numbers)
    own = rounds.explanations_of(tx, round_id=in_round.round_id, property_ids=numbers)
    level = _levels(in_round, [date.fromisoformat(each["date"]) for each in value.comparables])
    sales = [
        ComparableSale(
            Decimal(each["price"]),
            Decimal(each["adjusted_price"]),
            float(each["similarity"]),
            at,
            Explained(told.value, told.base, told.reasons) if told else None,
        )
        for each, at, told in zip(
            value.comparables, level, (own.get(number) for number in numbers), strict=True
        )
    ]
    subject = Explained(value.model_value, value.base, value.reasons)
    return tuple(
        _comparable(ctx, row, places.get(row["id"]), steps)
        for row, steps in zip(value.comparables, adjusted(subject, sales), strict=True)
    )


def _levels(in_round: RoundRow, days: Sequence[date]) -> list[float]:
    """Read the market's level on some days off the round's index, 1 on the valuation date."""
    points = in_round.report["index"]
    known = [date.fromisoformat(point["day"]).toordinal() for point in points]
    level = np.log([float(point["level"]) for point in points])
    found: list[float] = np.exp(np.interp([d.toordinal() for d in days], known, level)).tolist()
    return found


def _comparable(
    ctx: Context, row: Mapping[str, Any], place: cadastre.PropertyRow | None, steps: Adjustments
) -> Comparable:
    distance = row["distance_m"]
    return Comparable(
        property_id=row["id"],
        sold_on=date.fromisoformat(row["date"]),
        price=Decimal(row["price"]),
        time=steps.time,
        adjustments=tuple(
            Adjustment(name, label(ctx, name), amount) for name, amount in steps.characteristics
        ),
        rest=steps.rest,
        adjusted_price=Decimal(row["adjusted_price"]),
        weight=steps.weight,
        distance_m=None if distance is None else float(distance),
        similarity=float(row["similarity"]),
        lon=place.lon if place else None,
        lat=place.lat if place else None,
    )
