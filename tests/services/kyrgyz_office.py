"""A Kyrgyz office with a small town in its register, for tests."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa

from conftest import OFFICER, issue_roll, make_staff
from kazyna.packs.pack import Pack, load_pack
from kazyna.services import collection, confirmations, objects, taxpayers, users
from kazyna.services.context import Actor, Context, Installation, Role
from kazyna.services.demo_steps import PASSWORD
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


STAFF: tuple[tuple[str, Role], ...] = (
    ("officer", "officer"),
    ("head", "officer"),
    ("auditor", "auditor"),
)
CARS, CAR_YEAR = "vehicle", 2026


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


def open_cars(database: Database) -> Installation:
    """Open an office with three cars, two officers and a taxpayer, T1.

    Made in 2019 they are seven years old in 2026 and taxed at 0.75 som per cm3: V1 of T1 1,500, V2
    of T2 1,200, V3 of both in halves 1,500.
    """
    office = open_office(database, "2026-07-20")
    ctx = office.context(OFFICER)
    n = 3
    cars = pa.table(
        {
            "object_id": ["V1", "V2", "V3"],
            "council": ["other"] * n,
            "vehicle_class": ["passenger_cars_vans_pickups"] * n,
            "made_in": [2019] * n,
            "engine_cm3": [2000, 1600, 2000],
            "book_value": [0] * n,
        }
    )
    objects.load_objects(
        ctx, cars, kind=CARS, valid_from=date(2019, 1, 1), synthetic=True, source="cars"
    )
    hold(ctx, ("V1", "T1", "1"), ("V2", "T2", "1"), ("V3", "T1", "0.5"), ("V3", "T2", "0.5"))
    for name, role in STAFF:
        make_staff(ctx, name, role)
    users.create_user(ctx, name="akmal", password=PASSWORD, role="taxpayer", taxpayer_id="T1")
    return office


def issue_cars(office: Installation, year: int = CAR_YEAR) -> None:
    """Issue the roll of the cars, its doubts confirmed."""
    ctx = office.context(OFFICER)
    doubts = [each.id for each in confirmations.doubts(ctx, tax=CARS, year=year)]
    confirmations.confirm(ctx, doubts, tax=CARS, year=year, document="Tax Code, official edition")
    issue_roll(ctx, tax=CARS, year=year)


def demand(office: Installation, year: int) -> None:
    """Take every step of dunning for the roll of a year; the order is to be paid by Christmas."""
    ctx = office.context(OFFICER)
    for day in (date(year, 9, 10), date(year, 10, 20), date(year, 12, 15)):
        collection.dun(replace(ctx, today=day))
