"""Russian rolls from the register: the value is a fact of it, last year's bill caps the next."""

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from conftest import OFFICER, issue_roll
from kazyna.packs.pack import load_pack
from kazyna.services import confirmations, forecasts, objects, rolls, taxpayers
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.settings import Settings
from kazyna.store.connection import Database

TAX = "individual_property"
PEOPLE = pa.table(
    {
        "taxpayer_id": ["P1", "P2"],
        "name": ["Иванов (вымышленный)", "Петрова (вымышленная)"],
        "language": ["ru"] * 2,
        "synthetic": [True] * 2,
    }
)
NUMBER = "77:01:0001:1"
FLAT: dict[str, list[Any]] = {
    "object_id": [NUMBER],
    "value": [Decimal(6_000_000)],
    "object_kind": ["flat"],
    "municipality": ["other"],
    "area_m2": [Decimal(60)],
    "transition_year": [4],
    "inventory_tax": [Decimal(0)],
}


def issue(ctx: Context, year: int) -> None:
    doubts = [each.id for each in confirmations.doubts(ctx, tax=TAX, year=year)]
    confirmations.confirm(ctx, doubts, tax=TAX, year=year, document="Tax Code, official edition")
    issue_roll(ctx, tax=TAX, year=year)


def test_a_flat_of_two_is_taxed_and_its_growth_capped(database: Database) -> None:
    settings = Settings.read({"KAZYNA_PACK": "ru", "KAZYNA_TODAY": "2025-09-01"})
    office = Installation(database, load_pack("ru"), settings)
    ctx = office.context(OFFICER)
    objects.load_objects(
        ctx, pa.table(FLAT), kind="home", valid_from=date(2020, 1, 1), synthetic=True
    )
    held = pa.table(
        {
            "property_id": [NUMBER] * 2,
            "taxpayer_id": ["P1", "P2"],
            "share": [Decimal("0.5")] * 2,
            "held_from": [date(2020, 1, 1)] * 2,
        }
    )
    taxpayers.load_holdings(ctx, owners=PEOPLE, holdings=held)
    issue(ctx, 2024)
    # (60 - 20) m2 of 60 are taxed: 4,000,000 x 0.1 % = 4,000, in two halves
    first = rolls.page(ctx, tax=TAX, year=2024)
    assert [(bill.taxpayer_id, bill.amount) for bill in first] == [
        ("P1", Decimal(2000)), ("P2", Decimal(2000)),
    ]  # fmt: skip
    # valued at one half more: 6,000 uncapped, at most 10 % above the year before
    objects.change_object(
        ctx, NUMBER, {"value": "9000000"}, valid_from=date(2025, 1, 1),
        document="cadastral valuation of 2025",
    )  # fmt: skip
    own = forecasts.forecast(office.context(Actor("ivanov", "taxpayer", "P1")), "P1")
    assert [(each.year, each.amount) for each in own] == [(2025, Decimal(2200))]
    issue(ctx, 2025)
    second = rolls.page(ctx, tax=TAX, year=2025)
    assert [bill.amount for bill in second] == [Decimal(2200)] * 2
    assert rolls.bill_pdf(ctx, reference=second[0].reference, language="ru").startswith(b"%PDF")
