"""Screening of King County's sales, as they are and with invented non-market sales among them.

Run: python benchmarks/screening.py [--holdout KIND:SIZE] [--seed N] [--detection-only]

One sale in twenty of the training sales gets a price that is no market price: between relatives
(0.3 to 0.7 of the price), foreclosed (0.75), a half share (0.5), a digit too many or too few.
Printed: how many of each kind are found, how many of those left out were invented, how many of a
clean invented market are left out, and the held-out accuracy of the model learnt from the sales
as they are, contaminated and screened. The test sales are never touched, nor seen by screening.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.valuation import ColumnMap, Holdout, split
from kazyna.valuation.backtest import assess, fit_before, value_sales
from kazyna.valuation.columns import read_sales
from kazyna.valuation.evidence.screening import Clues, Screening, screen
from kazyna.valuation.quick_hedonic import quick_hedonic

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src/kazyna/packs/us_wa/demo/king_county_sales.parquet"
COLUMNS = ColumnMap("id", "price", "date", "long", "lat")
SHARE = 0.05
KINDS = ("family", "foreclosure", "half share", "tenfold", "a tenth")


def contaminated(table: pa.Table, seed: int) -> tuple[pa.Table, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = random.permutation(table.num_rows)[: int(SHARE * table.num_rows)]
    kind = np.full(table.num_rows, "", dtype=object)
    factor = np.ones(table.num_rows)
    for name, part in zip(KINDS, np.array_split(rows, len(KINDS)), strict=True):
        kind[part] = name
        factor[part] = {"family": random.uniform(0.3, 0.7, len(part)), "foreclosure": 0.75,
                        "half share": 0.5, "tenfold": 10.0, "a tenth": 0.1}[name]  # fmt: skip
    price = np.round(np.asarray(table["price"]) * factor)
    return table.set_column(table.column_names.index("price"), "price", pa.array(price)), kind


def screened(table: pa.Table, seed: int, columns: ColumnMap = COLUMNS) -> Screening:
    sales = read_sales(table, columns, source="sales")
    quick = quick_hedonic(sales, seed=seed)
    clues = Clues(residual=quick.residual, spread=quick.spread, level=quick.level)
    return screen(sales, clues=clues)


def detection(found: Screening, kind: np.ndarray) -> None:
    out = ~found.kept
    print(f"  left out {out.sum()} of {len(out)} ({out.mean():.2%}): {found.counts()}")
    if (kind != "").any():
        recall = {name: f"{out[kind == name].mean():.1%}" for name in KINDS}
        print(f"  recall {out[kind != ''].mean():.1%} ({recall}); of those left out "
              f"{(kind[out] != '').mean():.1%} were invented; of the others "
              f"{out[kind == ''].mean():.2%} were left out")  # fmt: skip


def clean_market(sales: int, seed: int, tails: int | None) -> pa.Table:
    """An invented market without a single non-market sale; `tails`: freedom of Student's t."""
    random = np.random.default_rng(seed)
    area, quality = random.uniform(30, 200, sales), random.integers(0, 5, sales)
    x, y = random.uniform(74.5, 74.7, sales), random.uniform(42.8, 42.9, sales)
    noise = random.normal(size=sales) if tails is None else random.standard_t(tails, sales)
    log_price = 10 + 0.8 * np.log(area) + 0.1 * quality + 3 * (y - 42.85) + 0.15 * noise
    return pa.table({
        "id": [str(n) for n in range(sales)], "price": np.exp(log_price).round(-3),
        "date": pa.array(random.integers(19_000, 19_700, sales).astype(np.int32)).cast(pa.date32()),
        "long": x, "lat": y, "area_m2": area, "quality": quality,
    })  # fmt: skip


def accuracy(label: str, train: pa.Table, test: pa.Table, seed: int) -> None:
    model = fit_before(train, columns=COLUMNS, seed=seed)
    found = assess(value_sales(model, test))
    print(f"  {label:28} n {train.num_rows:6} median {found.median_ratio:.4f} COD {found.cod:.3f} "
          f"MdAPE {found.mdape:.3f} PRB {found.prb:+.4f} R2 {found.r2:.4f} coverage "
          f"{found.coverage_90:.1f}", flush=True)  # fmt: skip


def compare(holdout: str, seed: int, *, detection_only: bool) -> None:
    table = pq.read_table(TABLE)
    ((train, test),) = split(table, columns=COLUMNS, holdout=Holdout.parse(holdout), seed=seed)
    bad, kind = contaminated(train, seed)
    tables = {"as it is": (train, np.full(train.num_rows, "")), "contaminated": (bad, kind)}
    for label, (sales, kinds) in tables.items():
        print(f"\n{holdout}, seed {seed}, {label}")
        found = screened(sales, seed)
        detection(found, kinds)
        if not detection_only:
            accuracy(f"{label}, unscreened", sales, test, seed)
            accuracy(f"{label}, screened", sales.filter(pa.array(found.kept)), test, seed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--holdout", default="random:0.2")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--detection-only", action="store_true")
    given = parser.parse_args()
    for degrees in (None, 5):
        law = "normal" if degrees is None else f"Student's t with {degrees} degrees"
        clean = screened(clean_market(5000, given.seed, degrees), given.seed)
        print(f"clean invented market, {law}:")
        detection(clean, np.full(5000, ""))
    compare(given.holdout, given.seed, detection_only=given.detection_only)
