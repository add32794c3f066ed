"""The decision of a fine: for what, by which article, what is to be paid, how to object."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from kazyna.core.money import Currency
from kazyna.core.text import Language, Text
from kazyna.documents.bill import measured
from kazyna.documents.render import PageFormat, render
from kazyna.documents.writing import told

_WORDS = {
    "number": Text("No.", "№", "№"),
    "imposed": Text("Imposed on", "Дата решения", "Чечим күнү"),
    "title": Text("Decision on a fine", "Решение о штрафе", "Айып пул жөнүндө чечим"),
    "to_pay": Text("To pay", "К уплате", "Төлөнүүчү сумма"),
    "pay_by": Text("Pay by", "Уплатить до", "Төлөө мөөнөтү"),
    "taxpayer": Text("Taxpayer", "Налогоплательщик", "Салык төлөөчү"),
    "taxpayer_id": Text("Taxpayer number", "Номер налогоплательщика", "Салык төлөөчүнүн номери"),
    "offence": Text("Offence", "Нарушение", "Укук бузуу"),
    "tax": Text("Tax and year", "Налог и год", "Салык жана жыл"),
    "grounds": Text("What was found", "Что установлено", "Эмне аныкталды"),
    "law": Text("Legal ground", "Основание", "Укуктук негиз"),
    "fine": Text("Fine imposed", "Наложенный штраф", "Салынган айып пул"),
    "objection": Text("Objection", "Возражение", "Каршы пикир"),
    "answer": Text("Answer to it", "Ответ на него", "Ага жооп"),
    "stands": Text("What stands of it", "Осталось в силе", "Күчүндө калганы"),
    "open": Text("Not paid yet", "Ещё не уплачено", "Төлөнө элеги"),
    "signed": Text("Imposed by", "Кем наложен", "Ким салган"),
    "doubt": Text("Not confirmed", "Не подтверждено", "Тастыкталган эмес"),
    "reference": Text("Payment reference", "Код платежа", "Төлөм коду"),
}
_OBJECT_UNTIL = Text(
    "You may object to this decision until {day}. While the objection is open, the fine is not"
    " enforced.",
    "Вы можете возразить против этого решения до {day}. Пока возражение рассматривается, штраф не"
    " взыскивается.",
    "Бул чечимге {day} күнүнө чейин каршы пикир билдирсеңиз болот. Каршы пикир каралып жатканда"
    " айып пул өндүрүлбөйт.",
)
_OBJECT = Text(
    "You may object to this decision; the days to do so begin when it is served on you.",
    "Вы можете возразить против этого решения; срок начинается с его вручения вам.",
    "Бул чечимге каршы пикир билдирсеңиз болот; мөөнөтү ал сизге тапшырылганда башталат.",
)


@dataclass(frozen=True)
class FineDocument:
    """All that the page shows; names and titles are in its language."""

    language: Language
    issuer: str
    number: str
    imposed_on: date
    imposed_by: str
    taxpayer: str
    taxpayer_id: str
    offence: str
    tax: str
    period: int
    grounds: str
    law: str
    doubt: str | None
    amount: Decimal
    standing: Decimal
    """What is left of it after a decision on an objection."""
    open: Decimal
    due_on: date
    may_object: bool
    object_until: date | None
    objection: str | None
    answer: str | None
    currency: Currency
    reference: str
    qr: str | None = None
    """A QR code as SVG, where the pack knows one."""


def render_fine(fine: FineDocument, *, page_format: PageFormat = "pdf") -> bytes:
    """Print the decision on one page.

    Raises
    ------
    Unavailable
        If the page cannot be made.
    """
    return render("fine", fine_data(fine), dated=fine.imposed_on, page_format=page_format)


def fine_data(fine: FineDocument) -> dict[str, Any]:
    """Write every figure and date out as the language does: what the template is given."""
    facts = [
        ("offence", fine.offence),
        ("tax", f"{fine.tax}, {fine.period}"),
        ("grounds", fine.grounds),
        ("law", fine.law),
        ("fine", _money(fine.amount, fine)),
        ("objection", fine.objection),
        ("answer", fine.answer),
        ("stands", _money(fine.standing, fine) if fine.standing != fine.amount else None),
        ("open", _money(fine.open, fine) if fine.open != fine.standing else None),
        ("signed", fine.imposed_by),
    ]
    words = {key: word.in_(fine.language) for key, word in _WORDS.items()}
    return {
        "language": fine.language,
        "words": words,
        "issuer": fine.issuer,
        "number": fine.number,
        "imposed_on": _day(fine.imposed_on, fine.language),
        "taxpayer": fine.taxpayer,
        "taxpayer_id": fine.taxpayer_id,
        "amount": _money(fine.open, fine),
        "due_on": _day(fine.due_on, fine.language),
        "facts": [[words[key], said] for key, said in facts if said],
        "objecting": _objecting(fine),
        "doubt": fine.doubt or "",
        "reference": fine.reference,
        "qr": fine.qr or "",
    }


def _objecting(fine: FineDocument) -> str:
    if not fine.may_object:
        return ""
    if fine.object_until is None:
        return _OBJECT.in_(fine.language)
    day = _day(fine.object_until, fine.language)
    return told(_OBJECT_UNTIL.in_(fine.language), day=day)


def _money(amount: Decimal, fine: FineDocument) -> str:
    return measured(amount, fine.currency.code, currency=fine.currency, language=fine.language)


def _day(day: date, language: Language) -> str:
    return format_date(day, format="long", locale=language)
