"""Tables of the law: a value by category, by place and by bracket, and scales.

A rule asks `table.at(wall_material, age_years)` and gets one number, whether it computes one bill
or writes a column of a query. Every question must have an answer: what the table does not hold,
or holds without a value, is refused by name, never taken for nothing.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, cast

from sqlglot import exp

from kazyna.tax import expression
from kazyna.tax.expression import Expression, TextColumn, as_expression

Confidence = Literal["official", "press", "secondary", "memory", "conflict"]
"""How far a figure can be trusted: read in the act; in a notice or the press; in software or
writing that repeats the law; from memory; told differently by two sources."""

ANY = "*"
"""A key that answers for whatever no other row names."""
LOWS = "lower ends"
"""Under this word a level of the tree keeps its lower ends; no word of a pack has a space."""
ANSWERS_KEPT = 10_000
UNKNOWN = exp.Null
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
        try:
            found = self._answers.get(keys)
        except TypeError:  # a column of a query has no hash
            return cast(Decimal, self._column([_term(key) for key in keys]))
        if found is None:
            found = self.row_at(*keys).value
            if found is None:
                raise Unanswered(f"{self.name} has no known value for {self.described(keys)}")
            if len(self._answers) < ANSWERS_KEPT:
                self._answers[keys] = found
        return found

    def row_at(self, *keys: Key | int) -> TableRow:
        """Return the row that answers for the keys."""
        if len(keys) != len(self.keys):
            raise ValueError(f"{self.name} has {len(self.keys)} keys, {len(keys)} were given")
        found: Any = self._tree
        for column, key in zip(self.keys, keys, strict=True):
            found = _step(found, column, key)
            if found is None:
                raise Unanswered(f"{self.name} has no row for {self.described(keys)}")
        return cast(TableRow, found)

    def number_at(self, *keys: Key | int) -> int:
        """Return the number of the row that answers for the keys, counted from 0."""
        return self._numbers[id(self.row_at(*keys))]

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
    def _answers(self) -> dict[tuple[Key | int, ...], Decimal]:
        """What was asked before: most bills ask what others asked."""
        return {}

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

    def _column(self, terms: list[Term]) -> Expression:
        """Write the look-up into a query; a row without an answer becomes NULL there."""
        values = [row.value for row in self.rows if row.value is not None]
        low, high = min(values, default=Decimal(0)), max(values, default=Decimal(0))
        scale = max((expression.scale_of(value) for value in values), default=0)
        width = expression.digits(low, high, scale=scale)

        def written(row: TableRow) -> exp.Expr:
            if row.value is None:
                return UNKNOWN()
            return expression.number_as(row.value, width, scale)

        return Expression(self._looked_up(terms, written), low, high, scale, width)

    def row_number(self, *keys: Term) -> exp.Expr:
        """Write into a query which row answers, counted from 0."""
        return self._looked_up(
            [_term(key) for key in keys], lambda row: exp.Literal.number(self._numbers[id(row)])
        )

    def _looked_up(self, terms: list[Term], written: Callable[[TableRow], exp.Expr]) -> exp.Expr:
        return _case(self._tree, list(zip(self.keys, terms, strict=True)), written)


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


def _case(
    level: Any, keys: list[tuple[KeyColumn, Term]], written: Callable[[TableRow], exp.Expr]
) -> exp.Expr:
    """Write a tree of rows as nested CASEs."""
    if not keys:
        return written(level)
    (column, term), rest = keys[0], keys[1:]
    other = _case(level[ANY], rest, written) if ANY in level else UNKNOWN()
    named = {key: below for key, below in level.items() if key not in {ANY, LOWS}}
    if not named:
        return other
    if isinstance(term, str):
        return _case(named[term], rest, written) if term in named else other
    if column.bracket:
        lows = sorted(named, reverse=True)
        tests = [expression.compare(">=", cast(Expression, term), as_expression(low)).sql
                 for low in lows]  # fmt: skip
        below = [named[low] for low in lows]
    else:
        tests, below = [_same(term, key) for key in named], list(named.values())
    # Built at once: `exp.Case.when` copies the whole case for every branch.
    branches = [
        exp.If(this=test, true=_case(each, rest, written))
        for test, each in zip(tests, below, strict=True)
    ]
    return exp.Case(ifs=branches, default=other)


def _same(term: Expression | TextColumn, key: Key) -> exp.Expr:
    if isinstance(term, TextColumn):
        return exp.EQ(this=term.sql.copy(), expression=exp.Literal.string(str(key)))
    return expression.compare("==", term, as_expression(key)).sql


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
