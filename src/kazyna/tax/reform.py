"""A reform: a small overlay on the law, and what it would do.

The law's own values stay as they are; from its first day the overlay stands in their place. What
a reform does is the difference of two exact rolls of the same table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from kazyna.core.dated import Dated
from kazyna.core.errors import Finding, InputError
from kazyna.core.money import EXACT
from kazyna.tax.compile import compile_query
from kazyna.tax.parameter import Parameter, ParameterKind, ParameterValue
from kazyna.tax.roll import checked_inputs, run_roll
from kazyna.tax.rule import AMOUNT, RuleSet
from kazyna.tax.table import Key, Table, TableRow

DECILES = 10
STEPS_MAX = 200
"""Halvings until a rate is found: more than any interval of decimals needs."""


@dataclass(frozen=True)
class NewValue:
    """A parameter's value from a day on."""

    since: date
    value: ParameterKind


@dataclass(frozen=True)
class NewRow:
    """The value of a row of a table from a day on; without keys, of every row."""

    since: date
    value: Decimal
    keys: tuple[Key, ...] | None = None


@dataclass(frozen=True)
class Reform:
    """An overlay on the law of one tax."""

    title: str
    values: Mapping[str, NewValue]
    rows: Mapping[str, tuple[NewRow, ...]]


@dataclass(frozen=True)
class GroupEffect:
    """What a reform does to one group of objects."""

    by: str
    group: str
    objects: int
    base: Decimal
    reformed: Decimal
    winners: int
    """Objects that pay less."""
    losers: int
    unchanged: int
    effective_base: Decimal | None
    """Tax over value, in per cent; None where the table has no values."""
    effective_reformed: Decimal | None

    @property
    def change(self) -> Decimal:
        """What the group pays more."""
        return self.reformed - self.base


@dataclass(frozen=True)
class Simulation:
    """What a reform does to all objects, to tenths of them and to groups."""

    title: str
    on: date
    whole: GroupEffect
    groups: tuple[GroupEffect, ...]
    changes: tuple[tuple[Decimal, Decimal], ...]
    """Share of the objects, in per cent, and the change that so many do not exceed."""


@dataclass(frozen=True)
class NeutralRate:
    """The value of a parameter at which the roll comes nearest to a target; of two, the lower."""

    parameter: str
    value: Decimal
    total: Decimal
    target: Decimal
    quantum: Decimal
    next_total: Decimal
    """The total at the nearest value on the other side of the target, one quantum away."""

    @property
    def gap(self) -> Decimal:
        """What the roll misses the target by."""
        return self.total - self.target


def reformed(rules: RuleSet, reform: Reform) -> RuleSet:
    """Lay a reform over the rules of a tax.

    Raises
    ------
    InputError
        With every name that the tax does not have and every value of the wrong kind.
    """
    parameters = dict(rules.parameters)
    findings: list[Finding] = []
    for name in {*reform.values, *reform.rows} - set(parameters):
        expected = "one of " + ", ".join(parameters)
        findings.append(Finding(reform.title, f"the tax has no parameter {name!r}", expected))
    for name, new in reform.values.items():
        if name in parameters:
            if type(new.value) is not type(parameters[name].values.values[-1].value):
                reason = f"{name}: the value is of another kind than the law's"
                findings.append(Finding(reform.title, reason, "a number for a number"))
            parameters[name] = _with_value(parameters[name], new)
    for name, rows in reform.rows.items():
        if name in parameters:
            parameters[name] = _with_rows(parameters[name], rows, reform.title, findings)
    if findings:
        raise InputError(findings)
    return replace(rules, parameters=parameters)


def simulate(
    rules: RuleSet,
    reform: Reform,
    table: Any,
    *,
    on: date,
    id_column: str,
    by: Sequence[str] = (),
) -> Simulation:
    """Compare the roll of a table by the law with that by the reform.

    Parameters
    ----------
    rules
        The rules of one tax.
    reform
        The overlay.
    table
        As `run_roll` takes it; the columns of `by` stand beside the inputs.
    on
        The day whose law applies to both.
    id_column
        The column that names the row.
    by
        Columns whose groups are told apart, beside the tenths by value (or by tax, where the
        rules take no value).

    Returns
    -------
    Simulation
        Sums are exact; objects that pay less are winners.

    Raises
    ------
    InputError, PackError
        As `run_roll` and `reformed` do; also where both laws ask for different inputs that the
        table lacks.
    """
    changed = reformed(rules, reform)
    law, new = (run_roll(each, table, on=on, id_column=id_column) for each in (rules, changed))
    valued = "value" in law.column_names
    both = pa.table(
        {"base": law[AMOUNT], "new": new[AMOUNT]}
        | ({"value": law["value"]} if valued else {})
        | {f"by {name}": table[name] for name in by}
    )
    with duckdb.connect() as computing:
        computing.register("objects", both)
        ranked = "value" if valued else "base"
        whole = _effects(computing, "whole", "'all'", valued=valued)[0]
        tenth = f"ntile({DECILES}) OVER (ORDER BY {ranked})"
        groups = _effects(computing, f"tenth by {'value' if valued else 'tax'}", tenth,
                          valued=valued)  # fmt: skip
        for name in by:
            quoted = '"by ' + name.replace('"', '""') + '"'
            groups += _effects(computing, name, quoted, valued=valued)
        changes = _changes(computing)
    return Simulation(reform.title, on, whole, tuple(groups), changes)


def neutral_rate(
    rules: RuleSet,
    table: Any,
    *,
    parameter: str,
    target: Decimal,
    quantum: Decimal,
    on: date,
    id_column: str,
) -> NeutralRate:
    """Find the value of a parameter at which the exact roll comes nearest to a target.

    The total must rise or fall throughout with the parameter, as it does with a rate; it is
    searched by halving on the grid of the quantum, and every total on the way is that of a whole
    exact roll.

    Parameters
    ----------
    rules, table, on, id_column
        As `run_roll` takes them.
    parameter
        A number of the law, such as a rate.
    target
        What the roll shall add up to.
    quantum
        The parameter is a whole multiple of it.

    Raises
    ------
    InputError
        Where the parameter is no number, or no value up to a thousand times that of the law
        reaches the target.
    """
    held = rules.on(on).parameters.get(parameter)
    now = held.on(on).value if held is not None else None
    if not isinstance(now, Decimal):
        expected = "the name of a number of the law that holds on the day"
        raise InputError(Finding(rules.name, f"{parameter!r} is no number", expected))
    with duckdb.connect() as computing:
        computing.register("inputs", checked_inputs(rules.on(on), table, id_column=id_column))

        def total(steps: int) -> Decimal:
            value = NewValue(on, EXACT.multiply(quantum, Decimal(steps)))
            law = reformed(rules, Reform("neutral", {parameter: value}, {}))
            query = compile_query(law, on, table="inputs", id_column=id_column)
            return _total(computing, query)

        low, high = 0, max(int(now / quantum), 1)
        rising = total(low) <= total(high)
        while (total(high) < target) == rising and total(high) != target:
            high *= 2
            if high * quantum > max(now, quantum) * 1000:
                reason = f"no value of {parameter} brings the roll to {target}"
                raise InputError(Finding(rules.name, reason, "a target that can be reached"))
        for _ in range(STEPS_MAX):
            if high - low <= 1:
                break
            middle = (low + high) // 2
            if (total(middle) < target) == rising:
                low = middle
            else:
                high = middle
        ends = sorted((low, high), key=lambda steps: (abs(total(steps) - target), steps))
        return NeutralRate(
            parameter, EXACT.multiply(quantum, Decimal(ends[0])), total(ends[0]), target, quantum,
            total(ends[1]),
        )  # fmt: skip


def _with_value(parameter: Parameter, new: NewValue) -> Parameter:
    """Let a new value hold from its day on; what the law had later falls away."""
    kept = [
        (day, held)
        for day, held in zip(parameter.values.days, parameter.values.values, strict=True)
        if day < new.since
    ]
    law = parameter.values.values[-1].law
    return replace(parameter, values=Dated.of([*kept, (new.since, ParameterValue(new.value, law))]))


def _with_rows(
    parameter: Parameter, rows: Sequence[NewRow], title: str, findings: list[Finding]
) -> Parameter:
    """Replace or add rows in the table of every day from theirs on."""
    history = dict(zip(parameter.values.days, parameter.values.values, strict=True))
    for new in rows:
        try:
            history.setdefault(new.since, parameter.values.on(new.since))
        except LookupError:
            reason = f"{parameter.name} does not hold on {new.since}"
            findings.append(Finding(title, reason, f"a day from {parameter.values.days[0]}"))
            return parameter
    for day, held in history.items():
        if not isinstance(held.value, Table):
            continue
        table = held.value
        for new in rows:
            if new.since <= day:
                table = _with_row(table, new)
        if any(new.keys is not None and len(new.keys) != len(table.keys) for new in rows):
            names = ", ".join(key.name for key in table.keys)
            reason = f"{parameter.name} has {len(table.keys)} keys"
            findings.append(Finding(title, reason, f"a key for each of {names}"))
            return parameter
        history[day] = replace(held, value=table)
    return replace(parameter, values=Dated.of(history.items()))


def _with_row(table: Table, new: NewRow) -> Table:
    if new.keys is None:
        return replace(table, rows=tuple(replace(row, value=new.value) for row in table.rows))
    law = table.rows[0].law if table.rows else ""
    others = tuple(row for row in table.rows if row.keys != new.keys)
    return replace(table, rows=(*others, TableRow(new.keys, new.value, law, new.since)))


def _effects(
    computing: duckdb.DuckDBPyConnection, by: str, group: str, *, valued: bool
) -> list[GroupEffect]:
    worth = "sum(value)" if valued else "NULL"
    found = computing.sql(
        f"""
        SELECT "group", count(*), sum(base), sum(new), count_if(new < base), count_if(new > base),
               count_if(new = base), {worth}
        FROM (SELECT *, {group} AS "group" FROM objects) GROUP BY 1 ORDER BY 1
        """  # noqa: S608 (names are quoted by the caller)
    ).fetchall()
    return [
        GroupEffect(by, str(name), objects, base, new, winners, losers, unchanged,
                    _rate(base, value), _rate(new, value))
        for name, objects, base, new, winners, losers, unchanged, value in found
    ]  # fmt: skip


def _rate(tax: Decimal, value: Decimal | None) -> Decimal | None:
    """Tax over value in per cent, to four places."""
    if not value:
        return None
    return EXACT.divide(tax * 100, value).quantize(Decimal("0.0001"))


def _changes(computing: duckdb.DuckDBPyConnection) -> tuple[tuple[Decimal, Decimal], ...]:
    shares = [Decimal(each) for each in (1, 5, 10, 25, 50, 75, 90, 95, 99)]
    listed = ", ".join(str(share / 100) for share in shares)
    (found,) = computing.sql(
        f"SELECT quantile_disc(new - base, [{listed}]) FROM objects"  # noqa: S608 (numbers)
    ).fetchall()[0]
    return tuple(zip(shares, found, strict=True))


def _total(computing: duckdb.DuckDBPyConnection, query: str) -> Decimal:
    (found,) = computing.sql(f"SELECT sum({AMOUNT}) FROM ({query})").fetchall()[0]  # noqa: S608
    return Decimal(found or 0)
