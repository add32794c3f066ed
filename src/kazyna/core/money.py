"""Exact money: currencies, minor units and rounding. No binary float comes near it.

Amounts are `Decimal` where people read them and whole minor units (cents, tyiyn) where they are
stored and added. Rounding happens only where a law says so, in the mode and to the unit it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

RoundingMode = Literal["half_up", "half_even", "down", "up"]
"""How a tie or a remainder is decided; `half_up` goes away from zero, as most tax laws say."""

ROUNDING: dict[RoundingMode, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "down": ROUND_DOWN,
    "up": ROUND_UP,
}

EXACT = Context(prec=100)
"""Wide enough that no step of a tax or a rounding loses a digit before it is rounded."""

MINOR_UNITS_MAX = 2**63 - 1
"""The largest amount that the ledger's 64-bit column holds; beyond it is an error, not a wrap."""


@dataclass(frozen=True)
class Currency:
    """A currency by its ISO 4217 code and number of decimal places."""

    code: str
    decimals: int

    @cached_property
    def unit(self) -> Decimal:
        """The smallest amount that can be paid, e.g. `0.01`."""
        return Decimal(1).scaleb(-self.decimals)

    @cached_property
    def largest(self) -> Decimal:
        """The largest amount that the ledger holds."""
        return from_minor(MINOR_UNITS_MAX, self)


def round_to(amount: Decimal, unit: Decimal, mode: RoundingMode = "half_up") -> Decimal:
    """Round `amount` to a whole multiple of `unit`.

    Parameters
    ----------
    amount, unit
        Exact decimals in the same unit; `unit` is positive, such as `0.01`, `1` or `100`.
    mode
        What decides a remainder; `half_up` is away from zero.

    Examples
    --------
    >>> round_to(Decimal("2.345"), Decimal("0.01"))
    Decimal('2.35')
    >>> round_to(Decimal("1250"), Decimal("100"), "half_even")
    Decimal('1200')
    """
    multiples = EXACT.divide(amount, unit).quantize(Decimal(1), ROUNDING[mode], EXACT)
    return EXACT.multiply(multiples, unit)


def to_minor(amount: Decimal, currency: Currency) -> int:
    """Express an amount in whole minor units; an amount finer than that is an error."""
    scaled = amount.scaleb(currency.decimals)
    minor = int(scaled)
    if minor != scaled:
        raise ValueError(f"{amount} is finer than one minor unit of {currency.code}")
    if abs(minor) > MINOR_UNITS_MAX:
        raise OverflowError(f"{amount} {currency.code} does not fit the ledger")
    return minor


def from_minor(minor: int, currency: Currency) -> Decimal:
    """Express whole minor units as a decimal amount."""
    return Decimal(minor).scaleb(-currency.decimals)


def from_minor_parts(minor: Decimal, currency: Currency) -> Decimal:
    """Express minor units with a fraction, such as an estimate, rounded to whole ones."""
    return from_minor(int(round_to(minor, Decimal(1))), currency)


def allocate(minor: int, weights: Sequence[Decimal]) -> list[int]:
    """Split whole minor units by weights so that the parts add up exactly.

    The largest-remainder method: each part is rounded down, and the units left over go to the
    largest remainders, the earlier part first on a tie.

    Parameters
    ----------
    minor
        The amount to split, in minor units, of either sign.
    weights
        Shares, not negative, with a positive sum.

    Examples
    --------
    >>> allocate(100, [Decimal(1), Decimal(1), Decimal(1)])
    [34, 33, 33]
    """
    if not weights or min(weights) < 0 or sum(weights) <= 0:
        raise ValueError(f"weights must be non-negative with a positive sum, not {list(weights)}")
    total = Fraction(sum(weights))
    exact = [Fraction(abs(minor)) * Fraction(weight) / total for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: abs(minor) - sum(parts)]:
        parts[i] += 1
    return parts if minor >= 0 else [-part for part in parts]
