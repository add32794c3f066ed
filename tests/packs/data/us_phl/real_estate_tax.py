"""Real estate tax of Philadelphia, never below zero."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, maximum, round_to, rule, when


@rule(
    unit="USD",
    law="pew",
    title=Text("Taxable value", "Налоговая база", "Салык салынуучу нарк"),
)
def taxable_value(value: Decimal, homestead: bool, exemption: Decimal) -> Decimal:
    """The owner who lives in the house takes the exemption off."""
    return maximum(0, value - when(homestead, exemption, 0))


@rule(unit="USD", law="code § 19-1301", title=Text("Tax", "Налог", "Салык"))
def tax(taxable_value: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    """The rate of the taxable value."""
    return round_to(taxable_value * rate, rounding)
