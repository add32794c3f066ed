"""The register of taxpayers and of what they hold."""

from dataclasses import dataclass

import pyarrow as pa

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
        Column("share", "decimal", "share held", unit="1 is the whole", minimum=0, maximum=1),
        Column("held_from", "date", "first day of the holding"),
    ),
)


@dataclass(frozen=True)
class LoadedHoldings:
    """What was loaded; loading the same again changes nothing."""

    taxpayers: int
    holdings: int


def load_holdings(
    ctx: Context, *, owners: pa.Table, holdings: pa.Table, source: str = "holdings"
) -> LoadedHoldings:
    """Record taxpayers and the shares of properties they hold, all or nothing."""
    ctx.require("officer")
    owners = check(owners, TAXPAYERS, source=source)
    holdings = check(holdings, HOLDINGS, source=source)
    with ctx.transaction() as tx:
        taxpayers.upsert_taxpayers(tx, owners)
        taxpayers.upsert_holdings(tx, holdings)
    return LoadedHoldings(owners.num_rows, holdings.num_rows)


def count(ctx: Context) -> int:
    """Count the taxpayers that the actor may see."""
    with ctx.transaction() as tx:
        return taxpayers.count(tx)
