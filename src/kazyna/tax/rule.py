"""Rules of a tax as plain Python functions, and the graph that they form.

A rule's parameters name what it needs: an input column, a dated parameter or another rule. That
is all the wiring there is.

>>> from kazyna.tax import Rounding, round_to
>>> @rule(unit="USD", law="act art. 2", title=Text("Tax", "Налог", "Салык"))
... def tax(value: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
...     return round_to(value * rate, rounding)
>>> tax.arguments
('value', 'rate', 'rounding')
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from keyword import iskeyword
from types import MappingProxyType

from kazyna.core.errors import Finding, InputError, PackError
from kazyna.core.schema import Schema
from kazyna.core.text import Text
from kazyna.tax.expression import DIGITS_MAX, digits
from kazyna.tax.inputs import DECIMALS_MAX, InputColumn
from kazyna.tax.law import Source, source_key
from kazyna.tax.parameter import Parameter

AMOUNT = "amount"
"""The column of a roll that repeats the step that is charged; no rule may take the name."""


@dataclass(frozen=True)
class Rule:
    """One step from the law to the amount."""

    name: str
    formula: Callable[..., Decimal]
    arguments: tuple[str, ...]
    unit: str
    law: str
    """The reference that the citation is made from: `act art. 2`."""
    title: Text
    begins: date | None = None
    """From when the formula holds; an earlier formula of the same name held before."""
    until: date | None = None
    """The first day on which the step is no part of the law any more."""


@dataclass(frozen=True, eq=False)  # one set is the same as itself alone: what it makes is kept
class RuleSet:
    """The rules of one tax in an order in which each finds its arguments computed."""

    name: str
    rules: tuple[Rule, ...]
    inputs: tuple[InputColumn, ...]
    parameters: Mapping[str, Parameter]
    sources: Mapping[str, Source]
    amount_rule: str
    """The rule whose result is charged."""
    versions: tuple[Rule, ...] = ()
    """Every formula of every rule; `rules` and `inputs` are those of the newest ones."""
    columns: tuple[InputColumn, ...] = ()
    """Every input that a formula of any day asks for."""
    doubts: Mapping[str, Text] = field(default_factory=dict)
    """The doubts of parameters and tables in all languages, by their English words."""

    @lru_cache(maxsize=256)  # noqa: B019 (packs live as long as the program)
    def on(self, day: date) -> "RuleSet":
        """Return the set with the formulas that hold on a day.

        Raises
        ------
        InputError
            If no formula of the rule that is charged had begun.
        """
        if not any(item.begins or item.until for item in self.versions):
            return self
        held = _held_rules(self.versions, day)
        if self.amount_rule not in {item.name for item in held}:
            first = min(item.begins or day for item in self.versions)
            reason = f"no formula of {self.amount_rule} holds on {day}"
            raise InputError(Finding(self.name, reason, f"a day from {first}"))
        ordered, _ = _ordered(self.name, held)
        asked = {argument for item in held for argument in item.arguments}
        inputs = tuple(column for column in self.columns if column.name in asked)
        parameters = {name: each for name, each in self.parameters.items() if name in asked}
        return replace(self, rules=ordered, inputs=inputs, parameters=parameters)

    @property
    def schema(self) -> Schema:
        """The columns that a table must have to be taxed."""
        return Schema(self.name, self.inputs)

    def held_on(self, day: date) -> dict[str, object]:
        """Return the value of every parameter on a day."""
        return {name: parameter.on(day).value for name, parameter in self.parameters.items()}


def rule(
    *,
    unit: str,
    law: str,
    title: Text,
    name: str | None = None,
    begins: date | None = None,
    until: date | None = None,
) -> Callable[[Callable[..., Decimal]], Rule]:
    """Make a rule of a function.

    Parameters
    ----------
    unit
        Of the result: a currency's code, `m2`, `share`.
    law
        The key of a source and the place in it: `tax-code art. 379`.
    title
        What the step is called on a bill.
    name
        Of the step, where the function's own is taken by the formula of another time.
    begins
        The first day of the formula; one without holds from the beginning of the law.
    until
        The first day on which the step is no part of the law any more.

    Returns
    -------
    Callable
        A decorator that makes a `Rule` of a function.
    """

    def decorate(formula: Callable[..., Decimal]) -> Rule:
        arguments = tuple(inspect.signature(formula).parameters)
        return Rule(name or formula.__name__, formula, arguments, unit, law, title, begins, until)

    return decorate


def rule_set(
    name: str,
    rules: Sequence[Rule],
    *,
    inputs: Iterable[InputColumn],
    parameters: Iterable[Parameter],
    sources: Mapping[str, Source],
    amount: str,
    doubts: Mapping[str, Text] = MappingProxyType({}),
) -> RuleSet:
    """Wire rules to their inputs and parameters.

    Parameters
    ----------
    name
        Of the tax, for messages.
    rules
        In any order.
    inputs
        Columns that may be asked for; those that no rule asks for are left out.
    parameters
        Every one must be asked for: a name with a typing error would stay without effect.
    sources
        The acts that rules and parameters cite.
    amount
        The rule whose result is charged.
    doubts
        The doubts of parameters and tables in all languages, by their English words.

    Returns
    -------
    RuleSet
        The rules in an order in which each finds its arguments computed.

    Raises
    ------
    PackError
        With every mistake: an unknown or doubled name, a cycle, an input that is not declared
        tightly enough, a law that is not among the sources.
    """
    columns = {column.name: column for column in inputs}
    dated = {parameter.name: parameter for parameter in parameters}
    asked = {argument for item in rules for argument in item.arguments}
    every = tuple(columns[argument] for argument in columns if argument in asked)
    newest = _held_rules(rules, date.max)
    asked_now = {argument for item in newest for argument in item.arguments}
    used = tuple(column for column in every if column.name in asked_now)
    findings = [
        *_names(name, rules, columns, dated),
        *(found for column in every for found in _loose(name, column)),
        *_uncited(name, rules, dated, sources),
    ]
    findings += [
        Finding(name, f"no rule uses the parameter {key}", "a parameter that a rule names")
        for key in dated
        if key not in asked
    ]
    if amount not in {item.name for item in rules}:
        known = ", ".join(item.name for item in rules)
        findings.append(Finding(name, f"{amount!r}, to be charged, is no rule", f"one of {known}"))
    ordered, circles = _ordered(name, newest)
    if findings or circles:
        raise PackError([*findings, *circles])
    return RuleSet(name, ordered, used, dated, sources, amount, tuple(rules), every, doubts)


def _held_rules(rules: Sequence[Rule], day: date) -> tuple[Rule, ...]:
    """Take of each rule the formula that holds on a day, in the order they are written."""
    held: dict[str, Rule] = {}
    for item in rules:
        begins = item.begins or date.min
        current = held.get(item.name)
        ended = item.until is not None and item.until <= day
        if ended:
            continue
        if begins <= day and (current is None or (current.begins or date.min) <= begins):
            held[item.name] = item
    return tuple(held.values())


def _names(
    source: str,
    rules: Sequence[Rule],
    columns: Mapping[str, InputColumn],
    parameters: Mapping[str, Parameter],
) -> Iterator[Finding]:
    """Find names that mean nothing or more than one thing."""
    if len({(item.name, item.begins) for item in rules}) < len(rules):
        named = [item.name for item in rules]
        for name in sorted({name for name in named if named.count(name) > 1}):
            yield Finding(source, f"{name!r} is named more than once", "one formula from each day")
    meanings = [*dict.fromkeys(item.name for item in rules), *columns, *parameters, AMOUNT]
    for name in sorted({name for name in meanings if meanings.count(name) > 1}):
        yield Finding(source, f"{name!r} is named more than once", "one meaning for each name")
    for name in meanings:
        if not name.isidentifier() or iskeyword(name) or "__" in name:
            yield Finding(source, f"{name!r} is no name", "letters and digits, joined by one _")
    known = set(meanings) - {AMOUNT}
    for item in rules:
        for argument in item.arguments:
            if argument not in known:
                reason = f"{argument!r} is neither an input nor a parameter nor a rule"
                expected = "one of " + ", ".join(sorted(known - {item.name}))
                yield Finding(source, reason, expected, column=item.name)


def _loose(source: str, column: InputColumn) -> Iterator[Finding]:
    """Find what keeps an input from being proved to fit."""
    if not column.required:
        yield Finding(source, "the input is optional", "a required column", column=column.name)
    if column.type == "boolean":
        return
    if column.type == "text":
        if not column.allowed:
            expected = "a closed list of words: allowed = [...]"
            yield Finding(source, "any text is accepted", expected, column=column.name)
        return
    if column.limits is None:
        reason = "the input has no numeric limits"
        expected = "type integer or decimal with minimum and maximum"
        yield Finding(source, reason, expected, column=column.name)
        return
    if not 0 <= column.decimals <= DECIMALS_MAX or (column.type == "integer" and column.decimals):
        expected = f"decimals from 0 to {DECIMALS_MAX}, none for an integer"
        yield Finding(source, f"decimals are {column.decimals}", expected, column=column.name)
        return
    try:
        digits(*column.limits, scale=column.decimals)
    except ValueError as error:
        yield Finding(source, str(error), f"at most {DIGITS_MAX} digits", column=column.name)


def _uncited(
    source: str,
    rules: Sequence[Rule],
    parameters: Mapping[str, Parameter],
    sources: Mapping[str, Source],
) -> Iterator[Finding]:
    cited = [(item.name, item.law) for item in rules]
    cited += [
        (parameter.name, value.law)
        for parameter in parameters.values()
        for value in parameter.values.values
    ]
    for name, law in cited:
        if source_key(law) not in sources:
            expected = "a reference that begins with one of " + ", ".join(sorted(sources))
            yield Finding(source, f"{law!r} cites an unknown source", expected, column=name)


def _ordered(source: str, rules: Sequence[Rule]) -> tuple[tuple[Rule, ...], list[Finding]]:
    """Put rules after those they ask for, otherwise in the order they are written."""
    by_name = {item.name: item for item in rules}
    graph = {
        item.name: [argument for argument in item.arguments if argument in by_name]
        for item in rules
    }
    try:
        names = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        return (), [Finding(source, f"rules go round in a circle: {circle}", "no circle")]
    return tuple(by_name[name] for name in names), []
