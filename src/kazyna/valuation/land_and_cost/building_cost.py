"""Depreciated cost of many buildings at once, as a column beside sales and properties.

By it values are split into land and building as appraisers abstract land from prices: what the
building costs, less its wear, times what the market pays of such cost, is the building's.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial

import numpy as np
import pyarrow as pa

from kazyna.core.errors import InputError
from kazyna.valuation.columns import Floats, Properties
from kazyna.valuation.land_and_cost.cost import Building, CostTables, depreciated_cost

COST_SALES = 30.0
"""The tables count as much as so many sales: the market's factor on cost is drawn to one."""


@dataclass(frozen=True)
class BuildingCost:
    """The column of depreciated costs, and the log level of the market of their day."""

    column: str
    level: float = 0.0


@dataclass(frozen=True)
class MarketCost:
    """How the market sees depreciated cost."""

    cost: BuildingCost
    factor: float
    """What it pays of a unit of cost."""
    per_floor: float
    """Median cost of a unit of floor area: what a building is taken at that the tables lack."""

    def of(self, properties: Properties, floor: Floats) -> Floats:
        """Return what buildings add at the mean level of the sales; NaN where nothing is known."""
        return self.factor * cost_at_mean(properties, self.cost, floor, per_floor=self.per_floor)


def cost_at_mean(
    properties: Properties, cost: BuildingCost, floor: Floats, *, per_floor: float | None = None
) -> Floats:
    """Read costs at the mean level of the sales; unknown ones follow from the floor area.

    A floor area of nought is a vacant plot, whatever cost is written beside it.
    """
    cells = properties.characteristics[cost.column].cast("float64").to_numpy()
    known = np.asarray(cells, dtype=np.float64) * np.exp(-cost.level)
    known = np.where(known < 0, np.nan, known)
    rate = median_per_floor(known, floor) if per_floor is None else per_floor
    known = np.where(np.isnan(known), rate * floor, known)
    return np.asarray(np.where(floor == 0, 0.0, known), dtype=np.float64)


def median_per_floor(cost: Floats, floor: Floats) -> float:
    """Median cost of a unit of floor area; NaN where none is known."""
    known = (cost > 0) & (floor > 0)
    return float(np.median(cost[known] / floor[known])) if known.any() else float("nan")


def cost_column(buildings: pa.Table, tables: CostTables, *, on: date) -> pa.Array:
    """Cost all buildings of a table; one unit of size of each class, age and place is costed once.

    Parameters
    ----------
    buildings
        Columns `kind`, `size`, `age`, and `condition`, `location`, `functional`, `external` where
        they are known.
    tables
        The country's numbers.
    on
        The day whose building costs count.

    Returns
    -------
    pyarrow.Array
        Floats; empty where the tables do not know the building or a cell is empty.
    """
    n = buildings.num_rows
    size, age = (_floats(buildings[name]) for name in ("size", "age"))
    rate = np.full(n, np.nan)
    keys = [
        buildings[name].to_pylist() if name in buildings.column_names else [None] * n
        for name in ("kind", "condition", "location")
    ]
    unit_cost = cache(partial(_unit_cost, tables, on))
    for row, (kind, condition, location) in enumerate(zip(*keys, strict=True)):
        if kind is not None and age[row] >= 0:
            rate[row] = unit_cost(kind, int(age[row]), condition=condition, location=location)
    cost = rate * np.where(size > 0, size, np.nan)
    for name in ("functional", "external"):
        if name in buildings.column_names:
            cost *= 1 - np.clip(np.nan_to_num(_floats(buildings[name])), 0, 1)
    return pa.array(cost, from_pandas=True)


def _unit_cost(
    tables: CostTables,
    on: date,
    kind: str,
    age: int,
    *,
    condition: str | None,
    location: str | None,
) -> float:
    building = Building("", kind, Decimal(1), age, condition, location)
    try:
        return float(depreciated_cost(building, tables, on))
    except InputError:
        return float("nan")


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
