"""Studies of files: a backtest, a valuation, a roll. No database."""

import resource
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc

from kazyna import valuation
from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.progress import Progress, silent
from kazyna.core.text import Language
from kazyna.packs.pack import load_pack
from kazyna.packs.taxes import Tax
from kazyna.services.tables import naming, require_columns
from kazyna.store import files
from kazyna.store.copy import json_text
from kazyna.tax import Explanation, explain, roll_total, run_roll, verify_sample
from kazyna.tax import Step as ExplanationStep
from kazyna.valuation import ColumnMap, Holdout

__all__ = [
    "BacktestReport",
    "ColumnMap",
    "ComputedRoll",
    "Explanation",
    "ExplanationStep",
    "ValuedTable",
    "backtest",
    "compute_roll",
    "explain_row",
    "value_files",
]

BYTES_PER_MB = 1_000_000
VERIFIED_ROWS = 1000


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


@dataclass(frozen=True)
class ValuedTable:
    """What a valuation of files wrote."""

    properties: int
    sales_used: int
    total_value: Decimal
    files: tuple[str, ...]
    fit_seconds: float
    value_seconds: float


@dataclass(frozen=True)
class ComputedRoll:
    """What a roll computed from a file wrote."""

    tax: str
    bills: int
    total: Decimal
    currency: str
    file: str
    seconds: float


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
    path: Path,
    *,
    columns: ColumnMap,
    holdout: str,
    seed: int = 0,
    progress: Progress = silent,
) -> BacktestReport:
    """Fit the market model to some of the sales in a file and test it on the others.

    Raises
    ------
    InputError
        When the file or the call cannot be read.
    """
    sales = files.read_table(path)
    stopwatch = Stopwatch(progress)
    tested = valuation.backtest(
        sales,
        columns=columns,
        holdout=Holdout.parse(holdout),
        seed=seed,
        progress=stopwatch,
        source=str(path),
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
    )


def value_files(
    sales: Path,
    properties: Path,
    *,
    columns: ColumnMap,
    as_of: date,
    out: Path,
    seed: int = 0,
    progress: Progress = silent,
) -> ValuedTable:
    """Value the properties of a file as of a day, from a file of sales.

    Writes values.parquet (with reasons and comparables as lists) and values.csv (the same, with
    lists as JSON) into a folder.
    """
    evidence, houses = files.read_table(sales), files.read_table(properties)
    start = perf_counter()
    model = valuation.fit(
        evidence, columns=columns, as_of=as_of, seed=seed, progress=progress, source=str(sales)
    )
    fitted = perf_counter()
    values = model.value(houses, progress=progress, source=str(properties))
    valued = perf_counter()
    written = (out / "values.parquet", out / "values.csv")
    files.write_table(values, written[0])
    files.write_table(json_text(values), written[1])
    return ValuedTable(
        properties=values.num_rows,
        sales_used=model.summary().sales_used,
        total_value=pc.sum(values["value"]).as_py(),
        files=tuple(map(str, written)),
        fit_seconds=round(fitted - start, 2),
        value_seconds=round(valued - fitted, 2),
    )


def compute_roll(
    path: Path, *, pack: str, tax: str | None = None, on: date, out: Path, id_column: str
) -> ComputedRoll:
    """Compute a tax for every row of a file, exactly, and write it with all its steps."""
    law, currency = _law(pack, tax)
    start = perf_counter()
    table = files.read_table(path)
    with naming(path, {}):
        roll = run_roll(law.rules, table, on=on, id_column=id_column)
    verify_sample(law.rules, roll, on=on, size=VERIFIED_ROWS, seed=on.toordinal())
    files.write_table(roll, out)
    return ComputedRoll(
        tax=law.name,
        bills=roll.num_rows,
        total=roll_total(roll),
        currency=currency,
        file=str(out),
        seconds=round(perf_counter() - start, 2),
    )


def explain_row(
    path: Path,
    row_id: str,
    *,
    pack: str,
    tax: str | None = None,
    on: date,
    id_column: str,
    language: Language = "en",
) -> Explanation:
    """Explain the tax of one row of a file, step by step, with the articles of law."""
    law, _ = _law(pack, tax)
    table = files.read_table(path)
    require_columns(table, [id_column], path)
    row = table.filter(pc.equal(pc.cast(table[id_column], pa.string()), row_id))
    if row.num_rows == 0:
        raise NotFound(f"{path} has no row whose {id_column} is {row_id!r}.")
    with naming(path, {}):
        roll = run_roll(law.rules, row, on=on, id_column=id_column)
    inputs = {item.name: roll[item.name][0].as_py() for item in law.rules.inputs}
    return explain(law.rules, inputs, on, language)


def _law(pack: str, tax: str | None) -> tuple[Tax, str]:
    """Find a tax of a pack; a pack with one tax needs no name."""
    loaded = load_pack(pack)
    known = ", ".join(loaded.taxes)
    if tax is None and len(loaded.taxes) > 1:
        raise InputError(Finding("call", "the pack has several taxes", f"--tax one of {known}"))
    name = tax or next(iter(loaded.taxes))
    if name not in loaded.taxes:
        raise NotFound(f"The pack {pack} has no tax {name!r}; it has {known}.")
    return loaded.taxes[name], loaded.currency.code


def _peak_mb() -> float:
    """Return the most memory that this process has held."""
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak_kb * 1024 / BYTES_PER_MB, 1)
