"""Small worlds of events, written down one by one, for the tests of detection."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from kazyna.core.schema import ARROW_TYPES
from kazyna.marking.detection import EVENTS, RULES, detect, unit_number

START = datetime(2026, 1, 5, 8)  # noqa: DTZ001 (events are in UTC and say no zone)
PLACES = {
    "factory": (74.57, 42.87),
    "warehouse": (74.61, 42.88),
    "shop": (74.59, 42.86),
    "corner shop": (74.58, 42.87),
    "shop in Osh": (72.80, 40.53),
    "shop in Karakol": (78.39, 42.49),
}
"""Bishkek but for the last two."""
OWNERS = {
    "factory": "F", "warehouse": "W", "shop": "S", "corner shop": "C",
    "shop in Osh": "O", "shop in Karakol": "K",
}  # fmt: skip
GTIN = 4601234567893
CODE = unit_number(7, 12)
SCHEMA = pa.schema([(each.name, ARROW_TYPES[each.type]) for each in EVENTS.columns])
ENDED = START + timedelta(days=90)
"""Long after everything that the tests tell of."""


@dataclass
class World:
    """Events in the order in which they are told; hours count from the start."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, kind: str, place: str | None, hours: float, **other: Any) -> int:
        """Add an event; return its number."""
        at = START + timedelta(hours=hours)
        lon, lat = PLACES[place] if place else (None, None)
        row: dict[str, Any] = dict.fromkeys(SCHEMA.names) | {
            "event_id": len(self.rows) + 1,
            "kind": kind,
            "happened_at": at,
            "recorded_at": at,
            "code": CODE,
            "package": False,
            "gtin": GTIN,
            "lot": "L1",
            "participant": OWNERS[place] if place else None,
            "facility": place,
            "lon": lon,
            "lat": lat,
            "device": place and f"{place} till",
        }
        self.rows.append(row | other)
        return len(self.rows)

    def made(self, *, code: int = CODE, hours: float = 0, **other: Any) -> None:
        """Make a thing, pack it, and bring it through the warehouse to the shop."""
        other |= {"code": code}
        self.tell("apply", "factory", hours, **other)
        self.tell("introduce", "factory", hours + 2, **other)
        self.tell("ship", "factory", hours + 5, counterparty="W", **other)
        self.tell("accept", "warehouse", hours + 30, **other)
        self.tell("ship", "warehouse", hours + 50, counterparty="S", **other)
        self.tell("accept", "shop", hours + 54, **other)

    def table(self) -> pa.Table:
        """Return the events as detection reads them."""
        return pa.Table.from_pylist(self.rows, schema=SCHEMA)


def alerts_of(world: World | pa.Table, **options: Any) -> list[dict[str, Any]]:
    """Run every rule over a world."""
    events = world.table() if isinstance(world, World) else world
    with duckdb.connect() as computing:
        computing.register("events", events)
        found = detect(computing, RULES, as_of=options.pop("as_of", ENDED), **options)
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def rules_of(world: World, **options: Any) -> set[str]:
    """Name the rules that raise an alert."""
    return {alert["rule"] for alert in alerts_of(world, **options)}


def price_table(rows: Iterable[tuple[str, date, date | None, str]]) -> pa.Table:
    """Write least prices as detection reads them."""
    goods, since, until, price = zip(*rows, strict=True)
    return pa.table(
        {
            "goods": pa.array(goods, pa.string()),
            "since": pa.array(since, pa.date32()),
            "until": pa.array(until, pa.date32()),
            "price": pa.array(price, pa.string()).cast(pa.decimal128(18, 2)),
        }
    )
