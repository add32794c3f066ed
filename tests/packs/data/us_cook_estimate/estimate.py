"""How a tax bill of Cook County is estimated: level, factor of the state, exemption, rate."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, maximum, round_to, rule


@rule(unit="USD", law="act", title=Text("Equalized value", "Стоимость", "Нарк"))
def equalized_value(
    market_value: Decimal, level: Decimal, equalizer: Decimal, dollar: Rounding
) -> Decimal:
    """Assess a part of the market value, and bring it to the state's level."""
    return round_to(market_value * level * equalizer, dollar)


@rule(unit="USD", law="act", title=Text("Estimated tax", "Налог", "Салык"))
def estimated_tax(
    equalized_value: Decimal, exemption: Decimal, tax_rate: Decimal, rounding: Rounding
) -> Decimal:
    """Tax what the exemption leaves."""
    return round_to(maximum(0, equalized_value - exemption) * tax_rate, rounding)
