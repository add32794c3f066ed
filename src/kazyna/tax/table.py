"""Tables of the law: a value by category, by place and by bracket, and scales.

A rule asks `table.at(wall_material, age_years)` and gets one number, whether it computes one bill
or writes a column of a query. Every question must have an answer: what the table does not hold,
or holds without a value, is refused by name, never taken for nothing.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, cast

from sqlglot import exp

from kazyna.tax import expression
from kazyna.tax.expression import Expression, TextColumn, as_expression
from kazyna.tax.grid import Axis, Grid, brackets_axis, numbers_axis, words_axis

Confidence = Literal["official", "press", "secondary", "memory", "conflict"]
"""How far a figure can be trusted: read in the act; in a notice or the press; in software or
writing that repeats the law; from memory; told differently by two sources."""

ANY = "*"
"""A key that answers for whatever no other row names."""
LOWS = "lower ends"
"""Under this word a level of the tree keeps its lower ends; no word of a pack has a space."""
Key = str | Decimal
Term = Expression | TextColumn | str
"""What a table is asked by while a query is built; a fixed word is itself."""


@dataclass(frozen=True)
class KeyColumn:
    """One key of a table."""

    name: str
    bracket: bool = False
    """Whether a row holds from its key upwards, until the next row's; else the key is exact."""


@dataclass(frozen=True)
class TableRow:
    """One row of a table of the law."""

    keys: tuple[Key, ...]
    value: Decimal | None
    """None where the law's value is not known."""
    law: str
    since: date
    source: str | None = None
    confidence: Confidence | None = None
    doubt: str | None = None
    place: str = ""
    """The file and row that it was read from, for messages."""

    @property
    def words(self) -> tuple[str, ...]:
        """The keys as they are written."""
        return tuple(str(key) for key in self.keys)


class Unanswered(LookupError):  # noqa: N818 (the name is what happened)
    """A table has no value for the keys of a case."""


@dataclass(frozen=True)
class Table:
    """The rows of one table that hold on one day."""

    name: str
    keys: tuple[KeyColumn, ...]
    rows: tuple[TableRow, ...]

    def at(self, *keys: Key | int) -> Decimal:
        """Return the value for the keys, in the order of the table's key columns.

        Raises
        ------
        Unanswered
            If no row answers, or the one that does has no value.
        """
        if any(isinstance(key, Expression | TextColumn) for key in keys):
            return cast(Decimal, looked_up(self.grid(*keys)))
        found = self.row_at(*keys).value
        if found is None:
            raise Unanswered(f"{self.name} has no known value for {self.described(keys)}")
        return found

    def row_at(self, *keys: Key | int) -> TableRow:
        """Return the row that answers for the keys."""
        self._counted(keys)
        found: TableRow | None = self._reached(keys)
        if found is None:
            raise Unanswered(f"{self.name} has no row for {self.described(keys)}")
        return found

    def number_at(self, *keys: Key | int) -> int:
        """Return the number of the row that answers for the keys, counted from 0."""
        return self.number_of(self.row_at(*keys))

    def number_of(self, row: TableRow) -> int:
        """Return the number of a row, counted from 0."""
        return self._numbers[id(row)]

    def brackets_at(self, *keys: Key | int) -> tuple[list[Decimal], list[Decimal | None]]:
        """Return the brackets of a table whose last key is one, for the keys before it.

        The lower ends in order; and the value below them all, followed by that from each on. None
        where no value is known.
        """
        level = self._reached(keys) or {LOWS: []}
        lows = level[LOWS]
        rows = [level.get(key) for key in (ANY, *lows)]
        return lows, [row and row.value for row in rows]

    def marginal(self, amount: Decimal | int) -> Decimal:
        """Tax an amount by a marginal scale: each bracket's rate on what falls into the bracket.

        The table has one bracket key, the lower ends, of which the least is 0; its values are
        rates. `at` is the stepped scale: the rate of the bracket that holds the whole amount.
        """
        if len(self.keys) != 1 or not self.keys[0].bracket:
            raise ValueError(f"{self.name} is no scale: a scale has one bracket key")
        steps = [(cast(Decimal, row.keys[0]), row) for row in self.rows]
        steps.sort(key=lambda step: step[0])
        if steps[0][0] != 0:
            raise ValueError(f"{self.name} begins at {steps[0][0]}, a scale begins at 0")
        if any(row.value is None for _, row in steps):
            raise Unanswered(f"{self.name} has a bracket whose rate is not known")
        given: object = amount
        if isinstance(given, Expression):
            return cast(Decimal, _marginal_column(steps, given))
        total = Decimal(0)
        for (low, row), above in zip(steps, [*steps[1:], None], strict=True):
            part = Decimal(amount) - low
            if above is not None:
                part = min(part, above[0] - low)
            total += max(part, Decimal(0)) * cast(Decimal, row.value)
        return total

    def described(self, keys: Sequence[object]) -> str:
        """Name the keys of a question."""
        named = zip(self.keys, keys, strict=False)
        return ", ".join(f"{column.name} {_shown(key)}" for column, key in named)

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The number of each row, by the row itself."""
        return {id(row): number for number, row in enumerate(self.rows)}

    @cached_property
    def _tree(self) -> Mapping[Key, Any]:
        """The rows by their keys, one level a key."""
        tree: dict[Key, Any] = {}
        for row in self.rows:
            level = tree
            for key in row.keys[:-1]:
                level = level.setdefault(key, {})
            level[row.keys[-1]] = row
        _with_lows(tree, [key.bracket for key in self.keys])
        return tree

    def grid(self, *keys: Key | int | Term) -> Grid[TableRow]:
        """Lay out the rows that a query can reach by keys of which some are columns."""
        self._counted(keys)
        axes = [self._axis(depth, _term(key)) for depth, key in enumerate(keys)]
        return Grid(tuple(axes), self._reached)

    def _axis(self, depth: int, term: Term) -> Axis:
        if isinstance(term, str):
            return Axis((term,), None)
        if isinstance(term, TextColumn):
            return words_axis(term)
        named = sorted({cast(Decimal, row.keys[depth]) for row in self.rows
                        if row.keys[depth] != ANY})  # fmt: skip
        if not named:
            return Axis((Decimal(0),), None)
        axis = brackets_axis if self.keys[depth].bracket else numbers_axis
        return axis(term, named)

    def _counted(self, keys: Sequence[object]) -> None:
        if len(keys) != len(self.keys):
            raise ValueError(f"{self.name} has {len(self.keys)} keys, {len(keys)} were given")

    def _reached(self, keys: Sequence[Any]) -> Any:
        """Go down the tree by keys, by all to a row; None where it ends before."""
        found: Any = self._tree
        for column, key in zip(self.keys, keys, strict=False):
            found = _step(found, column, key)
            if found is None:
                return None
        return found


def looked_up(grid: Grid[TableRow]) -> Expression:
    """Write a look-up into a query; a row of data without an answer becomes NULL there."""
    values = [cell.value for cell in grid.cells if cell is not None and cell.value is not None]
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(0))
    scale = max((expression.scale_of(value) for value in values), default=0)
    width = expression.digits(low, high, scale=scale)
    kind = expression.decimal_type(width, scale)
    sql = grid.written(lambda row: row.value, kind)
    return Expression(sql, low, high, scale, width)


def row_number(table: Table, grid: Grid[TableRow]) -> exp.Expr:
    """Write into a query which row of a table answers, counted from 0."""
    kind = exp.DataType(this=exp.DataType.Type.INT)
    return grid.written(lambda row: Decimal(table.number_of(row)), kind)


def overlaps(table: Table) -> Iterator[tuple[TableRow, TableRow]]:
    """Find rows that answer for the same keys on the same day."""
    seen: dict[tuple[Key, ...], TableRow] = {}
    for row in table.rows:
        if row.keys in seen:
            yield seen[row.keys], row
        seen[row.keys] = row


def _with_lows(level: dict[Key, Any], brackets: list[bool]) -> None:
    """Keep the lower ends of each level of brackets in order, to be searched by halving."""
    for below in level.values():
        if isinstance(below, dict):
            _with_lows(below, brackets[1:])
    if brackets[0]:
        level[LOWS] = sorted(low for low in level if isinstance(low, Decimal))


def _step(level: Mapping[Key, Any], column: KeyColumn, key: Key | int) -> Any:
    """Go down one key: the row that names it, else the one for any."""
    if not column.bracket:
        found = level.get(cast(Key, key))
        return level.get(ANY) if found is None else found
    lows = level[LOWS]
    place = bisect_right(lows, key)
    return level[lows[place - 1]] if place else level.get(ANY)


def _marginal_column(steps: list[tuple[Decimal, TableRow]], amount: Expression) -> Expression:
    """Add up, bracket by bracket, the rate on what lies above its end less the rate below it."""
    zero = as_expression(Decimal(0))
    rates = [Decimal(0), *(cast(Decimal, row.value) for _, row in steps)]
    total: Expression | None = None
    for (low, _), (below, rate) in zip(steps, pairwise(rates), strict=True):
        above = expression.extreme("GREATEST", [zero, amount - low])
        part = above * (rate - below)
        total = part if total is None else total + part
    if total is None:
        raise ValueError("a scale without brackets")
    # What falling rates take away again never makes the whole larger than its largest rate does.
    ends = [Decimal(0), *(max(abs(rate) for rate in rates) * abs(end)
                          for end in (amount.low, amount.high))]  # fmt: skip
    low, high = (Decimal(0) if min(rates) >= 0 else -max(ends)), max(ends)
    return Expression(total.sql, low, high, total.scale, total.width)


def _term(key: object) -> Term:
    return key if isinstance(key, TextColumn | str) else as_expression(key)


def _shown(key: object) -> str:
    return repr(key) if isinstance(key, str) else str(key)
