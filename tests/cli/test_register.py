from pathlib import Path

import pytest

from cli.conftest import Kazyna
from kazyna.store.connection import Database
from services.kyrgyz_office import TAXPAYERS, open_office


def test_a_register_is_loaded_changed_and_asked_as_known_then(
    kazyna: Kazyna, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office = open_office(database, "2026-03-10")
    monkeypatch.setenv("KAZYNA_DATABASE_URL", database.url)
    monkeypatch.setenv("KAZYNA_PACK", "kg")
    monkeypatch.setenv("KAZYNA_TODAY", office.settings.today)
    cars, people, held = (tmp_path / f"{name}.csv" for name in ("cars", "people", "held"))
    cars.write_text(
        "object_id,council,vehicle_class,made_in,engine_cm3,book_value\n"
        "01KG123ABC,other,passenger_cars_vans_pickups,2019,2000,0\n"
    )
    people.write_text("taxpayer_id,name,language,synthetic\nT1,Akmal,ky,true\n")
    held.write_text("property_id,taxpayer_id,share,held_from\n01KG123ABC,T1,1,2020-01-01\n")
    loaded = ("register", "load", cars, "--kind", "vehicle", "--since", "2020-01-01", "--json")
    assert kazyna(*loaded).result["changed"] == 1
    assert kazyna(*loaded).result["changed"] == 0
    assert kazyna("register", "holdings", people, held, "--json").result["holdings"] == 1
    monkeypatch.setenv("KAZYNA_TODAY", "2026-05-01")
    of_may = ("--on", "2026-05-01", "--document", "deed 5")
    changed = kazyna("register", "change", "01KG123ABC", "engine_cm3=1800", *of_may)
    assert "engine_cm3 1800" in " ".join(changed.out.split())
    kazyna("register", "transfer", "01KG123ABC", "T2=0.5", "estate:T1=0.5", *of_may)
    shown = kazyna("register", "show", "01KG123ABC")
    assert "heirs of T1" in shown.out
    then = kazyna("register", "show", "01KG123ABC", "--known-on", "2026-04-30", "--json").result
    assert len(then["states"]) == 1
    assert [each["taxpayer_id"] for each in then["holdings"]] == ["T1"]
    assert kazyna("register", "merge", "T2", "T3", "--document", "passport").code == 0
    assert kazyna("register", "end", "01KG123ABC", *of_may).code == 0
    assert kazyna("register", "coverage", "--json").result == {"kinds": []}
    assert kazyna("register", "change", "01KG123ABC", "engine_cm3", *of_may).code == 2
    assert TAXPAYERS.num_rows == 3
