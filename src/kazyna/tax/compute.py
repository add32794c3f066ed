"""One case in exact decimals: the path that a pocket calculator can follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, Inexact, InvalidOperation, localcontext
from typing import Any

from kazyna.core.errors import Finding, InputError, PackError
from kazyna.tax.arithmetic import NOTHING_LOST
from kazyna.tax.inputs import Check, Checked, Value, accepted, check_case, check_of
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
    return PreparedRules.of(rules, on).compute(inputs)


@dataclass(frozen=True)
class PreparedRules:
    """The law of one day, looked up once, to compute many cases by."""

    rules: RuleSet
    """With the formulas of the day."""
    held: Mapping[str, object]
    """The value of every parameter on the day."""
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, rules: RuleSet, on: date) -> "PreparedRules":
        """Look up what holds on a day.

        Raises
        ------
        InputError
            If the law did not hold on that day.
        """
        law = rules.on(on)
        return cls(law, law.held_on(on), tuple(map(check_of, law.inputs)))

    def compute(self, inputs: Mapping[str, Value]) -> Computation:
        """Compute one case; see `compute`."""
        rules = self.rules
        checked = accepted(self.checks, inputs)
        if checked is None:
            checked = check_case(rules.inputs, inputs, source=rules.name)
        known: dict[str, Any] = {**self.held, **checked}
        steps: dict[str, Decimal] = {}
        with localcontext(NOTHING_LOST):
            for item in rules.rules:
                try:
                    found = item.formula(*[known[name] for name in item.arguments])
                    # Adding zero turns a negative zero into the zero that a bill shows.
                    known[item.name] = steps[item.name] = Decimal(found) + 0
                except (Unanswered, Inexact, InvalidOperation) as error:
                    raise _failed(rules.name, item, error) from error
        return Computation(checked, steps, steps[rules.amount_rule])


def _failed(source: str, item: Rule, error: Exception) -> InputError:
    """Say why a step could not be computed."""
    if isinstance(error, Unanswered):
        expected = "keys that the law's table knows, or a value for them in the pack"
        return InputError(Finding(source, str(error), expected, column=item.name))
    reason = "the step cannot be computed exactly"
    expected = "`+ − ×`, and divide(a, b, rounding) for a quotient"
    return PackError(Finding(source, reason, expected, column=item.name))
