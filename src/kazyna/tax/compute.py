"""One case in exact decimals: the path that a pocket calculator can follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, Inexact, InvalidOperation, getcontext, setcontext
from functools import lru_cache

from kazyna.core.errors import Finding, InputError, PackError
from kazyna.tax.exact import NOTHING_LOST
from kazyna.tax.inputs import Acceptance, Checked, Value, acceptance, check_case
from kazyna.tax.prepare import Bill, failed_rule, straight_line
from kazyna.tax.rule import RuleSet
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
    accepted: Acceptance
    bill: Bill

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, rules: RuleSet, on: date) -> "PreparedRules":
        """Look up what holds on a day.

        Raises
        ------
        InputError
            If the law did not hold on that day.
        """
        law = rules.on(on)
        return cls(law, acceptance(law.inputs), straight_line(law, law.held_on(on)))

    def compute(self, inputs: Mapping[str, Value]) -> Computation:
        """Compute one case; see `compute`."""
        rules = self.rules
        checked = self.accepted(inputs) or check_case(rules.inputs, inputs, source=rules.name)
        callers_own = getcontext()
        setcontext(NOTHING_LOST)  # `localcontext` takes longer than a step
        try:
            steps = self.bill(*checked.values())
        except (Unanswered, Inexact, InvalidOperation) as error:
            raise self._failed(error) from error
        finally:
            setcontext(callers_own)
        return Computation(checked, steps, steps[rules.amount_rule])

    def _failed(self, error: Exception) -> InputError:
        """Say why a step could not be computed."""
        column = self.rules.rules[failed_rule(self.bill, error.__traceback__)].name
        if isinstance(error, Unanswered):
            expected = "keys that the law's table knows, or a value for them in the pack"
            return InputError(Finding(self.rules.name, str(error), expected, column=column))
        reason = "the step cannot be computed exactly"
        expected = "`+ − ×`, and divide(a, b, rounding) for a quotient"
        return PackError(Finding(self.rules.name, reason, expected, column=column))
