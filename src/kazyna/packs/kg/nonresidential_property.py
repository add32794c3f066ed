"""Tax on non-residential buildings: base value, coefficients of region, zone and use, 0.8 %.

Since 2025 the tax on the plot beneath lowers that on the building; on 29 October 2025 both became
one object.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from kazyna.core.text import Text
from kazyna.packs.kg import buildings, plots, reliefs
from kazyna.tax import Rounding, Table, divide, maximum, minimum, rule

PLOT_LOWERS = date(2025, 1, 1)
ONE_OBJECT = date(2025, 10, 29)
MONTHS = 12

base_value = buildings.base_value
place_coefficient = buildings.place_coefficient
taxable_value = buildings.taxable_value
plot_base_value = replace(plots.plot_base_value, begins=ONE_OBJECT)
plot_coefficient = replace(plots.plot_coefficient, begins=ONE_OBJECT)
plot_value = replace(plots.plot_value, begins=ONE_OBJECT)
freed_share = reliefs.freed_share("nonresidential")
freed_share_of_plot = reliefs.freed_share(
    "plot_of_nonresidential", name="freed_share_of_plot", title=reliefs.PLOT, begins=ONE_OBJECT
)


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Tax on the building", "Налог на строение", "Имаратка салык"),
)
def building_tax(
    taxable_value: Decimal, nonresidential_rate: Decimal, freed_share: Decimal
) -> Decimal:
    """Tax the value at the rate, less relief."""
    return taxable_value * nonresidential_rate * (1 - freed_share)


@rule(
    unit="KGS",
    law="tax-code-2025",
    title=Text("Tax on the plot", "Налог за участок", "Жер тилкеси үчүн салык"),
    begins=ONE_OBJECT,
)
def plot_tax(  # noqa: PLR0917 (a rule's arguments are what it reads)
    plot_value: Decimal,
    plot_rate: Decimal,
    plot_area_m2: Decimal,
    large_plot_divisor: Table,
    freed_share_of_plot: Decimal,
    rounding: Rounding,
) -> Decimal:
    """Tax the plot by the base value of land, less relief."""
    due = plot_value * plot_rate * (1 - freed_share_of_plot)
    return divide(due, large_plot_divisor.at(plot_area_m2), rounding)


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
)
def tax_of_year(building_tax: Decimal) -> Decimal:
    """Take the tax on the building; the plot is taxed apart."""
    return building_tax


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
    name="tax_of_year",
    begins=PLOT_LOWERS,
)
def tax_less_that_of_plot(
    building_tax: Decimal, tax_of_plot: Decimal, plot_credit: Decimal
) -> Decimal:
    """Lower the tax on the building by that on the plot beneath, not below nothing."""
    return maximum(0, building_tax - tax_of_plot * plot_credit)


@rule(
    unit="KGS",
    law="tax-code-2025",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
    name="tax_of_year",
    begins=ONE_OBJECT,
)
def tax_of_one_object(building_tax: Decimal, plot_tax: Decimal, plot_credit: Decimal) -> Decimal:
    """Add up building and plot, less what the one still takes off the other."""
    return building_tax + plot_tax - minimum(building_tax, plot_tax * plot_credit)


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on the object", "Налог на объект", "Объектке салык"),
)
def nonresidential_tax(tax_of_year: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the months since the first day of the month after the right arose."""
    return divide(tax_of_year * months, MONTHS, rounding)
