"""Property tax by a rate per hundred dollars, after exemptions."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, divide, maximum, rule, when


@rule(
    unit="USD",
    law="guide",
    title=Text("Taxable value", "Налоговая база", "Салык салынуучу нарк"),
)
def taxable_value(
    equalised_value: Decimal,
    exemptions: Decimal,
) -> Decimal:
    """Never below zero."""
    return maximum(0, equalised_value - exemptions)


@rule(unit="USD", law="guide", title=Text("Exemptions", "Вычеты", "Жеңилдиктер"))
def exemptions(
    homestead: bool,
    senior: bool,
    freeze: Decimal,
    homestead_exemption: Decimal,
    senior_exemption: Decimal,
) -> Decimal:
    """Each exemption that is granted."""
    return when(homestead, homestead_exemption, 0) + when(senior, senior_exemption, 0) + freeze


@rule(unit="USD", law="guide", title=Text("Tax", "Налог", "Салык"))
def tax(taxable_value: Decimal, rate_per_100: Decimal, rounding: Rounding) -> Decimal:
    """The rate is for a hundred dollars."""
    return divide(taxable_value * rate_per_100, 100, rounding)
