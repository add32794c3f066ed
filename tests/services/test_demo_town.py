"""The chapter of Kyrgyz taxes: told whole, and told again."""

from dataclasses import replace
from pathlib import Path

from kazyna.packs.pack import load_pack
from kazyna.services import bill_objections, ledger, objects, reliefs, roll_desk, rolls
from kazyna.services.context import Actor, Installation
from kazyna.services.demo_goods import settings_of_goods
from kazyna.services.demo_town import KINDS, run_town
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
        home = objects.find_object(officer, "1-00-00-0001")
        assert home.synthetic
        assert home.holdings[0].taxpayer_id is None  # its heirs are not known
        again = run_town(installation)
        assert replace(again, steps=told.steps) == told
        assert all(step.done_before for step in again.steps)
