"""What packs name as departures from the ordinary tax."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kazyna.core.errors import PackError
from kazyna.packs.expenditures import FILE, read_departures
from kazyna.packs.pack import load_pack
from kazyna.tax.compile import prove
from kazyna.tax.reform import reformed

DAYS = {"kg": date(2026, 1, 1), "ru": date(2024, 1, 1), "us_phl": date(2025, 1, 1)}


@pytest.mark.parametrize("name", DAYS)
def test_every_departure_is_of_some_tax_and_its_overlay_compiles(name: str) -> None:
    pack = load_pack(name)
    departures = read_departures(pack)
    assert departures
    for departure in departures:
        touched = 0
        for tax in pack.taxes.values():
            overlay = departure.overlay(tax, DAYS[name]) if not tax.declared else None
            if overlay is not None:
                prove(reformed(tax.rules, overlay), DAYS[name])
                touched += 1
        assert touched, departure.name


def test_a_pack_may_name_none() -> None:
    assert read_departures(load_pack("us_wa")) == ()


def test_mistakes_are_named_together(tmp_path: Path) -> None:
    text = """
    [gift]
    label = { en = "Gift", ru = "Подарок", ky = "Белек" }
    law = "nowhere art. 1"
    by = "colour"
    without = { free_aria = 0, free_area = "none" }
    """
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_departures(replace(load_pack("kg"), folder=tmp_path))
    told = " ".join(finding.reason for finding in caught.value.findings)
    for wrong in ("no tax has the parameter", "wrong kind", "'colour' is no column", "'nowhere"):
        assert wrong in told
