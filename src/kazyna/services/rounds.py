"""Valuation rounds: fit to the market, value every property, study the ratios, publish."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

import kazyna
from kazyna.core.errors import Conflict, NotFound
from kazyna.core.progress import Progress, silent
from kazyna.core.schema import ColumnType
from kazyna.core.text import Text
from kazyna.services.cadastre import READERS, label
from kazyna.services.context import Context
from kazyna.store import cadastre, rounds
from kazyna.store.connection import Transaction
from kazyna.store.copy import csv_of, json_text
from kazyna.valuation import ColumnMap, Holdout, MarketModel, backtest, fit, ratio_study

COLUMNS = ColumnMap(id="property_id", price="price", date="sold_on", lon="lon", lat="lat")
HOLDOUT = Holdout.parse("time:0.2")
"""The ratio study is on the latest fifth of the sales: what the model must say of tomorrow."""
MAP_CLASSES = 7


@dataclass(frozen=True)
class Interval:
    """A statistic with its 95 % confidence interval."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class StudyPoint:
    """One sale of the hold-out: what it fetched and what the model would have said."""

    property_id: str
    sold_on: date
    price: Decimal
    value: Decimal
    ratio: float


@dataclass(frozen=True)
class Study:
    """The ratio study on sales that the model had not seen (IAAO Standard on Ratio Studies)."""

    sales: int
    first_sale: date
    last_sale: date
    median_ratio: Interval
    cod: Interval
    prd: Interval
    prb: Interval
    coverage_90: float
    """Share of hold-out prices inside their 90 % interval."""
    mdape: float
    r2: float


@dataclass(frozen=True)
class IndexPoint:
    """The level of the market on a day; 1 on the valuation date."""

    day: date
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class Importance:
    """One characteristic's share of all that moves values away from the typical property."""

    name: str
    label: Text
    share: float


@dataclass(frozen=True)
class PublishedRound:
    """One published round; the CLI prints it, the API returns it, the page shows it."""

    round_id: int
    valuation_date: date
    properties: int
    total_value: Decimal
    sales_used: int
    study: Study
    index: tuple[IndexPoint, ...]
    weights: dict[str, float]
    """Share of each model in the value, by out-of-fold evidence."""
    importance: tuple[Importance, ...]
    """What moves values most, the largest first."""
    notes: tuple[str, ...]
    """What the model had to do without, and what it did instead."""


_PUBLISHED = TypeAdapter(PublishedRound)


def publish_round(
    ctx: Context, *, valuation_date: date, seed: int = 0, progress: Progress = silent
) -> PublishedRound:
    """Value every property as of a day from the sales before it, and publish the values.

    The model is first tested on the latest sales, which it is not shown, and then fitted to all.

    Raises
    ------
    Conflict
        When a round of that date is published already.
    InputError
        When the recorded sales cannot carry a valuation.
    """
    ctx.require("valuer")
    with ctx.transaction() as tx:
        latest = rounds.latest_published(tx)
        if latest and latest.valuation_date == valuation_date:
            raise Conflict(f"The round of {valuation_date} is published already.")
        sales = cadastre.sales_with_properties(tx, _characteristics(ctx), until=valuation_date)
        houses = cadastre.properties(tx, _characteristics(ctx))
    progress("ratio study")
    tested = backtest(sales, columns=COLUMNS, holdout=HOLDOUT, seed=seed, source="recorded sales")
    model = fit(
        sales,
        columns=COLUMNS,
        as_of=valuation_date,
        seed=seed,
        progress=progress,
        source="recorded sales",
    )
    values = model.value(houses, progress=progress)
    area = _area_m2(ctx, houses)
    report = _report(
        ctx, model, _study(tested.predictions, tested.coverage_90, tested.mdape, tested.r2)
    )
    report["per_m2"] = _per_m2(values, area)
    provenance = {
        "pack": ctx.pack.name,
        "pack_hash": ctx.pack.content_hash,
        "data_hash": _hash(sales, houses),
        "code_version": kazyna.__version__,
        "seed": seed,
    }
    progress("publish")
    with ctx.transaction() as tx:
        round_id = rounds.insert_round(
            tx,
            valuation_date=valuation_date,
            provenance=provenance,
            properties=values.num_rows,
            total_value=pc.sum(values["value"]).as_py(),
            report=report,
        )
        if round_id is None:
            raise Conflict(f"The round of {valuation_date} is published already.")
        _insert(tx, round_id, values, area, tested.predictions)
        published = rounds.latest_published(tx)
    if published is None:
        raise NotFound("The round was not recorded.")
    return _published(published)


def latest(ctx: Context) -> PublishedRound | None:
    """Return the published round of the latest valuation date."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        row = rounds.latest_published(tx)
    return _published(row) if row else None


def study_points(ctx: Context, round_id: int) -> tuple[StudyPoint, ...]:
    """Return the sales that a round's ratio study was made on."""
    ctx.require(*READERS)
    with ctx.transaction() as tx:
        rows = rounds.study_sales(tx, round_id)
    return tuple(
        StudyPoint(
            property_id=row.property_id,
            sold_on=row.sold_on,
            price=row.price,
            value=row.value,
            ratio=float(row.value / row.price),
        )
        for row in rows
    )


def _characteristics(ctx: Context) -> dict[str, ColumnType]:
    """Every declared column but the tax base itself, which is what is to be found."""
    taxed = {column.name for tax in ctx.pack.taxes.values() for column in tax.inputs.columns}
    return {name: c.type for name, c in ctx.pack.columns.items() if name not in taxed}


def _area_m2(ctx: Context, houses: pa.Table) -> pa.ChunkedArray:
    area = ctx.pack.floor_area
    if area is None:
        return pa.chunked_array([pa.nulls(houses.num_rows, pa.decimal128(18, 8))])
    recorded = pc.cast(houses[area.column], pa.decimal128(28, 6))
    return pc.multiply(recorded, pa.scalar(area.m2_per_unit))


def _per_m2(values: pa.Table, area_m2: pa.ChunkedArray) -> dict[str, Any]:
    """Find the median and the map's colour classes; for show, so floats will do."""
    area = np.asarray(pc.cast(area_m2, pa.float64()).to_numpy(), dtype=float)
    value = np.asarray(pc.cast(values["value"], pa.float64()).to_numpy(), dtype=float)
    known = np.isfinite(area) & (area > 0)
    if not known.any():
        return {"median": None, "breaks": []}
    each = value[known] / area[known]
    shares = np.arange(1, MAP_CLASSES) / MAP_CLASSES
    breaks = {int(float(f"{limit:.2g}")) for limit in np.quantile(each, shares)}
    return {"median": f"{np.median(each):.2f}", "breaks": sorted(breaks)}


def _hash(*tables: pa.Table) -> str:
    """SHA-256 of the tables' content: what tells whether two rounds had the same data."""
    digest = hashlib.sha256()
    for table in tables:
        digest.update(",".join(table.column_names).encode())
        for chunk in csv_of(table):
            digest.update(chunk)
    return digest.hexdigest()


def _study(predictions: pa.Table, coverage_90: float, mdape: float, r2: float) -> Study:
    study = ratio_study(predictions["value"], predictions["price"])
    days = pc.min_max(predictions["date"]).as_py()
    return Study(
        sales=study.n,
        first_sale=days["min"],
        last_sale=days["max"],
        median_ratio=Interval(**asdict(study.median_ratio)),
        cod=Interval(**asdict(study.cod)),
        prd=Interval(**asdict(study.prd)),
        prb=Interval(**asdict(study.prb)),
        coverage_90=coverage_90 / 100,
        mdape=mdape / 100,
        r2=r2,
    )


def _report(ctx: Context, model: MarketModel, study: Study) -> dict[str, Any]:
    """Write down what the round says of itself, as JSON."""
    summary = model.summary()
    index = [IndexPoint(p.date, p.level, p.low, p.high) for p in summary.index]
    importance = [Importance(name, label(ctx, name), share) for name, share in summary.importance]
    report: dict[str, Any] = {
        "sales_used": summary.sales_used,
        "study": TypeAdapter(Study).dump_python(study, mode="json"),
        "index": TypeAdapter(list[IndexPoint]).dump_python(index, mode="json"),
        "weights": dict(summary.weights),
        "importance": TypeAdapter(list[Importance]).dump_python(importance, mode="json"),
        "notes": [
            *summary.notes,
            *(f"{count} sales left out: {reason}" for reason, count in summary.sales_left_out),
            *(f"column {name} left out: {reason}" for name, reason in summary.columns_left_out),
        ],
    }
    return report


def _insert(
    tx: Transaction,
    round_id: int,
    values: pa.Table,
    area_m2: pa.ChunkedArray,
    predictions: pa.Table,
) -> None:
    valued = values.rename_columns(
        ["property_id" if name == "id" else name for name in values.column_names]
    ).append_column("area_m2", area_m2)
    rounds.insert_values(tx, round_id, json_text(valued))
    n = predictions.num_rows
    money = pa.decimal128(18, 2)
    rounds.insert_study_sales(
        tx,
        pa.table(
            {
                "round_id": pa.array([round_id] * n, pa.int64()),
                "property_id": predictions["id"],
                "sold_on": predictions["date"],
                "price": pc.cast(pc.round(predictions["price"], 2), money, safe=False),
                "value": pc.cast(pc.round(predictions["value"], 2), money, safe=False),
            }
        ),
    )


def _published(row: rounds.RoundRow) -> PublishedRound:
    return _PUBLISHED.validate_python(
        {
            **row.report,
            "round_id": row.round_id,
            "valuation_date": row.valuation_date,
            "properties": row.properties,
            "total_value": row.total_value,
        }
    )
