"""Property tax of Washington State at its constitutional ceiling."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, round_to, rule


@rule(
    unit="USD",
    law="constitution art. VII § 2",
    title=Text(
        en="Tax at the ceiling of one per cent of value",
        ru="Налог по пределу в один процент стоимости",
        ky="Наркынын бир пайыздык чеги боюнча салык",
    ),
)
def property_tax(value: Decimal, ceiling_rate: Decimal, rounding: Rounding) -> Decimal:
    """All regular levies on a property may not exceed one per cent of its true and fair value."""
    return round_to(value * ceiling_rate, rounding)
