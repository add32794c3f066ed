"""Value added tax of a period."""

from decimal import Decimal

from kazyna.core.text import Text
from kazyna.tax import Rounding, round_to, rule


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text("Tax on supplies", "Налог с оборота", "Жүгүртүүдөн салык"),
)
def output_vat(supply: Decimal, vat_rate: Decimal, rounding: Rounding) -> Decimal:
    """Charge the rate on taxable supplies."""
    return round_to(supply * vat_rate, rounding)


@rule(
    unit="KGS",
    law="tax-code (article not identified)",
    title=Text(
        "Tax to pay or to refund",
        "Налог к уплате или возврату",
        "Төлөнүүчү же кайтарылуучу салык",
    ),
)
def vat_due(output_vat: Decimal, input_vat: Decimal) -> Decimal:
    """Set off the tax on purchases; below nought it is a refund."""
    return output_vat - input_vat
