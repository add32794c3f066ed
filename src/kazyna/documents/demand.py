"""A reminder, notice or order to a debtor: one page, with what is owed and how to pay it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from kazyna.core.money import Currency
from kazyna.core.text import Language, Text
from kazyna.documents.render import PageFormat, render
from kazyna.documents.writing import told

_WORDS = {
    "number": Text("No.", "№", "№"),
    "sent": Text("Sent on", "Дата отправки", "Жөнөтүлгөн күнү"),
    "taxpayer": Text("Taxpayer", "Налогоплательщик", "Салык төлөөчү"),
    "taxpayer_id": Text("Taxpayer number", "Номер налогоплательщика", "Салык төлөөчүнүн номери"),
    "to_pay": Text("Amount overdue", "Просроченная сумма", "Мөөнөтү өткөн сумма"),
    "pay_by": Text("Pay by", "Уплатить до", "Төлөө мөөнөтү"),
    "debts": Text("What is owed", "Из чего состоит долг", "Карыз эмнеден турат"),
    "period": Text("Tax year", "Налоговый год", "Салык жылы"),
    "bucket": Text("What for", "За что", "Эмне үчүн"),
    "due": Text("Due on", "Срок уплаты", "Мөөнөтү"),
    "amount": Text("Amount", "Сумма", "Сумма"),
    "reference": Text("Payment reference", "Код платежа", "Төлөм коду"),
    "law": Text("Legal ground", "Основание", "Укуктук негиз"),
    "doubt": Text("Not confirmed", "Не подтверждено", "Тастыкталган эмес"),
}
_BUCKETS = {
    "tax": Text("Tax", "Налог", "Салык"),
    "interest": Text("Penalty interest", "Пеня", "Туум"),
    "penalty": Text("Fine", "Штраф", "Айып пул"),
    "cost": Text("Costs", "Расходы", "Чыгымдар"),
}


@dataclass(frozen=True)
class DemandLine:
    """One debt."""

    period: int
    bucket: str
    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class Demand:
    """All that the page shows; title, text and names are in its language."""

    language: Language
    issuer: str
    number: str
    title: str
    text: str
    """With `{amount}`, `{pay_by}` and `{late_since}` to be filled in."""
    tax: str
    taxpayer: str
    taxpayer_id: str
    sent_on: date
    pay_by: date
    late_since: date
    amount: Decimal
    currency: Currency
    reference: str
    debts: tuple[DemandLine, ...]
    """What is open on the day it is printed."""
    law: str
    doubt: str | None
    qr: str | None = None
    """A QR code as SVG, where the pack knows one."""


def render_demand(demand: Demand, *, page_format: PageFormat = "pdf") -> bytes:
    """Print a demand on one page.

    Raises
    ------
    Unavailable
        If the page cannot be made.
    """
    return render("demand", demand_data(demand), dated=demand.sent_on, page_format=page_format)


def demand_data(demand: Demand) -> dict[str, Any]:
    """Write every figure and date out as the language does: what the template is given."""
    language = demand.language
    amount = _money(demand.amount, demand)
    pay_by, late_since = _day(demand.pay_by, language), _day(demand.late_since, language)
    return {
        "language": language,
        "words": {key: word.in_(language) for key, word in _WORDS.items()},
        "issuer": demand.issuer,
        "number": demand.number,
        "title": demand.title,
        "text": told(demand.text, amount=amount, pay_by=pay_by, late_since=late_since),
        "tax": demand.tax,
        "taxpayer": demand.taxpayer,
        "taxpayer_id": demand.taxpayer_id,
        "sent_on": _day(demand.sent_on, language),
        "pay_by": pay_by,
        "amount": amount,
        "reference": demand.reference,
        "debts": [
            [
                str(line.period),
                _BUCKETS[line.bucket].in_(language),
                _day(line.due_on, language),
                _money(line.amount, demand),
            ]
            for line in demand.debts
        ],
        "law": demand.law,
        "doubt": demand.doubt or "",
        "qr": demand.qr or "",
    }


def _money(amount: Decimal, demand: Demand) -> str:
    pattern = "#,##0." + "0" * demand.currency.decimals
    number = format_decimal(amount, format=pattern.rstrip("."), locale=demand.language)
    return f"{number} {demand.currency.code}"


def _day(day: date, language: Language) -> str:
    return format_date(day, format="long", locale=language)
