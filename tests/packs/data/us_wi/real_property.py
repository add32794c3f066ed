"""What is due on a Wisconsin tax bill: credits come off the general property tax alone."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import maximum, rule


@rule(unit="USD", law="code Tax 20.08", title=Text("Due", "К уплате", "Төлөнүүгө"))
def due(
    taxes: Decimal, special: Decimal, lottery: Decimal, first_dollar: Decimal, school: Decimal
) -> Decimal:
    """Take the credits off the general property tax, and add what is not a tax on value."""
    return maximum(0, taxes - lottery - first_dollar - school) + special
