"""The words of a rule besides `+ − ×` and comparison.

They are typed as the rule reads, over exact decimals; given the columns of a query they return a
column. So a rule is written once. The division is here because a quotient must say how it is
rounded.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, cast

from kazyna.tax import exact, expression
from kazyna.tax.exact import Number, Rounding
from kazyna.tax.expression import Condition, Expression, as_expression


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
    return exact.smallest(*values)


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
    return exact.largest(*values)


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
    return _column(chosen) if isinstance(chosen, Expression) else exact.chosen(condition, yes, no)


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
    return exact.rounded(value, rounding)


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
    return exact.quotient(value, by, rounding)


def _columns(values: Iterable[object]) -> bool:
    return any(isinstance(value, Expression) for value in values)


def _column(value: Expression) -> Decimal:
    """Pass a column where the rule's types say Decimal: the rule cannot tell the difference."""
    return cast(Decimal, value)


OVER_DECIMALS: Mapping[Callable[..., Any], Callable[..., Decimal]] = MappingProxyType(
    {
        minimum: exact.smallest,
        maximum: exact.largest,
        when: exact.chosen,
        round_to: exact.rounded,
        divide: exact.quotient,
    }
)
"""Each word as it is where nothing but decimals can be given."""
