"""A table of the law in a query: one list of answers, and the place in it by the keys.

A chain of CASEs asks a row of data for one key of the table after another. A list is asked once:
the closed words of a column count from one, and so do the brackets that a number can reach. Where
a text column is stored by a dictionary, as in Parquet, DuckDB works out the place of each of its
words once and not for every row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise, product
from math import prod
from typing import Any, Generic, TypeVar

from sqlglot import exp

from kazyna.tax import expression
from kazyna.tax.expression import Expression, TextColumn, as_expression

ELEMENT = "LIST_EXTRACT"
"""DuckDB's word for an element of a list by its number, counted from one."""
CELLS_MAX = 10_000
"""A longer list is parted by the first of its keys."""
UNNAMED = object()
"""A key that no row of a table names."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Axis:
    """One key of a table: what it can be in a query, and which of these a row of data has."""

    keys: tuple[Any, ...]
    place: exp.Expr | None
    """Counted from one; None where there is one key alone."""


@dataclass(frozen=True)
class Grid(Generic[Row]):
    """The answers of a table to all that a query can ask of it."""

    axes: tuple[Axis, ...]
    answer: Callable[[tuple[Any, ...]], Row | None]
    """Of the table to keys, one of each axis."""

    @cached_property
    def cells(self) -> tuple[Row | None, ...]:
        """The answer to each combination of keys; the last key turns fastest."""
        return tuple(map(self.answer, product(*(axis.keys for axis in self.axes))))

    def written(self, value: Callable[[Row], Decimal | None], kind: exp.DataType) -> exp.Expr:
        """Write the look-up: NULL where there is no answer, or one without a value."""
        if prod(len(axis.keys) for axis in self.axes) > CELLS_MAX:
            return self._parted(value, kind)
        found = [None if cell is None else value(cell) for cell in self.cells]
        return _element(found, _place(self.axes), kind)

    def _parted(self, value: Callable[[Row], Decimal | None], kind: exp.DataType) -> exp.Expr:
        first, axis = next(each for each in enumerate(self.axes) if each[1].place is not None)
        branches = []
        for number, key in enumerate(axis.keys, 1):
            axes = (*self.axes[:first], Axis((key,), None), *self.axes[first + 1 :])
            part = Grid(axes, self.answer).written(value, kind)
            branches.append(exp.If(this=exp.Literal.number(number), true=part))
        return exp.Case(this=axis.place, ifs=branches)


def _place(axes: Sequence[Axis]) -> exp.Expr | None:
    """Count the cell of a row of data, from one; None where there is one cell alone."""
    found: exp.Expr | None = None
    for axis in axes:
        if axis.place is None:
            continue
        if found is None:
            found = axis.place.copy()
            continue
        before = exp.Paren(this=exp.Sub(this=found, expression=exp.Literal.number(1)))
        turns = exp.Mul(this=before, expression=exp.Literal.number(len(axis.keys)))
        found = exp.Paren(this=exp.Add(this=turns, expression=axis.place.copy()))
    return found


def _element(
    values: Sequence[Decimal | None], place: exp.Expr | None, kind: exp.DataType
) -> exp.Expr:
    """Write one value as itself, several as a list that is asked by the place."""
    written = [exp.Null() if value is None else _number(value) for value in values]
    if place is None or len(set(values)) == 1:
        return exp.Cast(this=written[0], to=kind.copy())
    kinds = exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[kind.copy()], nested=True)
    listed = exp.Cast(this=exp.Array(expressions=written), to=kinds)
    return exp.Anonymous(this=ELEMENT, expressions=[listed, place])


def _number(value: Decimal) -> exp.Expr:
    number = exp.Literal.number(f"{value.copy_abs():f}")
    return exp.Neg(this=number) if value < 0 else number


def words_axis(column: TextColumn) -> Axis:
    """Count the words that a text column may hold."""
    if len(column.allowed) == 1:
        return Axis(column.allowed, None)
    listed = exp.Array(expressions=[exp.Literal.string(word) for word in column.allowed])
    place = exp.Anonymous(this="ARRAY_POSITION", expressions=[listed, column.sql.copy()])
    return Axis(column.allowed, place)


def numbers_axis(number: Expression, named: Sequence[Decimal]) -> Axis:
    """Tell numbers that rows name from one another and from every other number."""
    tests = [expression.compare("==", number, as_expression(key)).sql for key in named]
    return _axis((UNNAMED, *named), tests)


def brackets_axis(number: Expression, lows: Sequence[Decimal]) -> Axis:
    """Count the lower ends that a number has reached, of those that it can reach."""
    below = [lows[0] - 1] if number.low < lows[0] else []
    passed = {low for low, above in pairwise(lows) if above <= number.low}
    reached = [low for low in lows if low <= number.high and low not in passed]
    keys = (*below, *reached)
    tests = [expression.compare(">=", number, as_expression(key)).sql for key in keys[1:]]
    return _axis(keys, tests)


def _axis(keys: tuple[Any, ...], tests: list[exp.Expr]) -> Axis:
    """Count keys by tests for all but the first; of several that hold, the last counts."""
    if len(keys) == 1:
        return Axis(keys, None)
    branches = [
        exp.If(this=test, true=exp.Literal.number(number)) for number, test in enumerate(tests, 2)
    ]
    return Axis(keys, exp.Case(ifs=branches[::-1], default=exp.Literal.number(1)))
