"""Tables as a rule sees them, keeping what it asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from sqlglot import exp

from kazyna.tax import expression
from kazyna.tax.expression import Expression, TextColumn, as_expression
from kazyna.tax.grid import Grid
from kazyna.tax.table import Table, TableRow, looked_up, row_number


@dataclass(frozen=True)
class LookUp:
    """One look-up of a query: its value, and what was asked."""

    table: Table
    grid: Grid[TableRow]
    value: exp.Expr

    @property
    def row(self) -> exp.Expr:
        """The number of the row that answers."""
        return row_number(self.table, self.grid)

    @property
    def may_fail(self) -> bool:
        """Whether some row of data may find no value."""
        return any(cell is None or cell.value is None for cell in self.grid.cells)


@dataclass(frozen=True)
class Reach:
    """One bracket of a scale in a query, which an amount reaches or not."""

    table: Table
    number: int
    low: Decimal
    amount: Expression

    @property
    def row(self) -> exp.Expr:
        """The number of the bracket's row, NULL where the amount does not reach it."""
        reached = expression.compare(">", self.amount, as_expression(self.low)).sql
        return exp.Case(ifs=[exp.If(this=reached, true=exp.Literal.number(self.number))])


@dataclass
class AskedTable:
    """A table that keeps what answered: the numbers of rows, or in a query how to find them."""

    table: Table
    answers: list[int | LookUp | Reach | None] = field(default_factory=list)
    """In the order of asking; of a scale one for each bracket, None where it is not reached."""

    @property
    def numbers(self) -> list[int]:
        """The numbers of the rows that answered, in a case."""
        return [number for number in self.answers if isinstance(number, int)]

    @property
    def asked_of(self) -> list[LookUp | Reach]:
        """What a query asked."""
        return [each for each in self.answers if isinstance(each, LookUp | Reach)]

    def at(self, *keys: Any) -> Decimal:
        """Look up, and keep what answered."""
        if any(isinstance(key, Expression | TextColumn) for key in keys):
            grid = self.table.grid(*keys)
            column = looked_up(grid)
            self.answers.append(LookUp(self.table, grid, column.sql))
            return cast(Decimal, column)
        found = self.table.at(*keys)
        self.answers.append(self.table.number_at(*keys))
        return found

    def marginal(self, amount: Decimal) -> Decimal:
        """Tax by the scale, and keep the brackets that the amount reaches."""
        found = self.table.marginal(amount)
        self.answers += self._reached(cast(object, amount))
        return found

    def _reached(self, amount: object) -> Iterator[int | Reach | None]:
        for number, row in enumerate(self.table.rows):
            low = cast(Decimal, row.keys[0])
            if isinstance(amount, Expression):
                yield Reach(self.table, number, low, amount)
            else:
                yield number if low < cast(Decimal, amount) else None


def asked(taken: list[Any]) -> list[Any]:
    """Let every table among a rule's arguments keep what it is asked."""
    return [AskedTable(each) if isinstance(each, Table) else each for each in taken]
