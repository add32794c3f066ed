"""The repeat-sales index on seven years of Seattle, beside the hedonic index and beside hpipy.

Run: python benchmarks/repeat_sales.py TABLE [--seed N]

TABLE is the table of sales that hpipy ships (43,313 sales of 2010 to 2016). One in five of the
properties that were sold twice is held out; every index is made from the others and asked for the
price changes of those held out. The errors are mostly those of
the single sales. hpipy is compared where it is importable; only its
regression is loaded, not its graphics and networks.
"""

import argparse
import importlib
import importlib.util
import sys
import time
import types
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kazyna.valuation import ColumnMap
from kazyna.valuation.columns import Sales, read_sales
from kazyna.valuation.indices.price_index import PriceIndex
from kazyna.valuation.indices.repeat_sales import APART_DAYS_MIN, combined_index, repeat_sales_index
from kazyna.valuation.quick_hedonic import quick_hedonic

COLUMNS = ColumnMap("pinx", "sale_price", "sale_date", "longitude", "latitude", ("sale_id",))


def read(path: Path) -> Sales:
    table = pq.read_table(path)
    day = table["sale_date"].cast(pa.date32())
    table = table.set_column(table.column_names.index("sale_date"), "sale_date", day)
    numbered = table.append_column("row", pa.array(range(table.num_rows)))
    once = numbered.group_by(["pinx", "sale_date"]).aggregate([("row", "min")])["row_min"]
    kept = table.take(pc.take(once, pc.sort_indices(once)))
    return read_sales(kept, COLUMNS, source="sales")


def pairs(sales: Sales) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((sales.day, sales.properties.id.astype(str)))
    ids = sales.properties.id[order]
    at = np.flatnonzero(ids[1:] == ids[:-1])
    far = sales.day[order[at + 1]] - sales.day[order[at]] >= APART_DAYS_MIN
    return order[at[far]], order[at[far] + 1]


def by_hpipy(sales: Sales, estimator: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Months (in days since 1970, their middle) and log levels; None where it is not there."""
    if "hpipy" not in sys.modules:
        found = importlib.util.find_spec("hpipy")
        if found is None or found.submodule_search_locations is None:
            return None
        parent = types.ModuleType("hpipy")
        parent.__path__ = list(found.submodule_search_locations)
        sys.modules["hpipy"] = parent
    pandas = importlib.import_module("pandas")
    frame = pandas.DataFrame({
        "pin": sales.properties.id.astype(str), "sale": [str(n) for n in range(len(sales))],
        "price": sales.price, "date": pandas.to_datetime(sales.day, unit="D"),
    })  # fmt: skip
    data = importlib.import_module("hpipy.trans_data").RepeatTransactionData(frame)
    data.create_transactions(
        prop_id="pin", trans_id="sale", price="price", date="date", periodicity="monthly",
        seq_only=True, min_period_dist=6,
    )  # fmt: skip
    model = importlib.import_module("hpipy.price_model").RepeatTransactionModel(data)
    model.fit(estimator=estimator)
    start = np.datetime64(pandas.Timestamp(frame["date"].min()).strftime("%Y-%m"), "M")
    months = start + (model.coefficients["time"].to_numpy() - 1).astype("timedelta64[M]")
    middle = months.astype("datetime64[D]").astype(int) + 15.0
    return middle, model.coefficients["coefficient"].to_numpy()


def main(path: Path, seed: int) -> None:
    sales = read(path)
    first, second = pairs(sales)
    twice = np.unique(sales.properties.id[first].astype(str))
    held = np.random.default_rng(seed).permutation(twice)[: len(twice) // 5]
    out = np.isin(sales.properties.id.astype(str), held)
    train = sales.take(~out)
    started = time.perf_counter()
    repeat = repeat_sales_index(train)
    assert repeat is not None
    print(f"repeat sales: {repeat.pairs} pairs, {time.perf_counter() - started:.1f} s, noise "
          f"{np.sqrt(repeat.noise):.3f}, drift {repeat.drift:.4f} a year")  # fmt: skip
    hedonic = quick_hedonic(train).index
    indices: dict[str, PriceIndex] = {
        "hedonic": hedonic, "repeat sales": repeat.index,
        "both": combined_index(hedonic, repeat.index),
    }  # fmt: skip
    one, two = (rows[out[first]] for rows in (first, second))
    change = np.log(sales.price[two] / sales.price[one])
    expected = {name: index.at(sales.day[two]) - index.at(sales.day[one])
                for name, index in indices.items()}  # fmt: skip
    expected["none (no change of prices)"] = np.zeros(len(change))
    for estimator in ("base", "robust", "weighted"):
        peer = by_hpipy(train, estimator)
        if peer is None:
            print("hpipy: not installed")
            break
        expected[f"hpipy, {estimator}"] = np.interp(sales.day[two], *peer) - np.interp(
            sales.day[one], *peer
        )
        ours = repeat.index.at(peer[0])
        off = (ours - ours.mean()) - (peer[1] - peer[1].mean())
        print(f"months of hpipy ({estimator}) less ours: standard deviation {off.std():.4f}, "
              f"greatest {np.abs(off).max():.4f}")  # fmt: skip
    off = hedonic.at(repeat.index.day) - repeat.index.at(repeat.index.day)
    print(f"hedonic less repeat sales: standard deviation {off.std():.4f}; deviations claimed: "
          f"{np.median(hedonic.deviation):.4f}, {np.median(repeat.index.deviation):.4f}, both "
          f"{np.median(indices['both'].deviation):.4f}")  # fmt: skip
    print(f"{len(change)} pairs held out:")
    for name, guess in expected.items():
        error = change - guess
        print(f"  {name:28} median |error| {np.median(np.abs(error)):.4f}  mean |error| "
              f"{np.abs(error).mean():.4f}  median error {np.median(error):+.4f}")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    main(given.table, given.seed)
