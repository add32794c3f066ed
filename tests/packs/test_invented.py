"""Invented cadastres: repeatable, and the same bill by the roll and by the single case."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from kazyna.core.errors import NotFound
from kazyna.packs.invented import cadastre
from kazyna.packs.invented.cadastre import batches, counts
from kazyna.packs.pack import load_pack
from kazyna.tax import run_roll, verify_sample

PACKS = {name: load_pack(name) for name in ("kg", "ru")}
ON = {"kg": date(2026, 1, 1), "ru": date(2025, 1, 1)}
TAXES = [(name, tax) for name, pack in PACKS.items() for tax in counts(pack, 1)]
ROWS = 500


def objects(name: str, tax: str, count: int, *, seed: int = 1) -> pa.Table:
    return pa.concat_tables(batches(PACKS[name], tax, count, seed=seed, year=2026))


@pytest.mark.parametrize(("name", "tax"), TAXES, ids=[f"{name} {tax}" for name, tax in TAXES])
def test_every_bill_of_the_roll_is_that_of_the_single_case(name: str, tax: str) -> None:
    rules = PACKS[name].taxes[tax].rules
    roll = run_roll(rules, objects(name, tax, ROWS), on=ON[name], id_column="id")
    assert verify_sample(rules, roll, on=ON[name], size=ROWS, seed=0) == ROWS
    amounts = roll["amount"].to_pylist()
    assert min(amounts) >= 0
    assert sum(amounts, Decimal(0)) > 0


@pytest.mark.parametrize("year", [2023, 2024])
def test_homes_are_taxed_by_coefficients_before_2025(year: int) -> None:
    rules, on = PACKS["kg"].taxes["residential_property"].rules, date(year, 1, 1)
    roll = run_roll(rules, objects("kg", "residential_property", ROWS), on=on, id_column="id")
    assert verify_sample(rules, roll, on=on, size=ROWS, seed=0) == ROWS
    assert "base_value" in roll.column_names


def test_the_same_seed_gives_the_same_objects() -> None:
    first = objects("kg", "land", 50)
    assert first.equals(objects("kg", "land", 50))
    assert not first.equals(objects("kg", "land", 50, seed=2))


def test_objects_come_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadastre, "BATCH_ROWS", 40)
    sizes = [table.num_rows for table in batches(PACKS["kg"], "vehicle", 100, seed=0, year=2026)]
    assert sizes == [40, 40, 20]
    assert objects("kg", "vehicle", 100)["id"].to_pylist() == list(range(100))


def test_the_number_of_objects_is_shared_out() -> None:
    for pack in PACKS.values():
        assert abs(sum(counts(pack, 10_000).values()) - 10_000) <= len(counts(pack, 1))


def test_what_is_not_invented_is_named() -> None:
    with pytest.raises(NotFound, match="'us_wa', only for kg, ru"):
        counts(load_pack("us_wa"), 10)
    with pytest.raises(NotFound, match="'vat', only for residential_property"):
        next(batches(PACKS["kg"], "vat", 10, seed=0, year=2026))
