"""One case in exact decimals: the path that a pocket calculator can follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, Inexact, InvalidOperation, localcontext

from kazyna.core.errors import Finding, InputError, PackError
from kazyna.tax.arithmetic import NOTHING_LOST
from kazyna.tax.inputs import Checked, Value, check_case
from kazyna.tax.rule import Rule, RuleSet
from kazyna.tax.table import Unanswered


@dataclass(frozen=True)
class Computation:
    """The result of every rule for one case, in the order of computation."""

    inputs: Mapping[str, Checked]
    steps: Mapping[str, Decimal]
    amount: Decimal
    """The step that is charged."""


def compute(rules: RuleSet, inputs: Mapping[str, Value], on: date) -> Computation:
    """Compute one case by the law of a day.

    Parameters
    ----------
    rules
        The rules of one tax.
    inputs
        A value for every input column; other names may stand beside them.
    on
        The day whose parameters apply.

    Returns
    -------
    Computation
        The checked inputs, every step and the amount.

    Raises
    ------
    InputError
        If an input is missing or not accepted, or the law did not hold on that day.
    PackError
        If a step is not exact, which names the rule.
    """
    rules = rules.on(on)
    checked = check_case(rules.inputs, inputs, source=rules.name)
    known: dict[str, object] = {**rules.held_on(on), **checked}
    steps: dict[str, Decimal] = {}
    with localcontext(NOTHING_LOST):
        for item in rules.rules:
            known[item.name] = steps[item.name] = _step(rules.name, item, known)
    return Computation(checked, steps, steps[rules.amount_rule])


def _step(source: str, item: Rule, known: Mapping[str, object]) -> Decimal:
    try:
        # Adding zero turns a negative zero into the zero that a bill shows.
        return Decimal(item.formula(*[known[name] for name in item.arguments])) + 0
    except Unanswered as error:
        expected = "keys that the law's table knows, or a value for them in the pack"
        raise InputError(Finding(source, str(error), expected, column=item.name)) from error
    except (Inexact, InvalidOperation) as error:
        reason = "the step cannot be computed exactly"
        expected = "`+ − ×`, and divide(a, b, rounding) for a quotient"
        raise PackError(Finding(source, reason, expected, column=item.name)) from error
