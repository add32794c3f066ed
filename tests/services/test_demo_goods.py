"""The chapter of marked goods: told whole, and told again."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from kazyna.marking.offline_kit import read_kit
from kazyna.packs.pack import load_pack
from kazyna.services import alerts, offline_kits, proposals
from kazyna.services.context import Actor, Installation
from kazyna.services.demo_goods import BOTTLES, CLONES, run_goods, settings_of_goods
from kazyna.services.settings import Settings
from kazyna.store.connection import Database


def test_the_smuggler_is_found_and_the_missing_excise_proposed(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_of_goods(Settings.read({"KAZYNA_DATA": str(tmp_path)}))
    with Database(database_url) as database:
        installation = Installation(database, load_pack("kg"), settings)
        told = run_goods(installation)
        assert (told.codes, told.introduced) == (BOTTLES, BOTTLES)
        officer = installation.context(Actor("test", "officer"))
        found = {rule.rule: rule.alerts for rule in alerts.count_alerts(officer)}
        # Each copy was seen in two towns at once; the invented serials are one finding.
        assert found == {"impossible_speed": CLONES, "serial_guessing": 1}
        # 12,000 bottles of half a litre were imported and 4,000 litres declared; at 200 som a litre
        # (rate of 2026) 2,000 litres are 400,000 som.
        assert told.excise_proposed == Decimal("400000.00")
        [proposal] = [row for row in proposals.list_proposals(officer) if row.tax == "excise"]
        assert (proposal.status, proposal.declared) == ("proposed", Decimal("800000.00"))
        kit = offline_kits.kit_for(installation.context())
        believed = {offline_kits.kit_key(officer).key.public_key}
        assert {key.key_id for key in read_kit(kit, trusted=believed).keys} == {"KG01", "KG02"}

        again = run_goods(installation)
        assert replace(again, steps=told.steps) == told
        assert all(step.done_before for step in again.steps)
