"""Words for units and currencies, as people write them in English, Russian and Kyrgyz.

Conversions are exact by definition: the international yard and pound agreement of 1959 for feet
and acres; the *sotka* of land offers is the are, 100 m².
"""

import re
from typing import Literal

Measure = Literal["area", "length"]

AREA_M2: dict[str, float] = {
    "m2": 1.0,
    "sotka": 100.0,
    "ha": 10_000.0,
    "km2": 1_000_000.0,
    "sq ft": 0.092_903_04,
    "acre": 4_046.856_422_4,
}
"""Square metres in one unit of area."""

LENGTH_M: dict[str, float] = {"m": 1.0, "cm": 0.01, "mm": 0.001, "km": 1000.0, "ft": 0.3048}
"""Metres in one unit of length."""

UNITS: dict[str, dict[str, float]] = {"area": AREA_M2, "length": LENGTH_M}

WORDS: dict[Measure, tuple[tuple[str, str], ...]] = {
    "area": (
        ("m2", r"м2?|m2|кв\.?\s?м(етр\w*)?|sq\.?\s?m(et\w*)?|sqm|square met\w+|чарчы метр\w*"),
        ("sotka", r"сот\w*|ар(ов|ы|а)?|ares?"),
        ("ha", r"га|ha|гектар\w*|hectares?"),
        ("km2", r"км2|km2|кв\.?\s?км|sq\.?\s?km"),
        ("sq ft", r"sq\.?\s?(ft|feet)|sqft|sf|ft2|square f\w+|кв\.?\s?фут\w*"),
        ("acre", r"ac|acres?|акр\w*"),
    ),
    "length": (
        ("m", r"м|m|метр\w*|met(er|re)s?"),
        ("cm", r"см|cm|сантиметр\w*"),
        ("mm", r"мм|mm|миллиметр\w*"),
        ("km", r"км|km|километр\w*|чакырым\w*"),
        ("ft", r"ft|feet|foot|фут\w*"),
    ),
}
"""Regular expressions of the words for each unit, after dots at the end and ² are taken away."""

CURRENCIES: tuple[tuple[str, str], ...] = (
    ("USD", r"\$|usd|долл\w*|dollars?|у\s?е"),
    ("KGS", r"сом\w*|soms?|kgs|с"),
    ("RUB", r"₽|руб\w*|rub\w*|р"),
    ("EUR", r"€|eur\w*|евро"),
    ("KZT", r"₸|kzt|тенге|tenge"),
    ("UZS", r"uzs|сум\w*"),
    ("GBP", r"£|gbp"),
    ("UAH", r"₴|uah|грн"),
)

MULTIPLES: tuple[tuple[float, str], ...] = (
    (1e3, r"тыс\w*|k|миң"),
    (1e6, r"млн|mln|m|миллион\w*|million\w*"),
    (1e9, r"млрд|bn|миллиард\w*|billion\w*"),
)

PRICE_NOT_TOLD = (
    r"договор\w*( цена)?|цена договорная|по (договор\w*|запросу)"
    r"|negotiable|on request|call( us)?|келишим\w*|келишүү\w*"
)
"""An offer that names no price."""

NOT_KNOWN = frozenset(
    {"", "-", "–", "—", "?", "n/a", "na", "nan", "null", "none", "нет данных", "не указано",
     "не указан", "не указана", "неизвестно", "unknown", "белгисиз"}
)  # fmt: skip
"""Texts that stand where nothing is known, in small letters."""

TRUE_WORDS = frozenset({"true", "yes", "y", "t", "1", "да", "есть", "имеется", "ооба", "бар", "+"})
FALSE_WORDS = frozenset({"false", "no", "n", "f", "0", "нет", "отсутствует", "жок"})

MONTHS = (
    r"янв\w*|jan\w*", r"фев\w*|feb\w*", r"мар\w*|mar\w*", r"апр\w*|apr\w*", r"ма[йя]|may|май\w*",
    r"июн\w*|jun\w*", r"июл\w*|jul\w*", r"авг\w*|aug\w*", r"сен\w*|sep\w*", r"окт\w*|oct\w*",
    r"ноя\w*|nov\w*", r"дек\w*|dec\w*",
)  # fmt: skip


def unit_of(word: str, measure: Measure) -> str | None:
    """Return the unit that a word such as `м²`, `соток` or `sq. ft` stands for."""
    plain = word.strip().casefold().replace("²", "2").strip(" .,")
    return next((unit for unit, words in WORDS[measure] if re.fullmatch(words, plain)), None)


def currency_of(word: str) -> str | None:
    """Return the ISO 4217 code that a sign or word such as `$` or `сом` stands for."""
    plain = word.strip().casefold()
    return next((code for code, words in CURRENCIES if re.fullmatch(words, plain)), None)


def multiple_of(word: str) -> float | None:
    """Return what a word such as `тыс` or `mln` multiplies by."""
    plain = word.casefold()
    return next((times for times, words in MULTIPLES if re.fullmatch(words, plain)), None)


def month_of(word: str) -> int | None:
    """Return the number of the month that a word such as `июня` or `Jun` names."""
    plain = word.casefold()
    for number, words in enumerate(MONTHS, start=1):
        if re.fullmatch(words, plain):
            return number
    return None
