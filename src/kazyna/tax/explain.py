"""The steps of one bill: what was computed, from what, by which article."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kazyna.core.text import Language, Text
from kazyna.tax.arithmetic import Rounding
from kazyna.tax.compute import Computation, compute
from kazyna.tax.inputs import Value
from kazyna.tax.law import cite
from kazyna.tax.parameter import Parameter
from kazyna.tax.rule import Rule, RuleSet


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
    inputs: tuple[tuple[str, Decimal], ...]
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
        Of the citations; titles and labels come in all languages.

    Returns
    -------
    Explanation
        Every step with what it took, its parameters, their dates and articles.

    Raises
    ------
    InputError, PackError
        As `kazyna.tax.compute` does.
    """
    computed = compute(rules, inputs, on)
    steps = tuple(_step(rules, item, computed, on=on, language=language) for item in rules.rules)
    charged = next(item for item in rules.rules if item.name == rules.amount_rule)
    return Explanation(steps, computed.amount, charged.unit)


def _step(
    rules: RuleSet, item: Rule, computed: Computation, *, on: date, language: Language
) -> Step:
    facts = {**computed.inputs, **computed.steps}
    taken = tuple((name, Decimal(facts[name])) for name in item.arguments if name in facts)
    applied = [rules.parameters[name] for name in item.arguments if name in rules.parameters]
    doubts = [doubt for parameter in applied if (doubt := parameter.on(on).doubt)]
    citation = cite(item.law, rules.sources, language)
    return Step(
        rule=item.name,
        title=item.title,
        value=computed.steps[item.name],
        unit=item.unit,
        law=citation.text,
        law_url=citation.url,
        inputs=taken,
        parameters=tuple(
            _applied(rules, parameter, on=on, language=language) for parameter in applied
        ),
        doubt=" ".join(dict.fromkeys(doubts)) or None,
    )


def _applied(
    rules: RuleSet, parameter: Parameter, *, on: date, language: Language
) -> AppliedParameter:
    held = parameter.on(on)
    value = held.value.unit if isinstance(held.value, Rounding) else held.value
    if value is None:
        raise ValueError(f"{parameter.name} was applied on {on} though the law had stopped")
    return AppliedParameter(
        name=parameter.name,
        label=parameter.label,
        value=value,
        unit=parameter.unit,
        since=parameter.values.since(on),
        law=cite(held.law, rules.sources, language).text,
    )
