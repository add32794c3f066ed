"""Fit and value King County, stream millions of properties, explain trees beside LightGBM.

Bars on two cores: fit, value and explain the county in 60 s and 1.5 GiB; 10,000,000 properties
with intervals and reasons in 15 minutes and 6 GiB.

    python benchmarks/valuation_speed.py [PROPERTIES]
"""

import resource
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.valuation import ColumnMap, fit
from kazyna.valuation.models.tree_shap import explainer

COUNTY = Path(__file__).parents[1] / "src/kazyna/packs/us_wa/demo/king_county_sales.parquet"
COLUMNS = ColumnMap(id="id", price="price", date="date", lon="long", lat="lat")
ROWS, WIDTH, TREES = 20_000, 35, 600
BATCH_ROWS = 64_000


def county() -> None:
    """Time the valuation of the county from its sales."""
    sales = pq.read_table(COUNTY)
    ids = sales["id"].to_numpy()
    houses = sales.take(np.unique(ids, return_index=True)[1])
    start, worked = perf_counter(), process_time()
    model = fit(sales, columns=COLUMNS, as_of=date(2015, 5, 31))
    fitted, fit_worked = perf_counter(), process_time()
    values = model.value(houses)
    valued, value_worked = perf_counter(), process_time()
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"fit {sales.num_rows:,} sales        {fitted - start:6.1f} s"
          f"  ({fit_worked - worked:5.1f} s of processor)")  # fmt: skip
    print(f"value {values.num_rows:,} houses     {valued - fitted:6.1f} s"
          f"  ({value_worked - fit_worked:5.1f} s of processor)")  # fmt: skip
    print(f"together                    {valued - start:6.1f} s  (bar 60 s)")
    print(f"peak memory                 {peak_gib:6.2f} GiB (bar 1.5 GiB)")


def millions(count: int) -> None:
    """Value a stream of houses drawn from the county, moved a little, and write them to a file."""
    sales = pq.read_table(COUNTY)
    model = fit(sales, columns=COLUMNS, as_of=date(2015, 5, 31))
    random = np.random.default_rng(0)

    def batches() -> Iterator[pa.Table]:
        for start in range(0, count, BATCH_ROWS):
            rows = min(BATCH_ROWS, count - start)
            drawn = sales.take(random.integers(0, sales.num_rows, rows))
            moved = np.asarray(drawn["long"]) + random.normal(0, 0.002, rows)
            pins = pa.array(np.arange(start, start + rows)).cast(pa.string())
            drawn = drawn.set_column(drawn.column_names.index("long"), "long", pa.array(moved))
            yield drawn.set_column(drawn.column_names.index("id"), "id", pins)

    started, worked = perf_counter(), process_time()
    with tempfile.TemporaryDirectory() as folder:
        path, writer = Path(folder) / "values.parquet", None
        for values in model.stream(batches(), processes=2):
            writer = writer or pq.ParquetWriter(path, values.schema)
            writer.write_table(values)
        if writer is not None:
            writer.close()
        size_gb = path.stat().st_size / 1e9
    took, busy = perf_counter() - started, process_time() - worked
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"stream {count:,} properties  {took:6.1f} s ({busy:.0f} s of processor), "
          f"{1e6 * took / count:.0f} us each, {size_gb:.2f} GB written")  # fmt: skip
    print(f"10,000,000 at this rate     {took * 1e7 / count / 60:6.1f} min (bar 15 min)")
    print(f"peak memory                 {peak_gib:6.2f} GiB (bar 6 GiB)")


def trees() -> None:
    """Explain one ensemble by our tables and by LightGBM, on one core."""
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(ROWS, WIDTH))
    parameters = {"num_leaves": 8, "max_depth": 4, "feature_fraction": 0.4, "verbose": -1}
    data = lightgbm.Dataset(seen, seen[:, 0] * seen[:, 1] + seen[:, 2])
    booster = lightgbm.train(parameters | {"num_threads": 1}, data, TREES)
    start = process_time()
    tables = explainer([booster], np.arange(WIDTH))
    assert tables is not None
    ours = tables.contributions(seen, WIDTH)
    took = process_time() - start
    start = process_time()
    theirs = np.asarray(booster.predict(seen, pred_contrib=True, num_threads=1))
    walked = process_time() - start
    worst = np.abs(ours - theirs[:, :-1]).max()
    print(f"explain {ROWS:,} rows x {TREES} trees, one core")
    print(
        f"  tables {took:5.2f} s, pred_contrib {walked:5.2f} s: {walked / took:4.1f} times as fast"
    )
    print(f"  largest difference {worst:.1e}")


if __name__ == "__main__":
    county()
    trees()
    millions(int(sys.argv[1]) if len(sys.argv) > 1 else 500_000)
