"""The law of one day made ready for many cases: the rules' own functions in one straight line.

For a single case a rule asks much that never changes: whether a word is given a number or a
column, what a parameter was on the day, which row of a table answers. `straight_line` settles that
once. Each rule keeps its code, and sees the words of decimals and tables that remember; one
function calls them in turn, a line for each rule, with the parameters as constants:

    def bill(value, home):
        base = __zero + __0(value, relief, home)
        tax = __zero + __1(base, rate, rounding)
        return {'base': base, 'tax': tax}

No rule has a name with two underscores. Adding zero turns a whole number into a decimal, and a
negative zero into the zero that a bill shows.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import FunctionType, TracebackType
from typing import Any, TypeVar, cast

from kazyna.tax.arithmetic import OVER_DECIMALS
from kazyna.tax.rule import RuleSet
from kazyna.tax.table import Key, Table

K = TypeVar("K")
V = TypeVar("V")
Formula = Callable[..., Decimal]
Bill = Callable[..., dict[str, Decimal]]
"""From the inputs in the order of the rule set to every step by name."""

ANSWERS_KEPT = 10_000
LINES_BEFORE = 2
"""The line of the first rule in a straight line."""


@dataclass(frozen=True)
class RememberingTable:
    """A table as a rule sees it, which need not search for what it was asked before."""

    at: Formula
    marginal: Formula


class _Answers(dict[K, V]):
    """What was answered before; anything else is looked up, and kept while there is room."""

    def __init__(self, look_up: Callable[[K], V]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, asked: K) -> V:
        found = self._look_up(asked)
        if len(self) < ANSWERS_KEPT:
            self[asked] = found
        return found


def straight_line(rules: RuleSet, held: Mapping[str, object]) -> Bill:
    """Make one function of the rules of a day.

    Parameters
    ----------
    rules
        With the formulas of the day.
    held
        The value of every parameter on the day.

    Returns
    -------
    Callable
        What computes every step of a case from its checked inputs.
    """
    known: dict[str, object] = {
        name: _remembering(value) if isinstance(value, Table) else value
        for name, value in held.items()
    }
    known["__zero"] = Decimal(0)
    lines = [f"def bill({', '.join(column.name for column in rules.inputs)}):"]
    for number, item in enumerate(rules.rules):
        known[f"__{number}"] = _over_decimals(item.formula)
        lines.append(f"    {item.name} = __zero + __{number}({', '.join(item.arguments)})")
    steps = ", ".join(f"{item.name!r}: {item.name}" for item in rules.rules)
    lines.append(f"    return {{{steps}}}")
    exec(compile("\n".join(lines), rules.name, "exec"), known)  # noqa: S102 (names of our rules)
    return cast(Bill, known["bill"])


def failed_rule(bill: Bill, trace: TracebackType | None) -> int:
    """Return the number of the rule that failed, by the line that called it."""
    code = cast(FunctionType, bill).__code__
    while trace is not None and trace.tb_frame.f_code is not code:
        trace = trace.tb_next
    if trace is None:
        raise ValueError("no rule failed")
    return trace.tb_lineno - LINES_BEFORE


def _over_decimals(formula: Formula) -> Formula:
    """Give a rule's code the words of decimals for those that also write columns."""
    if not isinstance(formula, FunctionType):
        return formula
    names = {
        name: OVER_DECIMALS[value]
        for name, value in formula.__globals__.items()
        if isinstance(value, FunctionType) and value in OVER_DECIMALS
    }
    seen = {**formula.__globals__, **names}
    return FunctionType(formula.__code__, seen, formula.__name__, None, formula.__closure__)


def _remembering(table: Table) -> RememberingTable:
    """Remember what a table answers: most bills ask what others asked."""
    if table.keys[-1].bracket:
        at = _by_bracket(table)
    elif len(table.keys) == 1:
        at = _Answers[Any, Decimal](table.at).__getitem__
    else:
        answers = _Answers[tuple[Key, ...], Decimal](lambda keys: table.at(*keys))

        def at(*keys: Any) -> Decimal:
            return answers[keys]

    return RememberingTable(at, table.marginal)


def _by_bracket(table: Table) -> Formula:
    """Keep the brackets for the keys before, and halve: areas and amounts seldom come twice."""
    brackets = _Answers[tuple[Key, ...], tuple[list[Decimal], list[Decimal | None]]](
        lambda keys: table.brackets_at(*keys)
    )

    def at(*keys: Any) -> Decimal:
        lows, values = brackets[keys[:-1]]
        value = values[bisect_right(lows, keys[-1])]
        return table.at(*keys) if value is None else value  # which says what is missing

    return at
