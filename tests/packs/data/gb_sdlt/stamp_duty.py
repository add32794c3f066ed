"""Stamp duty land tax of England: marginal scales, and a yearly surcharge on dear homes."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, round_to, rule, when


@rule(unit="GBP", law="act", title=Text("Of a first home", "С первого жилья", "Биринчи үйдөн"))
def of_first_home(
    price: Decimal, first_buyer_scale: Table, first_buyer_most: Decimal, scale: Table
) -> Decimal:
    """Beyond a price the first home is taxed as any."""
    return when(price <= first_buyer_most, first_buyer_scale.marginal(price), scale.marginal(price))


@rule(unit="GBP", law="act", title=Text("Of a home", "С жилья", "Турак жайдан"))
def of_home(price: Decimal, second_home: bool, scale: Table, second_home_scale: Table) -> Decimal:
    """Tax each part of the price at the rate of its band; second homes have their own."""
    return when(second_home, second_home_scale.marginal(price), scale.marginal(price))


@rule(unit="GBP", law="act", title=Text("Duty", "Сбор", "Жыйым"))
def duty(
    first_buyer: bool, of_first_home: Decimal, of_home: Decimal, rounding: Rounding
) -> Decimal:
    """Who buys the first home has bands of their own."""
    return round_to(when(first_buyer, of_first_home, of_home), rounding)


@rule(unit="GBP", law="act", title=Text("Surcharge", "Надбавка", "Үстөк"))
def yearly_surcharge(price: Decimal, surcharge: Table) -> Decimal:
    """A sum by the value of the home, the same within a band."""
    return surcharge.at(price)
