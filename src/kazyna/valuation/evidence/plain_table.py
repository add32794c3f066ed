"""Any table in the few types that the reading of evidence knows."""

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.core.table import as_arrow

EXACT_MAX = 2**53
"""Whole numbers beyond this are names: as floating numbers they would run into one another."""


def plain_table(table: object, *, source: str) -> pa.Table:
    """Take any table that speaks Arrow, with texts, numbers and days each in one type.

    Raises
    ------
    InputError
        When two columns have one name.
    """
    raw = as_arrow(table)
    names = raw.column_names
    findings = [
        Finding(source, "two columns have this name", "every column by its own name", column=name)
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if findings:
        raise InputError(findings)
    columns = {name: _plain(raw[name]) for name in names}
    return pa.table(columns) if columns else raw


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind, types = values.type, pa.types
    if types.is_dictionary(kind):
        return _plain(values.cast(kind.value_type))
    if types.is_large_string(kind) or types.is_string_view(kind):
        return values.cast(pa.string())
    if types.is_date64(kind):
        return values.cast(pa.date32())
    if types.is_floating(kind) or types.is_decimal(kind):
        return _finite(values.cast(pa.float64()))
    if types.is_integer(kind) and kind.bit_width == 64:  # noqa: PLR2004
        return _number_or_name(values)
    return values


def _finite(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take what is not finite, such as a quotient by 0, as not known."""
    return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))


def _number_or_name(values: pa.ChunkedArray) -> pa.ChunkedArray:
    limits = pc.min_max(values).as_py()
    low, high = limits["min"] or 0, limits["max"] or 0
    return values.cast(pa.string()) if max(-low, high) > EXACT_MAX else values.cast(pa.int64())
