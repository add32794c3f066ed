"""Land transaction tax of Wales: marginal scales, of which one was raised for a time."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, round_to, rule, when


@rule(unit="GBP", law="act", title=Text("Of a home", "С жилья", "Турак жайдан"))
def of_home(price: Decimal, second_home: bool, scale: Table, second_home_scale: Table) -> Decimal:
    """Tax each part of the price at the rate of its band; second homes have their own."""
    return when(second_home, second_home_scale.marginal(price), scale.marginal(price))


@rule(unit="GBP", law="act", title=Text("Land transaction tax", "Сбор", "Жыйым"))
def land_transaction_tax(
    price: Decimal, home: bool, of_home: Decimal, other_scale: Table, rounding: Rounding
) -> Decimal:
    """What is no home has bands of its own."""
    return round_to(when(home, of_home, other_scale.marginal(price)), rounding)
