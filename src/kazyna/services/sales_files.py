"""Sales from files, as a model reads them: by named columns, by a table map, or by a guess."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.services import evidence
from kazyna.services.known_sales import KnownSales, read_decisions, read_flags, without_declared
from kazyna.store import files
from kazyna.valuation.columns import ColumnMap, day_number, read_sales
from kazyna.valuation.evidence.column_guess import guess_table_map
from kazyna.valuation.evidence.column_map_text import table_map_toml
from kazyna.valuation.evidence.mapping import IN_FUTURE
from kazyna.valuation.evidence.screening import Decision
from kazyna.valuation.evidence.table_map import RowNumber, TableMap

BATCH_ROWS = 64_000
"""Properties read at a time from a file that is not read whole."""
LONG_ROWS = 300_000
"""Properties from which it pays to start processes that value side by side."""


@dataclass(frozen=True)
class MapFile:
    """A table map by which files are made clean, and what is said beside it."""

    path: Path | None = None
    """None: the map is guessed from the sales."""
    segment: str | None = None
    stratum: str | None = None
    areas: int | None = None
    land_area: str | None = None
    floor_area: str | None = None
    rising: tuple[str, ...] = ()


Columns = ColumnMap | MapFile
"""How a caller tells a table's columns."""


@dataclass(frozen=True)
class SalesFile:
    """Sales as a model reads them, and how they were read."""

    table: pa.Table
    columns: ColumnMap
    table_map: TableMap | None
    """With what was learnt from the sales: by it the properties are read."""
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...]
    guessed_map: str
    """TOML of the map, where it was guessed and nobody has looked at it; else empty."""


def read_sales_file(
    source: Path | str,
    columns: Columns,
    *,
    known: KnownSales | None = None,
) -> SalesFile:
    """Read sales, make them clean where a map says how, and leave out what is declared.

    Parameters
    ----------
    source
        A file, or the address of a table in PostgreSQL.
    columns
        The names of the columns, or a table map.
    known
        What is declared and decided about the sales, and the day after which none can be.
    """
    known = known or KnownSales()
    table_map, guessed = None, ""
    notes: tuple[str, ...] = ()
    table, name = files.read_table(source), files.name_of(source)
    if isinstance(columns, MapFile):
        by = _map_of(columns, table, name)
        guessed = table_map_toml(by) if columns.path is None else ""
        mapped = evidence.made_clean(table, by, source=name, today=known.today)
        table, columns, table_map = mapped.table, mapped.columns, mapped.table_map
        notes = _told(mapped)
    elif known.today is not None:
        table, notes = _up_to(known.today, table, columns, name)
    flags = read_flags(known.flags)
    table, declared = without_declared(table, flags, source=name)
    flagged = tuple(dict.fromkeys(flag.column for flag in flags))
    return SalesFile(
        table,
        replace(columns, ignore=(*columns.ignore, *flagged)),
        table_map,
        tuple(read_decisions(known.decisions)),
        (*notes, *declared),
        guessed,
    )


def _up_to(
    today: date, table: pa.Table, columns: ColumnMap, name: str
) -> tuple[pa.Table, tuple[str, ...]]:
    """Leave out the sales of a future that nobody knows yet."""
    late = read_sales(table, columns, source=name).day > day_number(today)
    if late.all():
        reason = f"all {len(late)} sales are dated after today, {today}"
        raise InputError(Finding(name, reason, "days of sales", column=columns.date))
    if not late.any():
        return table, ()
    note = f"{int(late.sum())} sales left out: {IN_FUTURE.en}, which is after {today}"
    return table.filter(pa.array(~late)), (note,)


def properties_of(
    source: Path | str, id_column: str, table_map: TableMap | None
) -> Iterator[pa.Table]:
    """Read properties part by part, each number once in all of them.

    A Parquet file may be larger than the memory; other tables are read whole.
    """
    name = files.name_of(source)
    for part in _raw_parts(source, id_column, table_map):
        if table_map is None:
            yield part
        else:
            yield evidence.made_clean(part, table_map, source=name, wanted="properties").table


def _raw_parts(
    source: Path | str, id_column: str, table_map: TableMap | None
) -> Iterator[pa.Table]:
    path = files.path_of(source)
    by_row = table_map is not None and isinstance(table_map.id, RowNumber)
    if path is None or path.suffix.lower() != ".parquet" or by_row:
        yield files.read_table(source)
        return
    if table_map is not None and not isinstance(table_map.id, RowNumber):
        id_column = table_map.id.column
    files.require_unique(path, id_column)
    yield from files.batches(path, rows=BATCH_ROWS)


def long_file(source: Path | str) -> bool:
    """Whether a table is a Parquet file so long that it pays to value it in several processes."""
    path = files.path_of(source)
    parquet = path is not None and path.suffix.lower() == ".parquet"
    return path is not None and parquet and files.rows_of(path) > LONG_ROWS


def _map_of(columns: MapFile, table: pa.Table, name: str) -> TableMap:
    """Read the map, or guess one that can be used as it is."""
    if columns.path is not None:
        found = evidence.read_map(columns.path)
    else:
        found = guess_table_map(table, source=name)
        expected = f"a map that says it: `kazyna columns {name} --out map.toml`, then --map"
        missing = [
            Finding(name, f"no column was recognised as the {role}", expected)
            for role in ("price", "date")
            if getattr(found, role) is None
        ]
        if missing:
            raise InputError(missing)
    parts = ("segment", "stratum", "areas", "land_area", "floor_area", "rising")
    beside = {part: getattr(columns, part) for part in parts if getattr(columns, part)}
    return replace(found, **beside)


def _told(mapped: evidence.MappedTable) -> tuple[str, ...]:
    left_out = (f"{out.rows} sales left out: {out.reason.en}" for out in mapped.report.left_out)
    return (*(note.en for note in mapped.report.notes), *left_out)
