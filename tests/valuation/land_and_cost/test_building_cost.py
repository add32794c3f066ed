"""Costs of many buildings at once are those of each alone."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from kazyna.valuation.land_and_cost.building_cost import cost_column
from kazyna.valuation.land_and_cost.cost import (
    Building,
    CostFactor,
    CostTables,
    UnitCost,
    depreciated_cost,
)

ON = date(2025, 1, 1)
TABLES = CostTables(
    unit_costs={
        "brick": UnitCost(Decimal(400), date(2024, 1, 1), "invented"),
        "adobe": UnitCost(Decimal(150), date(2024, 1, 1), "invented"),
    },
    lives={"brick": 125, "adobe": 60},
    conditions={"good": CostFactor(Decimal(0), "invented"), "poor": CostFactor(Decimal("0.3"), "")},
    locations={"town": CostFactor(Decimal("1.1"), "invented")},
)
KINDS, STATES = ("brick", "adobe"), ("good", "poor")


def buildings(n: int = 40) -> pa.Table:
    random = np.random.default_rng(1)
    return pa.table(
        {
            "kind": [KINDS[row % 2] for row in range(n)],
            "size": random.uniform(30, 200, n),
            "age": random.integers(0, 150, n).astype(float),
            "condition": [STATES[row // 2 % 2] for row in range(n)],
            "location": ["town"] * n,
            "functional": random.uniform(0, 0.2, n),
        }
    )


def test_each_cost_is_that_of_the_building_alone() -> None:
    table = buildings()
    found = cost_column(table, TABLES, on=ON).to_pylist()
    for row, cost in zip(table.to_pylist(), found, strict=True):
        alone = Building(
            "one", row["kind"], Decimal(row["size"]), int(row["age"]), row["condition"],
            row["location"], functional=Decimal(row["functional"]),
        )  # fmt: skip
        assert cost == pytest.approx(float(depreciated_cost(alone, TABLES, ON)))


@pytest.mark.parametrize(
    ("column", "cell"),
    [("kind", "tent"), ("kind", None), ("age", None), ("age", -1.0), ("size", 0.0),
     ("condition", "odd")],
)  # fmt: skip
def test_a_building_that_the_tables_do_not_know_has_no_cost(column: str, cell: object) -> None:
    table = buildings(2)
    cells = [cell, table[column][1].as_py()]
    at = table.column_names.index(column)
    found = cost_column(table.set_column(at, column, pa.array(cells, table[column].type)),
                        TABLES, on=ON).to_pylist()  # fmt: skip
    assert found[0] is None
    assert found[1] is not None


def test_age_alone_is_enough() -> None:
    table = buildings(3).select(["kind", "size", "age"])
    plain = replace(TABLES, locations={}, conditions={})
    assert None not in cost_column(table, plain, on=ON).to_pylist()
