"""Queries from one Parquet file to another, larger than the memory: DuckDB streams both."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.core.errors import Finding, InputError
from kazyna.store import files

SOURCE = "inputs"
"""The name of the file in the queries."""


def schema_of(path: Path) -> pa.Schema:
    """Read the columns of a Parquet file."""
    files.rows_of(path)  # refuses what is no Parquet file, by name
    return pq.read_schema(path)


def first_row(path: Path, query: str) -> tuple[Any, ...]:
    """Return the first row of a query over a file."""
    with duckdb.connect() as computing:
        found = _over(computing, path, query).limit(1).fetchall()
    return found[0] if found else ()


def copy(path: Path, query: str, target: Path) -> None:
    """Write what a query says of a file into another; it appears whole or not at all."""
    with duckdb.connect() as computing:
        relation = _over(computing, path, query)
        files.write_whole(target, relation.write_parquet)


def sample(path: Path, *, rows: int, seed: int) -> pa.Table:
    """Draw some rows of a file, the same ones by the same seed."""
    query = f"SELECT * FROM {SOURCE} USING SAMPLE reservoir({rows} ROWS) REPEATABLE ({seed})"  # noqa: S608 (numbers)
    with duckdb.connect() as computing:
        return _over(computing, path, query).to_arrow_table()


def _over(computing: duckdb.DuckDBPyConnection, path: Path, query: str) -> duckdb.DuckDBPyRelation:
    try:
        computing.read_parquet(str(path)).create_view(SOURCE)
        return computing.sql(query)
    except duckdb.Error as error:
        raise InputError(Finding(str(path), str(error), "a Parquet file")) from error
