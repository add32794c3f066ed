"""Tax on plots of settlements and other non-agricultural land."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, divide, rule

MONTHS = 12


@rule(
    unit="KGS/m2",
    law="tax-code art. 399",
    title=Text("Base value", "Базовая стоимость", "Базалык нарк"),
)
def base_value(
    region: str, population: Decimal, land_base_value: Table, inflation_index: Decimal
) -> Decimal:
    """Look up the value of a square metre and bring it to the year."""
    return land_base_value.at(region, population) * inflation_index


@rule(
    unit="factor",
    law="tax-code art. 399",
    title=Text("Zone and use", "Зона и назначение", "Зона жана багыт"),
)
def land_coefficient(
    place: str,
    zone: str,
    land_use: str,
    zonal_coefficient: Table,
    land_functional_coefficient: Table,
) -> Decimal:
    """Multiply the coefficients of zone and use."""
    return zonal_coefficient.at(place, zone) * land_functional_coefficient.at(land_use)


@rule(
    unit="KGS",
    law="tax-code art. 399",
    title=Text("Taxable value", "Налогооблагаемая стоимость", "Салык салынуучу нарк"),
)
def taxable_value(plot_area_m2: Decimal, base_value: Decimal, land_coefficient: Decimal) -> Decimal:
    """Multiply area, base value and coefficients; the divisor of large plots comes last."""
    return plot_area_m2 * base_value * land_coefficient


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Before the divisor", "До делителя", "Бөлгүчкө чейин"),
)
def tax_of_year(
    taxable_value: Decimal, land_rate: Decimal, relief_category: str, relief: Table
) -> Decimal:
    """Tax the value at the rate, less relief."""
    return taxable_value * land_rate * (1 - relief.at(relief_category))


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on the plot", "Налог на участок", "Жер тилкесине салык"),
)
def land_tax(
    tax_of_year: Decimal, large_plot_divisor: Decimal, months: Decimal, rounding: Rounding
) -> Decimal:
    """Divide for large plots, and charge the months since the right arose."""
    return divide(tax_of_year * months, large_plot_divisor * MONTHS, rounding)
