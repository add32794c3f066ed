"""Property tax of individuals from cadastral value: deductions, rates, cap on growth, months."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, divide, maximum, minimum, rule, when

MONTHS = 12


@rule(
    unit="m2",
    law="tax-code art. 403",
    title=Text("Deducted area", "Вычитаемая площадь", "Чегерилүүчү аянт"),
)
def deducted_area(
    object_kind: str,
    children: Decimal,
    deduction_m2: Table,
    deduction_per_child_m2: Table,
    children_min: Decimal,
) -> Decimal:
    """Add to the area of the kind what is deducted for each child of a large family."""
    counted = when(children >= children_min, children, 0)
    return deduction_m2.at(object_kind) + counted * deduction_per_child_m2.at(object_kind)


@rule(
    unit="RUB",
    law="tax-code art. 403",
    title=Text("Deduction", "Вычет", "Чегерүү"),
)
def deduction(
    value: Decimal, area_m2: Decimal, deducted_area: Decimal, kopeck: Rounding
) -> Decimal:
    """Deduct the value of so many square metres, at most all of it."""
    return minimum(value, divide(value * deducted_area, area_m2, kopeck))


@rule(
    unit="RUB",
    law="tax-code art. 403",
    title=Text("Taxable value", "Налоговая база", "Салык салынуучу нарк"),
)
def taxable_value(
    value: Decimal, deduction: Decimal, object_kind: str, fixed_deduction: Table
) -> Decimal:
    """Leave what the deductions do not take, not less than nothing."""
    return maximum(0, value - deduction - fixed_deduction.at(object_kind))


@rule(
    unit="RUB",
    law="tax-code art. 406",
    title=Text("Tax at the rate", "Налог по ставке", "Ставка боюнча салык"),
)
def tax_at_rate(
    taxable_value: Decimal,
    rate_of_object: Decimal,
) -> Decimal:
    """Tax the base."""
    return taxable_value * rate_of_object


@rule(
    unit="share",
    law="tax-code art. 406",
    title=Text("Rate", "Ставка", "Ставка"),
)
def rate_of_object(  # noqa: PLR0917 (a rule's arguments are what it reads)
    value: Decimal,
    municipality: str,
    object_kind: str,
    property_rate: Table,
    dear_value: Decimal,
    dear_rate: Decimal,
) -> Decimal:
    """Take the rate of the kind in the municipality, or that of dear objects."""
    return when(value > dear_value, dear_rate, property_rate.at(municipality, object_kind))


@rule(
    unit="RUB",
    law="tax-code art. 408(8)",
    title=Text("In the transition", "В переходный период", "Өткөөл мезгилде"),
)
def transition_tax(
    tax_at_rate: Decimal, inventory_tax: Decimal, transition_year: Decimal, transition: Table
) -> Decimal:
    """Let the tax rise from that by inventory value by a share of the difference, year by year."""
    rise = maximum(0, tax_at_rate - inventory_tax) * transition.at(transition_year)
    return minimum(tax_at_rate, inventory_tax + rise)


@rule(
    unit="RUB",
    law="tax-code art. 408(8.1)",
    title=Text("After the cap on growth", "С ограничением роста", "Өсүү чегинен кийин"),
)
def capped_tax(
    transition_tax: Decimal,
    previous_tax: Decimal,
    growth_max: Decimal,
    object_kind: str,
    growth_uncapped: Table,
) -> Decimal:
    """Let the tax grow by a tenth a year, where the year before is known and the kind is capped."""
    free = (growth_uncapped.at(object_kind) == 1) | (previous_tax == 0)
    return when(free, transition_tax, minimum(transition_tax, previous_tax * growth_max))


@rule(
    unit="RUB",
    law="tax-code art. 408(5)",
    title=Text("Property tax", "Налог на имущество", "Мүлк салыгы"),
)
def property_tax(capped_tax: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the full months of ownership."""
    return divide(capped_tax * months, MONTHS, rounding)
