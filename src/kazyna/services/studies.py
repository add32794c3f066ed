"""Rolls of files: what a pack says of the rows of a table. No database."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.text import Language
from kazyna.packs.pack import Pack, load_pack
from kazyna.packs.taxes import Tax
from kazyna.services.tables import naming, require_columns
from kazyna.store import files, parquet_rolls
from kazyna.tax import Explanation, RuleSet, explain, roll_total, run_roll, verify_sample
from kazyna.tax import Step as ExplanationStep
from kazyna.tax.spark import roll_on_spark
from kazyna.tax.stream import bounds_of, bounds_query, can_stream, stream_query, total_query

__all__ = [
    "ComputedRoll",
    "Explanation",
    "ExplanationStep",
    "compute_roll",
    "explain_row",
]

VERIFIED_ROWS = 1000


@dataclass(frozen=True)
class ComputedRoll:
    """What a roll computed from a file wrote."""

    tax: str
    bills: int
    total: Decimal
    currency: str
    file: str
    seconds: float


def compute_roll(
    path: Path,
    *,
    pack: str | Pack,
    tax: str | None = None,
    on: date,
    out: Path,
    id_column: str,
    on_spark: bool = False,
) -> ComputedRoll:
    """Compute a tax for every row of a file, exactly, and write it with all its steps.

    From Parquet to Parquet the rows are streamed, and may be more than the memory holds. A sample
    of the bills is computed again in exact decimals, and a difference refuses the roll.

    Parameters
    ----------
    pack
        Its name, or a pack over which decisions of councils are laid.
    on_spark
        Whether Apache Spark computes it; the result is a folder of Parquet files.
    """
    law, currency = _law(pack, tax)
    start = perf_counter()
    if on_spark:
        bills, total = roll_on_spark(law.rules, str(path), str(out), on=on, id_column=id_column)
    elif _streams(law.rules, path, out, on=on, id_column=id_column):
        bills, total = _streamed(law.rules, path, out, on=on, id_column=id_column)
    else:
        bills, total = _in_memory(law.rules, path, out, on=on, id_column=id_column)
    return ComputedRoll(
        tax=law.name,
        bills=bills,
        total=total,
        currency=currency,
        file=str(out),
        seconds=round(perf_counter() - start, 2),
    )


def _streams(rules: RuleSet, path: Path, out: Path, *, on: date, id_column: str) -> bool:
    """Tell whether a roll goes from Parquet to Parquet without being held in memory."""
    if {path.suffix.lower(), out.suffix.lower()} != {".parquet"}:
        return False
    return can_stream(rules, on, parquet_rolls.schema_of(path), id_column=id_column)


def _streamed(
    rules: RuleSet, path: Path, out: Path, *, on: date, id_column: str
) -> tuple[int, Decimal]:
    ends = parquet_rolls.first_row(path, bounds_query(rules, on, table=parquet_rolls.SOURCE))
    bounds = bounds_of(rules, on, ends)
    if bounds is None or not parquet_rolls.are_unique(path, id_column):
        return _in_memory(rules, path, out, on=on, id_column=id_column)
    query = stream_query(rules, on, bounds, table=parquet_rolls.SOURCE, id_column=id_column)
    if not parquet_rolls.copy(path, query, out):
        # The path that looks at every row finds what is wrong, and names it.
        return _in_memory(rules, path, out, on=on, id_column=id_column)
    bills, total = parquet_rolls.first_row(out, total_query(parquet_rolls.SOURCE))
    seed = on.toordinal()
    drawn = parquet_rolls.sample(out, rows=VERIFIED_ROWS, seed=seed)
    verify_sample(rules, drawn, on=on, size=VERIFIED_ROWS, seed=seed)
    return bills, total


def _in_memory(
    rules: RuleSet, path: Path, out: Path, *, on: date, id_column: str
) -> tuple[int, Decimal]:
    table = files.read_table(path)
    with naming(path, {}):
        roll = run_roll(rules, table, on=on, id_column=id_column)
    verify_sample(rules, roll, on=on, size=VERIFIED_ROWS, seed=on.toordinal())
    files.write_table(roll, out)
    return roll.num_rows, roll_total(roll)


def explain_row(
    path: Path,
    row_id: str,
    *,
    pack: str | Pack,
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
    inputs = {item.name: roll[item.name][0].as_py() for item in law.rules.on(on).inputs}
    return explain(law.rules, inputs, on, language)


def _law(pack: str | Pack, tax: str | None) -> tuple[Tax, str]:
    """Find a tax of a pack; a pack with one tax needs no name."""
    loaded = load_pack(pack) if isinstance(pack, str) else pack
    known = ", ".join(loaded.taxes)
    if tax is None and len(loaded.taxes) > 1:
        raise InputError(Finding("call", "the pack has several taxes", f"--tax one of {known}"))
    name = tax or next(iter(loaded.taxes))
    if name not in loaded.taxes:
        raise NotFound(f"The pack {loaded.name} has no tax {name!r}; it has {known}.")
    return loaded.taxes[name], loaded.currency.code
