"""The cost approach from files, alone and beside the market."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kazyna.core.errors import InputError
from kazyna.services import costs, valuations
from kazyna.services.valuations import Columns, Options

EXAMPLE = Path(__file__).parents[2] / "docs/examples/costs.toml"
ON = date(2026, 1, 1)
BUILDINGS = pa.table(
    {
        "id": ["1", "2"],
        "wall_material": ["brick", "adobe"],
        "floor_area_m2": [100.0, 50.0],
        "year_built": [2001, 1966],
        "condition": ["good", "poor"],
        "district": ["centre", "mountains"],
        "land_value": [250000, 0],
    }
)


def written(folder: Path, table: pa.Table, name: str = "buildings.parquet") -> Path:
    pq.write_table(table, folder / name)
    return folder / name


def test_buildings_are_valued_from_files_step_by_step(tmp_path: Path) -> None:
    # 1: 100 × 42,000 × 1.125 = 4,725,000; 25 of 125 years, Ross: (0.2 + 0.04) / 2 = 0.12;
    #    × 0.88 = 4,158,000; + 250,000 land = 4,408,000.
    # 2: 50 × 21,000 × 1.125 × 1.15 = 1,358,437.5; 60 of 60 years is all lost, but 0.8 at most;
    #    × 0.2 = 271,687.5, to hundreds 271,700.
    report = costs.cost_files(written(tmp_path, BUILDINGS), EXAMPLE, as_of=ON, out=tmp_path)
    assert (report.buildings, report.total_value) == (2, Decimal(4679700))
    assert report.note == "no sales were given"
    values = pq.read_table(tmp_path / "cost.parquet").to_pylist()
    assert [row["value"] for row in values] == [4408000, 271700]
    for row in values:
        assert sum(step["amount"] for step in row["steps"]) == row["value"]
    assert values[0]["steps"][0]["source"] == "invented cost book 2024, table 1"
    assert (tmp_path / "cost.csv").read_text().splitlines()[1] == '"1",4408000.00'


def test_sales_of_like_buildings_calibrate(tmp_path: Path) -> None:
    sold = pa.concat_tables([BUILDINGS.slice(0, 1)] * 12)
    sold = sold.append_column("price", pa.array([4158000 * 2 + 250000] * 12))
    sold = sold.append_column("date", pa.array([ON - timedelta(days=n) for n in range(12)]))
    given = costs.CostSales(written(tmp_path, sold, "sales.parquet"))
    report = costs.cost_files(
        written(tmp_path, BUILDINGS), EXAMPLE, as_of=ON, out=tmp_path, sales=given
    )
    assert (report.calibration, report.calibrated_on, report.note) == (Decimal(2), 12, None)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("wall_material", ["straw", "adobe"], "'straw' is not in the tables"),
        ("floor_area_m2", [-1.0, 50.0], "-1 is impossible"),
        ("year_built", [None, 1966], "row 1, column year_built: the cell is empty"),
        ("condition", ["good", "fine"], "'fine' is not in the tables"),
    ],
)
def test_a_building_that_cannot_be_valued_is_named(
    tmp_path: Path, column: str, values: list[object], said: str
) -> None:
    place = BUILDINGS.column_names.index(column)
    table = BUILDINGS.set_column(place, column, pa.array(values))
    with pytest.raises(InputError, match=said):
        costs.cost_files(written(tmp_path, table), EXAMPLE, as_of=ON, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("life = 125", "life = 0", "kinds.brick.life"),
        ('kind = "wall_material"', "", "columns.kind: Field required"),
        ("physical_max", "physical_most", "physical_most: Extra inputs"),
        ('year_built = "year_built"', "", "the age is not given"),
        ("from = 2025-07-01", "from = 2024-01-01", "one level from each day"),
        ("[kinds.brick]", "[kinds.brick", "expected TOML"),
    ],
)
def test_a_wrong_file_of_costs_names_its_mistake(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "costs.toml"
    path.write_text(EXAMPLE.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=said):
        costs.read_cost_file(path)


def test_what_has_no_market_is_valued_by_cost_beside_what_has(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    n = 200
    area = random.uniform(40, 200, n).round()
    plot = random.uniform(300, 900, n).round()
    sales = pa.table(
        {
            "id": [f"s{i}" for i in range(n)],
            "date": [ON - timedelta(days=int(d)) for d in random.integers(1, 700, n)],
            "price": (area * 900 + plot * 100) * np.exp(random.normal(0, 0.1, n)),
            "use": ["home"] * n,
            "floor_area_m2": area,
            "plot_m2": plot,
            "wall_material": ["brick"] * n,
            "year_built": random.integers(1950, 2020, n),
        }
    )
    houses = sales.drop(["price", "date"]).slice(0, 5)
    barn = {"id": "barn", "use": "barn", "floor_area_m2": 100.0, "plot_m2": 500.0,
            "wall_material": "brick", "year_built": 2001}  # fmt: skip
    houses = pa.concat_tables([houses.slice(0, 2), pa.Table.from_pylist([barn], houses.schema),
                               houses.slice(2)])  # fmt: skip
    tables = tmp_path / "costs.toml"
    text = EXAMPLE.read_text()
    for line in ('condition = "condition"', 'location = "district"', 'land = "land_value"'):
        text = text.replace(line, f"# {line}", 1)
    tables.write_text(text)
    columns = Columns(segment="use", land_area="plot_m2", floor_area="floor_area_m2",
                      named={"id": "id", "price": "price", "date": "date"})  # fmt: skip
    valued = valuations.value_files(
        written(tmp_path, sales, "sales.parquet"), written(tmp_path, houses), columns=columns,
        as_of=ON, out=tmp_path / "out", options=Options(screened=False, costs=tables),
    )  # fmt: skip
    rows = {row["id"]: row for row in pq.read_table(tmp_path / "out/values.parquet").to_pylist()}
    assert valued.properties == len(rows) == 6
    assert {number: row["method"] for number, row in rows.items() if number != "barn"} == {
        f"s{i}": "market" for i in range(5)
    }
    by_cost = rows["barn"]
    assert by_cost["method"] == "cost"
    assert by_cost["low"] is by_cost["high"] is by_cost["confidence"] is None
    assert by_cost["base"] + sum(r["amount"] for r in by_cost["reasons"]) == by_cost["value"]
    # The building as in the first test, without land; the plot by the model of the town's land.
    assert by_cost["building"] == pytest.approx(Decimal(4158000), abs=100)
    assert 10_000 < by_cost["land"] < 100_000
    assert by_cost["land"] + by_cost["building"] == by_cost["value"]
    with pytest.raises(InputError, match="which buildings have no market cannot be told"):
        valuations.value_files(
            tmp_path / "sales.parquet", tmp_path / "buildings.parquet",
            columns=Columns(named={"id": "id"}), as_of=ON, out=tmp_path / "out",
            options=Options(screened=False, costs=tables),
        )  # fmt: skip
