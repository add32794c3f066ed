"""Tax on non-residential buildings: base value, coefficients of region, zone and use, 0.8 %."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, divide, rule

MONTHS = 12


@rule(
    unit="KGS/m2",
    law="tax-code (article not identified)",
    title=Text("Base value", "Базовая стоимость", "Базалык нарк"),
)
def base_value(wall_material: str, age_years: Decimal, building_base_value: Table) -> Decimal:
    """Look up the value of a square metre by walls and age."""
    return building_base_value.at(wall_material, age_years)


@rule(
    unit="factor",
    law="tax-code (article not identified)",
    title=Text("Region and zone", "Регион и зона", "Аймак жана зона"),
)
def place_coefficient(
    place: str, zone: str, regional_coefficient: Table, zonal_coefficient: Table
) -> Decimal:
    """Multiply the coefficients of region and zone."""
    return regional_coefficient.at(place) * zonal_coefficient.at(place, zone)


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Taxable value", "Налогооблагаемая стоимость", "Салык салынуучу нарк"),
)
def taxable_value(
    area_m2: Decimal,
    base_value: Decimal,
    place_coefficient: Decimal,
    building_use: str,
    building_functional_coefficient: Table,
) -> Decimal:
    """Multiply area, base value and the coefficients of place and use."""
    by_use = building_functional_coefficient.at(building_use)
    return area_m2 * base_value * place_coefficient * by_use


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
)
def tax_of_year(
    taxable_value: Decimal, nonresidential_rate: Decimal, relief_category: str, relief: Table
) -> Decimal:
    """Tax the value at the rate, less relief."""
    return taxable_value * nonresidential_rate * (1 - relief.at(relief_category))


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on the building", "Налог на строение", "Имаратка салык"),
)
def nonresidential_tax(tax_of_year: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the months since the first day of the month after the right arose."""
    return divide(tax_of_year * months, MONTHS, rounding)
