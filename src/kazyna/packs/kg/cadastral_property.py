"""The drafted reform: a tax on the market value that the valuation finds."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, round_to, rule


@rule(
    unit="KGS",
    law="draft-2025",
    title=Text("Tax on market value", "Налог от рыночной стоимости", "Рыноктук нарктан салык"),
)
def cadastral_tax(
    value: Decimal,
    cadastral_rate: Decimal,
    relief_category: str,
    relief: Table,
    rounding: Rounding,
) -> Decimal:
    """Tax the value at the rate, less relief."""
    return round_to(value * cadastral_rate * (1 - relief.at(relief_category)), rounding)
