"""Queries from one Parquet file to another, larger than the memory: DuckDB streams both."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kazyna.core.errors import Finding, InputError
from kazyna.store import files

SOURCE = "inputs"
"""The name of the file in the queries."""
DICTIONARY_MAX = 1_000
"""A column with more values in a row group is written without a dictionary: to look for one in
amounts of money, hardly two of which are alike, took half of the time of writing."""


def schema_of(path: Path) -> pa.Schema:
    """Read the columns of a Parquet file."""
    files.rows_of(path)  # refuses what is no Parquet file, by name
    return pq.read_schema(path)


def first_row(path: Path, query: str) -> tuple[Any, ...]:
    """Return the first row of a query over a file."""
    with duckdb.connect() as computing:
        found = _over(computing, path, query).limit(1).fetchall()
    return found[0] if found else ()


def copy(path: Path, query: str, target: Path) -> bool:
    """Write what a query says of a file into another; it appears whole or not at all.

    Returns
    -------
    bool
        False where the query stopped at a row that it does not take: nothing is written.
    """
    with duckdb.connect() as computing:
        relation = _over(computing, path, query)
        try:
            files.write_whole(target, lambda unfinished: _write(computing, relation, unfinished))
        except (duckdb.DataError, duckdb.InvalidInputException):
            return False
        except duckdb.Error as error:
            reason = f"the file cannot be written: {str(error).splitlines()[0]}"
            expected = "a folder that can be written to"
            raise InputError(Finding(str(target), reason, expected)) from error
    return True


def _write(
    computing: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, target: str
) -> None:
    """Write numbers by their differences, and by a dictionary where there are few of them."""
    relation.create_view("roll")
    quoted = target.replace("'", "''")
    computing.execute(
        f"""
        COPY roll TO '{quoted}'
            (FORMAT parquet, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT {DICTIONARY_MAX})
        """
    )


def are_unique(path: Path, column: str) -> bool:
    """Tell whether no value of a column of a file stands twice.

    Identifiers that only rise, as in most files, are read once; any others are counted.
    """
    last: pa.Scalar | None = None
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            values = file.read_row_group(number, columns=[column])[column].combine_chunks()
            if pa.types.is_dictionary(values.type):
                values = values.dictionary_decode()
            if not _rises(values, last):
                break
            last = values[-1] if len(values) else last
        else:
            return True
    named = '"' + column.replace('"', '""') + '"'
    query = f"SELECT count(DISTINCT {named}) = count({named}) FROM {SOURCE}"  # noqa: S608 (quoted)
    return bool(first_row(path, query)[0])


def _rises(values: pa.Array, last: pa.Scalar | None) -> bool:
    """Tell whether each value, the first after the last of before, is above its predecessor."""
    if values.null_count:
        return False
    if last is not None and len(values) and not pc.less(last, values[0]).as_py():
        return False
    return bool(pc.all(pc.less(values[:-1], values[1:])).as_py() is not False)


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
