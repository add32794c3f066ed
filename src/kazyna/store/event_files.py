"""Folders with events of marked goods in Parquet, and the DuckDB that reads them out of core."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.core.errors import Conflict, Finding, InputError
from kazyna.core.schema import ARROW_TYPES, Schema
from kazyna.store.folders import unfinished_folder

EVENTS, TRUTH = "events.parquet", "truth.parquet"
MEMORY_BYTES_MAX = 2 * 2**30
"""Of DuckDB; what does not fit goes to disk. The rest of the program stays below another GiB."""


def write_folder(
    folder: Path, parts: Iterable[Mapping[str, pa.Table]], whole: Mapping[str, pa.Table]
) -> None:
    """Write a folder of Parquet files; it appears whole or not at all.

    Parameters
    ----------
    folder
        A folder that does not exist.
    parts
        Tables by the names of the files that they are appended to.
    whole
        Tables by the names of files of their own.

    Raises
    ------
    Conflict
        When the folder is there already.
    InputError
        When it cannot be written.
    """
    if folder.exists():
        raise Conflict(f"{folder} is already there; name a folder that is not.")
    with unfinished_folder(folder.parent) as draft:
        writers: dict[str, pq.ParquetWriter] = {}
        try:
            for part in parts:
                for name, table in part.items():
                    if name not in writers:
                        writers[name] = pq.ParquetWriter(draft / name, table.schema)
                    writers[name].write_table(table)
        finally:
            for writer in writers.values():
                writer.close()
        for name, table in whole.items():
            pq.write_table(table, draft / name)
        draft.chmod(0o755)
        draft.rename(folder)


@contextmanager
def computing() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB in memory that spills to disk instead of growing."""
    with TemporaryDirectory(prefix="kazyna-") as spill, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_BYTES_MAX // 2**20} MiB'")
        connection.execute(f"SET temp_directory = '{spill}'")
        connection.execute("SET preserve_insertion_order = false")
        yield connection


@contextmanager
def opened_events(folder: Path, schema: Schema) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB with the view `events` of a folder's file.

    Raises
    ------
    InputError
        When there is no such file, or its columns are not those of the schema.
    """
    path = folder / EVENTS
    names = _columns_of(path, schema)
    with computing() as connection:
        columns = ", ".join(
            f'"{column.name}"::{_type_of(column.type)} AS "{column.name}"'
            if column.name in names
            else f'NULL::{_type_of(column.type)} AS "{column.name}"'
            for column in schema.columns
        )
        connection.read_parquet(str(path)).create_view("file_of_events")
        connection.execute(
            f"CREATE VIEW events AS SELECT {columns} FROM file_of_events"  # noqa: S608 (names are ours)
        )
        yield connection


def read_truth(folder: Path) -> pa.Table | None:
    """Read the truth beside the events, where it is known."""
    path = folder / TRUTH
    return pq.read_table(path) if path.is_file() else None


def _columns_of(path: Path, schema: Schema) -> list[str]:
    if not path.is_file():
        raise InputError(Finding(str(path), "the file does not exist", "a file of events"))
    try:
        found = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        reason = f"the file is broken: {str(error).splitlines()[0]}"
        raise InputError(Finding(str(path), reason, "a whole .parquet file")) from error
    findings = []
    for column in schema.columns:
        if column.name not in found.names:
            if column.required:
                reason, expected = "the column is missing", f"{column.meaning}: {column.expected}"
                findings.append(Finding(str(path), reason, expected, column=column.name))
        elif not _fits(found.field(column.name).type, ARROW_TYPES[column.type]):
            reason = f"the column holds {found.field(column.name).type}"
            findings.append(Finding(str(path), reason, column.expected, column=column.name))
    if findings:
        raise InputError(findings)
    return list(found.names)


def _fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Tell whether DuckDB casts a column without losing anything."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    kinds = (
        (pa.types.is_string, (pa.types.is_string, pa.types.is_large_string)),
        (pa.types.is_integer, (pa.types.is_integer,)),
        (pa.types.is_floating, (pa.types.is_floating, pa.types.is_integer)),
        (pa.types.is_decimal, (pa.types.is_decimal, pa.types.is_integer)),
        (pa.types.is_date, (pa.types.is_date,)),
        (pa.types.is_timestamp, (pa.types.is_timestamp,)),
        (pa.types.is_boolean, (pa.types.is_boolean,)),
    )
    accepted = next(accepted for is_wanted, accepted in kinds if is_wanted(wanted))
    return any(is_one(found) for is_one in accepted)


def _type_of(column_type: str) -> str:
    return {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "decimal": "DECIMAL(38, 6)",
        "date": "DATE",
        "moment": "TIMESTAMP",
        "boolean": "BOOLEAN",
    }[column_type]
