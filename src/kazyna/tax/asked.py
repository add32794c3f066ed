"""Tables as a rule sees them, keeping what it asked."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from sqlglot import exp

from kazyna.tax.expression import Expression
from kazyna.tax.table import Table, TableRow


@dataclass(frozen=True)
class LookUp:
    """One look-up of a query: its value, and what was asked."""

    table: Table
    value: exp.Expr
    keys: tuple[Any, ...]

    @property
    def row(self) -> exp.Expr:
        """The number of the row that answers."""
        return self.table.row_number(*self.keys)


@dataclass
class AskedTable:
    """A table that keeps the rows that answered, or in a query the look-ups."""

    table: Table
    rows: list[TableRow] = field(default_factory=list)
    look_ups: list[LookUp] = field(default_factory=list)

    def at(self, *keys: Any) -> Decimal:
        """Look up, and keep what answered."""
        found = self.table.at(*keys)
        if isinstance(given := cast(object, found), Expression):
            self.look_ups.append(LookUp(self.table, given.sql, keys))
        else:
            self.rows.append(self.table.row_at(*keys))
        return found

    def marginal(self, amount: Decimal) -> Decimal:
        """Tax by the scale, and keep the brackets that the amount reaches."""
        found = self.table.marginal(amount)
        reached = cast(object, amount)
        self.rows += [
            row
            for row in self.table.rows
            if isinstance(reached, Expression) or cast(Decimal, row.keys[0]) < amount
        ]
        return found


def asked(taken: list[Any]) -> list[Any]:
    """Let every table among a rule's arguments keep what it is asked."""
    return [AskedTable(each) if isinstance(each, Table) else each for each in taken]
