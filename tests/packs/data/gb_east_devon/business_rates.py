"""Business rates with transitional relief: a rise is phased in by caps, year upon year."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, minimum, round_to, rule


@rule(unit="GBP", law="page", title=Text("Notional charge", "Условная сумма", "Шарттуу сумма"))
def notional(rateable_value: Decimal, multiplier: Decimal, rounding: Rounding) -> Decimal:
    """Charge the new value at the multiplier of the year."""
    return round_to(rateable_value * multiplier, rounding)


@rule(unit="GBP", law="page", title=Text("Capped charge", "Сумма с пределом", "Чектелген сумма"))
def capped(
    charge_before: Decimal, growth_max: Decimal, inflation: Decimal, rounding: Rounding
) -> Decimal:
    """Let the charge of the year before grow by the cap and by inflation."""
    return round_to(charge_before * growth_max * inflation, rounding)


@rule(unit="GBP", law="page", title=Text("Due", "К уплате", "Төлөнүүгө"))
def due(notional: Decimal, capped: Decimal) -> Decimal:
    """Pay the smaller of both."""
    return minimum(notional, capped)
