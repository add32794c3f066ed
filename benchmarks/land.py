"""Land and building: invented towns whose land is known, and King County.

Run: python benchmarks/land.py
"""

import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy.spatial import cKDTree

from kazyna.valuation import ColumnMap, fit_land, split_value
from kazyna.valuation.columns import read_sales
from kazyna.valuation.land_and_cost.land import column_of

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "src/kazyna/packs/us_wa/demo/king_county_sales.parquet"
COLUMNS = ColumnMap("id", "price", "date", "long", "lat")
NEAR_KM, ALIKE = 0.3, 0.1


def towns() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from valuation.test_land import fitted, town, whole  # noqa: PLC0415

    subjects = town(1000, seed=99)
    share = subjects.land / (subjects.land + subjects.building)
    for houses in (400, 3000):
        for vacant in (0.0, 0.1):
            started = time.perf_counter()
            model = fitted(town(houses, seed=1, vacant=vacant).sales)
            seconds = time.perf_counter() - started
            land, _ = model.land_and_building(subjects.sales.properties)
            parts = split_value(model, subjects.sales.properties, whole(subjects.sales))
            print(f"{houses} sales, {vacant:.0%} vacant, {seconds:.1f} s: land / truth median "
                  f"{np.median(land / subjects.land):.3f}, median absolute error "
                  f"{np.median(np.abs(land / subjects.land - 1)):.1%}; share of land off by "
                  f"{np.median(np.abs(parts.share - share)):.3f}; exponent {model.exponent} "
                  "(truth 0.6)")  # fmt: skip


def county() -> None:
    sales = read_sales(pq.read_table(TABLE), COLUMNS, source="sales")
    started = time.perf_counter()
    model = fit_land(sales, land_area="sqft_lot", floor_area="sqft_living",
                     building=("yr_built", "grade", "condition"))  # fmt: skip
    seconds = time.perf_counter() - started
    value = np.rint(sales.price).astype(np.int64)
    found = split_value(model, sales.properties, value)
    assert (found.land + found.building == value).all()
    print(f"King County, {len(sales)} sales, {seconds:.1f} s: error {model.error:.1%}, exponent "
          f"{model.exponent}, roughness {model.roughness:.4f}, unit price from "
          f"{model.unit_price.min():.1f} to {model.unit_price.max():.1f}, shares (5, 50, 95 %) "
          f"{np.quantile(found.share, [0.05, 0.5, 0.95]).round(3)}")  # fmt: skip
    assert model.plane is not None
    km = model.plane.km(sales.properties.lonlat)
    apart, near = (each[:, 1] for each in cKDTree(km).query(km, k=2))
    lot = column_of(sales.properties, "sqft_lot")
    alike = (np.abs(np.log(lot / lot[near])) < ALIKE) & (apart < NEAR_KM)
    for name, amount in (("land", found.land), ("price", sales.price)):
        differ = np.abs(np.log(amount / amount[near]))[alike]
        print(f"  {alike.sum()} neighbours on plots alike differ in {name} by "
              f"{np.median(differ):.1%}")  # fmt: skip


if __name__ == "__main__":
    towns()
    county()
