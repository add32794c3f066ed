"""The steps of one bill: what was computed, from what, by which article."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from kazyna.core.text import Language, Text, translated
from kazyna.tax.arithmetic import NOTHING_LOST, Rounding
from kazyna.tax.asked import AskedTable, asked
from kazyna.tax.compute import Computation, compute
from kazyna.tax.inputs import Checked, Value
from kazyna.tax.law import cite
from kazyna.tax.parameter import Parameter
from kazyna.tax.rule import Rule, RuleSet
from kazyna.tax.table import Table, TableRow


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
class Explanation:
    """A bill, step by step."""

    steps: tuple[Step, ...]
    amount: Decimal
    unit: str


def explain(
    rules: RuleSet, inputs: Mapping[str, Value], on: date, language: Language
) -> Explanation:
    """Compute one case and say how.

    Parameters
    ----------
    rules
        The rules of one tax.
    inputs
        A value for every input column.
    on
        The day whose parameters apply.
    language
        Of the citations and doubts; titles and labels come in all languages.

    Returns
    -------
    Explanation
        Every step with what it took, its parameters, their dates and articles.

    Raises
    ------
    InputError, PackError
        As `kazyna.tax.compute` does.
    """
    rules = rules.on(on)
    computed = compute(rules, inputs, on)
    steps = tuple(_step(rules, item, computed, on=on, language=language) for item in rules.rules)
    charged = next(item for item in rules.rules if item.name == rules.amount_rule)
    return Explanation(steps, computed.amount, charged.unit)


def _step(
    rules: RuleSet, item: Rule, computed: Computation, *, on: date, language: Language
) -> Step:
    facts = {**computed.inputs, **computed.steps}
    taken = tuple((name, _fact(facts[name])) for name in item.arguments if name in facts)
    applied = [rules.parameters[name] for name in item.arguments if name in rules.parameters]
    rows = rows_asked(rules, item, facts, on=on)
    doubts = [doubt for parameter in applied if (doubt := parameter.on(on).doubt)]
    doubts += [row.doubt for _, row in rows if row.doubt]
    citation = cite(item.law, rules.sources, language)
    return Step(
        rule=item.name,
        title=item.title,
        value=computed.steps[item.name],
        unit=item.unit,
        law=citation.text,
        law_url=citation.url,
        inputs=taken,
        parameters=(
            *(
                _applied(rules, parameter, on=on, language=language)
                for parameter in applied
                if not isinstance(parameter.on(on).value, Table)
            ),
            *(_row_applied(rules, name, row, language) for name, row in rows),
        ),
        doubt="; ".join(
            translated(doubt, rules.doubts, language) for doubt in dict.fromkeys(doubts)
        )
        or None,
    )


def _fact(value: Checked) -> Decimal | str:
    return value if isinstance(value, str) else Decimal(value)


def rows_asked(
    rules: RuleSet, item: Rule, facts: Mapping[str, Checked], *, on: date
) -> list[tuple[str, TableRow]]:
    """Return the rows of the law's tables that a rule asked for a case, by parameter."""
    known = {**rules.held_on(on), **facts}
    if not any(isinstance(known[name], Table) for name in item.arguments):
        return []
    taken = asked([known[name] for name in item.arguments])
    with localcontext(NOTHING_LOST):
        item.formula(*taken)
    named = zip(item.arguments, taken, strict=True)
    return [
        (name, row) for name, each in named if isinstance(each, AskedTable) for row in each.rows
    ]


def _row_applied(rules: RuleSet, name: str, row: TableRow, language: Language) -> AppliedParameter:
    parameter = rules.parameters[name]
    if row.value is None:
        raise ValueError(f"{name} answered by a row without a value")
    return AppliedParameter(
        name=name,
        label=parameter.label,
        value=row.value,
        unit=parameter.unit,
        since=row.since,
        law=cite(row.law, rules.sources, language).text,
        keys=row.words,
    )


def _applied(
    rules: RuleSet, parameter: Parameter, *, on: date, language: Language
) -> AppliedParameter:
    held = parameter.on(on)
    value = held.value.unit if isinstance(held.value, Rounding) else held.value
    if not isinstance(value, Decimal):
        raise TypeError(f"{parameter.name} was applied on {on} though the law had stopped")
    return AppliedParameter(
        name=parameter.name,
        label=parameter.label,
        value=value,
        unit=parameter.unit,
        since=parameter.values.since(on),
        law=cite(held.law, rules.sources, language).text,
    )
