"""Council tax of a dwelling in which one adult lives."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, round_to, rule


@rule(unit="GBP", law="notice", title=Text("Charge", "К уплате", "Төлөнө турган сумма"))
def charge(band_charge: Decimal, discount: Decimal, rounding: Rounding) -> Decimal:
    """The charge of the band less the discount."""
    return round_to(band_charge * (1 - discount), rounding)
