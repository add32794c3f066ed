"""The same rules as one SQL query: every step a column, every width proved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Literal

from sqlglot import exp

from kazyna.core.errors import Finding, PackError
from kazyna.tax.asked import AskedTable, LookUp, Reach, asked
from kazyna.tax.exact import NOTHING_LOST, Rounding
from kazyna.tax.expression import (
    Condition,
    Expression,
    TextColumn,
    as_expression,
    column,
    decimal_type,
    fitted,
    literal,
)
from kazyna.tax.grid import ELEMENT
from kazyna.tax.inputs import InputColumn
from kazyna.tax.rule import AMOUNT, Rule, RuleSet
from kazyna.tax.table import Table

Dialect = Literal["duckdb", "postgres", "spark"]
Bounds = Mapping[str, tuple[Decimal, Decimal]]
"""The least and the greatest value of columns."""

_INEXACT = "a constant in the formula is not exact"

UNANSWERED = "unanswered"
"""A column of a query that asks tables: whether one of them has no value for the row."""


ANSWER = "answer"


@dataclass(frozen=True)
class Answers:
    """A query for the rows that answer, and the rule and table of each thing that it asks."""

    query: str
    look_ups: tuple[tuple[str, Table], ...]


Asking = Mapping[str, Sequence[LookUp | Reach]]
"""What each rule asks of tables; a look-up may find no answer, a bracket of a scale is reached or
not."""


Term = Expression | Condition | TextColumn | Rounding | Table
"""What a rule is called with while the query is built."""


def compile_query(
    rules: RuleSet,
    on: date,
    *,
    table: str,
    id_column: str,
    dialect: Dialect = "duckdb",
    bounds: Bounds | None = None,
) -> str:
    """Write the query that computes every row of a table by the law of a day.

    Parameters
    ----------
    rules
        The rules of one tax.
    on
        The day whose parameters apply.
    table
        A name in the query for a table that has been checked against `rules.schema`: the proof of
        the widths starts from the limits declared there.
    id_column
        Carried through, so that a row of the result is known.
    dialect
        Of the SQL.
    bounds
        The least and the greatest value of inputs in this table, where they are known: the proof
        starts from them, and narrower steps are computed faster. The types of the columns do not
        depend on it.

    Returns
    -------
    str
        A query whose columns are the identifier, the inputs, every step as DECIMAL, and `amount`.

    Raises
    ------
    InputError
        If the law did not hold on that day.
    PackError
        If a rule cannot be compiled: it could exceed 38 digits, divides without saying how to
        round, or branches in Python on a column. Every such rule is named.
    """
    if bounds is None:
        return _written_once(rules, on, table, id_column, dialect)
    return _written(rules, on, bounds, table=table, id_column=id_column, dialect=dialect)


@lru_cache(maxsize=128)
def _written_once(rules: RuleSet, on: date, table: str, id_column: str, dialect: Dialect) -> str:
    """Write a query once: proving its widths takes time, and the rules do not change."""
    return _written(rules, on, {}, table=table, id_column=id_column, dialect=dialect)


def _written(
    rules: RuleSet, on: date, bounds: Bounds, *, table: str, id_column: str, dialect: Dialect
) -> str:
    rules = rules.on(on)
    steps, asking = _steps(rules, on)
    declared = _types(rules, steps)
    if bounds:
        rules = replace(rules, inputs=tuple(_within(item, bounds) for item in rules.inputs))
        steps, asking = _steps(rules, on)
    unanswered = _unanswered(asking)
    inner = _layered(rules, steps, unanswered, table=table, id_column=id_column)
    names = [id_column, *(item.name for item in rules.inputs), *(item.name for item in rules.rules)]
    chosen = [_chosen(name, name, declared) for name in names]
    amount = _chosen(rules.amount_rule, AMOUNT, declared)
    missing = [exp.column(f"{UNANSWERED} {name}", quoted=True) for name in unanswered]
    last = [exp.alias_(exp.or_(*missing), UNANSWERED, quoted=True)] if missing else []
    whole = exp.select(*chosen, amount, *last, copy=False).from_(
        inner.subquery("steps", copy=False), copy=False
    )
    return _adapted(whole, dialect).sql(dialect=dialect, pretty=True)


def _within(item: InputColumn, bounds: Bounds) -> InputColumn:
    if item.name not in bounds:
        return item
    low, high = bounds[item.name]
    return replace(item, minimum=low, maximum=high)


def _types(rules: RuleSet, steps: Mapping[str, Expression]) -> dict[str, exp.DataType]:
    """Return the type of every column with a number."""
    inputs = {item.name: _input(item) for item in rules.inputs}
    numbers = {name: term for name, term in {**inputs, **steps}.items()
               if isinstance(term, Expression)}  # fmt: skip
    return {name: decimal_type(term.digits, term.scale) for name, term in numbers.items()}


def _chosen(name: str, alias: str, declared: Mapping[str, exp.DataType]) -> exp.Expr:
    column = exp.column(name, quoted=True)
    if name not in declared:
        return column
    typed = exp.Cast(this=column, to=declared[name].copy())
    return exp.alias_(typed, alias, quoted=True)


def prove(rules: RuleSet, on: date) -> None:
    """Prove that the rules of a day compile, as `compile_query` does, without writing the query.

    Raises
    ------
    InputError, PackError
        As `compile_query` does.
    """
    _steps(rules.on(on), on)


@lru_cache(maxsize=128)
def compile_rows_query(rules: RuleSet, on: date, *, table: str, id_column: str) -> Answers:
    """Write the query that tells which rows of the law's tables answer for a table of cases.

    Parameters
    ----------
    rules, on, table, id_column
        As `compile_query` takes them.

    Returns
    -------
    Answers
        The query gives one row: for each look-up the list of the numbers of its table's rows.
    """
    rules = rules.on(on)
    steps, asking = _steps(rules, on)
    look_ups = {
        name: found
        for name, each in asking.items()
        if (found := [one for one in each if isinstance(one, LookUp)])
    }
    names = {rule: [f"{ANSWER} {rule} {number}" for number in range(len(each))]
             for rule, each in look_ups.items()}  # fmt: skip
    beside = {
        rule: [
            exp.alias_(one.row, name, quoted=True)
            for name, one in zip(names[rule], each, strict=True)
        ]
        for rule, each in look_ups.items()
    }
    inner = _layered(rules, steps, beside, table=table, id_column=id_column)
    lists = [
        exp.ArrayAgg(this=exp.Distinct(expressions=[exp.column(name, quoted=True)]))
        for each in names.values()
        for name in each
    ]
    query = exp.select(*lists).from_(inner.subquery("steps", copy=False), copy=False)
    return Answers(query.sql(dialect="duckdb"), _named(look_ups))


@lru_cache(maxsize=128)
def compile_applied_query(rules: RuleSet, on: date, *, table: str, id_column: str) -> Answers:
    """Write the query that tells for every bill of a roll which rows of the law's tables answered.

    Parameters
    ----------
    rules, on, id_column
        As `compile_query` takes them.
    table
        A name in the query for what `compile_query`'s own gives: each look-up is asked by inputs
        and earlier steps, and these stand in it.

    Returns
    -------
    Answers
        The query gives for each case its identifier, and under the name of each rule that asks
        tables the numbers of the rows, in the order of asking: NULL for a bracket not reached.
    """
    _, asking = _steps(rules.on(on), on)
    chosen = [
        exp.alias_(exp.Array(expressions=[one.row for one in each]), name, quoted=True)
        for name, each in asking.items()
    ]
    query = exp.select(exp.column(id_column, quoted=True), *chosen, copy=False).from_(
        exp.table_(table, quoted=True), copy=False
    )
    return Answers(query.sql(dialect="duckdb"), _named(asking))


def _named(asking: Asking) -> tuple[tuple[str, Table], ...]:
    return tuple((name, one.table) for name, each in asking.items() for one in each)


def _layered(
    rules: RuleSet,
    steps: dict[str, Expression],
    beside: Mapping[str, list[exp.Expr]],
    *,
    table: str,
    id_column: str,
) -> exp.Select:
    """Compute layer upon layer, each with what is wanted beside its steps."""
    query = _inputs(rules, table, id_column)
    for number, layer in enumerate(_layers(rules), 1):
        computed = [exp.alias_(fitted(steps[name]), name, quoted=True) for name in layer]
        computed += [extra for name in layer for extra in beside.get(name, [])]
        below = query.subquery(f"layer_{number}", copy=False)
        query = exp.select(exp.Star(), *computed, copy=False).from_(below, copy=False)
    return query


def _unanswered(asking: Asking) -> dict[str, list[exp.Expr]]:
    """Write for each rule whether one of its look-ups has no value."""
    found: dict[str, list[exp.Expr]] = {}
    for name, asked_of in asking.items():
        nothing = [
            exp.Is(this=each.value.copy(), expression=exp.Null())
            for each in asked_of
            if isinstance(each, LookUp) and each.may_fail
        ]
        if nothing:
            found[name] = [exp.alias_(exp.or_(*nothing), f"{UNANSWERED} {name}", quoted=True)]
    return found


def _steps(rules: RuleSet, on: date) -> tuple[dict[str, Expression], Asking]:
    """Call every rule with columns: its formula in SQL, and what it asks of tables."""
    asking: dict[str, list[LookUp | Reach]] = {}
    known: dict[str, Term] = {item.name: _input(item) for item in rules.inputs}
    for name, value in rules.held_on(on).items():
        known[name] = literal(value) if isinstance(value, Decimal) else _held(value)
    steps: dict[str, Expression] = {}
    findings: list[Finding] = []
    for item in rules.rules:
        if any(argument not in known for argument in item.arguments):
            continue  # it rests on a rule that has already been found wanting
        try:
            formula, asked_of = _formula(item, known)
        except (TypeError, ValueError, ArithmeticError) as error:
            expected = "a formula that can be proved to fit 38 digits"
            reason = str(error) if error.args and isinstance(error.args[0], str) else _INEXACT
            findings.append(Finding(rules.name, reason, expected, column=item.name))
        else:
            steps[item.name] = formula
            if asked_of:
                asking[item.name] = asked_of
            known[item.name] = column(
                item.name, low=formula.low, high=formula.high, scale=formula.scale
            )
    if findings:
        raise PackError(findings)
    return steps, asking


def _formula(item: Rule, known: dict[str, Term]) -> tuple[Expression, list[LookUp | Reach]]:
    taken = asked([known[name] for name in item.arguments])
    with localcontext(NOTHING_LOST):
        formula = as_expression(item.formula(*taken))
    fitted(formula)  # raises where the result needs more than 38 digits
    return formula, [each for t in taken if isinstance(t, AskedTable) for each in t.asked_of]


def _input(item: InputColumn) -> Term:
    if item.type == "text":
        return TextColumn(exp.column(item.name, quoted=True), item.allowed or ())
    if item.limits is None:
        return Condition(exp.column(item.name, quoted=True))
    low, high = item.limits
    return column(item.name, low=low, high=high, scale=item.decimals)


def _held(value: object) -> Rounding | Table:
    if not isinstance(value, Rounding | Table):
        raise TypeError(f"{value!r} is not a kind of parameter that a query can hold")
    return value


def _inputs(rules: RuleSet, table: str, id_column: str) -> exp.Select:
    """Read the identifier and the inputs in the narrowest types that hold their limits."""
    columns: list[exp.Expr] = [exp.column(id_column, quoted=True)]
    for item in rules.inputs:
        term = _input(item)
        if isinstance(term, Expression):
            columns.append(exp.alias_(fitted(term), item.name, quoted=True))
        else:
            columns.append(exp.column(item.name, quoted=True))
    return exp.select(*columns).from_(exp.table_(table, quoted=True))


def _layers(rules: RuleSet) -> Iterator[list[str]]:
    """Group the rules so that each layer asks only for earlier ones.

    PostgreSQL does not let a column name another of the same SELECT.
    """
    depth: dict[str, int] = {}
    for item in rules.rules:
        below = [depth[name] for name in item.arguments if name in depth]
        depth[item.name] = max(below, default=0) + 1
    for level in range(1, max(depth.values()) + 1):
        yield [name for name in depth if depth[name] == level]


def _adapted(query: exp.Select, dialect: Dialect) -> exp.Expr:
    """Say in other dialects what is written as DuckDB says it: wide integers, list elements."""
    if dialect == "duckdb":
        return query
    whole = exp.DataType.build("DECIMAL(38, 0)")

    def replaced(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and node.this == ELEMENT:
            return _element(*node.expressions, dialect=dialect)
        is_wide = isinstance(node, exp.DataType) and node.this == exp.DataType.Type.INT128
        return whole.copy() if is_wide else node

    return query.transform(replaced)


def _element(listed: exp.Expr, place: exp.Expr, *, dialect: Dialect) -> exp.Expr:
    if dialect == "postgres":
        return exp.Bracket(this=exp.paren(listed), expressions=[place], offset=1)
    number = exp.cast(place, exp.DataType.Type.INT)
    return exp.Anonymous(this="ELEMENT_AT", expressions=[listed, number])
