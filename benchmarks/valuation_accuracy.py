"""Accuracy of the market model on King County, beside its bars and beside peers.

Run: python benchmarks/valuation_accuracy.py [--seeds N]

Every peer gets the same split and columns. Printed for each split: the bar, the measured figure,
whether it is met, and the peers' figures as a ratio to ours (above 1: ours is better).
"""

import argparse
import importlib.util
import resource
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.valuation import Accuracy, ColumnMap, Holdout, assess, backtest, fit, split

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src/kazyna/packs/us_wa/demo/king_county_sales.parquet"
COLUMNS = ColumnMap("id", "price", "date", "long", "lat")
BARS: dict[str, dict[str, tuple[float, float]]] = {
    "time:0.2": {
        "cod": (0, 11.3), "mdape": (0, 8.0), "median_ratio": (0.98, 1.02), "prb": (-0.03, 0.03),
        "prd": (0, 1.03), "r2": (0.90, 1), "coverage_90": (88, 92),
    },
    "random:0.2": {"cod": (0, 10.8), "mdape": (0, 7.3), "prb": (-0.03, 0.03)},
}  # fmt: skip
SECONDS_BAR, MEMORY_BAR_MB = 60, 1536


def matrix(table: pa.Table, *, dummies: np.ndarray | None = None) -> np.ndarray:
    """Characteristics, coordinates and day as plain numbers; zip codes as dummies if asked."""
    names = [n for n in table.column_names if n not in {"id", "price", "date"}]
    if dummies is not None:
        names.remove("zipcode")
    columns = [np.asarray(table[name]).astype(float) for name in names]
    columns.append(np.asarray(table["date"].cast(pa.int32())).astype(float))
    if dummies is not None:
        columns += [np.ones(table.num_rows), *(np.asarray(table["zipcode"]) == dummies[:, None])]
    return np.column_stack(columns)


def least_squares(train: pa.Table, test: pa.Table) -> np.ndarray:
    codes = np.unique(np.asarray(train["zipcode"]))
    left, right = (matrix(table, dummies=codes) for table in (train, test))
    scale = left.std(axis=0) + 1e-9
    solved = np.linalg.lstsq(left / scale, np.log(np.asarray(train["price"])), rcond=None)[0]
    return np.exp(right / scale @ solved)


def plain_lightgbm(train: pa.Table, test: pa.Table) -> np.ndarray:
    parameters = {"learning_rate": 0.03, "num_leaves": 31, "feature_fraction": 0.5,
                  "num_threads": 2, "verbose": -1, "seed": 0}  # fmt: skip
    data = lightgbm.Dataset(matrix(train), np.log(np.asarray(train["price"])))
    return np.exp(np.asarray(lightgbm.train(parameters, data, 1500).predict(matrix(test))))


def catboost(train: pa.Table, test: pa.Table) -> np.ndarray:
    model = importlib.import_module("catboost").CatBoostRegressor(
        iterations=3000, learning_rate=0.05, depth=6, random_seed=0, thread_count=2, verbose=False
    )
    model.fit(matrix(train), np.log(np.asarray(train["price"])))
    return np.exp(np.asarray(model.predict(matrix(test))))


PEERS: dict[str, Callable[[pa.Table, pa.Table], np.ndarray]] = {
    "OLS with zip dummies": least_squares,
    "LightGBM": plain_lightgbm,
    "CatBoost": catboost,
}


def assessed(test: pa.Table, value: np.ndarray) -> Accuracy:
    price = np.asarray(test["price"]).astype(float)
    return assess(pa.table({"price": price, "value": value, "low": value, "high": value}))


def compare(table: pa.Table, kind: str, seed: int) -> None:
    holdout = Holdout.parse(kind)
    started = time.perf_counter()
    ours = backtest(table, columns=COLUMNS, holdout=holdout, seed=seed)
    print(f"\n{kind}, seed {seed}: {ours.n_train} sales learnt from, {ours.n_test} held out, "
          f"{time.perf_counter() - started:.1f} s")  # fmt: skip
    for name, (low, high) in BARS[kind].items():
        figure = getattr(ours, name)
        verdict = "met" if low <= figure <= high else "MISSED"
        print(f"  {name:14} {figure:9.4f}   bar {low:g} to {high:g}   {verdict}")
    ((train, test),) = split(table, columns=COLUMNS, holdout=holdout, seed=seed)
    for name, peer in PEERS.items():
        if name == "CatBoost" and importlib.util.find_spec("catboost") is None:
            print("  CatBoost: not installed")
            continue
        found = assessed(test, peer(train, test))
        print(f"  {name}: COD {found.cod:.2f} (x{found.cod / ours.cod:.3f}), MdAPE "
              f"{found.mdape:.2f} (x{found.mdape / ours.mdape:.3f}), median "
              f"{found.median_ratio:.3f}, PRB {found.prb:+.3f}, R2 {found.r2:.3f}")  # fmt: skip


def whole_county(table: pa.Table) -> None:
    """Time and memory of fitting, valuing and explaining every house."""
    last = {pin: row for row, pin in enumerate(table["id"].to_pylist())}
    started = time.perf_counter()
    model = fit(table, columns=COLUMNS, as_of=date(2015, 5, 31))
    fitted = time.perf_counter()
    values = model.value(table.take(sorted(last.values())))
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nwhole county: fit {fitted - started:.1f} s, {values.num_rows} values with reasons "
          f"and comparables {ended - fitted:.1f} s (bar {SECONDS_BAR} s together), peak "
          f"{peak:.0f} MiB (bar {MEMORY_BAR_MB})")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    seeds = parser.parse_args().seeds
    county = pq.read_table(TABLE)
    whole_county(county)
    for each in BARS:
        for number in range(seeds):
            compare(county, each, number)
