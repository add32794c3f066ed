"""The chapter of Kyrgyz taxes: told whole, and told again."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from kazyna.packs.pack import load_pack
from kazyna.services import bill_objections, ledger, objects, reliefs, roll_desk, rolls, taxpayers
from kazyna.services.context import Actor, Installation
from kazyna.services.demo_goods import settings_of_goods
from kazyna.services.demo_town import KINDS, SEED, people, run_town, town
from kazyna.services.invented import holders_of, invent_register
from kazyna.services.settings import Settings
from kazyna.store.connection import Database


def test_an_invented_register_is_taxed_for_two_years(database_url: str, tmp_path: Path) -> None:
    settings = settings_of_goods(Settings.read({"KAZYNA_DATA": str(tmp_path)}))
    with Database(database_url) as database:
        installation = Installation(database, load_pack("kg"), settings)
        told = run_town(installation)
        officer = installation.context(Actor("test", "officer"))
        assert told.objects == sum(count for _kind, _tax, count in KINDS)
        assert told.draft_waits
        assert 0 < told.overdue < told.charged
        states = {(line.tax, line.year): line.status for line in roll_desk.all_rolls(officer)}
        assert states == {
            ("residential_property", 2025): "issued", ("residential_property", 2026): "issued",
            ("vehicle", 2026): "issued", ("nonresidential_property", 2026): "draft",
        }  # fmt: skip
        decided = {each.status for each in bill_objections.objections(officer)}
        assert decided == {"filed", "partly_upheld"}
        assert {each.status for each in reliefs.claims(officer)} == {"claimed", "granted"}
        books = ledger.trial_balance(officer)
        assert books.debit == books.credit
        # what is asked for is what is on the bills, after all corrections
        asked = sum(
            bill.amount
            for line in roll_desk.all_rolls(officer)
            if line.status == "issued"
            for bill in rolls.payable(officer, tax=line.tax, year=line.year)
        )
        assert asked == told.charged
        _, held = holders_of(town(officer.pack).values(), people(), seed=SEED)
        orphaned = held.filter(pc.is_null(held["taxpayer_id"]))["property_id"][0].as_py()
        found = objects.find_object(officer, orphaned)
        assert found.synthetic
        assert found.holdings[0].taxpayer_id is None  # its heirs are not known
        again = run_town(installation)
        assert replace(again, steps=told.steps) == told
        assert all(step.done_before for step in again.steps)


def test_an_invented_register_is_loaded_from_its_files(database_url: str, tmp_path: Path) -> None:
    invented = invent_register("ru", objects=200, out=tmp_path, seed=3, year=2025)
    tables = {each.content: pq.read_table(each.file) for each in invented.files}
    with Database(database_url) as database:
        installation = Installation(database, load_pack("ru"), Settings.read({}))
        officer = installation.context(Actor("test", "officer"))
        owners, holdings = tables.pop("taxpayers"), tables.pop("holdings")
        for kind, table in tables.items():
            objects.load_objects(
                officer, table, kind=kind, valid_from=date(2020, 1, 1), synthetic=True, source=kind
            )
        loaded = taxpayers.load_holdings(officer, owners=owners, holdings=holdings)
        assert loaded.holdings == holdings.num_rows > invented.objects
        assert sum(kind.objects for kind in objects.coverage(officer)) == invented.objects
