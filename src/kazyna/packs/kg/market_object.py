"""Tax on containers, stalls and hangars of markets, by the register that the market's owner files.

The law charges it by the quarter, by day 20 of its third month.
"""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.packs.kg import buildings, reliefs
from kazyna.tax import Rounding, divide, rule

QUARTERS = 4

base_value = buildings.base_value
place_coefficient = buildings.place_coefficient
taxable_value = buildings.taxable_value
freed_share = reliefs.freed_share("market_object")


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
)
def tax_of_year(taxable_value: Decimal, market_rate: Decimal, freed_share: Decimal) -> Decimal:
    """Tax the value at the rate, less relief."""
    return taxable_value * market_rate * (1 - freed_share)


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Tax of a quarter", "Налог за квартал", "Чейректик салык"),
)
def tax_of_quarter(tax_of_year: Decimal, rounding: Rounding) -> Decimal:
    """Take a quarter of the year's tax: what each instalment asks for."""
    return divide(tax_of_year, QUARTERS, rounding)


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Tax on the market object", "Налог на объект рынка", "Базар объектине салык"),
)
def market_tax(tax_of_quarter: Decimal, quarters: Decimal) -> Decimal:
    """Charge the quarters in which the object stood on the market."""
    return tax_of_quarter * quarters
