"""Values and predictions as a market model and a backtest would give them, without a fit."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from kazyna.valuation.indices.strata_index import IndexPoint
from kazyna.valuation.land_and_cost.land_report import LandBasis
from kazyna.valuation.market_areas import AreaPlace, FoundAreas, MarketArea
from kazyna.valuation.report.valuation_report import (
    Provenance,
    ReportedModel,
    ReportedStratum,
    ReportOptions,
    ValuationReport,
    report_of,
)

AS_OF = date(2024, 12, 31)
MODEL = ReportedModel(
    as_of=AS_OF,
    sales_used=900,
    sales_left_out=(("dated after the day of value", 7),),
    columns_left_out=(("note", "its texts hardly repeat"),),
    weights=(("regression", 0.3), ("comparables", 0.2), ("trees on place", 0.5)),
    index=tuple(
        IndexPoint(date(2024, 1, 1) + timedelta(days=14 * at), *level)
        for at, level in enumerate((0.9 + 0.004 * step, 0.88, 0.95) for step in range(27))
    ),
    importance=(("location", 0.5), ("area_m2", 0.3), ("grade", 0.2)),
    segments=(("flat", 600, (("regression", 0.4), ("comparables", 0.6)), 0.05),),
    strata=(
        ReportedStratum("1", 700, 0.6, 0.08, 0.03, 0.13),
        ReportedStratum("2", 200, 0.1, 0.11, 0.02, 0.2),
    ),
    curves=(
        (
            "1",
            tuple(IndexPoint(date(2024, 1 + at, 1), 0.9 + at / 100, 0.8, 1.1) for at in range(11)),
        ),
    ),
    areas=FoundAreas(
        (MarketArea(1, 700, 0.2, 90_000.0, ("north",)), MarketArea(2, 200, -0.1, 60_000.0)),
        (AreaPlace(74.55, 42.88, 1), AreaPlace(74.6, 42.82, 2)),
    ),
    land=LandBasis(False, 12, 1.02, 8.4, 0.7, None),
    notes=("too few sales for local intervals: one relative width for all",),
)


def valued(n: int = 600, seed: int = 0) -> pa.Table:
    """Values of a small town in two districts, the dearer in the north."""
    random = np.random.default_rng(seed)
    lat = random.uniform(42.8, 42.9, n)
    area = random.uniform(30, 150, n)
    value = np.round(area * 1000 * np.exp(5 * (lat - 42.85) + random.normal(0, 0.05, n)))
    compared = [
        [
            {
                "id": f"P{at}",
                "date": AS_OF - timedelta(days=200 + at),
                "distance_m": 50.0,
                "price": round(each * 0.9),
                "adjusted_price": round(each * off),
                "similarity": 0.5,
            }
            for at, off in enumerate((0.98, 1.0, 1.03))
        ]
        for each in value
    ]
    return pa.table(
        {
            "id": [f"P{number}" for number in range(n)],
            "value": value,
            "low": value * 0.8,
            "high": value * 1.25,
            "base": np.full(n, 90_000.0),
            "reasons": [
                [
                    {"reason": "location", "amount": float(each) - 95_000},
                    {"reason": "area_m2", "amount": 5_000.0},
                ]
                for each in value
            ],
            "comparables": compared,
            "confidence": random.uniform(0, 1, n),
            "lon": random.uniform(74.5, 74.7, n),
            "lat": lat,
            "area_m2": area,
            "land": np.round(value * np.where(lat > 42.85, 0.4, 0.25)),
            "district": np.where(lat > 42.85, "north", "south").tolist(),
        }
    )


def predicted(n: int = 400, seed: int = 1, *, south: float = 1.0) -> pa.Table:
    """Sales held out; in the south, values are off by a factor."""
    table = valued(n, seed)
    random = np.random.default_rng(seed)
    price = table["value"].to_numpy() * np.exp(random.normal(0, 0.1, n))
    off = np.where(np.array(table["district"].to_pylist()) == "south", south, 1.0)
    days = [AS_OF - timedelta(days=int(back)) for back in random.integers(1, 120, n)]
    for name in ("value", "low", "high"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array(table[name].to_numpy() * off))
    return table.append_column("price", pa.array(price)).append_column("date", pa.array(days))


def reported(*, by: tuple[str, ...] = ("district",), south: float = 1.0) -> ValuationReport:
    """Gather a whole report."""
    options = ReportOptions(by=by, provenance=Provenance("1.2.3", 7, (("sales", "abc" * 20),)))
    return report_of(MODEL, valued(), predicted(south=south), options=options)
