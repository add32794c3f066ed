"""What a round says of the market: prices over time in each part, and the market areas found."""

from dataclasses import dataclass

import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.text import Text
from kazyna.services import rounds
from kazyna.services.cadastre import READERS
from kazyna.services.context import Context
from kazyna.services.rounds import IndexPoint, StratumPrices
from kazyna.store import round_market
from kazyna.store.connection import Transaction
from kazyna.valuation import ModelSummary
from kazyna.valuation.market_areas import AreaPlace, MarketArea


@dataclass(frozen=True)
class PartOfMarket:
    """Prices over time in one part of the market."""

    prices: StratumPrices
    points: tuple[IndexPoint, ...]
    """None in rounds of before they were kept."""


@dataclass(frozen=True)
class RoundMarket:
    """The market as one round found it."""

    round_id: int
    column: str | None
    label: Text | None
    """What parts the market; None where its parts are the market areas found."""
    parts: tuple[str, ...]
    """Names of the parts whose prices are followed; none in a thin market."""
    part: PartOfMarket | None
    """The part that was asked for; the one with the most sales where none was."""
    whole: tuple[IndexPoint, ...]
    areas: tuple[MarketArea, ...]
    """The market areas that were found, the dearest first."""
    places: tuple[AreaPlace, ...]
    """Some sales with their areas, for a map."""


def market_of_round(ctx: Context, round_id: int, *, part: str | None = None) -> RoundMarket:
    """Return what a round says of the market and of one part of it.

    Raises
    ------
    NotFound
        When there is no such round for the actor.
    InputError
        When the market has no such part.
    """
    ctx.require(*READERS)
    published = rounds.find_round(ctx, round_id)
    strata = published.strata
    each = {found.name: found for found in strata.each} if strata else {}
    if part is not None and part not in each:
        known = "one of " + ", ".join(each) if each else "none: the market is followed as a whole"
        reason = f"{part!r} is no part of the market"
        raise InputError(Finding("call", reason, known, column="part"))
    shown = each.get(part) if part else max(each.values(), key=lambda s: s.sales, default=None)
    with ctx.transaction() as tx:
        levels = round_market.index_of(tx, round_id, shown.name) if shown else []
        places = round_market.places_of(tx, round_id)
    return RoundMarket(
        round_id=round_id,
        column=strata.column if strata else None,
        label=strata.label if strata else None,
        parts=tuple(each),
        part=PartOfMarket(
            shown, tuple(IndexPoint(row.day, row.level, row.low, row.high) for row in levels)
        )
        if shown
        else None,
        whole=published.index,
        areas=published.areas,
        places=tuple(AreaPlace(row.lon, row.lat, row.area) for row in places),
    )


def record_market(tx: Transaction, round_id: int, summary: ModelSummary) -> None:
    """Keep what the model of a draft says of the market."""
    levels = [
        {
            "round_id": round_id,
            "stratum": part.name,
            "day": p.date,
            "level": p.level,
            "low": p.low,
            "high": p.high,
        }
        for part in summary.strata.each
        for p in part.points
    ]
    if levels:
        round_market.insert_index(tx, pa.Table.from_pylist(levels))
    if summary.areas.places:
        places = [
            {"round_id": round_id, "lon": p.lon, "lat": p.lat, "area": p.area}
            for p in summary.areas.places
        ]
        round_market.insert_places(tx, pa.Table.from_pylist(places))
