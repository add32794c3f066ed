"""Tax on homes: by coefficients to 2024, by the rate of the council since 2025, then with the plot.

The plot joined the building on 29 October 2025: both are one object of tax.
"""

from datetime import date
from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, divide, maximum, minimum, rule

COUNCIL_RATES = date(2025, 1, 1)
ONE_OBJECT = date(2025, 10, 29)
MONTHS = 12


@rule(
    unit="m2",
    law="tax-code art. 379",
    title=Text("Taxed area", "Облагаемая площадь", "Салык салынуучу аянт"),
)
def taxed_area(area_m2: Decimal, dwelling: str, free_area: Table) -> Decimal:
    """Take the area above the free one."""
    return maximum(0, area_m2 - free_area.at(dwelling))


@rule(
    unit="KGS/m2",
    law="tax-code (article not identified)",
    title=Text("Base value", "Базовая стоимость", "Базалык нарк"),
    until=COUNCIL_RATES,
)
def base_value(wall_material: str, age_years: Decimal, building_base_value: Table) -> Decimal:
    """Look up the value of a square metre by walls and age."""
    return building_base_value.at(wall_material, age_years)


@rule(
    unit="factor",
    law="tax-code (article not identified)",
    title=Text("Region and zone", "Регион и зона", "Аймак жана зона"),
    until=COUNCIL_RATES,
)
def place_coefficient(
    place: str, zone: str, regional_coefficient: Table, zonal_coefficient: Table
) -> Decimal:
    """Multiply the coefficients of region and zone."""
    return regional_coefficient.at(place) * zonal_coefficient.at(place, zone)


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Tax on the building", "Налог за строение", "Имарат үчүн салык"),
)
def building_tax(
    taxed_area: Decimal,
    base_value: Decimal,
    place_coefficient: Decimal,
    residential_value_rate: Decimal,
) -> Decimal:
    """Tax the taxable value at the rate of the code."""
    return taxed_area * base_value * place_coefficient * residential_value_rate


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Tax on the building", "Налог за строение", "Имарат үчүн салык"),
    name="building_tax",
    begins=COUNCIL_RATES,
)
def building_tax_by_council(
    taxed_area: Decimal, place: str, residential_rate: Table, residential_rate_max: Decimal
) -> Decimal:
    """Tax the area at the council's rate, which may not pass the law's greatest."""
    return taxed_area * minimum(residential_rate.at(place), residential_rate_max)


@rule(
    unit="KGS/m2",
    law="tax-code art. 399",
    title=Text("Base value of the plot", "Базовая стоимость участка", "Тилкенин базалык наркы"),
    begins=ONE_OBJECT,
)
def plot_base_value(
    region: str, population: Decimal, land_base_value: Table, inflation_index: Decimal
) -> Decimal:
    """Look up the value of a square metre of land and bring it to the year."""
    return land_base_value.at(region, population) * inflation_index


@rule(
    unit="KGS",
    law="tax-code-2025",
    title=Text("Tax on the plot", "Налог за участок", "Жер тилкеси үчүн салык"),
    begins=ONE_OBJECT,
)
def plot_tax(plot_area_m2: Decimal, plot_base_value: Decimal, plot_rate: Decimal) -> Decimal:
    """Tax the household plot by the base value of land."""
    return plot_area_m2 * plot_base_value * plot_rate


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("After relief", "После льготы", "Жеңилдиктен кийин"),
)
def tax_of_year(building_tax: Decimal, relief_category: str, relief: Table) -> Decimal:
    """Take the relief off."""
    return building_tax * (1 - relief.at(relief_category))


@rule(
    unit="KGS",
    law="tax-code-2025",
    title=Text("After relief", "После льготы", "Жеңилдиктен кийин"),
    name="tax_of_year",
    begins=ONE_OBJECT,
)
def tax_of_one_object(
    building_tax: Decimal,
    plot_tax: Decimal,
    relief_category: str,
    relief: Table,
    plot_relief: Table,
) -> Decimal:
    """Take the relief off building and plot, and add them up."""
    building = building_tax * (1 - relief.at(relief_category))
    return building + plot_tax * (1 - plot_relief.at(relief_category))


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on the home", "Налог на жильё", "Турак жайга салык"),
)
def residential_tax(tax_of_year: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the months since the first day of the month after the right arose."""
    return divide(tax_of_year * months, MONTHS, rounding)
