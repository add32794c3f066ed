"""Any dataframe to Arrow, and its check against a schema.

A check collects the mistakes of the whole table, not the first: the person who mends a file
wants to mend it once.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.core.schema import ARROW_TYPES, Column, Schema

ROWS_NAMED_MAX = 5
"""Rows named for one mistake in one column; the count of the rest is said."""


def as_arrow(table: Any) -> pa.Table:
    """Take any table that speaks Arrow (pandas, polars, DuckDB, GeoPandas) as an Arrow table."""
    if isinstance(table, pa.Table):
        return table
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    raise TypeError(f"expected a table that speaks Arrow, not {type(table).__name__}")


def check(table: pa.Table, schema: Schema, *, source: str) -> pa.Table:
    """Return `table` with the schema's columns cast to their types.

    Parameters
    ----------
    table
        Any Arrow table; columns that the schema does not name pass through unchanged.
    schema
        What is expected.
    source
        The file or request, for the findings.

    Raises
    ------
    InputError
        With a finding for every mistake: a missing column, an empty table, a value of the wrong
        type or outside the limits, a value that is missing or stands twice.
    """
    findings: list[Finding] = []
    if table.num_rows == 0:
        findings.append(Finding(source, "the table has no rows", "at least one row"))
    for column in schema.columns:
        if column.name not in table.column_names:
            if column.required:
                findings.append(_missing_column(table, column, source))
            continue
        values, found = _checked(table[column.name], column, source)
        findings += found
        if values is not None:
            index = table.column_names.index(column.name)
            table = table.set_column(index, column.name, values)
    if findings:
        raise InputError(findings)
    return table


def _missing_column(table: pa.Table, column: Column, source: str) -> Finding:
    return Finding(
        source,
        "the column is missing; the table has " + ", ".join(table.column_names),
        f"{column.meaning}: {column.expected}",
        column=column.name,
    )


def _checked(
    values: pa.ChunkedArray, column: Column, source: str
) -> tuple[pa.ChunkedArray | None, list[Finding]]:
    """Cast one column and collect its mistakes; no values when the cast itself fails."""
    cast, unreadable = _cast(values, column)
    if unreadable:
        rows = [(row, f"{values[row].as_py()!r} cannot be read") for row in unreadable]
        return None, list(_name_rows(rows, column, source))
    findings: list[Finding] = []
    for mask, reason in _faults(cast, column):
        rows = [
            (row, reason(cast[row].as_py()))
            for row in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
        ]
        findings += _name_rows(rows, column, source)
    return cast, findings


def _name_rows(rows: list[tuple[int, str]], column: Column, source: str) -> Iterator[Finding]:
    for row, reason in rows[:ROWS_NAMED_MAX]:
        yield Finding(source, reason, column.expected, row=row + 1, column=column.name)
    if len(rows) > ROWS_NAMED_MAX:
        more = f"and {len(rows) - ROWS_NAMED_MAX} more rows like these"
        yield Finding(source, more, column.expected, column=column.name)


def _cast(values: pa.ChunkedArray, column: Column) -> tuple[pa.ChunkedArray, list[int]]:
    """Cast to the column's type; on failure, the rows that cannot be read."""
    target = ARROW_TYPES[column.type]
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    if pa.types.is_timestamp(values.type) and column.type == "date":
        return pc.cast(values, target, safe=False), []
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.utf8_trim_whitespace(values)
        if column.type != "text":
            values = pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values)
    try:
        return pc.cast(values, target), []
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return values, [i for i, value in enumerate(values) if not _readable(value, target)]


def _readable(value: pa.Scalar, target: pa.DataType) -> bool:
    try:
        value.cast(target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True


def _faults(
    values: pa.ChunkedArray, column: Column
) -> Iterator[tuple[pa.ChunkedArray, Callable[[Any], str]]]:
    """Masks of the rows at fault, each with the words for it."""
    if column.required:
        yield values.is_null(nan_is_null=True), lambda _: "the value is missing"
    if column.type == "number":
        finite = pc.or_(pc.is_finite(values), values.is_null(nan_is_null=True))
        yield pc.invert(finite), lambda value: f"{value} is not finite"
    if column.minimum is not None:
        yield pc.less(values, _limit(column, column.minimum)), lambda value: f"{value} is too small"
    if column.maximum is not None:
        limit = _limit(column, column.maximum)
        yield pc.greater(values, limit), lambda value: f"{value} is too large"
    if column.allowed is not None:
        known = pc.is_in(values, value_set=pa.array(column.allowed))
        unknown = pc.and_(pc.invert(known), values.is_valid())
        yield unknown, lambda value: f"{value!r} is not known"
    if column.unique and pc.count_distinct(values).as_py() < len(values) - values.null_count:
        yield _repeated(values), lambda value: f"{value!r} stands more than once"


def _limit(column: Column, limit: Any) -> pa.Scalar:
    if column.type == "number":
        limit = float(limit)
    return pa.scalar(limit).cast(ARROW_TYPES[column.type])


def _repeated(values: pa.ChunkedArray) -> pa.Array:
    """Mark every row whose value stands in an earlier row."""
    codes = pc.dictionary_encode(values).combine_chunks()
    indices = codes.indices if isinstance(codes, pa.DictionaryArray) else codes
    counts = pa.table({"code": indices, "row": pa.array(range(len(values)), pa.int64())})
    first = counts.group_by("code").aggregate([("row", "min")])
    is_first = pc.is_in(counts["row"], value_set=first["row_min"].combine_chunks())
    return pc.and_(pc.invert(is_first), values.is_valid())


def parse_decimal(text: str, *, source: str, column: str) -> Decimal:
    """Read one exact decimal from a request; the error names the request and the field."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise InputError(
            Finding(source, f"{text!r} is not a number", "a number such as 125.50", column=column)
        )
    return amount
