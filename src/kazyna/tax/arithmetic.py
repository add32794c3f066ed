"""The words of a rule besides `+ − ×` and comparison.

They are typed as the rule reads, over exact decimals; given the columns of a query they return a
column. So a rule is written once. The division is here because a quotient must say how it is
rounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, Inexact
from typing import cast

from kazyna.core import money
from kazyna.tax import expression
from kazyna.tax.expression import Condition, Expression, as_expression

Number = Decimal | int

NOTHING_LOST = money.EXACT.copy()
"""The context of every rule: a step that would lose a digit is an error instead of a rounding."""
NOTHING_LOST.traps[Inexact] = True


@dataclass(frozen=True)
class Rounding:
    """To which unit and in which mode an amount is rounded."""

    unit: Decimal
    mode: money.RoundingMode = "half_up"

    def __post_init__(self) -> None:
        if not self.unit.is_finite() or self.unit <= 0:
            raise ValueError(f"a unit of rounding must be positive, not {self.unit}")
        if self.mode not in money.ROUNDING:
            raise ValueError(f"{self.mode!r} is not one of {', '.join(money.ROUNDING)}")


def minimum(first: Number, *others: Number) -> Decimal:
    """Return the smallest of the numbers.

    Parameters
    ----------
    first, others
        Numbers in one unit.

    Returns
    -------
    Decimal
        One of them.
    """
    values = (first, *others)
    if _columns(values):
        return _column(expression.extreme("LEAST", [as_expression(value) for value in values]))
    return Decimal(min(values))


def maximum(first: Number, *others: Number) -> Decimal:
    """Return the largest of the numbers; `maximum(0, x)` is "not below zero".

    Parameters
    ----------
    first, others
        Numbers in one unit.

    Returns
    -------
    Decimal
        One of them.
    """
    values = (first, *others)
    if _columns(values):
        return _column(expression.extreme("GREATEST", [as_expression(value) for value in values]))
    return Decimal(max(values))


def when(condition: bool, yes: Number, no: Number) -> Decimal:
    """Return `yes` where the condition holds, else `no`.

    Parameters
    ----------
    condition
        A comparison or a yes-or-no input; two are joined by `&` or `|`.
    yes, no
        Numbers in one unit; both are computed.

    Returns
    -------
    Decimal
        One of the two.
    """
    given: object = condition
    if isinstance(given, Condition):
        return _column(expression.choose(given, as_expression(yes), as_expression(no)))
    chosen: object = yes if condition else no
    return _column(chosen) if isinstance(chosen, Expression) else Decimal(yes if condition else no)


def round_to(value: Number, rounding: Rounding) -> Decimal:
    """Round to a whole multiple of the rounding's unit.

    Parameters
    ----------
    value
        An exact number in the same unit of measure.
    rounding
        The unit and the mode; `half_up` is away from zero.

    Returns
    -------
    Decimal
        A whole multiple of the unit.

    Examples
    --------
    >>> round_to(Decimal("-2.345"), Rounding(Decimal("0.01")))
    Decimal('-2.35')
    """
    if _columns((value,)):
        return _column(expression.rounded(as_expression(value), rounding.unit, rounding.mode))
    return money.round_to(Decimal(value), rounding.unit, rounding.mode)


def divide(value: Number, by: Number, rounding: Rounding) -> Decimal:
    """Divide by a positive number and round the exact quotient.

    Parameters
    ----------
    value, by
        Exact numbers; `by` is above zero.
    rounding
        The unit and the mode in which the quotient is rounded.

    Returns
    -------
    Decimal
        A whole multiple of the rounding's unit.

    Raises
    ------
    ValueError
        If the divisor is not positive, or in a query is not proved to be.

    Examples
    --------
    >>> divide(Decimal(240000), 3, Rounding(Decimal("0.01")))
    Decimal('80000.00')
    """
    if _columns((value, by)):
        quotient = expression.quotient(
            as_expression(value), as_expression(by), rounding.unit, rounding.mode
        )
        return _column(quotient)
    if by <= 0:
        raise ValueError(f"the divisor is {by}: only a positive one is divided by")
    # A hundred digits tell every tie of 38-digit operands from its neighbours.
    quotient_wide = money.EXACT.divide(Decimal(value), Decimal(by))
    return money.round_to(quotient_wide, rounding.unit, rounding.mode)


def _columns(values: Iterable[object]) -> bool:
    # A plain loop is twice as fast as `any`, and every step of every bill comes through here.
    for value in values:  # noqa: SIM110
        if isinstance(value, Expression):
            return True
    return False


def _column(value: Expression) -> Decimal:
    """Pass a column where the rule's types say Decimal: the rule cannot tell the difference."""
    return cast(Decimal, value)
