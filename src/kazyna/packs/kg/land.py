"""Tax on plots of settlements and other non-agricultural land that carry no taxed building."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.packs.kg import plots, reliefs
from kazyna.tax import Rounding, Table, divide, rule

MONTHS = 12

plot_base_value = plots.plot_base_value
plot_coefficient = plots.plot_coefficient
plot_value = plots.plot_value
freed_share = reliefs.freed_share("settlement_land")


@rule(
    unit="KGS",
    law="tax-code art. 379",
    title=Text("Before the divisor", "До делителя", "Бөлгүчкө чейин"),
)
def tax_of_year(plot_value: Decimal, land_rate: Decimal, freed_share: Decimal) -> Decimal:
    """Tax the value at the rate, less relief."""
    return plot_value * land_rate * (1 - freed_share)


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on the plot", "Налог на участок", "Жер тилкесине салык"),
)
def land_tax(
    tax_of_year: Decimal,
    plot_area_m2: Decimal,
    large_plot_divisor: Table,
    months: Decimal,
    rounding: Rounding,
) -> Decimal:
    """Divide for large plots, and charge the months since the right arose."""
    return divide(tax_of_year * months, large_plot_divisor.at(plot_area_m2) * MONTHS, rounding)
