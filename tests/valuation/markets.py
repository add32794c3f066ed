"""Invented markets with known prices, and the real one of King County."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.valuation import ColumnMap

KING_COUNTY = ColumnMap("id", "price", "date", "long", "lat")
COLUMNS = ColumnMap("pin", "paid", "sold_on", "x", "y")
AS_OF = date(2024, 12, 31)


def king_county(sales: int, seed: int = 0) -> pa.Table:
    """A random part of the real table, in its order."""
    packs = Path(__file__).parents[2] / "src" / "kazyna" / "packs"
    table = pq.read_table(packs / "us_wa" / "demo" / "king_county_sales.parquet")
    rows = np.random.default_rng(seed).permutation(table.num_rows)[:sales]
    return table.take(np.sort(rows))


def invented(sales: int, seed: int = 0, *, growth: float = 0.0, noise: float = 0.1) -> pa.Table:
    """Sales of one year: price by area, quality and place, rising by `growth` in log a year."""
    random = np.random.default_rng(seed)
    area = random.uniform(30, 200, sales)
    quality = random.choice(["plain", "good", "fine"], sales)
    x, y = random.uniform(74.5, 74.7, sales), random.uniform(42.8, 42.9, sales)
    day = np.sort(random.integers(0, 366, sales))
    log_price = (
        10 + 0.8 * np.log(area) + 0.15 * (quality == "good") + 0.3 * (quality == "fine")
        + 2 * (y - 42.85) + growth * day / 365 + random.normal(0, noise, sales)
    )  # fmt: skip
    return pa.table(
        {
            "pin": [f"P{number}" for number in range(sales)],
            "paid": np.round(np.exp(log_price)),
            "sold_on": pa.array(day.astype(np.int32) + 19_723).cast(pa.date32()),
            "x": x,
            "y": y,
            "area_m2": area,
            "quality": quality,
            "rooms": pa.array(random.integers(1, 6, sales)),
        }
    )


def replaced(table: pa.Table, name: str, values: object) -> pa.Table:
    """The table with one column changed or added."""
    if name not in table.column_names:
        return table.append_column(name, pa.array(values))
    return table.set_column(table.column_names.index(name), name, pa.array(values))
