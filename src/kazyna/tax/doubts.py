"""Which values of the law that a computation rests on may be wrong.

A value without a doubt is used silently. One with a doubt is shown; before anything binding is
issued an officer confirms it, and the confirmation is tied to exactly that content.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import duckdb

from kazyna.core.text import Text
from kazyna.tax.compile import compile_rows_query
from kazyna.tax.compute import compute
from kazyna.tax.exact import Rounding
from kazyna.tax.explain import rows_of_case
from kazyna.tax.inputs import Value
from kazyna.tax.parameter import Parameter
from kazyna.tax.roll import checked_inputs
from kazyna.tax.rule import RuleSet
from kazyna.tax.table import Confidence, Table, TableRow


@dataclass(frozen=True)
class DoubtfulValue:
    """A value of the law that may be wrong."""

    id: str
    """Stable: the tax, the parameter, the first day and the keys of a row,
    `property_tax/base_value@2022-01-01[metal,30]`."""
    parameter: str
    label: Text
    value: str
    unit: str
    since: date
    law: str
    source: str | None
    confidence: Confidence | None
    doubt: str

    @property
    def content_hash(self) -> str:
        """SHA-256 of all that an officer confirms: a changed value needs a new confirmation."""
        parts = (self.id, self.value, self.unit, self.law, self.source or "", self.doubt)
        return sha256("\0".join(parts).encode()).hexdigest()


def doubtful(rules: RuleSet, cases: Any, on: date, *, id_column: str) -> tuple[DoubtfulValue, ...]:
    """Find the doubtful values that the bills of a table rest on.

    Parameters
    ----------
    rules
        The rules of one tax.
    cases
        A table as `run_roll` takes it.
    on
        The day whose law applies.
    id_column
        The column that names the row.

    Returns
    -------
    tuple of DoubtfulValue
        Each once: parameters in the order of the law, then rows of tables.

    Raises
    ------
    InputError
        As `run_roll` does for a table that is not accepted.
    """
    rules = rules.on(on)
    answers = compile_rows_query(rules, on, table="inputs", id_column=id_column)
    rows: dict[str, set[int]] = {}
    tables = {id(table): name for name, table in rules.held_on(on).items()}
    if answers.look_ups:
        with duckdb.connect() as connection:
            connection.register("inputs", checked_inputs(rules, cases, id_column=id_column))
            (found,) = connection.sql(answers.query).fetchall()
        for (_, table), numbers in zip(answers.look_ups, found, strict=True):
            rows.setdefault(tables[id(table)], set()).update(
                int(number) for number in numbers or () if number is not None
            )
    return tuple(_of_parameters(rules, on, rows))


def doubtful_in_case(
    rules: RuleSet, case: Mapping[str, Value], on: date
) -> tuple[DoubtfulValue, ...]:
    """Find the doubtful values that one bill rests on.

    Parameters
    ----------
    rules, case, on
        As `compute` takes them.

    Returns
    -------
    tuple of DoubtfulValue
        As `doubtful` returns them.
    """
    rules = rules.on(on)
    computed = compute(rules, case, on)
    facts = {**computed.inputs, **computed.steps}
    rows: dict[str, set[int]] = {}
    for answers in rows_of_case(rules, facts, on=on).values():
        for name, number in answers:
            rows.setdefault(name, set()).add(number)
    return tuple(_of_parameters(rules, on, rows))


def _of_parameters(
    rules: RuleSet, on: date, rows: Mapping[str, set[int]]
) -> Iterator[DoubtfulValue]:
    for name, parameter in rules.parameters.items():
        held = parameter.on(on)
        if not isinstance(held.value, Table):
            if held.doubt:
                yield _scalar(rules.name, parameter, on)
            continue
        scale = len(held.value.keys) == 1 and held.value.keys[0].bracket
        asked = rows.get(name, set(range(len(held.value.rows))) if scale else set())
        for number in sorted(asked):
            row = held.value.rows[number]
            if row.doubt:
                yield _row(rules.name, parameter, row)


def _scalar(tax: str, parameter: Parameter, on: date) -> DoubtfulValue:
    held, since = parameter.on(on), parameter.values.since(on)
    value = held.value
    written = f"{value.unit} {value.mode}" if isinstance(value, Rounding) else _plain(value)
    return DoubtfulValue(
        f"{tax}/{parameter.name}@{since}", parameter.name, parameter.label, written,
        parameter.unit, since, held.law, held.source, held.confidence, held.doubt or "",
    )  # fmt: skip


def _row(tax: str, parameter: Parameter, row: TableRow) -> DoubtfulValue:
    keys = ",".join(row.words)
    return DoubtfulValue(
        f"{tax}/{parameter.name}@{row.since}[{keys}]", parameter.name, parameter.label,
        _plain(row.value), parameter.unit, row.since, row.law, row.source, row.confidence,
        row.doubt or "",
    )  # fmt: skip


def _plain(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
