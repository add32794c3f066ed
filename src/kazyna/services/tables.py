"""Columns of a file that an engine is given, and the file's names in what the engine finds."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

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
