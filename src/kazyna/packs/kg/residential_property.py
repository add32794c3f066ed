"""Tax on homes: by coefficients to 2024, by the rate of the council since 2025, then with the plot.

The plot joined the building on 29 October 2025: both are one object of tax.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kazyna.core.text import Text
from kazyna.packs.kg import buildings, plots, reliefs
from kazyna.tax import Rounding, Table, divide, maximum, minimum, rule

COUNCIL_RATES = date(2025, 1, 1)
ONE_OBJECT = date(2025, 10, 29)
MONTHS = 12

base_value = replace(buildings.base_value, until=COUNCIL_RATES)
place_coefficient = replace(buildings.place_coefficient, until=COUNCIL_RATES)
plot_base_value = replace(plots.plot_base_value, begins=ONE_OBJECT)
freed_share = reliefs.freed_share("home")
freed_share_of_plot = reliefs.freed_share(
    "plot_of_home", name="freed_share_of_plot", title=reliefs.PLOT, begins=ONE_OBJECT
)


@rule(
    unit="m2",
    law="tax-code (article not identified)",
    title=Text("Taxed area", "Облагаемая площадь", "Салык салынуучу аянт"),
)
def taxed_area(area_m2: Decimal, dwelling: str, free_area: Table) -> Decimal:
    """Take the area above the free one."""
    return maximum(0, area_m2 - free_area.at(dwelling))


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
    taxed_area: Decimal, council: str, residential_rate: Table, residential_rate_max: Decimal
) -> Decimal:
    """Tax the area at the council's rate, which may not pass the law's greatest."""
    return taxed_area * minimum(residential_rate.at(council), residential_rate_max)


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
def tax_of_year(building_tax: Decimal, freed_share: Decimal) -> Decimal:
    """Take the relief off."""
    return building_tax * (1 - freed_share)


@rule(
    unit="KGS",
    law="tax-code-2025",
    title=Text("After relief", "После льготы", "Жеңилдиктен кийин"),
    name="tax_of_year",
    begins=ONE_OBJECT,
)
def tax_of_one_object(
    building_tax: Decimal, plot_tax: Decimal, freed_share: Decimal, freed_share_of_plot: Decimal
) -> Decimal:
    """Take the relief off building and plot, and add them up."""
    return building_tax * (1 - freed_share) + plot_tax * (1 - freed_share_of_plot)


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on the home", "Налог на жильё", "Турак жайга салык"),
)
def residential_tax(tax_of_year: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the months since the first day of the month after the right arose."""
    return divide(tax_of_year * months, MONTHS, rounding)
