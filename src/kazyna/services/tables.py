"""Tables as services are given them: rows of a request, columns of a file and their names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from kazyna.core.errors import Finding, InputError


def require_columns(table: pa.Table, columns: Sequence[str], source: Path | str) -> None:
    """Refuse a table that lacks columns, all of them named."""
    there = ", ".join(table.column_names)
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise InputError(
            [
                Finding(str(source), "the column is missing", f"one of {there}", column=name)
                for name in missing
            ]
        )


@contextmanager
def naming(source: Path | str, columns: Mapping[str, str]) -> Iterator[None]:
    """Say the file's name and its column's in findings of an engine that knows neither."""
    try:
        yield
    except InputError as error:
        raise InputError(
            Finding(str(source), f.reason, f.expected, f.row, columns.get(f.column or "", f.column))
            for f in error.findings
        ) from error


def table_of_rows(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Lay the rows of a request out as a table; what a row does not say is missing there.

    A column that mixes numbers and words becomes text, which the check of its schema reads or
    refuses row by row.
    """
    columns: dict[str, pa.Array] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        try:
            columns[name] = pa.array(values)
        except pa.ArrowException:
            columns[name] = pa.array([None if v is None else str(v) for v in values], pa.string())
    return pa.table(columns)


def require_known(table: pa.Table, known: Iterable[str], source: str) -> None:
    """Refuse columns that nobody would read, such as an optional one with a typing error."""
    names = list(known)
    expected = "one of " + ", ".join(names)
    unknown = [name for name in table.column_names if name not in names]
    if unknown:
        raise InputError(
            Finding(source, "the column is not known", expected, column=name) for name in unknown
        )
