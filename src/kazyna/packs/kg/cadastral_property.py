"""The drafted reform: a tax on the market value that the valuation finds."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, divide, maximum, rule, when

MONTHS = 12


@rule(
    unit="share",
    law="draft-2025",
    title=Text("Relief of the owner", "Льгота владельца", "Ээсинин жеңилдиги"),
)
def owner_relief(
    object_class: str,
    relief_category: str,
    relief_rank: Decimal,
    relief: Table,
    relief_objects_max: Table,
) -> Decimal:
    """Keep the reliefs of the law in force, for as many objects as they are given."""
    of_owner = relief.at(relief_category, object_class)
    return when(relief_rank <= relief_objects_max.at(relief_category), of_owner, 0)


@rule(
    unit="share",
    law="draft-2025",
    title=Text("Freed share", "Освобождаемая доля", "Бошотулган үлүш"),
)
def freed_share(
    owner_relief: Decimal, object_class: str, council: str, council_relief: Table
) -> Decimal:
    """Take the larger relief: the owner's or the council's."""
    return maximum(owner_relief, council_relief.at(council, object_class))


@rule(
    unit="KGS",
    law="draft-2025",
    title=Text("Tax of the year", "Налог за год", "Жылдык салык"),
)
def tax_of_year(
    value: Decimal, object_class: str, cadastral_rate: Table, freed_share: Decimal
) -> Decimal:
    """Tax the market value at the rate of the class, less relief."""
    return value * cadastral_rate.at(object_class) * (1 - freed_share)


@rule(
    unit="KGS",
    law="tax-code art. 383",
    title=Text("Tax on market value", "Налог от рыночной стоимости", "Рыноктук нарктан салык"),
)
def cadastral_tax(tax_of_year: Decimal, months: Decimal, rounding: Rounding) -> Decimal:
    """Charge the months since the first day of the month after the right arose."""
    return divide(tax_of_year * months, MONTHS, rounding)
