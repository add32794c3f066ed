"""Sales tax of a period, by activity and form of payment."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, Table, round_to, rule


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Sales tax", "Налог с продаж", "Сатуудан салык"),
)
def sales_tax_due(
    supply: Decimal, activity: str, payment_form: str, sales_tax_rate: Table, rounding: Rounding
) -> Decimal:
    """Charge the rate of the activity and form of payment."""
    return round_to(supply * sales_tax_rate.at(activity, payment_form), rounding)
