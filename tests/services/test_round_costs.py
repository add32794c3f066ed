"""Rounds whose values are split into land and building by a country's tables of costs."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import SOLD, TOWN, TOWN_HOUSES, VALUER
from kazyna.core.errors import InputError
from kazyna.services import cadastre, drafts, round_files, rounds
from kazyna.services.context import Context, Installation

ON = date(2015, 2, 28)
COSTS = """
[columns]
kind = "grade"
size = "sqft_living"
year_built = "yr_built"

[kinds.7]
cost = 120
on = 2014-01-01
life = 90
source = "invented cost book, table 1"

[kinds.8]
cost = 150
on = 2014-01-01
life = 90
source = "invented cost book, table 1"
"""


@pytest.fixture
def valuer(town: Installation) -> Context:
    """Act in a town whose plots, ages and grades are recorded too."""
    ctx = town.context(VALUER)
    facts = {
        "sqft_lot": [4_000 + 90 * (n * 11 % 40) for n in range(TOWN_HOUSES)],
        "yr_built": [1950 + n * 7 % 60 for n in range(TOWN_HOUSES)],
        "grade": [7 + n % 2 for n in range(TOWN_HOUSES)],
    }
    houses = TOWN
    for name, values in facts.items():
        houses = houses.append_column(name, pa.array(values))
    cadastre.load_cadastre(ctx, properties=houses, sales=SOLD)
    return ctx


def test_a_round_is_split_by_costs_and_computed_again(valuer: Context) -> None:
    made = drafts.create_round(valuer, valuation_date=ON, costs=COSTS)
    basis = rounds.find_round(valuer, made.round_id).land
    assert basis is not None
    assert basis.by_cost
    frozen = round_files.freeze_round(valuer, made.round_id)
    folder = Path(frozen.folder)
    assert (folder / "costs.toml").read_text() == COSTS
    assert "building_cost" in pq.read_schema(folder / "properties.parquet").names
    again = round_files.reproduce_folder(folder)
    assert (again.identical, again.properties) == (True, TOWN_HOUSES)
    values = pq.read_table(folder / "values.parquet")
    assert values["land"].null_count == 0
    assert {"sales.parquet", "costs.toml"} <= {each.name for each in frozen.files}


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        (COSTS.replace('"yr_built"', '"built"'), "no property has the column"),
        (COSTS.replace("cost = 120", "cost = -1"), "kinds.7.cost"),
        ("kinds = ", "costs"),
    ],
)
def test_tables_that_cannot_be_used_make_no_draft(valuer: Context, costs: str, told: str) -> None:
    before = rounds.all_rounds(valuer)
    with pytest.raises(InputError, match=told):
        drafts.create_round(valuer, valuation_date=ON, costs=costs)
    assert rounds.all_rounds(valuer) == before
