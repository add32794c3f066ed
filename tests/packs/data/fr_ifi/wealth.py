"""Tax on real estate wealth of France, near its threshold."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Table, maximum, rule, when


@rule(unit="EUR", law="act", title=Text("Before the discount", "До скидки", "Арзандатууга чейин"))
def before(base: Decimal, threshold: Decimal, scale: Table) -> Decimal:
    """Nothing is owed up to the threshold; above it each part at the rate of its band."""
    return when(base > threshold, scale.marginal(base), 0)


@rule(unit="EUR", law="act", title=Text("Discount", "Скидка", "Арзандатуу"))
def discount(
    base: Decimal, threshold: Decimal, until: Decimal, fixed: Decimal, share: Decimal
) -> Decimal:
    """It shrinks with the base, and ends."""
    return when((base > threshold) & (base <= until), maximum(0, fixed - base * share), 0)


@rule(unit="EUR", law="act", title=Text("Tax", "Налог", "Салык"))
def tax(before: Decimal, discount: Decimal) -> Decimal:
    """What is left after the discount."""
    return maximum(0, before - discount)
