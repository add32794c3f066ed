"""Valuations of files: a backtest, and the values of properties. No database."""

import os
import resource
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
from kazyna.services import costs, evidence
from kazyna.services.file_reports import (
    FileReport,
    FileValuation,
    Ru237Columns,
    write_file_report,
    write_profile,
)
from kazyna.store import files
from kazyna.valuation import ColumnMap, Holdout, MarketModel
from kazyna.valuation.table_map import TableMap

__all__ = [
    "BacktestReport",
    "ColumnMap",
    "FileReport",
    "Options",
    "Report",
    "Ru237Columns",
    "SegmentAccuracy",
    "ValuedTable",
    "backtest",
    "value_files",
]

BYTES_PER_MB = 1_000_000
LARGE_ROWS = 300_000
"""Properties from which it pays to start processes that value side by side."""
BATCH_ROWS = 64_000
"""Properties read at a time from a file that is not read whole."""
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
    """Where the columns name segments: the same for each of them."""


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
    report: Report | None = None
    """Where the report is written, and how; with a national procedure also its tables."""
    costs: Path | None = None
    """Tables of a country's costs, by which buildings of segments without sales are valued."""
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
    columns: ColumnMap | Path,
    holdout: str,
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
        The names of its columns, or the file of a table map by which it is made clean first.
    holdout
        What is set aside: `time:0.2`, `random:0.2` or `cv:5`.
    screened
        Whether the sales learnt from are screened; those set aside never are.

    Raises
    ------
    InputError
        When the file or the call cannot be read.
    """
    sales, columns, _ = _read(source, columns)
    stopwatch = Stopwatch(progress)
    tested = valuation.backtest(
        sales,
        columns=columns,
        holdout=Holdout.parse(holdout),
        screened=screened,
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
    return BacktestReport(
        **measured,
        fit_seconds=round(stopwatch.seconds["fit"], 2),
        value_seconds=round(stopwatch.seconds["value"], 2),
        peak_mb=_peak_mb(),
        segments=_by_segment(sales, columns, tested.predictions),
    )


def value_files(
    sales: Path | str,
    properties: Path,
    *,
    columns: ColumnMap | Path,
    as_of: date,
    out: Path,
    options: Options | None = None,
    progress: Progress = silent,
) -> ValuedTable:
    """Value the properties of a file as of a day, from a file of sales.

    Writes values.parquet (with reasons and comparables as lists) and values.csv (the figures
    alone) into a folder. A Parquet file of properties without a table map is read and valued a
    part at a time, and may be larger than the memory.

    Parameters
    ----------
    columns
        The names of the columns of both files, or the file of a table map by which both are made
        clean first.
    out
        The folder.
    options
        Screening, report, Spark and seed.
    """
    options = options or Options()
    evidence_of, columns, table_map = _read(sales, columns, today=as_of)
    start = perf_counter()
    model = valuation.fit(
        evidence_of, columns=columns, as_of=as_of, screened=options.screened,
        seed=options.seed,
        progress=progress, source=files.name_of(sales),
    )  # fmt: skip
    fitted = perf_counter()
    progress("value")
    if options.on_spark:
        if options.costs is not None:
            reason = "Spark values by the market alone"
            raise InputError(Finding(str(options.costs), reason, "the local engine"))
        counted, total, written = _on_spark(model, properties, out)
    else:
        by_cost = _ByCost.of(model, options.costs, files.name_of(properties))
        counted, total, written = _valued(model, properties, table_map, by_cost=by_cost, out=out)
    valued = perf_counter()
    if options.report is not None:
        progress("report")
        houses = pa.concat_tables(_parts(model, properties, table_map))
        written += _reported(model, evidence_of, houses, Path(written[0]), options.report)
    summary = model.summary()
    return ValuedTable(
        properties=counted,
        sales_used=summary.sales_used,
        total_value=total,
        files=written,
        fit_seconds=round(fitted - start, 2),
        value_seconds=round(valued - fitted, 2),
        notes=(
            *summary.notes,
            *(f"{count} sales left out: {reason}" for reason, count in summary.sales_left_out),
            *(f"column {name} left out: {reason}" for name, reason in summary.columns_left_out),
        ),
    )


def _read(
    source: Path | str, columns: ColumnMap | Path, *, today: date | None = None
) -> tuple[pa.Table, ColumnMap, TableMap | None]:
    """Read the sales, by their table map where one is given."""
    if isinstance(columns, ColumnMap):
        return files.read_table(source), columns, None
    mapped = evidence.read_evidence(source, columns, today=today)
    segment = mapped.table_map.segment
    return mapped.table, replace(mapped.columns, segment=segment), mapped.table_map


@dataclass
class _ByCost:
    """Keeps back the buildings of segments without sales, and values them by cost."""

    model: MarketModel
    plan: costs.CostFile
    segment: str
    source: str
    kept: list[pa.Table] = field(default_factory=list)

    @classmethod
    def of(cls, model: MarketModel, tables: Path | None, source: str) -> "_ByCost | None":
        """Read the tables, where there are any."""
        if tables is None:
            return None
        if model.columns.segment is None:
            reason = "which buildings have no market cannot be told"
            raise InputError(Finding(str(tables), reason, "the column of the segments"))
        return cls(model, costs.read_cost_file(tables), model.columns.segment, source)

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
    properties: Path,
    table_map: TableMap | None,
    *,
    by_cost: _ByCost | None,
    out: Path,
) -> tuple[int, Decimal, tuple[str, ...]]:
    counted, total = 0, Decimal(0)

    def every() -> Iterator[pa.Table]:
        parts, processes = _parts(model, properties, table_map), _processes(properties)
        sold = parts if by_cost is None else by_cost.market(parts)
        values = model.stream(sold, processes=processes, source=str(properties))
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


def _parts(model: MarketModel, properties: Path, table_map: TableMap | None) -> Iterator[pa.Table]:
    """Read the properties part by part; each number once in all of them."""
    if table_map is None and properties.suffix.lower() == ".parquet":
        files.require_unique(properties, model.columns.id)
        yield from files.batches(properties, rows=BATCH_ROWS)
    elif table_map is None:
        yield files.read_table(properties)
    else:
        yield evidence.read_properties(properties, table_map).table


def _processes(properties: Path) -> int:
    """Use every processor for a long file; a short one is done before a process has started."""
    large = properties.suffix.lower() == ".parquet" and files.rows_of(properties) > LARGE_ROWS
    return max(os.cpu_count() or 1, 1) if large else 1


def _figures(values: pa.Table) -> pa.Table:
    return values.select([name for name in FIGURES if name in values.column_names])


def _on_spark(
    model: MarketModel, properties: Path, out: Path
) -> tuple[int, Decimal, tuple[str, ...]]:
    if properties.suffix.lower() != ".parquet":
        raise InputError(Finding(str(properties), "Spark reads Parquet only", "a .parquet file"))
    files.require_unique(properties, model.columns.id)
    whole = out / "values.parquet"
    counted, total = valuation.value_on_spark(model, str(properties), str(whole))
    return counted, total, (str(whole),)


def _reported(
    model: MarketModel, sales: pa.Table, houses: pa.Table, values: Path, report: Report
) -> tuple[str, ...]:
    options = report.options
    tested = valuation.backtest(
        sales, columns=model.columns, holdout=Holdout.parse(options.holdout),
        screened=model.screening is not None, seed=options.seed,
    )  # fmt: skip
    valued = files.read_table(values)
    if "method" in valued.column_names:
        valued = valued.filter(pc.equal(valued["method"], "market"))
        number = houses[model.columns.id].cast(pa.string())
        houses = houses.filter(pc.is_in(number, value_set=valued["id"]))
    given = FileValuation(model.summary(), model.columns, sales, houses, valued, tested.predictions)
    written: tuple[str, ...] = ()
    if options.profile is not None:
        written += write_profile(given, values.parent, options=options).files
    if report.file is not None:
        written += (write_file_report(given, report.file, options=options).file,)
    return written


def _by_segment(
    sales: pa.Table, columns: ColumnMap, predictions: pa.Table
) -> tuple[SegmentAccuracy, ...]:
    """Measure each segment; a sale is found again by its property and day."""
    if columns.segment is None:
        return ()
    key = sales[columns.id].cast(pa.string())
    of_property = dict(zip(key.to_pylist(), sales[columns.segment].to_pylist(), strict=True))
    segment = pa.array([str(of_property[name]) for name in predictions["id"].to_pylist()])
    found = []
    for name in sorted(set(segment.to_pylist())):
        measured = valuation.assess(predictions.filter(pc.equal(segment, name)))
        own = {f.name: getattr(measured, f.name) for f in fields(SegmentAccuracy)[1:]}
        found.append(SegmentAccuracy(name, **own))
    return tuple(found)


def _peak_mb() -> float:
    """Return the most memory that this process has held."""
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak_kb * 1024 / BYTES_PER_MB, 1)
