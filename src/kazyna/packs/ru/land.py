"""Land tax of individuals from cadastral value."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, divide, maximum, minimum, rule, when

MONTHS = 12


@rule(
    unit="RUB",
    law="tax-code art. 391(5)",
    title=Text("Deduction", "Вычет", "Чегерүү"),
)
def deduction(
    value: Decimal,
    plot_area_m2: Decimal,
    beneficiary: bool,
    beneficiary_deduction_m2: Decimal,
    kopeck: Rounding,
) -> Decimal:
    """Deduct the value of 600 square metres for those who have the right."""
    part = divide(value * beneficiary_deduction_m2, plot_area_m2, kopeck)
    return when(beneficiary, minimum(value, part), 0)


@rule(
    unit="share",
    law="tax-code art. 394",
    title=Text("Rate", "Ставка", "Ставка"),
)
def rate_of_plot(  # noqa: PLR0917 (a rule's arguments are what it reads)
    value: Decimal,
    municipality: str,
    land_category: str,
    land_rate: Table,
    dear_value: Decimal,
    dear_rate: Decimal,
) -> Decimal:
    """Take the rate of the category in the municipality, or that of dear plots."""
    return when(value > dear_value, dear_rate, land_rate.at(municipality, land_category))


@rule(
    unit="RUB",
    law="tax-code art. 394",
    title=Text("Tax at the rate", "Налог по ставке", "Ставка боюнча салык"),
)
def tax_at_rate(value: Decimal, deduction: Decimal, rate_of_plot: Decimal) -> Decimal:
    """Tax what the deduction leaves."""
    return maximum(0, value - deduction) * rate_of_plot


@rule(
    unit="RUB",
    law="tax-code art. 396(17)",
    title=Text("After the cap on growth", "С ограничением роста", "Өсүү чегинен кийин"),
)
def capped_tax(tax_at_rate: Decimal, previous_tax: Decimal, growth_max: Decimal) -> Decimal:
    """Let the tax grow by a tenth a year, where the year before is known."""
    return when(previous_tax == 0, tax_at_rate, minimum(tax_at_rate, previous_tax * growth_max))


@rule(
    unit="RUB",
    law="tax-code art. 396(7)",
    title=Text("Land tax", "Земельный налог", "Жер салыгы"),
)
def land_tax(capped_tax: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the full months of ownership."""
    return divide(capped_tax * months, MONTHS, rounding)
