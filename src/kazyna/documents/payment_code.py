"""The QR code of a payment: what a bill asks for, so that nobody types it."""

from decimal import Decimal

from kazyna.core.money import Currency, to_minor
from kazyna.marking.symbol import qr_code
from kazyna.marking.symbol_drawing import svg

MODULE_MM = 0.6
"""Large enough for the camera of an old phone."""


def payment_payload(
    template: str, *, reference: str, amount: Decimal, currency: Currency, issuer: str,
    tax: str = "", year: int | str = "",
) -> str:  # fmt: skip
    """Fill in what the QR code says.

    Parameters
    ----------
    template
        A pack's `payment_qr`: text with the names of figures in braces.
    reference, amount, currency, issuer, tax, year
        The figures.

    Examples
    --------
    >>> payment_payload("{reference}|{amount}", reference="RF18", amount=Decimal("12.5"),
    ...                 currency=Currency("KGS", 2), issuer="X")
    'RF18|12.50'
    """
    return template.format(
        reference=reference,
        amount=f"{amount:.{currency.decimals}f}",
        amount_minor=to_minor(amount, currency),
        currency=currency.code,
        issuer=issuer,
        tax=tax,
        year=year,
    )


def payment_code(payload: str) -> str:
    """Draw a QR code as SVG."""
    return svg(qr_code(payload), module_mm=MODULE_MM)
