"""The QR code of a bill or a demand, by the template of the pack."""

from decimal import Decimal

from kazyna.core.money import Currency
from kazyna.core.text import Language
from kazyna.documents.payment_code import payment_code, payment_payload
from kazyna.services.context import Context


def payment_qr(
    ctx: Context, *, reference: str, amount: Decimal, tax: str, year: int, language: Language
) -> str | None:
    """Draw the code as SVG; None where the pack has no template, or nothing is to be paid."""
    return qr_by(
        ctx.pack.accounts.collection.payment_qr,
        reference=reference,
        amount=amount,
        currency=ctx.pack.currency,
        issuer=ctx.pack.title.in_(language),
        tax=tax,
        year=year,
    )


def qr_by(
    template: str | None,
    *,
    reference: str,
    amount: Decimal,
    currency: Currency,
    issuer: str,
    tax: str,
    year: int,
) -> str | None:
    """Draw the code by a template, such as that of the pack by which a bill was issued."""
    if template is None or not reference or amount <= 0:
        return None
    return payment_code(
        payment_payload(
            template,
            reference=reference,
            amount=amount,
            currency=currency,
            issuer=issuer,
            tax=tax,
            year=year,
        )
    )
