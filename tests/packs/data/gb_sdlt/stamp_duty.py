"""Stamp duty land tax of England: a marginal scale, and a higher one for second homes."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, round_to, rule, when


@rule(unit="GBP", law="act", title=Text("Duty", "Сбор", "Жыйым"))
def duty(
    price: Decimal, second_home: bool, scale: Table, second_home_scale: Table, rounding: Rounding
) -> Decimal:
    """Tax each part of the price at the rate of its band."""
    ordinary, second = scale.marginal(price), second_home_scale.marginal(price)
    return round_to(when(second_home, second, ordinary), rounding)
