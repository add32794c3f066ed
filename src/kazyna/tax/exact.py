"""The words of a rule over exact decimals, and how an amount is rounded."""

from dataclasses import dataclass
from decimal import Decimal, Inexact
from functools import cached_property

from kazyna.core import money

Number = Decimal | int
NOTHING = Decimal(0)
DIVIDED = money.EXACT.divide

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

    def applied(self, value: Decimal) -> Decimal:
        """Round to a whole multiple of the unit."""
        if self._is_place:
            return value.quantize(self.unit, money.ROUNDING[self.mode], money.EXACT)
        return money.round_to(value, self.unit, self.mode)

    @cached_property
    def _is_place(self) -> bool:
        """Whether the unit is a place of the number, which one operation rounds to."""
        return self.unit.as_tuple().digits == (1,)


# Whole numbers become decimals in each word itself: a call for it would take as long as the word.


def smallest(*values: Number) -> Decimal:
    """Return the smallest number."""
    found = min(values)
    return found if found.__class__ is Decimal else Decimal(found)


def largest(*values: Number) -> Decimal:
    """Return the largest number."""
    found = max(values)
    return found if found.__class__ is Decimal else Decimal(found)


def chosen(condition: bool, yes: Number, no: Number) -> Decimal:
    """Return `yes` where the condition holds, else `no`."""
    found = yes if condition else no
    return found if found.__class__ is Decimal else Decimal(found)


def rounded(value: Number, rounding: Rounding) -> Decimal:
    """Round to a whole multiple of the rounding's unit."""
    return rounding.applied(value if value.__class__ is Decimal else Decimal(value))


def quotient(value: Number, by: Number, rounding: Rounding) -> Decimal:
    """Divide by a positive number and round the exact quotient."""
    divisor = by if by.__class__ is Decimal else Decimal(by)  # two decimals are compared faster
    if divisor <= NOTHING:
        raise ValueError(f"the divisor is {by}: only a positive one is divided by")
    # A hundred digits tell every tie of 38-digit operands from its neighbours.
    return rounding.applied(DIVIDED(value, divisor))
