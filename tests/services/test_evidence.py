"""Market evidence from files, by the maps of docs/examples on the real tables where they are."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.compute as pc
import pytest

from conftest import COUNTY, ROOT
from kazyna.core.errors import InputError
from kazyna.services.evidence import (
    MappedTable,
    guess_columns,
    profile_table,
    read_evidence,
    read_properties,
)
from kazyna.valuation import read_table_map, table_map_toml
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
        ("bishkek/houses_2025_raw.parquet", "bishkek_houses_2025.toml", 2_360, 0.99),
        ("bishkek/land_2025_raw.parquet", "bishkek_land_2025.toml", 1_667, 0.995),
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


def test_a_table_of_a_database_is_evidence_too(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE offers AS SELECT * FROM (VALUES"
            " ('a', '$ 48 500', DATE '2025-06-01'), ('b', '$ 50 000', DATE '2025-06-02'))"
            " AS offer (id, price, date)"
        )
    found = read_evidence(f"{database_url}&table=public.offers")
    assert found.table["price"].to_pylist() == [48_500, 50_000]
    assert found.report.source.endswith("table=public.offers")


SALES = """id;price;date;lon;lat
a;100;2025-06-01;74,60;42,87
b;200;2025-06-01;74,61;42,88
c;300;2025-06-01;;
"""
PLACES = """
id = "id"
price = "price"
date = "date"
lon = "lon"
lat = "lat"
"""
NEAR = """[near.metro]
file = "layers/stations.geojson"
radius_m = 500
"""
MEASURED = """[measured.elevation]
file = "heights.csv"
column = "height"
"""
AREAS = """[areas]
file = "layers/districts.geojson"
name = "district"
"""


def layer(path: Path, *features: tuple[str, dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    written = [
        {"type": "Feature", "properties": {"district": name}, "geometry": geometry}
        for name, geometry in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": written}))


@pytest.fixture
def city(tmp_path: Path) -> Path:
    (tmp_path / "sales.csv").write_text(SALES)
    ring = [
        [74.595, 42.865],
        [74.605, 42.865],
        [74.605, 42.875],
        [74.595, 42.875],
        [74.595, 42.865],
    ]
    square = {"type": "Polygon", "coordinates": [ring]}
    layer(tmp_path / "layers/districts.geojson", ("Ленинский", square))
    station = {"type": "Point", "coordinates": [74.6, 42.871]}
    layer(tmp_path / "layers/stations.geojson", ("s", station))
    return tmp_path


def with_map(city: Path, toml: str) -> MappedTable:
    (city / "map.toml").write_text(toml)
    return read_evidence(city / "sales.csv", city / "map.toml")


def test_layers_become_characteristics_of_sales_and_of_properties(city: Path) -> None:
    found = with_map(city, PLACES + NEAR + AREAS)
    rows = found.table.select(["metro_distance_m", "metro_within_500_m", "district"]).to_pylist()
    assert rows[0] == {
        "metro_distance_m": pytest.approx(111, abs=1),
        "metro_within_500_m": 1,
        "district": "Ленинский",
    }
    assert rows[1]["metro_within_500_m"] == 0
    assert rows[1]["district"] is None
    assert rows[2] == {"metro_distance_m": None, "metro_within_500_m": None, "district": None}
    again = read_properties(city / "sales.csv", found.table_map)
    assert again.table["district"].to_pylist() == ["Ленинский", None, None]


def test_what_was_measured_near_by_is_a_characteristic(city: Path) -> None:
    (city / "heights.csv").write_text(
        "lon,lat,height\n74.60,42.87,760\n74.61,42.88,800\n74.61,42.87,\n"
    )
    found = with_map(city, PLACES + MEASURED)
    assert found.table["elevation"].to_pylist() == [pytest.approx(760), pytest.approx(800), None]
    again = read_properties(city / "sales.csv", found.table_map)
    assert again.table["elevation"].to_pylist()[:2] == found.table["elevation"].to_pylist()[:2]
    assert read_table_map(table_map_toml(found.table_map), source="again").measured


def test_heights_are_read_off_a_grid_and_roads_are_lines(city: Path) -> None:
    (city / "dem.asc").write_text(
        "ncols 2\nnrows 2\nxllcenter 74.60\nyllcenter 42.87\ncellsize 0.01\n780 800\n760 790\n"
    )
    road = {"type": "MultiLineString", "coordinates": [[[74.5, 42.87], [74.7, 42.87]]]}
    layer(city / "layers/roads.geojson", ("r", road))
    found = with_map(
        city,
        PLACES + '[near.road]\nfile = "layers/roads.geojson"\n'
        '[measured.height]\nfile = "dem.asc"\n',
    )
    assert found.table["height"].to_pylist() == [pytest.approx(760), pytest.approx(800), None]
    assert found.table["road_distance_m"].to_pylist()[:2] == [
        pytest.approx(0, abs=0.1), pytest.approx(1_111, rel=1e-3)
    ]  # fmt: skip
    told = profile_table(city / "sales.csv", city / "map.toml", today=date(2025, 7, 1))
    assert {"height", "road_distance_m"} <= {each.name for each in told.profile.columns}
    assert read_table_map(table_map_toml(found.table_map), source="again").measured


def test_points_need_the_column_that_was_measured(city: Path) -> None:
    (city / "heights.csv").write_text("lon,lat,height\n74.60,42.87,760\n")
    with pytest.raises(InputError, match="the column that was measured is not named"):
        with_map(city, PLACES + MEASURED.replace('column = "height"', ""))


def test_market_areas_are_given_or_found(city: Path) -> None:
    given = with_map(city, PLACES + AREAS)
    assert given.columns.stratum == "district"
    found = with_map(city, PLACES + "[areas]\nfound = 4\n")
    assert (found.columns.areas, found.columns.stratum) == (4, None)
    assert "found = 4" in table_map_toml(found.table_map)
    with pytest.raises(InputError, match=r"1 areas cannot be looked for; expected .* from 2"):
        with_map(city, PLACES + "[areas]\nfound = 1\n")


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (PLACES + MEASURED.replace("heights", "sales"), "there is no such column; it has id"),
        (
            PLACES.replace('lon = "lon"\nlat = "lat"\n', "") + NEAR,
            "near, measured and areas need places",
        ),
        (PLACES + NEAR.replace("stations", "none"), "metro: the file does not exist"),
        (PLACES + NEAR.replace("stations", "districts"), "radius_m counts points, the layer is of"),
        (PLACES + AREAS.replace("districts", "stations"), "the layer is of points"),
        (PLACES + AREAS.replace('"district"', '"name"'), "no 'name'; they have district"),
    ],
)
def test_layers_that_do_not_fit_are_refused(city: Path, toml: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        with_map(city, toml)
