"""Real estate tax: city and school district tax the value above the homestead exemption."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, maximum, round_to, rule, when


@rule(
    unit="USD",
    law="code § 19-1301",
    title=Text("Taxable value", "Налоговая база", "Салык салынуучу нарк"),
)
def taxable_value(value: Decimal, homestead: bool, homestead_exemption: Decimal) -> Decimal:
    """Exempt a part of a primary residence, never below nothing."""
    return maximum(0, value - when(homestead, homestead_exemption, 0))


@rule(
    unit="USD",
    law="code § 19-1301",
    title=Text("Tax of the city", "Налог города", "Шаардын салыгы"),
)
def city_tax(taxable_value: Decimal, city_rate: Decimal) -> Decimal:
    """Tax the value at the rate of the city."""
    return taxable_value * city_rate


@rule(
    unit="USD",
    law="code (section not identified)",
    title=Text("Tax of the school district", "Налог школьного округа", "Мектеп округунун салыгы"),
)
def school_tax(taxable_value: Decimal, school_rate: Decimal) -> Decimal:
    """Tax the value at the rate of the school district."""
    return taxable_value * school_rate


@rule(
    unit="USD",
    law="code § 19-1301",
    title=Text("Real estate tax", "Налог на недвижимость", "Кыймылсыз мүлк салыгы"),
)
def real_estate_tax(city_tax: Decimal, school_tax: Decimal, rounding: Rounding) -> Decimal:
    """Add up both."""
    return round_to(city_tax + school_tax, rounding)
