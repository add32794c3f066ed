"""Land transaction tax of Wales: a marginal scale that was raised for a time."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, round_to, rule


@rule(unit="GBP", law="act", title=Text("Land transaction tax", "Сбор", "Жыйым"))
def land_transaction_tax(price: Decimal, scale: Table, rounding: Rounding) -> Decimal:
    """Tax each part of the price at the rate of its band."""
    return round_to(scale.marginal(price), rounding)
