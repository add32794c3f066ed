"""Valuations of files: a backtest, and the values of properties. No database."""

import os
import resource
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc

from kazyna import valuation
from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.services import costs
from kazyna.services.file_reports import (
    FileReport,
    FileValuation,
    Ru237Columns,
    write_file_report,
    write_profile,
)
from kazyna.services.known_sales import KnownSales
from kazyna.services.property_places import PropertyPlaces
from kazyna.services.sales_files import (
    Columns,
    SalesFile,
    long_file,
    properties_of,
    read_sales_file,
)
from kazyna.store import files
from kazyna.valuation import ColumnMap, Holdout, MarketModel, ModelSummary
from kazyna.valuation.report.valuation_report import ReportedModel, ReportedStratum

__all__ = [
    "BacktestReport",
    "Columns",
    "FileReport",
    "KnownSales",
    "Options",
    "Report",
    "Ru237Columns",
    "SegmentAccuracy",
    "ValuedTable",
    "backtest",
    "value_files",
]

BYTES_PER_MB = 1_000_000
SEGMENT_SALES_MIN = 10
"""Segments with fewer sales held out are measured together: a COD of two sales says nothing."""
FIGURES = ("id", "value", "low", "high", "base", "confidence", "land", "building", "method")
"""What the CSV has of each value; reasons and comparables are lists, and stand in the Parquet."""


@dataclass(frozen=True)
class SegmentAccuracy:
    """How the model did on the sales of one segment."""

    segment: str
    n_test: int
    median_ratio: float
    cod: float
    prd: float
    prb: float
    mdape: float
    coverage_90: float


@dataclass(frozen=True)
class BacktestReport:
    """How the market model did on sales that it had not seen."""

    n_train: int
    n_test: int
    median_ratio: float
    cod: float
    prd: float
    prb: float
    mdape: float
    mape: float
    r2: float
    coverage_90: float
    fit_seconds: float
    value_seconds: float
    peak_mb: float
    segments: tuple[SegmentAccuracy, ...] = ()
    """Where the columns name segments: the same for each of them, those with most sales first."""
    notes: tuple[str, ...] = ()
    """Rows that were left out before anything was held out, and what the models left out of the
    rest, such as a column that gives the price away."""
    guessed_map: str = ""
    """TOML of the table map, where it was guessed; else empty."""


@dataclass(frozen=True)
class ValuedTable:
    """What a valuation of files wrote."""

    properties: int
    sales_used: int
    total_value: Decimal
    files: tuple[str, ...]
    fit_seconds: float
    value_seconds: float
    notes: tuple[str, ...] = ()
    """Sales and columns that were left out, and fall-backs that were taken."""
    guessed_map: str = ""
    """TOML of the table map, where it was guessed; else empty."""
    strata: tuple[ReportedStratum, ...] = ()
    """How prices moved in each part of the market; index.csv has every day."""


@dataclass(frozen=True)
class Report:
    """Where a report is written, and how it is made."""

    file: Path | None
    """None where only the tables of a national procedure are wanted."""
    options: FileReport


@dataclass(frozen=True)
class Options:
    """How a valuation of files is made."""

    screened: bool = True
    """Whether sales that are no market evidence are left out by what they show."""
    known: KnownSales = field(default_factory=KnownSales)
    """What is declared and decided about the sales."""
    report: Report | None = None
    """Where the report is written, and how; with a national procedure also its tables."""
    costs: Path | None = None
    """Tables of a country's costs: by them buildings of segments without sales are valued, and
    where the column of the plots' areas is named, values are split into land and building."""
    on_spark: bool = False
    """Whether Apache Spark values the properties; values.parquet is then a folder."""
    seed: int = 0


@dataclass
class Stopwatch:
    """Listens to an engine's steps, adds up what each took, and passes on what it hears."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    _step: str | None = None
    _since: float = 0.0

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        self.stop()
        self._step, self._since = step, perf_counter()
        self.progress(step, done, total)

    def stop(self) -> None:
        """End the step that is being timed."""
        if self._step is not None:
            passed = perf_counter() - self._since
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + passed
            self._step = None


def backtest(
    source: Path | str,
    *,
    columns: Columns,
    holdout: str,
    known: KnownSales | None = None,
    screened: bool = False,
    seed: int = 0,
    progress: Progress = silent,
) -> BacktestReport:
    """Fit the market model to some of the sales in a file and test it on the others.

    Parameters
    ----------
    source
        The sales: a file, or the address of a table in PostgreSQL.
    columns
        The names of its columns, or a table map by which it is made clean first.
    holdout
        What is set aside: `time:0.2`, `random:0.2` or `cv:5`.
    known
        What is declared and decided about the sales.
    screened
        Whether the sales learnt from are also screened by what they show; those set aside never
        are.

    Raises
    ------
    InputError
        When the file or the call cannot be read.
    """
    given = read_sales_file(source, columns, known=known)
    sales = given.table
    stopwatch = Stopwatch(progress)
    tested = valuation.backtest(
        sales,
        columns=given.columns,
        holdout=Holdout.parse(holdout),
        screened=given.decisions if screened else False,
        seed=seed,
        progress=stopwatch,
        source=files.name_of(source),
    )
    stopwatch.stop()
    measured = {
        item.name: getattr(tested, item.name)
        for item in fields(BacktestReport)
        if hasattr(tested, item.name)
    }
    measured["notes"] = (*given.notes, *tested.notes)
    return BacktestReport(
        **measured,
        fit_seconds=round(stopwatch.seconds["fit"], 2),
        value_seconds=round(stopwatch.seconds["value"], 2),
        peak_mb=_peak_mb(),
        segments=_by_segment(sales, given.columns, tested.predictions),
        guessed_map=given.guessed_map,
    )


def value_files(
    sales: Path | str,
    properties: Path | str,
    *,
    columns: Columns,
    as_of: date,
    out: Path,
    options: Options | None = None,
    progress: Progress = silent,
) -> ValuedTable:
    """Value the properties of a file as of a day, from a file of sales.

    Writes values.parquet (with reasons and comparables as lists), values.csv (the figures alone)
    and index.csv (prices over time in the whole market and its parts) into a folder. A Parquet file
    of properties is read and valued a part at a time, and may be larger than the memory.

    Parameters
    ----------
    sales, properties
        Files, or the addresses of tables in PostgreSQL.
    columns
        The names of the columns of both tables, or a table map by which both are made clean first.
    out
        The folder.
    options
        Screening, report, Spark and seed.
    """
    options = options or Options()
    given = read_sales_file(sales, columns, known=options.known)
    table_map = given.table_map
    plan = None if options.costs is None else costs.read_cost_file(options.costs)
    if plan is not None and given.columns.land_area is not None:
        given = _with_costs(given, plan, as_of)
    evidence_of, decided = given.table, given.decisions if options.screened else False
    start = perf_counter()
    model = valuation.fit(
        evidence_of, columns=given.columns, as_of=as_of, screened=decided,
        seed=options.seed,
        progress=progress, source=files.name_of(sales),
    )  # fmt: skip
    fitted = perf_counter()
    progress("value")
    places = PropertyPlaces(model, files.name_of(properties))
    if options.on_spark:
        if table_map is not None:
            reason = "on Spark no table map is applied"
            raise InputError(Finding(files.name_of(properties), reason, "the local engine"))
        if options.costs is not None:
            reason = "Spark values by the market alone"
            raise InputError(Finding(str(options.costs), reason, "the local engine"))
        counted, total, written = _on_spark(model, properties, out)
    else:
        by_cost = _ByCost.of(model, options.costs, plan, files.name_of(properties))
        parts = places.watched(properties_of(properties, model.columns.id, given))
        if plan is not None and model.columns.building_cost is not None:
            parts = (costs.with_building_cost(part, plan, on=as_of) for part in parts)
        counted, total, written = _valued(model, properties, parts, by_cost=by_cost, out=out)
    valued = perf_counter()
    summary = model.summary()
    written += _index_file(summary, out)
    if options.report is not None:
        progress("report")
        houses = pa.concat_tables(properties_of(properties, model.columns.id, given))
        written += _reported(
            (model, summary), given, houses, values=Path(written[0]), report=options.report
        )
    return ValuedTable(
        properties=counted,
        sales_used=len(model.sales),
        total_value=total,
        files=written,
        fit_seconds=round(fitted - start, 2),
        value_seconds=round(valued - fitted, 2),
        guessed_map=given.guessed_map,
        notes=(*given.notes, *model.notes(), *places.notes()),
        strata=ReportedModel.of(summary).strata,
    )


def _with_costs(given: SalesFile, plan: costs.CostFile, as_of: date) -> SalesFile:
    """Put depreciated costs beside the sales, where they have the columns that tell them."""
    table = costs.with_building_cost(given.table, plan, on=as_of, sold_on=given.columns.date)
    if costs.BUILDING_COST not in table.column_names:
        note = "the sales have no columns of building costs: values are split by floor area"
        return replace(given, notes=(*given.notes, note))
    columns = replace(given.columns, building_cost=costs.BUILDING_COST)
    return replace(given, table=table, columns=columns)


@dataclass
class _ByCost:
    """Keeps back the buildings of segments without sales, and values them by cost."""

    model: MarketModel
    plan: costs.CostFile
    segment: str
    source: str
    kept: list[pa.Table] = field(default_factory=list)

    @classmethod
    def of(
        cls, model: MarketModel, tables: Path | None, plan: costs.CostFile | None, source: str
    ) -> "_ByCost | None":
        """Keep nothing back where no tables are given; they may be for the split alone."""
        if plan is None or (model.columns.segment is None and model.columns.land_area):
            return None
        if model.columns.segment is None:
            reason = "which buildings have no market cannot be told"
            expected = "the column of the segments, or of the plots' areas for the split alone"
            raise InputError(Finding(str(tables), reason, expected))
        return cls(model, plan, model.columns.segment, source)

    def market(self, parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Pass on what the market tells of."""
        sold = pa.array(self.model.segments_with_market(), pa.string())
        for part in parts:
            known = pc.is_in(part[self.segment].cast(pa.string()), value_set=sold)
            self.kept.append(part.filter(pc.invert(known)))
            yield part.filter(known)

    def values(self, schema: pa.Schema) -> pa.Table:
        """Value what was kept back."""
        rest, columns = pa.concat_tables(self.kept), self.model.columns
        on, number = self.model.as_of, columns.id
        land = self.model.land_value(rest, source=self.source) if columns.land_area else None
        buildings = costs.buildings_of(
            self.plan, rest, on=on, id_column=number, source=self.source, land=land
        )
        return costs.beside_market_values(costs.values_of(self.plan, buildings, on=on), schema)


def _valued(
    model: MarketModel,
    properties: Path | str,
    parts: Iterable[pa.Table],
    *,
    by_cost: _ByCost | None,
    out: Path,
) -> tuple[int, Decimal, tuple[str, ...]]:
    counted, total = 0, Decimal(0)

    def every() -> Iterator[pa.Table]:
        processes = max(os.cpu_count() or 1, 1) if long_file(properties) else 1
        sold = parts if by_cost is None else by_cost.market(parts)
        values = model.stream(sold, processes=processes, source=files.name_of(properties))
        if by_cost is None:
            yield from values
            return
        schema = None
        for each in values:
            named = each.append_column("method", pa.array(["market"] * each.num_rows, pa.string()))
            schema = named.schema
            yield named
        if schema is not None:
            yield by_cost.values(schema)

    def watched() -> Iterator[pa.Table]:
        nonlocal counted, total
        for values in every():
            counted += values.num_rows
            total += pc.sum(values["value"]).as_py() or Decimal(0)
            yield values

    figures = out / "values.csv"
    whole = out / "values.parquet"
    files.write_tables(watched(), {whole: lambda values: values, figures: _figures})
    return counted, total, (str(whole), str(figures))


def _figures(values: pa.Table) -> pa.Table:
    return values.select([name for name in FIGURES if name in values.column_names])


def _on_spark(
    model: MarketModel, properties: Path | str, out: Path
) -> tuple[int, Decimal, tuple[str, ...]]:
    path = files.path_of(properties)
    if path is None or path.suffix.lower() != ".parquet":
        name = files.name_of(properties)
        raise InputError(Finding(name, "Spark reads Parquet only", "a .parquet file"))
    files.require_unique(path, model.columns.id)
    whole = out / "values.parquet"
    counted, total = valuation.value_on_spark(model, str(path), str(whole))
    return counted, total, (str(whole),)


def _index_file(summary: ModelSummary, out: Path) -> tuple[str, ...]:
    """Write the index of the whole market, and of each part of it, day by day."""
    parts = [("", summary.index), *((each.name, each.points) for each in summary.strata.each)]
    rows = [
        {"stratum": name, "date": p.date, "level": p.level, "low": p.low, "high": p.high}
        for name, points in parts
        for p in points
    ]
    path = out / "index.csv"
    files.write_table(pa.Table.from_pylist(rows), path)
    return (str(path),)


def _reported(
    fitted: tuple[MarketModel, ModelSummary],
    given: SalesFile,
    houses: pa.Table,
    *,
    values: Path,
    report: Report,
) -> tuple[str, ...]:
    options, (model, summary) = report.options, fitted
    tested = valuation.backtest(
        given.table, columns=model.columns, holdout=Holdout.parse(options.holdout),
        screened=given.decisions if model.screening is not None else False, seed=options.seed,
    )  # fmt: skip
    valued = files.read_table(values)
    if "method" in valued.column_names:
        valued = valued.filter(pc.equal(valued["method"], "market"))
        number = houses[model.columns.id].cast(pa.string())
        houses = houses.filter(pc.is_in(number, value_set=valued["id"]))
    reported = FileValuation(
        summary,
        model.columns,
        given.table,
        houses,
        valued,
        tested.predictions,
        given.table_map,
    )
    written: tuple[str, ...] = ()
    if options.profile is not None:
        written += write_profile(reported, values.parent, options=options).files
    if report.file is not None:
        written += (write_file_report(reported, report.file, options=options).file,)
    return written


def _by_segment(
    sales: pa.Table, columns: ColumnMap, predictions: pa.Table
) -> tuple[SegmentAccuracy, ...]:
    """Measure each segment, and the thin ones together; a sale is found again by its property."""
    if columns.segment is None:
        return ()
    key = sales[columns.id].cast(pa.string())
    of_property = dict(zip(key.to_pylist(), sales[columns.segment].to_pylist(), strict=True))
    of = [of_property[name] for name in predictions["id"].to_pylist()]
    named = ["(none)" if name is None else str(name) for name in of]
    sold = Counter(named)
    thin = {name for name, count in sold.items() if count < SEGMENT_SALES_MIN}
    together = f"{len(thin)} segments of fewer than {SEGMENT_SALES_MIN} sales"
    segment = pa.array([together if name in thin and len(thin) > 1 else name for name in named])
    found = []
    for name in sorted(set(segment.to_pylist()), key=lambda name: (-sold[name], name)):
        measured = valuation.assess(predictions.filter(pc.equal(segment, name)))
        own = {f.name: getattr(measured, f.name) for f in fields(SegmentAccuracy)[1:]}
        found.append(SegmentAccuracy(name, **own))
    return tuple(found)


def _peak_mb() -> float:
    """Return the most memory that this process has held."""
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak_kb * 1024 / BYTES_PER_MB, 1)
