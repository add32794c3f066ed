"""The roll of a table too large for the memory: what to ask of it before, and what to write.

The queries are for a table of the name `inputs` in DuckDB; who runs them reads and writes the
files. Faults are counted in one pass; only where there are some are the rows looked at one by one.
"""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from sqlglot import exp

from kazyna.tax.compile import UNANSWERED, Dialect, compile_query
from kazyna.tax.inputs import InputColumn
from kazyna.tax.rule import AMOUNT, RuleSet


@dataclass(frozen=True)
class StreamedRoll:
    """The queries of one roll."""

    faults: str
    """Gives rows, distinct identifiers and rows with a fault."""
    unanswered: str | None
    """Gives the rows for which a table of the law has no value; None where no table is asked."""
    roll: str
    """The identifier, the inputs, every step and the amount."""
    total: str
    """Gives bills and the sum of the amounts, over what `roll` wrote."""


def streamed_roll(rules: RuleSet, on: date, *, id_column: str, table: str) -> StreamedRoll:
    """Write the queries of a roll.

    Parameters
    ----------
    rules, on, id_column
        As `run_roll` takes them.
    table
        The name of the table in the queries.

    Raises
    ------
    InputError, PackError
        As `compile_query` does.
    """
    rules = rules.on(on)
    query = compile_query(rules, on, table=table, id_column=id_column)
    asks = f'AS "{UNANSWERED}"' in query
    return StreamedRoll(
        faults=faults_query(rules, on, id_column=id_column, table=table),
        unanswered=f"SELECT count_if({UNANSWERED}) FROM ({query})" if asks else None,  # noqa: S608
        roll=f"SELECT * EXCLUDE ({UNANSWERED}) FROM ({query})" if asks else query,  # noqa: S608
        total=f"SELECT count(*), coalesce(sum({AMOUNT}), 0) FROM {table}",  # noqa: S608
    )


def faults_query(
    rules: RuleSet, on: date, *, id_column: str, table: str, dialect: Dialect = "duckdb"
) -> str:
    """Write the query that counts rows, distinct identifiers and rows with a fault."""
    rules = rules.on(on)
    identifier = exp.column(id_column, quoted=True)
    fault = exp.or_(identifier.is_(exp.Null()), *(_fault(item) for item in rules.inputs))
    query = exp.select(
        exp.Count(this=exp.Star()),
        exp.Count(this=exp.Distinct(expressions=[identifier.copy()])),
        exp.CountIf(this=fault),
    ).from_(exp.table_(table, quoted=True))
    return query.sql(dialect=dialect)


def can_stream(rules: RuleSet, on: date, schema: pa.Schema, *, id_column: str) -> bool:
    """Tell whether a file has its columns in types that no check has to read first."""
    if id_column not in schema.names or schema.names.count(id_column) > 1:
        return False
    identifier = schema.field(id_column).type
    return (pa.types.is_integer(identifier) or pa.types.is_string(identifier)) and all(
        schema.names.count(item.name) == 1 and _fits(schema.field(item.name).type, item)
        for item in rules.on(on).inputs
    )


def _fits(kind: pa.DataType, item: InputColumn) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if item.type == "text":
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
    if item.type == "boolean":
        return bool(pa.types.is_boolean(kind))
    if pa.types.is_decimal(kind):
        return bool(kind.scale <= item.decimals)
    return bool(pa.types.is_integer(kind))


def _fault(item: InputColumn) -> exp.Expr:
    """Write whether a row's cell is not what the input declares."""
    cell = exp.column(item.name, quoted=True)
    missing = cell.is_(exp.Null())
    if item.type == "text":
        words = [exp.Literal.string(word) for word in item.allowed or ()]
        return exp.or_(missing, exp.Not(this=exp.In(this=cell.copy(), expressions=words)))
    if item.limits is None:
        return missing
    low, high = (exp.Literal.number(f"{limit:f}") for limit in item.limits)
    outside = exp.Not(this=exp.Between(this=cell.copy(), low=low, high=high))
    return exp.or_(missing, outside)
