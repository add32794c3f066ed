"""Arrow tables to and from PostgreSQL's COPY, through CSV, which both sides write and read fast.

CSV keeps what matters: exact decimals, dates, Unicode, and the difference between nothing and
an empty text (PostgreSQL writes NULL without quotes and '' with them).
"""

import io
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

CHUNK_ROWS = 50_000


def csv_of(table: pa.Table) -> Iterator[bytes]:
    """Write a table as CSV without a header, in chunks."""
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    for batch in _plain(table).to_batches(max_chunksize=CHUNK_ROWS):
        sink = io.BytesIO()
        csv.write_csv(batch, sink, options)
        yield sink.getvalue()


def table_of(content: bytes, schema: pa.Schema) -> pa.Table:
    """Read CSV without a header into a table of a schema."""
    if not content:
        return schema.empty_table()
    return csv.read_csv(
        pa.BufferReader(content),
        read_options=csv.ReadOptions(column_names=schema.names),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def json_text(table: pa.Table) -> pa.Table:
    """Write the columns that hold lists or records as JSON text; decimals keep every digit."""
    nested = [field.name for field in table.schema if pa.types.is_nested(field.type)]
    if not nested:
        return table
    columns = ", ".join(
        f'to_json("{name}")::VARCHAR AS "{name}"' if name in nested else f'"{name}"'
        for name in table.column_names
    )
    with duckdb.connect() as connection:
        connection.register("rows", table)
        return connection.sql(f"SELECT {columns} FROM rows").to_arrow_table()  # noqa: S608


def lists_of(table: pa.Table, column: str, structure: str) -> pa.Table:
    """Read a column of JSON text as lists or records of a structure in DuckDB's words."""
    with duckdb.connect() as connection:
        connection.register("rows", table)
        return connection.sql(
            f'SELECT * REPLACE (from_json("{column}", \'{structure}\') AS "{column}") FROM rows'  # noqa: S608
        ).to_arrow_table()


def _plain(table: pa.Table) -> pa.Table:
    """Turn the types that Arrow's CSV writer does not take into ones that it does."""
    for index, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(index, field.name, pc.cast(table[index], pa.string()))
        elif pa.types.is_dictionary(field.type):
            table = table.set_column(index, field.name, table[index].cast(field.type.value_type))
    return table


def as_json(rows: pa.Table) -> pa.ChunkedArray:
    """Write each row as one JSON object: decimals as text, exact and without needless zeros."""
    fields = ", ".join(
        f"{_quoted(field.name)} := {_exact(field)}" if pa.types.is_decimal(field.type)
        else f"{_quoted(field.name)} := {_quoted(field.name)}"
        for field in rows.schema
    )  # fmt: skip
    if not fields:
        return pa.chunked_array([pa.array(["{}"] * rows.num_rows, pa.string())])
    with duckdb.connect() as memory:
        memory.register("given", rows)
        packed = f"SELECT CAST(to_json(struct_pack({fields})) AS VARCHAR) AS row FROM given"  # noqa: S608 (names are quoted)
        return memory.sql(packed).to_arrow_table()["row"]


def _exact(field: pa.Field) -> str:
    scale, place = field.type.scale, _quoted(field.name)
    if field.type.precision == scale:  # nought before the point is written only where it has room
        place = f"CAST({place} AS DECIMAL({scale + 1}, {scale}))"
    written = f"CAST({place} AS VARCHAR)"
    return f"rtrim(rtrim({written}, '0'), '.')" if scale > 0 else written


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
