"""The register of taxpayers and of what they hold."""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.core.schema import Column, Schema
from kazyna.core.table import check
from kazyna.services.context import Context
from kazyna.store import taxpayers

TAXPAYERS = Schema(
    "taxpayers",
    (
        Column("taxpayer_id", "text", "number of the taxpayer", unique=True),
        Column("name", "text", "name of the person or body"),
        Column("language", "text", "language of notices", allowed=("en", "ru", "ky")),
        Column("synthetic", "boolean", "true for an invented person of a demonstration"),
    ),
)
HOLDINGS = Schema(
    "holdings",
    (
        Column("property_id", "text", "cadastral number of the property"),
        Column("taxpayer_id", "text", "number of the taxpayer who holds it"),
        Column(
            "share",
            "decimal",
            "share held",
            unit="1 is the whole",
            minimum=Decimal("0.000001"),
            maximum=1,
        ),
        Column("held_from", "date", "first day of the holding"),
    ),
)


@dataclass(frozen=True)
class LoadedHoldings:
    """What was loaded; loading the same again changes nothing."""

    taxpayers: int
    holdings: int


def load_taxpayers(ctx: Context, owners: pa.Table, *, source: str = "taxpayers") -> int:
    """Record taxpayers, all or nothing; return how many. The same again changes nothing."""
    ctx.require("officer")
    owners = check(owners, TAXPAYERS, source=source)
    with ctx.transaction() as tx:
        taxpayers.upsert_taxpayers(tx, owners)
    return int(owners.num_rows)


def load_holdings(
    ctx: Context, *, owners: pa.Table, holdings: pa.Table, source: str = "holdings"
) -> LoadedHoldings:
    """Record taxpayers and the shares of properties they hold, all or nothing."""
    ctx.require("officer")
    owners = check(owners, TAXPAYERS, source=source)
    holdings = check(holdings, HOLDINGS, source=source)
    _require_once(holdings, source)
    with ctx.transaction() as tx:
        taxpayers.upsert_taxpayers(tx, owners)
        taxpayers.upsert_holdings(tx, holdings)
    return LoadedHoldings(owners.num_rows, holdings.num_rows)


def _require_once(holdings: pa.Table, source: str) -> None:
    """Refuse a table that says of one holding two things."""
    key = ["property_id", "taxpayer_id", "held_from"]
    counted = holdings.group_by(key).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1))
    if twice.num_rows:
        first = twice.slice(0, 1).to_pylist()[0]
        reason = (
            f"{first['taxpayer_id']!r} begins to hold {first['property_id']!r}"
            f" {first['count_all']} times on {first['held_from']}"
        )
        expected = "one share of a property and taxpayer from a day"
        raise InputError(Finding(source, reason, expected, column="held_from"))


def count(ctx: Context) -> int:
    """Count the taxpayers that the actor may see."""
    with ctx.transaction() as tx:
        return taxpayers.count(tx)


def holders(ctx: Context, property_id: str) -> tuple[str, ...]:
    """Return the numbers of the taxpayers who hold a property on the business date."""
    ctx.require("officer", "auditor")
    with ctx.transaction() as tx:
        return tuple(taxpayers.holders_of(tx, property_id, on=ctx.today))
