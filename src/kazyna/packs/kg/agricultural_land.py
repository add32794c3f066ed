"""Tax on agricultural land: area by the title times the base value of its kind in the district."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.packs.kg import reliefs
from kazyna.tax import Rounding, Table, divide, rule

MONTHS = 12

freed_share = reliefs.freed_share("agricultural_land")


@rule(
    unit="KGS",
    law="tax-code art. 401",
    title=Text("Taxable value", "Налогооблагаемая стоимость", "Салык салынуучу нарк"),
)
def taxable_value(
    plot_area_m2: Decimal, place: str, land_type: str, agricultural_base_value: Table
) -> Decimal:
    """Multiply the area by the base value of its kind in the district."""
    return plot_area_m2 * agricultural_base_value.at(place, land_type)


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
)
def tax_of_year(
    taxable_value: Decimal, agricultural_rate: Decimal, freed_share: Decimal
) -> Decimal:
    """Tax the value at the rate, less relief."""
    return taxable_value * agricultural_rate * (1 - freed_share)


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on farm land", "Налог на сельхозземлю", "Айыл чарба жерине салык"),
)
def agricultural_land_tax(tax_of_year: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the months since the first day of the month after the right arose."""
    return divide(tax_of_year * months, MONTHS, rounding)
