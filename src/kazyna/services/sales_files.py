"""Sales from files, as a model reads them: by named columns, by a table map, or by a guess."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.services import evidence
from kazyna.services.known_sales import KnownSales, read_decisions, read_flags, without_declared
from kazyna.store import files
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.evidence.column_guess import guess_roles, guess_table_map, numbers_in_text
from kazyna.valuation.evidence.column_map_text import table_map_toml
from kazyna.valuation.evidence.column_reading import ColumnReading, Reading, parse_column
from kazyna.valuation.evidence.mapping import ROWS_NAMED_MAX
from kazyna.valuation.evidence.plain_table import plain_table
from kazyna.valuation.evidence.screening import Decision
from kazyna.valuation.evidence.table_map import MEANINGS, ROLES, FixedDate, RowNumber, TableMap

BATCH_ROWS = 64_000
"""Properties read at a time from a file that is not read whole."""
LONG_ROWS = 300_000
"""Properties from which it pays to start processes that value side by side."""
LIMITS = {"price": (0.0, 1e15), "lon": (-180.0, 180.0), "lat": (-90.0, 90.0)}
EXPECTED = {
    "id": "a number or text in every row",
    "price": "an amount, or nothing where none was paid",
    "date": "a day such as 2015-05-31",
    "lon": "degrees from -180 to 180",
    "lat": "degrees from -90 to 90",
}


@dataclass(frozen=True)
class Columns:
    """What a caller says of the columns of a table; what is not said is guessed from it."""

    table_map: Path | None = None
    """The file of a table map; None: the map is guessed, or the parts are named."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Columns by the part they play (`price`, `date`, `id`, `lon`, `lat`). Where some are named,
    the other parts are guessed and all other columns are taken as they stand."""
    segment: str | None = None
    stratum: str | None = None
    areas: int | None = None
    land_area: str | None = None
    floor_area: str | None = None
    rising: tuple[str, ...] = ()

    def beside(self) -> dict[str, Any]:
        """Return what is said of the market beside the parts."""
        parts = ("segment", "stratum", "areas", "land_area", "floor_area", "rising")
        return {part: getattr(self, part) for part in parts if getattr(self, part)}


@dataclass(frozen=True)
class SalesFile:
    """Sales as a model reads them, and how they were read."""

    table: pa.Table
    columns: ColumnMap
    table_map: TableMap | None
    """With what was learnt from the sales: by it the properties are read; None where the parts
    were named and the other columns stand as they are."""
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...]
    guessed_map: str
    """TOML of the map, where it was guessed and nobody has looked at it; else empty."""
    numbers: tuple[tuple[str, Reading], ...] = ()
    """Columns of text that hold numbers, where no map says so; the properties are read alike."""


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
    table, name = files.read_table(source), files.name_of(source)
    flags = read_flags(known.flags)
    flagged = tuple(dict.fromkeys(flag.column for flag in flags))
    numbers: tuple[tuple[str, Reading], ...] = ()
    unread: tuple[str, ...] = ()
    if columns.named:
        aside = {columns.segment, columns.stratum, *columns.named.values(), *flagged}
        numbers = numbers_in_text(table.drop_columns([c for c in table.column_names if c in aside]))
        table, numbers, unread = _with_numbers(table, numbers, name)
        mapped = _by_names(table, columns, name, known.today)
    else:
        by = _map_of(columns, table, name, known.today)
        mapped = evidence.made_clean(table, by, source=name, today=known.today)
    guessed = not columns.named and columns.table_map is None
    table = mapped.table
    table, declared = without_declared(table, flags, source=name)
    return SalesFile(
        table,
        replace(mapped.columns, ignore=flagged),
        None if columns.named else mapped.table_map,
        tuple(read_decisions(known.decisions)),
        (*_told(mapped), *unread, *declared),
        table_map_toml(by) if guessed else "",
        numbers,
    )


def _with_numbers(
    table: pa.Table, numbers: Sequence[tuple[str, Reading]], source: str
) -> tuple[pa.Table, tuple[tuple[str, Reading], ...], tuple[str, ...]]:
    """Read columns of text that hold numbers; return too what was learnt and what is not read."""
    learnt, readings = [], []
    for name, reading in numbers:
        parsed = parse_column(name, plain_table(table.select([name]), source=source)[name],
                              reading, source=source)  # fmt: skip
        table = table.set_column(table.column_names.index(name), name, parsed.columns[0][1])
        learnt.append((name, replace(reading, options=parsed.options)))
        readings.append(parsed.reading)
    return table, tuple(learnt), _unread(readings)


def _unread(readings: Iterable[ColumnReading]) -> tuple[str, ...]:
    """Tell of the texts that are taken for not known, as the profile does."""
    return tuple(
        f"column {each.column}: values that cannot be read, taken for not known: {count}, such as"
        f" {each.examples[0].text!r} (row {each.examples[0].first_row})"
        for each in readings
        if (count := each.unread + each.impossible) and each.examples and each.name not in ROLES
    )


def _by_names(
    table: pa.Table, columns: Columns, name: str, today: date | None
) -> evidence.MappedTable:
    """Make sales clean whose parts are named: the parts are read, the rest stands as it is."""
    found = _dated(guess_roles(table, named=columns.named), today)
    _require_price_and_date(found, name)
    limited: dict[str, Any] = {
        role: replace(reading, minimum=LIMITS[role][0], maximum=LIMITS[role][1])
        for role, reading in found.roles().items()
        if role in LIMITS
    }
    found = replace(found, **limited)
    read = {role: part.column for role, part in found.roles().items()}
    own: dict[str, Any] = {"id": "row number", "date": "day of the table"} | read
    # Another column may be called as a part is, such as the date of a survey beside that of a sale.
    aside = {column: f"{column} aside" for column in ROLES if column not in own.values()}
    apart = table.rename_columns([aside.get(column, column) for column in table.column_names])
    mapped = evidence.made_clean(apart, found, source=name, today=today)
    _require_readable(mapped.report, found, table, name)
    back = own | {away: column for column, away in aside.items()}
    names = [back.get(column, column) for column in mapped.table.column_names]
    said = replace(mapped.columns, **own, **columns.beside())
    return replace(mapped, table=mapped.table.rename_columns(names), columns=said)


def _require_readable(
    report: evidence.MappingReport, found: TableMap, table: pa.Table, name: str
) -> None:
    """Refuse what stands in a named column and cannot be its part; an empty cell is no mistake."""
    findings = [
        Finding(name, f"{each.text!r} cannot be {MEANINGS[reading.name]}",
                EXPECTED[reading.name], row=each.first_row, column=reading.column)
        for reading in report.columns
        for each in reading.examples
    ]  # fmt: skip
    if isinstance(found.id, Reading):
        missing = np.flatnonzero(table[found.id.column].is_null(nan_is_null=True))
        findings += [
            Finding(name, "the value is missing", EXPECTED["id"], row=row + 1,
                    column=found.id.column)
            for row in missing[:ROWS_NAMED_MAX].tolist()
        ]  # fmt: skip
    if findings:
        raise InputError(findings)


def properties_of(source: Path | str, id_column: str, sales: SalesFile) -> Iterator[pa.Table]:
    """Read properties part by part as the sales were, each number once in all of them.

    A Parquet file may be larger than the memory; other tables are read whole.
    """
    name, table_map = files.name_of(source), sales.table_map
    for part in _raw_parts(source, id_column, table_map):
        if table_map is None:
            texts = [f.name for f in part.schema if pa.types.is_string(f.type)]
            there = [item for item in sales.numbers if item[0] in texts]
            yield _with_numbers(part, there, name)[0]
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


def _map_of(columns: Columns, table: pa.Table, name: str, today: date | None) -> TableMap:
    """Read the map, or guess one that can be used as it is."""
    if columns.table_map is not None:
        found = evidence.read_map(columns.table_map)
    else:
        found = _dated(guess_table_map(table, source=name), today)
        _require_price_and_date(found, name)
    return replace(found, **columns.beside())


def _dated(found: TableMap, today: date | None) -> TableMap:
    """Date all rows of a table that tells no days as of today."""
    if found.date is None and today is not None:
        return replace(found, date=FixedDate(today))
    return found


def _require_price_and_date(found: TableMap, name: str) -> None:
    expected = f"a map that says it: `kazyna columns {name} --out map.toml`, then --map"
    missing = [
        Finding(name, f"no column was recognised as the {role}", expected)
        for role in ("price", "date")
        if getattr(found, role) is None
    ]
    if missing:
        raise InputError(missing)


def _told(mapped: evidence.MappedTable) -> tuple[str, ...]:
    left_out = (
        f"{out.rows} sales left out: {out.reason.en} (row{'s' if out.rows > 1 else ''} "
        + ", ".join(map(str, out.first_rows))
        + (", …)" if out.rows > len(out.first_rows) else ")")
        for out in mapped.report.left_out
    )
    return (*(note.en for note in mapped.report.notes), *left_out, *_unread(mapped.report.columns))
