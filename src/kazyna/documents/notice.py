"""The notice of value: one page that tells an owner the value, its reasons and how to object."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from kazyna.core.text import Language, Text
from kazyna.documents.render import PageFormat, render
from kazyna.documents.writing import Pen

_WORDS = {
    "notice": Text("Notice of value", "Уведомление о стоимости", "Нарк жөнүндө билдирүү"),
    "number": Text("No.", "№", "№"),
    "issued": Text("Issued on", "Дата выдачи", "Берилген күнү"),
    "property": Text("Property", "Объект", "Объект"),
    "property_id": Text("Cadastral number", "Кадастровый номер", "Кадастрдык номер"),
    "value": Text("Market value", "Рыночная стоимость", "Базар наркы"),
    "as_of": Text("as of {day}", "на {day}", "{day} күнүнө карата"),
    "interval": Text(
        "In 90 cases of 100 the market value lies between {low} and {high}.",
        "В 90 случаях из 100 рыночная стоимость лежит между {low} и {high}.",
        "100 учурдун 90ында базар наркы {low} менен {high} аралыгында болот.",
    ),
    "model_interval": Text(
        "The model alone says {value}, and in 90 cases of 100 between {low} and {high}.",
        "Одна модель даёт {value}, в 90 случаях из 100 — между {low} и {high}.",
        "Моделдин өзү боюнча {value}, 100 учурдун 90ында {low} менен {high} аралыгында.",
    ),
    "why": Text("Why this value", "Почему такая стоимость", "Эмне үчүн мындай нарк"),
    "sum": Text("Value", "Стоимость", "Нарк"),
    "comparables": Text(
        "Sales that speak for it",
        "Продажи, которые о ней говорят",
        "Аны ырастаган сатуулар",
    ),
    "sold_on": Text("Sold on", "Продано", "Сатылган күнү"),
    "distance": Text("Distance", "Расстояние", "Аралык"),
    "price": Text("Price", "Цена", "Баасы"),
    "time": Text("Time", "Время", "Убакыт"),
    "location": Text("Location", "Место", "Жери"),
    "else": Text("All else", "Прочее", "Калганы"),
    "weight": Text("Weight", "Вес", "Салмагы"),
    "adjusted": Text("Adjusted", "Приведено", "Келтирилген"),
    "adjusted_means": Text(
        "Adjusted: what each would have fetched on the valuation date, were it this property.",
        "Приведено: сколько стоила бы каждая на дату оценки, будь она этим объектом.",
        "Келтирилген: ар бири баалоо күнүндө, ушул объект болсо, канча турмак.",
    ),
    "changes": Text("What would change it", "Что изменило бы её", "Аны эмне өзгөртмөк"),
    "changes_mean": Text(
        "If a recorded fact is wrong, have it corrected. Estimated from similar properties.",
        "Если записанный факт неверен, исправьте его. Оценено по похожим объектам.",
        "Эгер жазылган факт туура эмес болсо, аны оңдотуңуз. Окшош объекттер боюнча болжолдонгон.",
    ),
    "object": Text("How to object", "Как возразить", "Кантип каршы пикир билдирүү керек"),
    "how": Text(
        "Say in writing which value you claim and why, with what proves it: a sale price, a"
        " valuer's report, photographs, a wrong fact. File it with the office or on the portal,"
        " on the page of this property. Whoever objects pays nothing for it and gets a reasoned"
        " answer.",
        "Напишите, какую стоимость вы считаете верной и почему, приложите доказательства: цену"
        " сделки, отчёт оценщика, фотографии, неверный факт. Подайте в учреждение или на"
        " портале, на странице объекта. Возражение бесплатно; на него дают мотивированный ответ.",
        "Кайсы нарк туура деп эсептегениңизди жана эмне үчүн экенин жазыңыз, далилин тиркеңиз:"
        " сатуу баасы, баалоочунун отчёту, сүрөттөр, туура эмес факт. Мекемеге же порталга, ушул"
        " объекттин барагына бериңиз. Каршы пикир акысыз; ага негиздүү жооп берилет.",
    ),
    "window": Text(
        "Objections are taken from {first} to {last}.",
        "Возражения принимаются с {first} по {last} включительно.",
        "Каршы пикирлер {first} күнүнөн {last} күнүнө чейин кабыл алынат.",
    ),
    "no_window": Text(
        "The days on which objections are taken are announced by the office.",
        "Дни приёма возражений объявляет учреждение.",
        "Каршы пикирлерди кабыл алуу күндөрүн мекеме жарыялайт.",
    ),
    "law": Text("Law", "Закон", "Мыйзам"),
    "by_hand": Text(
        "Set by a valuer: {reason}",
        "Установлено оценщиком: {reason}",
        "Баалоочу койгон: {reason}",
    ),
    "here": Text("This property", "Этот объект", "Бул объект"),
}


@dataclass(frozen=True)
class NoticeReason:
    """One line of the sum: a sentence and its amount."""

    sentence: str
    amount: Decimal


@dataclass(frozen=True)
class NoticeSale:
    """One comparable sale."""

    property_id: str
    sold_on: date
    distance_m: float | None
    price: Decimal
    time: Decimal
    """What the market moved since the sale."""
    location: Decimal
    others: Decimal
    """All else that is adjusted: price, time, location and this add up to the adjusted price."""
    adjusted_price: Decimal
    weight: float
    """Share of the comparables, by likeness."""


@dataclass(frozen=True)
class NoticeDocument:
    """All that a notice shows; sentences are in its language."""

    language: Language
    currency: str
    issuer: str
    number: str
    issued_on: date
    property_id: str
    facts: tuple[tuple[str, str], ...]
    """What is recorded of the property, written out."""
    valuation_date: date
    value: Decimal
    model_value: Decimal
    low: Decimal
    high: Decimal
    """The model's 90 % interval, which says nothing of a value that was set by hand."""
    override_reason: str | None
    base: NoticeReason
    reasons: tuple[NoticeReason, ...]
    """base and reasons add up to the value exactly."""
    comparables: tuple[NoticeSale, ...]
    changes: tuple[str, ...]
    """Sentences on what would change the value."""
    window: tuple[date, date] | None
    """First and last day on which objections are taken."""
    law: tuple[str, ...]
    """Articles that give the right to object."""
    notes: tuple[str, ...] = ()
    """Doubts about the law and other remarks."""


def render_notice(notice: NoticeDocument, *, page_format: PageFormat = "pdf") -> bytes:
    """Print a notice on one page.

    Raises
    ------
    ValueError
        When base and reasons do not add up to the value.
    Unavailable
        If the page cannot be made.
    """
    return render("notice", notice_data(notice), dated=notice.issued_on, page_format=page_format)


def notice_data(notice: NoticeDocument) -> dict[str, Any]:
    """Write every figure and date out as the language does: what the template is given."""
    total = notice.base.amount + sum(reason.amount for reason in notice.reasons)
    if total != notice.value:
        raise ValueError(f"base and reasons add up to {total}, not to {notice.value}")
    pen = Pen(notice.language, notice.currency)
    words = {key: text.in_(notice.language) for key, text in _WORDS.items()}
    by_hand = notice.override_reason
    interval = words["model_interval" if by_hand else "interval"].format(
        value=pen.money(notice.model_value),
        low=pen.money(notice.low),
        high=pen.money(notice.high),
    )
    window = words["no_window"]
    if notice.window:
        first, last = notice.window
        window = words["window"].format(first=pen.day(first), last=pen.day(last))
    return {
        "language": notice.language,
        "words": words,
        "issuer": notice.issuer,
        "number": notice.number,
        "issued_on": pen.day(notice.issued_on),
        "property_id": notice.property_id,
        "facts": [list(fact) for fact in notice.facts],
        "as_of": words["as_of"].format(day=pen.day(notice.valuation_date)),
        "value": pen.money(notice.value),
        "interval": interval,
        "by_hand": words["by_hand"].format(reason=by_hand) if by_hand else "",
        "reasons": [
            {"sentence": notice.base.sentence, "amount": pen.money(notice.base.amount)},
            *({"sentence": r.sentence, "amount": pen.signed(r.amount)} for r in notice.reasons),
        ],
        "comparables": [_sale(sale, pen) for sale in notice.comparables],
        "changes": list(notice.changes),
        "window": window,
        "law": list(notice.law),
        "notes": list(notice.notes),
    }


def _sale(sale: NoticeSale, pen: Pen) -> dict[str, str]:
    metres = {"en": "m", "ru": "м", "ky": "м"}[pen.language]
    return {
        "property_id": sale.property_id,
        "sold_on": pen.short_day(sale.sold_on),
        "distance": "–" if sale.distance_m is None else f"{pen.number(sale.distance_m)} {metres}",
        "price": pen.number(sale.price),
        "time": pen.signed_number(sale.time),
        "location": pen.signed_number(sale.location),
        "else": pen.signed_number(sale.others),
        "weight": f"{pen.number(100 * sale.weight)} %",
        "adjusted": pen.number(sale.adjusted_price),
    }
