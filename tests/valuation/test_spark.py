"""Spark gives the values of one machine, to the last digit."""

import shutil
from datetime import date
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from kazyna.valuation import fit, value_on_spark
from valuation.markets import KING_COUNTY, king_county

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of PySpark's own
]


def test_spark_gives_the_same_values(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is a separate installation")
    if shutil.which("java") is None:
        pytest.skip("Spark needs a Java runtime")
    sales = king_county(400)
    model = fit(sales, columns=KING_COUNTY, as_of=date(2015, 5, 31))
    houses = king_county(900, seed=1)
    pins = houses["id"].to_pylist()
    houses = houses.filter([pins.index(pin) == row for row, pin in enumerate(pins)])
    pq.write_table(houses, tmp_path / "houses.parquet", row_group_size=200)
    counted, total = value_on_spark(
        model, str(tmp_path / "houses.parquet"), str(tmp_path / "values")
    )
    here = model.value(houses).sort_by("id")
    there = ds.dataset(tmp_path / "values", format="parquet").to_table().sort_by("id")
    assert counted == here.num_rows
    assert total == sum(here["value"].to_pylist())
    assert there.to_pylist() == here.to_pylist()
