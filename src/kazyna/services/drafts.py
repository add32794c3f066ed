"""Drafts of valuation rounds: fit to the market, value every property, study the ratios."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.progress import Progress, silent
from kazyna.core.schema import ColumnType
from kazyna.packs.pack import Pack
from kazyna.services import round_market
from kazyna.services.code_version import code_version
from kazyna.services.context import Context
from kazyna.services.costs import BUILDING_COST, cost_file_of, with_building_cost
from kazyna.services.reason_words import label
from kazyna.services.rounds import (
    Importance,
    IndexPoint,
    Interval,
    RoundLine,
    StrataPrices,
    StratumPrices,
    Study,
    line_of,
    require_unpublished,
)
from kazyna.store import cadastre, draft_jobs, rounds, screening
from kazyna.store.connection import Transaction
from kazyna.store.copy import csv_of, json_text
from kazyna.valuation import (
    ColumnMap,
    Decision,
    Holdout,
    ModelSummary,
    Screening,
    StrataIndex,
    backtest,
    fit,
    ratio_study,
)
from kazyna.valuation.land_and_cost.land_report import LandBasis
from kazyna.valuation.market_areas import MarketArea

HOLDOUT = Holdout.parse("time:0.2")
"""The ratio study is on the latest fifth of the sales: what the model must say of tomorrow."""
MAP_CLASSES = 7
REGISTERED = [
    "property_id", "value", "low", "high", "base", "reasons", "comparables", "confidence", "land",
]  # fmt: skip
"""What of a value the register keeps; what is not land is the building's."""


def create_round(
    ctx: Context,
    *,
    valuation_date: date,
    seed: int = 0,
    costs: str | None = None,
    progress: Progress = silent,
    draft_id: int | None = None,
) -> RoundLine:
    """Value every property as of a day from the sales before it, as a draft for valuers' eyes.

    The model is first tested on the latest sales, which it is not shown, and then fitted to all.

    Parameters
    ----------
    ctx
        The actor must be a valuer.
    valuation_date
        The day of value.
    seed
        Decides all that is drawn at random.
    costs
        TOML of a country's tables of costs: by them values are split into land and building. The
        round keeps the text.
    progress
        Told of each step.
    draft_id
        The draft as it was asked for: in one transaction it is made and told of.

    Raises
    ------
    Conflict
        When a round of that date is published already.
    InputError
        When the recorded sales cannot carry a valuation, or the tables of costs cannot be used.
    """
    ctx.require("valuer")
    with ctx.transaction() as tx:
        require_unpublished(tx, valuation_date)
    sales, houses, decided = evidence(ctx, valuation_date)
    data_hash = content_hash(sales, houses, decided, costs)
    sales, houses, columns = with_costs(ctx.pack, sales, houses, costs=costs, on=valuation_date)
    progress("ratio study")
    tested = backtest(
        sales, columns=columns, holdout=HOLDOUT, screened=decided, seed=seed,
        source="recorded sales",
    )  # fmt: skip
    model = fit(
        sales,
        columns=columns,
        as_of=valuation_date,
        screened=decided,
        seed=seed,
        progress=progress,
        source="recorded sales",
    )
    values = model.value(houses, progress=progress)
    area = _area_m2(ctx, houses)
    summary = model.summary()
    report = _report(
        ctx, summary, _study(tested.predictions, tested.coverage_90, tested.mdape, tested.r2)
    )
    report |= {"per_m2": _per_m2(values, area)} | ({"costs": costs} if costs is not None else {})
    provenance = _provenance(ctx.pack, data_hash, seed)
    progress("record")
    with ctx.transaction() as tx:
        round_id = rounds.insert_round(
            tx,
            valuation_date=valuation_date,
            provenance=provenance,
            properties=values.num_rows,
            total_value=pc.sum(values["value"]).as_py(),
            report=report,
        )
        rounds.insert_event(tx, round_id, from_status=None, to_status="draft", on=ctx.today)
        _insert(tx, round_id, values, area, tested.predictions)
        round_market.record_market(tx, round_id, summary)
        if model.screening is not None:
            screening.insert_screened(tx, _doubted(round_id, model.screening))
        if draft_id is not None:
            draft_jobs.finish(tx, draft_id, round_id=round_id)
        row = rounds.find_round(tx, round_id)
    if row is None:
        raise NotFound("The draft was not recorded.")
    return line_of(row)


def _provenance(pack: Pack, data_hash: str, seed: int) -> dict[str, Any]:
    """Say what the values of a draft follow from."""
    return {
        "pack": pack.name,
        "pack_hash": pack.content_hash,
        "data_hash": data_hash,
        "code_version": code_version(),
        "seed": seed,
    }


def columns_of(pack: Pack) -> ColumnMap:
    """Name the columns of the registers' tables; where the pack names areas, values are split."""
    floor_area = pack.floor_area.column if pack.floor_area and pack.land_area else None
    return ColumnMap(
        id="property_id", price="price", date="sold_on", lon="lon", lat="lat",
        stratum=pack.neighbourhood, land_area=pack.land_area, floor_area=floor_area,
    )  # fmt: skip


def with_costs(
    pack: Pack, sales: pa.Table, houses: pa.Table, *, costs: str | None, on: date
) -> tuple[pa.Table, pa.Table, ColumnMap]:
    """Put the depreciated costs of buildings beside sales and properties, where tables are given.

    Raises
    ------
    InputError
        When the tables ask for facts that no property has, or the pack does not name the column of
        the plots' areas, without which no value is split.
    """
    columns = columns_of(pack)
    if costs is None:
        return sales, houses, columns
    plan = cost_file_of(costs, source="costs")
    if columns.land_area is None:
        reason = f"the pack {pack.name} does not name the column of the plots' areas"
        raise InputError(Finding("costs", reason, "a pack whose values are split"))
    named = {name for part, name in plan.columns if name is not None and part != "land"}
    missing = sorted(named.difference(houses.column_names))
    if missing:
        has = ", ".join(houses.column_names)
        raise InputError(
            Finding("costs", "no property has the column", f"one of {has}", column=name)
            for name in missing
        )
    return (
        with_building_cost(sales, plan, on=on, sold_on=columns.date),
        with_building_cost(houses, plan, on=on),
        replace(columns, building_cost=BUILDING_COST),
    )


def evidence(ctx: Context, valuation_date: date) -> tuple[pa.Table, pa.Table, tuple[Decision, ...]]:
    """Return the sales up to a day, the properties, and what is decided about single sales.

    Raises
    ------
    InputError
        When no sale is recorded up to that day.
    """
    with ctx.transaction() as tx:
        characteristics = _characteristics(ctx)
        sales = cadastre.sales_with_properties(tx, characteristics, until=valuation_date)
        decided = tuple(
            Decision(row.property_id, row.sold_on, bool(row.keep), row.note)
            for row in screening.decisions(tx, until=valuation_date)
        )
        houses = cadastre.properties(tx, characteristics)
    if sales.num_rows == 0:
        reason = f"no sale is recorded up to the day of value, {valuation_date}"
        raise InputError(Finding("recorded sales", reason, "sales before that day"))
    return sales, houses, decided


def decisions_table(decided: Sequence[Decision]) -> pa.Table:
    """Lay out decisions about single sales, as a frozen round keeps them."""
    return pa.table(
        {
            "id": pa.array([each.id for each in decided], pa.string()),
            "date": pa.array([each.date for each in decided], pa.date32()),
            "keep": pa.array([each.keep for each in decided], pa.bool_()),
            "note": pa.array([each.note for each in decided], pa.string()),
        }
    )


def content_hash(
    sales: pa.Table,
    houses: pa.Table,
    decided: Sequence[Decision] = (),
    costs: str | None = None,
) -> str:
    """SHA-256 of the data's content: what tells whether two rounds had the same."""
    digest = hashlib.sha256()
    for table in (sales, houses, *((decisions_table(decided),) if decided else ())):
        digest.update(",".join(table.column_names).encode())
        for chunk in csv_of(table):
            digest.update(chunk)
    digest.update((costs or "").encode())
    return digest.hexdigest()


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


def _report(ctx: Context, summary: ModelSummary, study: Study) -> dict[str, Any]:
    """Write down what the round says of itself, as JSON."""
    index = [IndexPoint(p.date, p.level, p.low, p.high) for p in summary.index]
    importance = [Importance(name, label(ctx, name), share) for name, share in summary.importance]
    report: dict[str, Any] = {
        "sales_used": summary.sales_used,
        "study": TypeAdapter(Study).dump_python(study, mode="json"),
        "index": TypeAdapter(list[IndexPoint]).dump_python(index, mode="json"),
        "strata": TypeAdapter(StrataPrices | None).dump_python(
            _strata(ctx, summary.strata), mode="json"
        ),
        "areas": TypeAdapter(tuple[MarketArea, ...]).dump_python(summary.areas.each, mode="json"),
        "land": TypeAdapter(LandBasis | None).dump_python(summary.land, mode="json"),
        "weights": dict(summary.weights),
        "importance": TypeAdapter(list[Importance]).dump_python(importance, mode="json"),
        "notes": [
            *summary.notes,
            *(f"{count} sales left out: {reason}" for reason, count in summary.sales_left_out),
            *(f"column {name} left out: {reason}" for name, reason in summary.columns_left_out),
        ],
    }
    return report


def _strata(ctx: Context, found: StrataIndex) -> StrataPrices | None:
    """Keep in short what people read of each stratum; its points have a table of their own."""
    if not found.each:
        return None
    return StrataPrices(
        found.column,
        label(ctx, found.column) if found.column else None,
        found.each[0].points[0].date,
        tuple(StratumPrices(s.name, s.sales, s.own, *s.change()) for s in found.each),
    )


def _doubted(round_id: int, found: Screening) -> pa.Table:
    """Lay out the sales that were doubted, as the register has them."""
    doubted = found.doubted()
    price = pc.cast(pc.round(doubted["price"], 2), pa.decimal128(18, 2), safe=False)
    return json_text(
        pa.table(
            {
                "round_id": pa.array([round_id] * doubted.num_rows, pa.int64()),
                "property_id": doubted["id"],
                "sold_on": doubted["date"],
                "price": price,
                "kept": doubted["kept"],
                "reasons": doubted["reasons"],
            }
        )
    )


def _insert(
    tx: Transaction,
    round_id: int,
    values: pa.Table,
    area_m2: pa.ChunkedArray,
    predictions: pa.Table,
) -> None:
    named = ["property_id" if name == "id" else name for name in values.column_names]
    valued = values.rename_columns(named)
    if "land" not in named:
        valued = valued.append_column("land", pa.nulls(values.num_rows, pa.decimal128(18, 2)))
    valued = valued.select(REGISTERED).append_column("area_m2", area_m2)
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
            }
            | {
                name: pc.cast(pc.round(predictions[name], 2), money, safe=False)
                for name in ("price", "value", "low", "high")
            }
        ),
    )
