"""A Kyrgyz office with a small town in its register, for tests."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa

from conftest import OFFICER
from kazyna.packs.pack import Pack, load_pack
from kazyna.services import objects, taxpayers
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.settings import Settings
from kazyna.store.connection import Database

OWN = Actor("akmal", "taxpayer", "T1")
OTHER = Actor("bermet", "taxpayer", "T2")
TAXPAYERS = pa.table(
    {
        "taxpayer_id": ["T1", "T2", "T3"],
        "name": ["Akmal", "Bermet", "Chyngyz"],
        "language": ["ky", "ru", "en"],
        "synthetic": [True] * 3,
    }
)
HOME: dict[str, Any] = {
    "dwelling": "flat",
    "council": "bishkek",
    "area_m2": Decimal(120),
    "plot_area_m2": Decimal(0),
    "region": "none",
    "population": 1_000_000,
}
"""Taxed in 2026 on 120 - 80 = 40 m2 at 75 som: 3,000 som."""


@cache
def kyrgyz_pack() -> Pack:
    """Load the pack once for all tests."""
    return load_pack("kg")


def open_office(database: Database, today: str) -> Installation:
    """Open a Kyrgyz office with three taxpayers, on a day."""
    settings = Settings.read({"KAZYNA_PACK": "kg", "KAZYNA_TODAY": today})
    installation = Installation(database, kyrgyz_pack(), settings)
    taxpayers.load_taxpayers(installation.context(OFFICER), TAXPAYERS)
    return installation


def homes(**changed: list[Any]) -> pa.Table:
    """Make a table of homes H1, H2, … that differ in some columns."""
    n = max([1, *map(len, changed.values())])
    columns = {name: [value] * n for name, value in HOME.items()}
    ids = [f"H{number}" for number in range(1, n + 1)]
    return pa.table({"object_id": ids, **columns, **changed})


def hold(
    ctx: Context,
    *holdings: tuple[str, str | None, str],
    since: date = date(2020, 1, 15),
    estate_of: str | None = None,
) -> None:
    """Record holdings: object, taxpayer, share."""
    n = len(holdings)
    table = {
        "property_id": [each[0] for each in holdings],
        "taxpayer_id": pa.array([each[1] for each in holdings], pa.string()),
        "share": [each[2] for each in holdings],
        "held_from": [since] * n,
        "estate_of": pa.array([estate_of] * n, pa.string()),
    }
    taxpayers.load_holdings(ctx, owners=TAXPAYERS, holdings=pa.table(table))


def settle(ctx: Context, table: pa.Table, *, since: date = date(2020, 1, 1)) -> None:
    """Record homes."""
    objects.load_objects(ctx, table, kind="home", valid_from=since)
