"""The three languages of the pages: texts from gettext catalogues, numbers and dates by CLDR."""

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, get_day_names, get_month_names
from babel.messages.pofile import read_po
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
)
from babel.units import format_unit

from kazyna.core.text import LANGUAGES, SHARE, UNITS, Language, Text, translated

CATALOGUES = Path(__file__).parent / "locale"
NAMES: dict[Language, tuple[str, str]] = {
    "en": ("Eng", "English"),
    "ru": ("Рус", "Русский"),
    "ky": ("Кыр", "Кыргызча"),
}
"""Of each language, the short and the long name in itself."""
LOCALES: dict[Language, Locale] = {
    "en": Locale("en", "US"),
    "ru": Locale("ru"),
    "ky": Locale("ky"),
}

KILOMETRE = 1000
THOUSAND = 1000
SYMBOLS = Locale("en", "US")
"""The locale that knows a sign for most currencies."""


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """Return the catalogue of a language; English is what the source says."""
    found = gettext.NullTranslations()
    if language == "en":
        return found
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    texts = {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
    return _Catalogue(texts)


class _Catalogue(gettext.NullTranslations):
    """Texts by their English wording."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def gettext(self, message: str) -> str:
        return self._texts.get(message, message)


def preferred(accepted: str) -> Language:
    """Choose a language by a browser's Accept-Language header; English when none is ours."""
    weighed = []
    for part in accepted.split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        weighed.append((weight, name.split("-")[0].lower()))
    for _, name in sorted(weighed, key=lambda pair: -pair[0]):
        for language in LANGUAGES:
            if language == name:
                return language
    return "en"


@dataclass(frozen=True)
class Writer:
    """Writes texts, numbers, money and days in one language and currency."""

    language: Language
    currency: str
    words: Mapping[str, Text] = field(default_factory=dict)
    """What the words and units of a pack's tables are called."""

    @property
    def locale(self) -> Locale:
        """The CLDR locale."""
        return LOCALES[self.language]

    @property
    def gettext(self) -> Callable[[str], str]:
        """Translate a text of the pages."""
        return translations(self.language).gettext

    def text(self, text: Text) -> str:
        """Write a phrase that comes in all languages."""
        return text.in_(self.language)

    def said(self, phrase: str, known: Mapping[str, Text]) -> str:
        """Write an English phrase of the pack in the reader's language, or as it is."""
        return translated(phrase, known, self.language)

    def money(self, amount: Decimal) -> str:
        """Write an amount to the last minor unit."""
        return self._symbols(format_currency(amount, self.currency, locale=self.locale))

    def whole_money(self, amount: Decimal | float) -> str:
        """Write an amount in whole currency units, as values are."""
        return self._symbols(
            format_currency(
                amount, self.currency, locale=self.locale, format=self._whole, currency_digits=False
            )
        )

    def signed_money(self, amount: Decimal) -> str:
        """Write a whole amount with its sign."""
        sign = "+" if amount > 0 else "−" if amount < 0 else ""
        return sign + self.whole_money(abs(amount))

    def short_money(self, amount: Decimal) -> str:
        """Write a large amount in millions or billions."""
        if abs(amount) < THOUSAND:
            return self.whole_money(amount)
        return self._symbols(
            format_compact_currency(amount, self.currency, locale=self.locale, fraction_digits=1)
        )

    def short_number(self, amount: Decimal) -> str:
        """Write a large number in thousands, millions or billions."""
        return format_compact_decimal(amount, locale=self.locale, fraction_digits=1)

    @property
    def symbol(self) -> str:
        """The sign of the currency: the language's own, else the one that English has."""
        own = get_currency_symbol(self.currency, locale=self.locale)
        return own if own != self.currency else get_currency_symbol(self.currency, locale=SYMBOLS)

    def measure(self, value: Decimal, unit: str | None) -> str:
        """Write an exact number in its unit."""
        if unit == self.currency:
            return self.money(value)
        if unit is not None and unit.startswith(SHARE):
            return self.fact(value * 100) + "\N{NO-BREAK SPACE}%"
        if unit in UNITS:
            return format_unit(value, UNITS[unit], length="short", locale=self.locale)
        return f"{self.fact(value)} {self.word(unit)}" if unit else self.fact(value)

    def word(self, value: str) -> str:
        """Write a word of the pack's tables, such as a material or a place."""
        named = self.words.get(value)
        return self.text(named) if named else value.replace("_", " ")

    def share(self, share: Decimal) -> str:
        """Write a share of the whole, with two decimals where it needs them."""
        return self.percent(float(share), 0 if share * 100 == int(share * 100) else 2)

    def figure(self, value: object, unit: str | None) -> str:
        """Write a step of a computation, which the register keeps as text."""
        try:
            return self.measure(Decimal(str(value)), unit)
        except InvalidOperation:
            return str(value)

    def recorded(self, value: str, unit: str | None) -> str:
        """Write a recorded characteristic; a number without unit may be a year, and stays."""
        if value in {"yes", "no"}:
            return self.gettext("yes") if value == "yes" else self.gettext("no")
        try:
            number = Decimal(value)
        except InvalidOperation:
            return self.word(value)
        return self.measure(number, unit) if unit or "." in value else value

    def number(self, value: float | Decimal, decimals: int = 0) -> str:
        """Write a number with a fixed number of decimals."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return _minus(format_decimal(value, format=pattern, locale=self.locale))

    def fact(self, value: Decimal) -> str:
        """Write an exact number with the decimals that it has."""
        return format_decimal(value.normalize(), locale=self.locale, decimal_quantization=False)

    def percent(self, share: float, decimals: int = 1) -> str:
        """Write a share as per cent."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "%"
        return _minus(format_percent(share, format=pattern, locale=self.locale))

    def distance(self, metres: float) -> str:
        """Write a distance in metres, or kilometres from one on."""
        unit, amount = ("kilometer", metres / 1000) if metres >= KILOMETRE else ("meter", metres)
        pattern = "#,##0.0" if metres >= KILOMETRE else "#,##0"
        return format_unit(amount, unit, length="short", format=pattern, locale=self.locale)

    def unit_sign(self, unit: str) -> str:
        """Write a unit without a number."""
        if unit not in UNITS:
            return self.word(unit)
        return format_unit(1, UNITS[unit], length="short", locale=self.locale).split()[-1]

    def day(self, day: date | datetime) -> str:
        """Write a day."""
        return format_date(day, format="long", locale=self.locale)

    def short_day(self, day: date) -> str:
        """Write a day in figures."""
        return format_date(day, format="medium", locale=self.locale)

    def month(self, day: date) -> str:
        """Write a month and its year."""
        return format_date(day, format="LLL y", locale=self.locale)

    @property
    def number_format(self) -> dict[str, object]:
        """The locale's numbers, for charts."""
        signs = self.locale.number_symbols["latn"]
        return {
            "decimal": signs["decimal"],
            "thousands": signs["group"],
            "grouping": [3],
            "currency": ["", ""],
        }

    @property
    def time_format(self) -> dict[str, object]:
        """The locale's days and months, for charts."""
        months = get_month_names("abbreviated", context="stand-alone", locale=self.locale)
        days = get_day_names("abbreviated", context="stand-alone", locale=self.locale)
        month_names = [months[month] for month in range(1, 13)]
        day_names = [days[(day + 6) % 7] for day in range(7)]
        return {
            "dateTime": "%x %X",
            "date": "%d.%m.%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": day_names,
            "shortDays": day_names,
            "months": month_names,
            "shortMonths": month_names,
        }

    def _symbols(self, text: str) -> str:
        """Write the currency's sign also where a locale would write its code; apart, if letters."""
        written = text.replace(self.currency, self.symbol)
        if self.symbol.isalpha() and written.lstrip("-−").startswith(self.symbol):
            written = written.replace(self.symbol, self.symbol + "\N{NO-BREAK SPACE}", 1)
        return written

    @property
    def _whole(self) -> str:
        pattern = self.locale.currency_formats["standard"].pattern
        return str(pattern).replace(".00", "")


def _minus(written: str) -> str:
    """Write a minus, not the hyphen that CLDR has for some languages."""
    return written.replace("-", "\N{MINUS SIGN}")
