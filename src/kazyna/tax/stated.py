"""What bills say of the law, as plain data: it can be kept, and read without the law's files.

The rules themselves are Python, and what reads a pack changes over the years. What a bill shows
needs neither: the titles, articles and values of the law on its day, the figures that were
computed, and the numbers of the rows that answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

import duckdb
import pyarrow as pa

from kazyna.core.text import LANGUAGES, Language, Text, translated
from kazyna.tax.compile import compile_applied_query
from kazyna.tax.exact import Rounding
from kazyna.tax.inputs import Checked
from kazyna.tax.law import Source, cite
from kazyna.tax.parameter import Parameter
from kazyna.tax.rule import Rule, RuleSet
from kazyna.tax.table import Table

Answers = Mapping[str, Sequence[tuple[str, int]]]
"""By rule: the table that was asked, and the number of the row that answered."""


@dataclass(frozen=True)
class AppliedParameter:
    """A dated parameter as it was applied."""

    name: str
    label: Text
    value: Decimal
    """The number; of a rounding, its unit."""
    unit: str
    since: date
    law: str
    keys: tuple[str, ...] = ()
    """The keys of the row, where the parameter is a table."""


@dataclass(frozen=True)
class Step:
    """One rule as it was applied."""

    rule: str
    title: Text
    value: Decimal
    unit: str
    law: str
    """The citation in full."""
    law_url: str | None
    inputs: tuple[tuple[str, Decimal | str], ...]
    """The input columns and earlier steps that the rule took, by name; yes is 1, no is 0."""
    parameters: tuple[AppliedParameter, ...]
    doubt: str | None
    """Why a parameter that was applied may be wrong."""


@dataclass(frozen=True)
class StatedStep:
    """What a bill says of one rule."""

    rule: str
    title: Text
    unit: str
    law: Text
    law_url: str | None
    takes: tuple[str, ...]
    """The inputs, earlier steps and parameters that it names, in their order."""


@dataclass(frozen=True)
class StatedValue:
    """One value of the law: a number, or a row of a table with its keys."""

    value: Decimal | None
    """None of a row whose value is not known; no bill rests on one."""
    since: date
    law: Text
    keys: tuple[str, ...] = ()
    doubt: Text | None = None


@dataclass(frozen=True)
class StatedParameter:
    """What a bill says of one parameter."""

    label: Text
    unit: str
    is_table: bool
    doubt: Text | None
    values: tuple[StatedValue, ...]
    """The rows of a table in its order, or the one number."""


@dataclass(frozen=True)
class StatedLaw:
    """All that bills of one tax say of the law of a day."""

    on: date
    steps: tuple[StatedStep, ...]
    parameters: Mapping[str, StatedParameter]


@lru_cache(maxsize=64)
def state_law(rules: RuleSet, on: date) -> StatedLaw:
    """Write down what bills by the law of a day say of it.

    Parameters
    ----------
    rules
        The rules of one tax.
    on
        The day whose parameters apply.

    Returns
    -------
    StatedLaw
        Plain data: nothing in it refers to rules or parameters any more.

    Raises
    ------
    InputError
        If the law did not hold on that day.
    """
    rules = rules.on(on)
    return StatedLaw(
        on,
        tuple(_stated_step(item, rules.sources) for item in rules.rules),
        {
            name: _stated_parameter(rules, parameter, on)
            for name, parameter in rules.parameters.items()
        },
    )


def stated_steps(
    law: StatedLaw,
    inputs: Mapping[str, Checked],
    steps: Mapping[str, Decimal],
    answers: Answers,
    language: Language,
) -> tuple[Step, ...]:
    """Say how a case was computed, from the figures alone.

    Parameters
    ----------
    law
        What bills say of the law.
    inputs
        The inputs of the case.
    steps
        What every rule came to.
    answers
        The rows of tables that answered.
    language
        Of the citations and doubts; titles and labels come in all languages.

    Returns
    -------
    tuple of Step
        Every step with what it took, its parameters, their dates and articles.
    """
    facts = {**inputs, **steps}
    return tuple(
        _step(law, item, facts, answers.get(item.rule, ()), language) for item in law.steps
    )


def look_ups(rules: RuleSet, on: date) -> dict[str, tuple[str, ...]]:
    """Name, for each rule that asks tables, what it asks, in the order of `applied_rows`.

    Parameters
    ----------
    rules, on
        As `state_law` takes them.

    Returns
    -------
    dict
        The parameters by rule; one that is asked twice stands twice.
    """
    rules = rules.on(on)
    names = {id(value): name for name, value in rules.held_on(on).items()}
    found: dict[str, tuple[str, ...]] = {}
    for rule, table in compile_applied_query(rules, on, table="roll", id_column="id").look_ups:
        found[rule] = (*found.get(rule, ()), names[id(table)])
    return found


def applied_rows(rules: RuleSet, roll: pa.Table, *, on: date, id_column: str) -> pa.Table:
    """Tell for every bill of a roll which rows of the law's tables answered.

    Parameters
    ----------
    rules, on, id_column
        As `run_roll` takes them.
    roll
        What `run_roll` returned: its inputs and steps tell what the tables were asked.

    Returns
    -------
    pyarrow.Table
        The identifier, and under the name of each rule that asks tables a list of the numbers of
        the rows, counted from 0, in the order of `look_ups`.
    """
    applied = compile_applied_query(rules.on(on), on, table="roll", id_column=id_column)
    with duckdb.connect() as connection:
        connection.register("roll", roll)
        return connection.sql(applied.query).to_arrow_table()


def _stated_step(item: Rule, sources: Mapping[str, Source]) -> StatedStep:
    return StatedStep(
        rule=item.name,
        title=item.title,
        unit=item.unit,
        law=_cited(item.law, sources),
        law_url=cite(item.law, sources, "en").url,
        takes=item.arguments,
    )


def _stated_parameter(rules: RuleSet, parameter: Parameter, on: date) -> StatedParameter:
    held, sources = parameter.on(on), rules.sources
    if isinstance(held.value, Table):
        # Hundreds of rows cite one article.
        cited = {law: _cited(law, sources) for law in {row.law for row in held.value.rows}}
        values = tuple(
            StatedValue(row.value, row.since, cited[row.law], row.words, _doubt(rules, row.doubt))
            for row in held.value.rows
        )
    else:
        number = held.value.unit if isinstance(held.value, Rounding) else held.value
        values = (StatedValue(number, parameter.values.since(on), _cited(held.law, sources)),)
    return StatedParameter(
        label=parameter.label,
        unit=parameter.unit,
        is_table=isinstance(held.value, Table),
        doubt=_doubt(rules, held.doubt),
        values=values,
    )


def _doubt(rules: RuleSet, doubt: str | None) -> Text | None:
    if doubt is None:
        return None
    return Text(*(translated(doubt, rules.doubts, language) for language in LANGUAGES))


def _cited(law: str, sources: Mapping[str, Source]) -> Text:
    return Text(*(cite(law, sources, language).text for language in LANGUAGES))


def _step(
    law: StatedLaw,
    item: StatedStep,
    facts: Mapping[str, Checked],
    answers: Sequence[tuple[str, int]],
    language: Language,
) -> Step:
    asked = [name for name in item.takes if name in law.parameters]
    rows = [(name, law.parameters[name].values[number]) for name, number in answers]
    numbers = [
        (name, law.parameters[name].values[0])
        for name in asked
        if not law.parameters[name].is_table
    ]
    doubts = [doubt for name in asked if (doubt := law.parameters[name].doubt)]
    doubts += [row.doubt for _, row in rows if row.doubt]
    return Step(
        rule=item.rule,
        title=item.title,
        value=Decimal(facts[item.rule]),
        unit=item.unit,
        law=item.law.in_(language),
        law_url=item.law_url,
        inputs=tuple((name, _fact(facts[name])) for name in item.takes if name in facts),
        parameters=tuple(_applied(law, name, value, language) for name, value in [*numbers, *rows]),
        doubt=_joined([doubt.in_(language) for doubt in dict.fromkeys(doubts)]),
    )


def _applied(law: StatedLaw, name: str, value: StatedValue, language: Language) -> AppliedParameter:
    if value.value is None:
        raise ValueError(f"{name} answered by a row without a value")
    parameter = law.parameters[name]
    return AppliedParameter(
        name=name,
        label=parameter.label,
        value=value.value,
        unit=parameter.unit,
        since=value.since,
        law=value.law.in_(language),
        keys=value.keys,
    )


def _fact(value: Checked) -> Decimal | str:
    return value if isinstance(value, str) else Decimal(value)


def _joined(doubts: Sequence[str]) -> str | None:
    """Write doubts after one another; of those that are sentences, each ends with its own point."""
    return "; ".join(doubts).replace(".; ", ". ") or None
