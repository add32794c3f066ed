"""Limits of detection as a pack's data."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from shutil import copytree

import pytest

from kazyna.core.errors import PackError
from kazyna.packs.detection import FILE, read_detection_rules
from kazyna.packs.pack import BUILT_IN, load_pack, read_pack


def test_a_limit_holds_from_its_day() -> None:
    rules = read_detection_rules(load_pack("kg"))
    assert rules.on(date(2026, 1, 1))["impossible_speed"] == {"speed_kmh_max": Decimal(160)}
    assert rules.on(date(2020, 1, 1))["impossible_speed"] == {}


def test_least_prices_are_those_of_the_law_by_day() -> None:
    rows = read_detection_rules(load_pack("kg")).minimum_prices.to_pylist()
    (row,) = [
        row for row in rows
        if row["goods"] == "cigarettes_and_heated_tobacco_sticks_1000"
        and row["since"] <= date(2025, 6, 1) <= (row["until"] or date.max)
    ]  # fmt: skip
    assert row["price"] == 110, "kg_minimum_retail_prices.csv: 110 som for 20 pieces in 2025"


def test_a_pack_that_says_nothing_changes_nothing() -> None:
    rules = read_detection_rules(load_pack("us_wa"))
    assert rules.on(date(2026, 1, 1)) == {}
    assert rules.minimum_prices.num_rows == 0


def test_mistakes_are_named_all_at_once(tmp_path: Path) -> None:
    folder = copytree(BUILT_IN / "kg", tmp_path / "kg")
    (folder / FILE).write_text(
        "[[wrong_rule.x.values]]\nfrom = 2026-01-01\nvalue = 1\nwhy = 'x'\n"
        "[[scan_burst.wrong_limit.values]]\nfrom = 2026-01-01\nvalue = 1\nwhy = 'x'\n"
        "[[scan_burst.window_hours.values]]\nfrom = 2026-01-01\nvalue = -1\n"
    )
    with pytest.raises(PackError) as refused:
        read_detection_rules(read_pack(folder))
    named = [finding.column for finding in refused.value.findings]
    assert named == [
        "wrong_rule",
        "scan_burst.wrong_limit",
        "scan_burst.window_hours.values[1].why",
        "scan_burst.window_hours.values[1].value",
    ]
