"""The tax bill: one page that a taxpayer can check by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit

from kazyna.core.money import Currency
from kazyna.core.text import SHARE, UNITS, Language, Text
from kazyna.documents.render import PageFormat, render

_WORDS = {
    "bill": Text("Tax bill", "Налоговое уведомление", "Салык билдирүүсү"),
    "number": Text("No.", "№", "№"),
    "issued": Text("Issued on", "Дата выдачи", "Берилген күнү"),
    "tax_year": Text("Tax year", "Налоговый год", "Салык жылы"),
    "to_pay": Text("Amount due", "К уплате", "Төлөнүүчү сумма"),
    "due": Text("Pay by", "Уплатить до", "Төлөө мөөнөтү"),
    "part": Text("Part", "Часть", "Бөлүк"),
    "in_parts": Text(
        "The bill may be paid in parts, each by its day, or as a whole by the first.",
        "Сумму можно уплатить частями, каждую в свой срок, или целиком в первый.",
        "Сумманы бөлүктөп, ар бирин өз мөөнөтүндө, же баарын биринчисинде төлөсө болот.",
    ),
    "falls_due": Text(
        "If a part is not paid by its day, all that is left is late from the day after.",
        "Если часть не уплачена в срок, со следующего дня просрочен весь остаток.",
        "Бир бөлүгү мөөнөтүндө төлөнбөсө, эртесинен баштап калганынын баары кечиктирилген болот.",
    ),
    "taxpayer": Text("Taxpayer", "Налогоплательщик", "Салык төлөөчү"),
    "taxpayer_id": Text("Taxpayer number", "Номер налогоплательщика", "Салык төлөөчүнүн номери"),
    "property": Text("Property", "Объект", "Объект"),
    "property_id": Text("Cadastral number", "Кадастровый номер", "Кадастрдык номер"),
    "value": Text("Assessed value", "Оценочная стоимость", "Бааланган нарк"),
    "valued_on": Text("Valuation date", "Дата оценки", "Баалоо күнү"),
    "share": Text("Share", "Доля", "Үлүш"),
    "computation": Text(
        "How the tax was computed", "Как рассчитан налог", "Салык кантип эсептелди"
    ),
    "step": Text("Step", "Шаг", "Кадам"),
    "result": Text("Result", "Итог", "Жыйынтык"),
    "notes": Text("Please note", "Обратите внимание", "Көңүл буруңуз"),
    "slip": Text("Payment slip", "Платёжная квитанция", "Төлөм дүмүрчөгү"),
    "reference": Text("Payment reference", "Код платежа", "Төлөм коду"),
    "quote": Text(
        "Quote this reference with the payment, so that it is credited to this bill.",
        "Укажите этот код при оплате, чтобы платёж был зачтён по этому уведомлению.",
        "Төлөм ушул билдирүүгө эсептелиши үчүн төлөөдө бул кодду көрсөтүңүз.",
    ),
    "page": Text(
        "Every step can be checked with a pocket calculator.",
        "Каждый шаг можно проверить на калькуляторе.",
        "Ар бир кадамды калькулятор менен текшерсе болот.",
    ),
}

_LATE = Text(
    "On {day}, {principal} of this tax and year is unpaid, for all objects together. With"
    " {interest} of interest for late payment, {total} settles it on that day.",
    "На {day} по этому налогу и году не уплачено {principal} за все объекты вместе. С пеней"
    " {interest} долг в этот день погашает {total}.",
    "{day} күнүнө карата бул салык жана жыл боюнча бардык объекттер үчүн {principal} төлөнгөн эмес."
    " {interest} туум менен ошол күнү карызды {total} жабат.",
)
_FINES = Text(
    "Fines and costs of {fines} are open besides; with them, {total} settles everything on that"
    " day.",
    "Кроме того, не уплачены штрафы и расходы {fines}; вместе с ними в этот день всё погашает"
    " {total}.",
    "Мындан тышкары {fines} айып пул жана чыгым төлөнгөн эмес; алар менен кошо ошол күнү баарын"
    " {total} жабат.",
)
_IN_FORCE = Text("in force from {day}", "действует с {day}", "{day} күнүнөн баштап күчүндө")


@dataclass(frozen=True)
class BillFigure:
    """A figure that a step took: an input, an earlier step or a parameter of the law."""

    label: str
    value: Decimal | str
    """A number, or the word of a closed list such as the material of walls."""
    unit: str | None = None
    law: str | None = None
    """Of a parameter: the article, in the bill's language."""
    since: date | None = None
    """Of a parameter: the first day on which the value held."""


@dataclass(frozen=True)
class BillStep:
    """One step of the computation."""

    title: str
    value: Decimal
    unit: str
    law: str
    figures: tuple[BillFigure, ...]


@dataclass(frozen=True)
class BillPart:
    """One of the parts in which the bill may be paid."""

    due_on: date
    amount: Decimal
    qr: str | None = None
    """A QR code of its payment as SVG."""


@dataclass(frozen=True)
class LateAmount:
    """What is left to pay of a tax and year on a day, with the interest that has run."""

    on: date
    principal: Decimal
    interest: Decimal
    fines: Decimal = Decimal(0)
    """Fines and costs of the tax and year."""


@dataclass(frozen=True)
class BillDocument:
    """All that a bill shows; names, titles and notes are in the bill's language."""

    language: Language
    issuer: str
    tax: str
    year: int
    number: str
    issued_on: date
    taxpayer: str
    taxpayer_id: str
    property_id: str
    property_facts: tuple[tuple[str, str], ...]
    """More lines about the property, such as its address or area."""
    assessed_value: Decimal | None
    """Where the tax is on a value."""
    valuation_date: date | None
    share: Decimal
    """The taxpayer's share in the property, from 0 to 1."""
    steps: tuple[BillStep, ...]
    amount: Decimal
    currency: Currency
    due_on: date
    reference: str
    notes: tuple[str, ...] = ()
    """Doubts about the law and other remarks."""
    qr: str | None = None
    """A QR code of the payment as SVG, where the pack knows one."""
    parts: tuple[BillPart, ...] = ()
    """At least two, where it may be paid so; they add up to the amount."""
    falls_due: bool = False
    """Whether all that is left is late once a part is."""
    late: LateAmount | None = None
    """Where the bill is printed with the interest to a day."""


def render_bill(bill: BillDocument, *, page_format: PageFormat = "pdf") -> bytes:
    """Print a bill on one page.

    Parameters
    ----------
    bill
        What the bill says.
    page_format
        `pdf` to send, `png` or `svg` to look at.

    Raises
    ------
    Unavailable
        If the page cannot be made.
    """
    data = {"bills": [bill_data(bill)]}
    return render("bill", data, dated=bill.issued_on, page_format=page_format)


def render_bills(bills: Sequence[BillDocument]) -> bytes:
    """Print bills one after the other into one PDF, each from a page of its own.

    Parameters
    ----------
    bills
        At least one. A thousand take seconds, where a thousand single files take a minute.

    Raises
    ------
    Unavailable
        If the pages cannot be made.
    """
    data = {"bills": [bill_data(bill) for bill in bills]}
    return render("bill", data, dated=bills[0].issued_on)


def bill_data(bill: BillDocument) -> dict[str, Any]:
    """Write every figure and date out as the language does: what the template is given."""
    language, code = bill.language, bill.currency.code
    facts = [(_word("property_id", language), bill.property_id), *bill.property_facts]
    if bill.assessed_value is not None:
        facts.append((_word("value", language), _money(bill.assessed_value, bill)))
    if bill.valuation_date:
        facts.append((_word("valued_on", language), _day(bill.valuation_date, language)))
    facts.append((_word("share", language), f"{_number(bill.share * 100, language)} %"))
    return {
        "language": language,
        "words": {key: _word(key, language) for key in _WORDS},
        "issuer": bill.issuer,
        "tax": bill.tax,
        "year": str(bill.year),
        "number": bill.number,
        "issued_on": _day(bill.issued_on, language),
        "taxpayer": bill.taxpayer,
        "taxpayer_id": bill.taxpayer_id,
        "facts": facts,
        "steps": [_step(step, bill) for step in bill.steps],
        "amount": _number(bill.amount, language, places=bill.currency.decimals),
        "currency": code,
        "due_on": _day(bill.due_on, language),
        "reference": bill.reference,
        "notes": [*_late(bill), *bill.notes],
        "qr": bill.qr or "",
        "parts": [
            {
                "number": f"{number}/{len(bill.parts)}",
                "due_on": _day(part.due_on, language),
                "amount": _number(part.amount, language, places=bill.currency.decimals),
                "qr": part.qr or "",
            }
            for number, part in enumerate(bill.parts, 1)
        ],
        "falls_due": bill.falls_due,
    }


def _late(bill: BillDocument) -> list[str]:
    if bill.late is None:
        return []
    told = _LATE.in_(bill.language).format(
        day=_day(bill.late.on, bill.language),
        principal=_money(bill.late.principal, bill),
        interest=_money(bill.late.interest, bill),
        total=_money(bill.late.principal + bill.late.interest, bill),
    )
    if not bill.late.fines:
        return [told]
    everything = bill.late.principal + bill.late.interest + bill.late.fines
    fines = _FINES.in_(bill.language).format(
        fines=_money(bill.late.fines, bill), total=_money(everything, bill)
    )
    return [told, fines]


def _step(step: BillStep, bill: BillDocument) -> dict[str, Any]:
    return {
        "title": step.title,
        "value": measured(step.value, step.unit, currency=bill.currency, language=bill.language),
        "law": step.law,
        "figures": [_figure(figure, step, bill) for figure in step.figures],
    }


def _figure(figure: BillFigure, step: BillStep, bill: BillDocument) -> dict[str, str]:
    language = bill.language
    if isinstance(figure.value, str):
        value = figure.value.replace("_", " ")
    elif figure.unit == bill.currency.code and figure.law is not None:
        value = f"{_number(figure.value, language)} {figure.unit}"  # with the digits of the law
    else:
        value = measured(figure.value, figure.unit, currency=bill.currency, language=language)
    # The article stands under the step's title already where the figure comes from the same one.
    law = [figure.law] if figure.law and figure.law != step.law else []
    if figure.since:
        law.append(_IN_FORCE.in_(language).format(day=_day(figure.since, language)))
    return {"label": figure.label, "value": value, "law": ", ".join(law)}


def measured(value: Decimal, unit: str | None, *, currency: Currency, language: Language) -> str:
    """Write a figure of a bill with its unit.

    Parameters
    ----------
    value
        All of its digits are kept; money is written to the minor unit.
    unit
        The currency's code, a share, which becomes per cent, a unit that every language writes in
        its own way, or a word in the bill's language.
    currency
        Of the bill.
    language
        Of the bill.
    """
    if unit == currency.code:
        return f"{_number(value, language, places=currency.decimals)} {unit}"
    if unit is not None and unit.startswith(SHARE):
        return f"{_number(value * 100, language)} %"
    if unit in UNITS:
        return format_unit(_number(value, language), UNITS[unit], length="short", locale=language)
    return " ".join(filter(None, (_number(value, language), unit)))


def _word(key: str, language: Language) -> str:
    return _WORDS[key].in_(language)


def _money(amount: Decimal, bill: BillDocument) -> str:
    number = _number(amount, bill.language, places=bill.currency.decimals)
    return f"{number} {bill.currency.code}"


def _number(value: Decimal, language: Language, *, places: int | None = None) -> str:
    """Write a number with the language's separators, all of its digits kept."""
    if places is None:
        places = max(0, -int(value.normalize().as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=language)


def _day(day: date, language: Language) -> str:
    return format_date(day, format="long", locale=language)
