"""The steps of one bill: what was computed, from what, by which article."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from kazyna.core.text import Language
from kazyna.tax.asked import AskedTable, asked
from kazyna.tax.compute import compute
from kazyna.tax.exact import NOTHING_LOST
from kazyna.tax.inputs import Checked, Value
from kazyna.tax.rule import Rule, RuleSet
from kazyna.tax.stated import Answers, Step, state_law, stated_steps
from kazyna.tax.table import Table


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
    answers = rows_of_case(rules, {**computed.inputs, **computed.steps}, on=on)
    steps = stated_steps(state_law(rules, on), computed.inputs, computed.steps, answers, language)
    charged = next(item for item in rules.rules if item.name == rules.amount_rule)
    return Explanation(steps, computed.amount, charged.unit)


def rows_of_case(rules: RuleSet, facts: Mapping[str, Checked], *, on: date) -> Answers:
    """Return the rows of the law's tables that answered for a case, by rule.

    Parameters
    ----------
    rules
        With the formulas of the day.
    facts
        The inputs and steps of the case, as `compute` gives them.
    on
        The day whose parameters apply.
    """
    known = {**rules.held_on(on), **facts}
    return {item.name: found for item in rules.rules if (found := _rows_asked(item, known))}


def _rows_asked(item: Rule, known: Mapping[str, object]) -> list[tuple[str, int]]:
    """Ask the tables that a rule asks once more, and note which rows answer."""
    if not any(isinstance(known[name], Table) for name in item.arguments):
        return []
    taken = asked([known[name] for name in item.arguments])
    with localcontext(NOTHING_LOST):
        item.formula(*taken)
    named = zip(item.arguments, taken, strict=True)
    return [
        (name, number)
        for name, each in named
        if isinstance(each, AskedTable)
        for number in each.numbers
    ]
