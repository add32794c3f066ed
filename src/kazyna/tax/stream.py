"""The roll of a table too large for the memory: what to ask of it before, and what to write.

The queries are for a table in DuckDB; who runs them reads and writes the files. The table is read
once: a row that cannot be taxed stops the query, and only then are the rows looked at one by one.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa
from sqlglot import exp

from kazyna.tax.compile import UNANSWERED, Bounds, Dialect, compile_query
from kazyna.tax.inputs import InputColumn
from kazyna.tax.rule import AMOUNT, RuleSet


def bounds_query(rules: RuleSet, on: date, *, table: str) -> str:
    """Write the query for the least and the greatest of each number that the rules take in."""
    ends: list[exp.Expr] = [
        end(this=exp.column(item.name, quoted=True))
        for item in rules.on(on).inputs
        if item.limits is not None
        for end in (exp.Min, exp.Max)
    ]
    return exp.select(*(ends or [exp.Null()])).from_(exp.table_(table, quoted=True)).sql("duckdb")


def bounds_of(rules: RuleSet, on: date, found: Sequence[Decimal | int | None]) -> Bounds | None:
    """Read what `bounds_query` gave; None where a number is outside of what its input declares."""
    bounds: dict[str, tuple[Decimal, Decimal]] = {}
    ends = iter(found)
    for item in rules.on(on).inputs:
        if item.limits is None:
            continue
        low, high = next(ends), next(ends)
        if low is None or high is None:
            return None
        bounds[item.name] = Decimal(low), Decimal(high)
        if bounds[item.name][0] < item.limits[0] or item.limits[1] < bounds[item.name][1]:
            return None
    return bounds


def stream_query(rules: RuleSet, on: date, bounds: Bounds, *, table: str, id_column: str) -> str:
    """Write the query of a roll that stops at a row that cannot be taxed.

    Parameters
    ----------
    rules, on, id_column
        As `run_roll` takes them.
    bounds
        As `bounds_of` gives them.
    table
        The name of the table in the query.

    Returns
    -------
    str
        A query for the identifier, the inputs, every step and the amount. It fails with an error
        of DuckDB about the data where an input is missing or not as the rules declare it, or a
        table of the law has no value.

    Raises
    ------
    InputError, PackError
        As `compile_query` does.
    """
    rules = rules.on(on)
    query = compile_query(rules, on, table=table, id_column=id_column, bounds=bounds)
    accepted = [_present(id_column), *(_accepted(item, bounds) for item in rules.inputs)]
    if f'AS "{UNANSWERED}"' in query:
        accepted.append(exp.not_(exp.column(UNANSWERED, quoted=True)))
    stop = exp.Anonymous(this="ERROR", expressions=[exp.Literal.string("a row is not accepted")])
    identifier = exp.case().when(exp.and_(*accepted), exp.column(id_column, quoted=True))
    steps = [exp.column(item.name, quoted=True) for item in rules.rules]
    columns = [*map(_worded, rules.inputs), *steps, exp.column(AMOUNT, quoted=True)]
    chosen = exp.select(exp.alias_(identifier.else_(stop), id_column, quoted=True), *columns)
    return f"{chosen.sql('duckdb')} FROM ({query})"


def total_query(table: str) -> str:
    """Write the query for the bills of a roll and the sum of their amounts."""
    return f"SELECT count(*), coalesce(sum({AMOUNT}), 0) FROM {table}"  # noqa: S608 (our name)


def _present(name: str) -> exp.Expr:
    return exp.Not(this=exp.column(name, quoted=True).is_(exp.Null()))


def _accepted(item: InputColumn, bounds: Bounds) -> exp.Expr:
    """Write that a row's cell is there, and a number within the bounds that the proof rests on."""
    if item.name not in bounds:
        return _present(item.name)
    low, high = (exp.Literal.number(f"{end:f}") for end in bounds[item.name])
    return exp.Between(this=exp.column(item.name, quoted=True), low=low, high=high)


def _worded(item: InputColumn) -> exp.Expr:
    """Write a text as one of its closed list of words.

    Another word is an error. And DuckDB writes such a column to Parquet by the numbers of its
    words, in half the time of texts.
    """
    column = exp.column(item.name, quoted=True)
    if item.type != "text":
        return column
    words = [exp.Literal.string(word) for word in item.allowed or ()]
    kind = exp.DataType(this=exp.DataType.Type.ENUM, expressions=words)
    return exp.alias_(exp.Cast(this=column, to=kind), item.name, quoted=True)


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
    rules = rules.on(on)
    taken = {item.name for item in rules.inputs} | {item.name for item in rules.rules} | {AMOUNT}
    if schema.names.count(id_column) != 1 or id_column in taken:
        return False
    identifier = schema.field(id_column).type
    return (pa.types.is_integer(identifier) or pa.types.is_string(identifier)) and all(
        schema.names.count(item.name) == 1 and _fits(schema.field(item.name).type, item)
        for item in rules.inputs
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
