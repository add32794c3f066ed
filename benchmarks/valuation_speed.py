"""Fit and value the whole of King County, and explain trees beside LightGBM's own TreeSHAP.

Bar: fit, value and explain in 60 s and 1.5 GiB on two cores.

    python benchmarks/valuation_speed.py
"""

import resource
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

import lightgbm
import numpy as np
import pyarrow.parquet as pq

from kazyna.valuation import ColumnMap, fit
from kazyna.valuation.tree_shap import explainer

COUNTY = Path(__file__).parents[1] / "src/kazyna/packs/us_wa/demo/king_county_sales.parquet"
COLUMNS = ColumnMap(id="id", price="price", date="date", lon="long", lat="lat")
ROWS, WIDTH, TREES = 20_000, 35, 600


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


def trees() -> None:
    """Explain one ensemble by our tables and by LightGBM, on one core."""
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(ROWS, WIDTH))
    parameters = {"num_leaves": 8, "max_depth": 4, "feature_fraction": 0.4, "verbose": -1}
    data = lightgbm.Dataset(seen, seen[:, 0] * seen[:, 1] + seen[:, 2])
    booster = lightgbm.train(parameters | {"num_threads": 1}, data, TREES)
    start = process_time()
    tables = explainer(booster, np.arange(WIDTH))
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
