"""Penalty interest on a tax of an individual that is paid late."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, divide, minimum, rule


@rule(
    unit="RUB",
    law="tax-code-1 art. 75",
    title=Text("Penalty interest", "Пеня", "Туум"),
)
def penalty_interest(
    debt: Decimal,
    days: Decimal,
    key_rate: Decimal,
    key_rate_divisor: Decimal,
    kopeck: Rounding,
) -> Decimal:
    """Charge a part of the key rate for each calendar day, at most the debt itself."""
    return minimum(debt, divide(debt * days * key_rate, key_rate_divisor, kopeck))
