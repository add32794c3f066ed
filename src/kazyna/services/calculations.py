"""A tax computed for anybody from a few facts: no register, no bill, nothing is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pyarrow as pa

from kazyna.core.errors import Finding, InputError, NotFound
from kazyna.core.money import EXACT
from kazyna.core.schema import ColumnType, Schema
from kazyna.core.table import check
from kazyna.core.text import Language, Text
from kazyna.packs.pack import Pack
from kazyna.packs.taxes import Tax
from kazyna.tax import InputColumn, Step, explain
from kazyna.tax.inputs import Value

SOURCE = "calculation"


@dataclass(frozen=True)
class Question:
    """One fact that a tax asks for."""

    name: str
    label: Text
    type: ColumnType
    unit: str | None
    allowed: tuple[str, ...]
    """The words to choose from; none where it is a number or a truth."""
    expected: str
    usual: str
    """What is taken where nothing is said; empty where it has to be said."""


@dataclass(frozen=True)
class Calculation:
    """What a tax would be, and how it comes about."""

    tax: str
    tax_title: Text
    on: date
    steps: tuple[Step, ...]
    amount: Decimal
    currency: str


def questions(pack: Pack, tax: str, *, on: date) -> tuple[Question, ...]:
    """List what a tax asks for by the law of a day.

    Raises
    ------
    NotFound
        When the pack has no such tax.
    InputError
        When the tax has no law on that day.
    """
    return tuple(
        Question(
            name=column.name,
            label=column.label,
            type=column.type,
            unit=column.unit,
            allowed=tuple(str(word) for word in column.allowed or ()),
            expected=column.expected,
            usual=_usual(pack, column),
        )
        for column in _tax(pack, tax).rules.on(on).inputs
    )


def calculate(
    pack: Pack, tax: str, *, on: date, facts: Mapping[str, str], language: Language
) -> Calculation:
    """Compute a tax from facts by the law of a day.

    Parameters
    ----------
    pack
        The law; decisions of councils count where they are laid over it.
    facts
        By the names of the questions, as people write them; an empty one is not said.

    Raises
    ------
    NotFound
        When the pack has no such tax.
    InputError
        With every fact that is missing, unknown or impossible.
    """
    law = _tax(pack, tax)
    columns = law.rules.on(on).inputs
    names = [column.name for column in columns]
    if unread := [name for name in facts if name not in names]:
        expected = f"one of {', '.join(names)}"
        raise InputError(Finding(SOURCE, "no rule asks for it", expected, column=unread[0]))
    said = {column.name: facts.get(column.name) or _usual(pack, column) for column in columns}
    row = pa.table({name: pa.array([text or None], pa.string()) for name, text in said.items()})
    read = check(row, Schema(SOURCE, columns), source=SOURCE)
    inputs = {column.name: _exact(read[column.name][0].as_py(), column) for column in columns}
    found = explain(law.rules, inputs, on, language)
    return Calculation(tax, law.title, on, found.steps, found.amount, pack.currency.code)


def _exact(value: Any, column: InputColumn) -> Value:
    """Write a number with the places that its column has; a finer one stays, to be refused."""
    if isinstance(value, Decimal):
        kept = value.quantize(Decimal(1).scaleb(-column.decimals), context=EXACT)
        return kept if kept == value else value
    return cast(Value, value)


def _usual(pack: Pack, column: InputColumn) -> str:
    """Return what the register would take where nothing else is known: a whole year, no relief."""
    origin = pack.register.origins.get(column.name)
    if origin is None:
        return ""
    if origin.kind == "months":
        return str(column.maximum)
    if origin.kind == "relief_rank":
        return str(column.minimum)
    return "" if origin.otherwise is None else str(origin.otherwise)


def _tax(pack: Pack, name: str) -> Tax:
    law = pack.taxes.get(name)
    if law is None:
        raise NotFound(f"The pack {pack.name} has no tax {name!r}; it has {', '.join(pack.taxes)}.")
    return law
