"""The roll: the compiled query over a whole table, its totals, and a check by the other path."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.core.schema import Column, Schema
from kazyna.core.table import ROWS_NAMED_MAX, as_arrow, check
from kazyna.tax.compile import UNANSWERED, compile_query
from kazyna.tax.compute import PreparedRules, compute
from kazyna.tax.expression import digits
from kazyna.tax.inputs import InputColumn
from kazyna.tax.rule import AMOUNT, RuleSet


@dataclass(frozen=True)
class ControlTotals:
    """What is compared when a roll is handed on: every later copy must add up to the same."""

    bills: int
    amount: Decimal
    steps: tuple[tuple[str, Decimal], ...]
    """The sum of every step over all bills."""


def run_roll(rules: RuleSet, table: Any, *, on: date, id_column: str) -> pa.Table:
    """Compute every row of a table by the law of a day, exactly.

    Parameters
    ----------
    rules
        The rules of one tax.
    table
        A table that speaks Arrow, or the path of a Parquet file.
    on
        The day whose parameters apply.
    id_column
        The column that names the row; every value once.

    Returns
    -------
    pyarrow.Table
        The identifier, the inputs, every step and `amount` as decimal128, in the order of the
        rows. Other columns are left behind.

    Raises
    ------
    InputError
        With every mistake of the table, by row and column, before anything is computed.
    PackError
        If a rule cannot be compiled.
    """
    rules = rules.on(on)
    query = compile_query(rules, on, table="inputs", id_column=id_column)
    source = table.name if isinstance(table, Path) else rules.name
    checked = checked_inputs(rules, table, id_column=id_column)
    with duckdb.connect() as connection:
        connection.register("inputs", checked)
        roll = connection.sql(query).to_arrow_table()
    return _answered(rules, roll, on=on, source=source)


def checked_inputs(rules: RuleSet, table: Any, *, id_column: str) -> pa.Table:
    """Take the identifier and the inputs of a table, checked against what the rules declare.

    Raises
    ------
    InputError
        With every mistake of the table, by row and column.
    """
    source = table.name if isinstance(table, Path) else rules.name
    with duckdb.connect() as connection:
        given = _given(connection, table, rules, id_column)
        identifier = _identifier(connection, given, id_column)
    return _checked(given, rules, identifier=identifier, source=source)


def roll_total(roll: pa.Table) -> Decimal:
    """Return the sum of the amounts of a roll.

    Parameters
    ----------
    roll
        As `run_roll` returns it.

    Returns
    -------
    Decimal
        The exact sum; 0 for a roll without rows.
    """
    return _sum(roll[AMOUNT])


def control_totals(rules: RuleSet, roll: pa.Table) -> ControlTotals:
    """Count the bills of a roll and add up every step.

    Parameters
    ----------
    rules
        The rules that the roll was computed by.
    roll
        As `run_roll` returns it.

    Returns
    -------
    ControlTotals
        The number of bills and the exact sum of every step.
    """
    names = [item.name for item in rules.versions if item.name in roll.column_names]
    steps = tuple((name, _sum(roll[name])) for name in dict.fromkeys(names))
    return ControlTotals(roll.num_rows, roll_total(roll), steps)


def verify_sample(rules: RuleSet, roll: pa.Table, *, on: date, size: int, seed: int) -> int:
    """Compute a random sample of a roll's rows again through exact decimals.

    Parameters
    ----------
    rules, roll, on
        What `run_roll` was given and returned.
    size
        Rows to check; all of them where the roll has no more.
    seed
        Chooses the rows, so that the same check can be repeated.

    Returns
    -------
    int
        The number of rows checked.

    Raises
    ------
    Refused
        If any step of any row differs: the roll must not be used.
    """
    drawn = np.random.default_rng(seed).choice(roll.num_rows, min(size, roll.num_rows), False)
    identifier = roll.column_names[0]
    prepared = PreparedRules.of(rules, on)
    for row in roll.take(pa.array(np.sort(drawn))).to_pylist():
        for name, value in prepared.compute(row).steps.items():
            if row[name] != value:
                raise Refused(
                    f"The roll is not to be trusted: for {identifier} {row[identifier]} the query "
                    f"gives {name} as {row[name]}, exact arithmetic as {value}."
                )
    return len(drawn)


def _answered(rules: RuleSet, roll: pa.Table, *, on: date, source: str) -> pa.Table:
    """Refuse rows for which a table of the law has no value; the other path says which."""
    if UNANSWERED not in roll.column_names:
        return roll
    rows = pc.indices_nonzero(roll[UNANSWERED]).to_pylist()
    findings: list[Finding] = []
    for row in rows[:ROWS_NAMED_MAX]:
        case = {item.name: roll[item.name][row].as_py() for item in rules.inputs}
        try:
            compute(rules, case, on)
        except InputError as error:
            findings += [replace(each, source=source, row=row + 1) for each in error.findings]
    if len(rows) > ROWS_NAMED_MAX:
        more = f"and {len(rows) - ROWS_NAMED_MAX} more rows like these"
        findings.append(Finding(source, more, "keys that the law's tables know"))
    if findings:
        raise InputError(findings)
    return roll.drop([UNANSWERED])


def _given(
    connection: duckdb.DuckDBPyConnection, table: Any, rules: RuleSet, id_column: str
) -> pa.Table:
    """Take the columns that are needed; a Parquet file is read no further."""
    needed = [id_column, *(item.name for item in rules.inputs)]
    if not isinstance(table, Path):
        given = as_arrow(table)
        return given.select([name for name in given.column_names if name in needed])
    try:
        file = connection.read_parquet(str(table))
        columns = [duckdb.ColumnExpression(name) for name in file.columns if name in needed]
        return file.select(*columns).to_arrow_table()
    except duckdb.Error as error:
        raise InputError(Finding(table.name, str(error), "a Parquet file")) from error


def _identifier(connection: duckdb.DuckDBPyConnection, given: pa.Table, id_column: str) -> Column:
    """Declare the identifier; each value must stand once.

    Counting tells ten million good identifiers from bad ones several times faster than marking
    every repeated row, which the check then does only where some are repeated.
    """
    if id_column not in given.column_names:
        return Column(id_column, "text", "identifier of the row")
    connection.register("identifiers", given.select([id_column]).rename_columns(["id"]))
    counted = connection.sql("SELECT count(DISTINCT id) < count(id) FROM identifiers").fetchall()
    is_number = pa.types.is_integer(given[id_column].type)
    return Column(
        id_column,
        "integer" if is_number else "text",
        "identifier of the row",
        unique=counted[0][0],
    )


def _checked(given: pa.Table, rules: RuleSet, *, identifier: Column, source: str) -> pa.Table:
    """Refuse what the schema does not accept; bring decimals to their declared places."""
    steps = {item.name for item in rules.rules} | {item.name for item in rules.inputs} | {AMOUNT}
    if identifier.name in steps:
        expected = "an identifier whose name is no input and no step"
        raise InputError(Finding(source, "the name is taken", expected, column=identifier.name))
    table = check(given, Schema(rules.name, (identifier, *rules.inputs)), source=source)
    findings: list[Finding] = []
    for item in rules.inputs:
        if item.type == "decimal":
            position = table.column_names.index(item.name)
            values, found = _narrowed(table[item.name], item, source)
            table = table.set_column(position, item.name, values)
            findings += found
    if findings:
        raise InputError(findings)
    return table


def _narrowed(
    values: pa.ChunkedArray, item: InputColumn, source: str
) -> tuple[pa.ChunkedArray, list[Finding]]:
    low, high = item.limits or (Decimal(0), Decimal(0))
    narrow = pa.decimal128(digits(low, high, scale=item.decimals), item.decimals)
    try:
        return pc.cast(values, narrow), []
    except pa.ArrowInvalid:
        finer = pc.not_equal(values, pc.round(values, ndigits=item.decimals))
    rows = pc.indices_nonzero(finer).to_pylist()
    expected = f"at most {item.decimals} decimal places"
    found = [
        Finding(
            source, f"{values[row].as_py():f} is finer", expected, row=row + 1, column=item.name
        )
        for row in rows[:ROWS_NAMED_MAX]
    ]
    if len(rows) > ROWS_NAMED_MAX:
        more = f"and {len(rows) - ROWS_NAMED_MAX} more rows like these"
        found.append(Finding(source, more, expected, column=item.name))
    return values, found


def _sum(values: pa.ChunkedArray) -> Decimal:
    if len(values) == 0:
        return Decimal(0)
    total: Decimal = pc.sum(values).as_py()
    return total
