"""What the engine says of its evidence and its fall-backs, in the reader's language.

The engine writes English, once, where it decides; here each of its phrases is known by its form. A
phrase that is not known stays as it is: better in English than not said.
"""

import re

from kazyna.core.text import Language, Text
from kazyna.valuation.screening_reasons import KINDS

_PHRASES: tuple[tuple[str, Text], ...] = (
    (
        r"dated after the day of value, (.+)",
        Text("", "после даты оценки, {0}", "баалоо күнүнөн кийин, {0}"),
    ),
    (
        r"left out by an analyst",
        Text("", "исключено аналитиком", "талдоочу тарабынан чыгарылды"),
    ),
    (
        r"no sale has a value",
        Text(
            "",
            "значений нет ни у одной продажи",
            "бир да сатууда мааниси жок",
        ),
    ),
    (r"constant: every sale has (.+)", Text("", "у всех продаж {0}", "бардык сатууларда {0}")),
    (
        r"(\d+) texts, none in (\d+) or more sales",
        Text(
            "",
            "разных текстов: {0}, ни один не встречается {1} раза",
            "ар башка текст: {0}, бири да {1} жолу кездешпейт",
        ),
    ),
    (
        r"type (.+) is not a number, truth, date or text",
        Text(
            "",
            "тип {0} — не число, не истина, не дата и не текст",
            "{0} түрү — сан, чындык, күн же текст эмес",
        ),
    ),
    (
        r"leakage: it orders the sales as the price does",
        Text(
            "",
            "утечка: упорядочивает продажи как цена",
            "агып чыгуу: сатууларды баа сыяктуу иреттейт",
        ),
    ),
    (
        r"leakage: multiplied by (.+) it is the price",
        Text("", "утечка: умноженное на {0} даёт цену", "агып чыгуу: {0} көбөйтүлсө, баа чыгат"),
    ),
    (
        r"no coordinates: location is known by the characteristics only",
        Text(
            "",
            "нет координат: место известно только по характеристикам",
            "координаттар жок: жайгашкан жери мүнөздөмөлөр боюнча гана белгилүү",
        ),
    ),
    (
        r"too few sales for trees: regression and comparables only",
        Text(
            "",
            "для деревьев мало продаж: только регрессия и аналоги",
            "дарактар үчүн сатуулар аз: регрессия жана окшоштор гана",
        ),
    ),
    (
        r"too few sales for local intervals: one relative width for all",
        Text(
            "",
            "для местных интервалов мало продаж: одна относительная ширина для всех",
            "жергиликтүү аралыктар үчүн сатуулар аз: баарына бир салыштырмалуу кеңдик",
        ),
    ),
)
_KINDS = {kind.en: kind for kind in KINDS.values()}


def in_words(phrase: str, language: Language) -> str:
    """Return a phrase of the engine in a language, or as it is where it is not known."""
    if language == "en":
        return phrase
    if phrase in _KINDS:
        return _KINDS[phrase].in_(language)
    for form, text in _PHRASES:
        found = re.fullmatch(form, phrase)
        if found is not None:
            return text.in_(language).format(*found.groups())
    return phrase
