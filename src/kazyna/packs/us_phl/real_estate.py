"""Real estate tax: one rate on the market value above the homestead exemption."""

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
    title=Text("Real estate tax", "Налог на недвижимость", "Кыймылсыз мүлк салыгы"),
)
def real_estate_tax(taxable_value: Decimal, rate: Decimal, rounding: Rounding) -> Decimal:
    """Tax the value at the rate of city and school district."""
    return round_to(taxable_value * rate, rounding)
