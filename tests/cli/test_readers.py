"""Every command that takes evidence reads it from wherever it lies, and finds the same in it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.conftest import Kazyna

NAMED = ("--price", "price", "--date", "sold", "--id", "id", "--lon", "lon", "--lat", "lat")
COSTS = """
columns = { kind = "kind", size = "area", year_built = "year" }
[kinds."дом"]
cost = 900
on = 2024-01-01
life = 80
source = "the tests"
"""
KINDS = ("semicolons in Windows-1251", "Parquet", "GeoJSON", "GeoPackage", "PostgreSQL")


def houses(rows: int = 40) -> pa.Table:
    """Houses sold in a small town; areas have a decimal part, the kind is a Cyrillic word."""
    random = np.random.default_rng(5)
    area = random.integers(60, 200, rows) + 0.5
    price = 1000 * area * np.exp(random.normal(0, 0.1, rows))
    return pa.table(
        {
            "id": [f"a{row}" for row in range(rows)],
            "price": price.round(),
            "value": (1000 * area).round(),
            "sold": np.datetime64("2024-01-01") + random.integers(0, 300, rows),
            "area": area,
            "year": random.integers(1960, 2015, rows),
            "kind": ["дом"] * rows,
            "lon": 74.5 + 0.1 * random.random(rows),
            "lat": 42.8 + 0.1 * random.random(rows),
        }
    )


def as_csv(table: pa.Table) -> str:
    """Write as Excel does in these countries: semicolons and decimal commas."""
    rows = (";".join(map(str, row.values())).replace(".", ",") for row in table.to_pylist())
    return "\r\n".join([";".join(table.column_names), *rows])


def as_geojson(table: pa.Table) -> str:
    """Write points; their places are nowhere else."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]},
            "properties": row | {"sold": str(row["sold"])},
        }
        for row in table.to_pylist()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def as_database(table: pa.Table, url: str) -> str:
    """Write a table of a database and return its address."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE houses (id text, price numeric(12,2), value numeric(12,2), sold date,"
            " area real, year smallint, kind varchar(20), lon float8, lat float8)"
        )
        with connection.cursor().copy("COPY houses FROM STDIN") as rows:
            for row in table.to_pylist():
                rows.write_row(tuple(row.values()))
    return f"{url}&table=public.houses"


@pytest.fixture(scope="module")
def sources(
    tmp_path_factory: pytest.TempPathFactory,
    module_clone: Callable[[str], str],
    empty_template: str,
) -> dict[str, str]:
    """Return the same houses by the kind of what holds them."""
    import pyogrio  # noqa: PLC0415 (loads a library for maps that no other test here needs)

    folder, table = tmp_path_factory.mktemp("readers"), houses()
    (folder / "houses.csv").write_text(as_csv(table), encoding="cp1251")
    pq.write_table(table, folder / "houses.parquet")
    (folder / "houses.geojson").write_text(as_geojson(table), encoding="utf-8")
    about, _, places, fields = pyogrio.raw.read(folder / "houses.geojson")
    pyogrio.raw.write(
        folder / "houses.gpkg", places, fields, about["fields"],
        geometry_type="Point", crs="EPSG:4326", driver="GPKG",
    )  # fmt: skip
    (folder / "costs.toml").write_text(COSTS, encoding="utf-8")
    names = ("houses.csv", "houses.parquet", "houses.geojson", "houses.gpkg")
    held = [*(str(folder / name) for name in names)]
    held.append(as_database(table, module_clone(empty_template)))
    return dict(zip(KINDS, held, strict=True)) | {"costs": str(folder / "costs.toml")}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_is_found_wherever_the_evidence_lies(
    kazyna: Kazyna, sources: dict[str, str], tmp_path: Path, kind: str
) -> None:
    def asked(*arguments: object) -> dict[str, Any]:
        done = kazyna(*arguments, "--json")
        assert done.code == 0, done.err
        return done.result

    source, out = sources[kind], tmp_path / "out"
    study = asked("ratio-study", source, "--appraised", "value", "--price", "price",
                  "--unsold", source, "--area", "area", "--by", "kind")  # fmt: skip
    assert (study["n"], study["strata"][0][0]) == (40, "дом")
    assert study["cod"]["value"] == pytest.approx(7.6, abs=2)
    built = asked("cost", source, "--tables", sources["costs"], "--as-of", "2025-01-01",
                  "--out", out, "--sales", source, "--date", "sold")  # fmt: skip
    assert (built["buildings"], built["calibrated_on"]) == (40, 40)
    assert [row["name"] for row in asked("profile", source)["profile"]["columns"]][:2] == [
        "id",
        "price",
    ]
    guessed = asked("columns", source)
    assert guessed["missing"] == []
    assert asked("screen", source, *NAMED, "--out", tmp_path / "screened.csv")["sales"] == 40
    valued = asked("value", "--sales", source, "--properties", source, "--as-of", "2025-01-01",
                   "--out", out, *NAMED)  # fmt: skip
    assert valued["properties"] == 40
    assert asked("backtest", source, *NAMED, "--holdout", "time:0.3")["n_test"] >= 10
