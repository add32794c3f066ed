"""What a round says of the market: the price index of each part, and where the areas lie."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from kazyna.store.connection import Transaction


@dataclass(frozen=True)
class LevelRow:
    """The level of prices in one part of the market on a day."""

    day: date
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class PlaceRow:
    """A place and the market area it lies in."""

    lon: float
    lat: float
    area: int


def insert_index(tx: Transaction, levels: pa.Table) -> int:
    """Record a draft's index by parts: round_id, stratum, day, level, low, high."""
    return tx.append("round_strata_index", levels)


def insert_places(tx: Transaction, places: pa.Table) -> int:
    """Record where a draft's market areas lie: round_id, lon, lat, area."""
    return tx.append("round_area_places", places)


def index_of(tx: Transaction, round_id: int, stratum: str) -> list[LevelRow]:
    """Return the index of one part of the market over time."""
    return tx.rows(
        LevelRow,
        "SELECT day, level, low, high FROM round_strata_index"
        " WHERE round_id = %s AND stratum = %s ORDER BY day",
        (round_id, stratum),
    )


def index_table(tx: Transaction, round_id: int) -> pa.Table:
    """Return the index of every part of the market: stratum, day, level, low, high."""
    shares = [(name, pa.float64()) for name in ("level", "low", "high")]
    return tx.table(
        pa.schema([("stratum", pa.string()), ("day", pa.date32()), *shares]),
        "SELECT stratum, day, level, low, high FROM round_strata_index"
        " WHERE round_id = %s ORDER BY stratum, day",
        (round_id,),
    )


def places_of(tx: Transaction, round_id: int) -> list[PlaceRow]:
    """Return some places of a round with the market area of each."""
    return tx.rows(
        PlaceRow,
        "SELECT lon, lat, area FROM round_area_places WHERE round_id = %s ORDER BY area, lon, lat",
        (round_id,),
    )
