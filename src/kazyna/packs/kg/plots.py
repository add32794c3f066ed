"""What taxes on plots of settlements share: the base value of land, brought to the year."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Table, rule


@rule(
    unit="KGS/m2",
    law="tax-code art. 399",
    title=Text("Base value of the plot", "Базовая стоимость участка", "Тилкенин базалык наркы"),
)
def plot_base_value(
    region: str,
    population: Decimal,
    plot_area_m2: Decimal,
    land_base_value: Table,
    inflation_index: Decimal,
) -> Decimal:
    """Look up the value of a square metre of land by region and population, and index it.

    Only what has no plot may lie in no region: the table has no value for such an area.
    """
    return land_base_value.at(region, population, plot_area_m2) * inflation_index


@rule(
    unit="factor",
    law="tax-code art. 399",
    title=Text("Zone and use of the plot", "Зона и назначение участка", "Тилкенин зонасы, багыты"),
)
def plot_coefficient(
    council: str,
    zone: str,
    land_use: str,
    zonal_coefficient: Table,
    land_functional_coefficient: Table,
) -> Decimal:
    """Multiply the coefficients of zone and use."""
    of_zone = zonal_coefficient.at("land", council, zone)
    return of_zone * land_functional_coefficient.at(land_use)


@rule(
    unit="KGS",
    law="tax-code art. 399",
    title=Text("Value of the plot", "Стоимость участка", "Тилкенин наркы"),
)
def plot_value(
    plot_area_m2: Decimal, plot_base_value: Decimal, plot_coefficient: Decimal
) -> Decimal:
    """Multiply area, base value and coefficients; the divisor of large plots comes later."""
    return plot_area_m2 * plot_base_value * plot_coefficient
