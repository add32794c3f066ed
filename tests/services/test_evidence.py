"""Market evidence from files, by the maps of docs/examples on the real tables where they are."""

from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest

from conftest import COUNTY, ROOT
from kazyna.core.errors import InputError
from kazyna.services.evidence import MappedTable, guess_columns, read_evidence, read_properties
from kazyna.valuation.columns import read_sales

EXAMPLES = ROOT / "docs/examples"
DATA = ROOT.parent / "shared/data"


def evidence(table: str, example: str) -> MappedTable:
    path = DATA / table
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    return read_evidence(path, EXAMPLES / example)


@pytest.mark.parametrize(
    ("table", "example", "rows", "understood_min"),
    [
        ("bishkek/flats_2023.parquet", "bishkek_flats_2023.toml", 10_000, 0.999),
        ("bishkek/houses_2025_raw.parquet", "bishkek_houses_2025.toml", 2_374, 0.99),
        ("bishkek/land_2025_raw.parquet", "bishkek_land_2025.toml", 1_673, 0.995),
        ("seattle_sales.parquet", "seattle.toml", 43_164, 1.0),
    ],
)
def test_the_examples_make_real_tables_clean(
    table: str, example: str, rows: int, understood_min: float
) -> None:
    found = evidence(table, example)
    assert len(read_sales(found.table, found.columns, source=table)) == rows
    assert found.report.rows_kept == rows
    for column in found.report.columns:
        given = column.read + column.absent + column.unread + column.impossible
        assert column.read + column.absent >= understood_min * given, column


def test_the_houses_of_bishkek_have_sane_measures() -> None:
    table = evidence("bishkek/houses_2025_raw.parquet", "bishkek_houses_2025.toml").table
    for name, low, high in (
        ("price", 100_000, 200_000),
        ("floor_area_m2", 100, 200),
        ("plot_area_m2", 400, 700),
        ("ceiling_height_m", 2.5, 3.2),
        ("year_built", 2000, 2025),
    ):
        assert low <= pc.quantile(table[name], 0.5)[0].as_py() <= high, name


def test_the_example_of_the_county_is_in_metres() -> None:
    found = read_evidence(COUNTY, EXAMPLES / "king_county.toml")
    assert found.table.num_rows == found.report.rows > 20_000
    assert 150 < pc.mean(found.table["living_area_m2"]).as_py() < 250
    assert found.table["zipcode"][0].as_py().startswith("98")


def test_a_map_is_guessed_written_once_and_used(tmp_path: Path) -> None:
    table, out = tmp_path / "t.csv", tmp_path / "maps/t.toml"
    table.write_text(
        "id;Цена;Дата;Площадь\na;$ 48 500;1.6.2025;150 м2\nb;$ 50 000;2.6.2025;80 м2\n"
    )
    guessed = guess_columns(table, out=out)
    assert guessed.missing == ()
    assert out.read_text(encoding="utf-8") == guessed.toml
    with pytest.raises(InputError, match="already there"):
        guess_columns(table, out=out)
    by_map, by_guess = read_evidence(table, out), read_evidence(table)
    assert by_map.table.to_pylist() == by_guess.table.to_pylist() != []
    assert by_map.table["floor_area_m2"].to_pylist() == [150, 80]
    today = date(2025, 6, 1)
    assert read_evidence(table, out, today=today).table["id"].to_pylist() == ["a"]
    assert read_properties(table, by_map.table_map).table.schema.names == ["id", "floor_area_m2"]


def test_a_map_that_is_missing_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml: the file does not exist"):
        read_evidence(COUNTY, tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"bad\.toml: the file cannot be read"):
        read_evidence(COUNTY, tmp_path / "bad.toml")
