"""How figures, money, days and names stand in the text of a long document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal
from babel.units import format_unit

from kazyna.core.text import UNITS, Language, Text

_YES, _NO = Text("yes", "да", "ооба"), Text("no", "нет", "жок")


@dataclass(frozen=True)
class Pen:
    """Writes in one language and currency, with the given names of characteristics."""

    language: Language
    currency: str = ""
    labels: Mapping[str, Text] = field(default_factory=dict)

    def number(self, value: float | Decimal | None, places: int = 0) -> str:
        """Write a number to so many places; what is not known is a dash."""
        if value is None or value != value:  # noqa: PLR0124 (not a number is unlike itself)
            return "–"
        pattern = "#,##0" + ("." + "0" * places if places else "")
        # A minus, not the hyphen that CLDR has for some languages.
        return format_decimal(value, format=pattern, locale=self.language).replace("-", "−")

    def money(self, amount: float | Decimal) -> str:
        """Write a whole amount with its currency."""
        exact = Decimal(str(amount))
        places = 2 if abs(exact) < 1000 and exact % 1 else 0  # noqa: PLR2004
        return f"{self.number(amount, places)}\N{NO-BREAK SPACE}{self.currency}".rstrip()

    def signed(self, amount: Decimal) -> str:
        """Write an amount with its sign."""
        return _sign(amount) + self.money(abs(amount))

    def signed_number(self, amount: Decimal) -> str:
        """Write an amount with its sign and without its currency."""
        return _sign(amount) + self.number(abs(amount))

    def short(self, value: float) -> str:
        """Write a large number in thousands or millions."""
        return format_compact_decimal(value, locale=self.language, fraction_digits=1)

    def day(self, day: date) -> str:
        """Write a day in words."""
        return format_date(day, format="long", locale=self.language)

    def short_day(self, day: date) -> str:
        """Write a day shortly, its parts in the order in which the language has them in words.

        In English figures alone would leave open which is the month.
        """
        short = "MMM d, y" if self.language == "en" else "dd.MM.yyyy"
        return format_date(day, format=short, locale=self.language)

    def label(self, name: str) -> str:
        """Write the name of a characteristic: as declared, or as the column is called."""
        known = self.labels.get(name)
        return known.in_(self.language) if known else name.replace("_", " ")

    def recorded(self, value: object, unit: str | None) -> str:
        """Write a recorded characteristic; a number without a unit may be a year, and stays."""
        if isinstance(value, bool) or value in {"yes", "no"}:
            return (_YES if value in {True, "yes"} else _NO).in_(self.language)
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return str(value)
        if unit is None and number == number.to_integral_value():
            return f"{number:f}".partition(".")[0]
        if unit in UNITS:
            return format_unit(number, UNITS[unit], length="short", locale=self.language)
        written = format_decimal(number.normalize(), locale=self.language)
        return f"{written} {unit}" if unit else written

    def about(self, amount: Decimal) -> Decimal:
        """Round an estimate to two figures, so that it does not look surer than it is."""
        if amount == 0:
            return amount
        return amount.quantize(Decimal(1).scaleb(amount.adjusted() - 1)).quantize(Decimal(1))


def told(sentence: str, **said: str) -> str:
    """Fill in a sentence; where a day or name ends with a point, the sentence adds none.

    Examples
    --------
    >>> told("Уплатить до {day}. Пеня растёт.", day="1 мая 2026 г.")
    'Уплатить до 1 мая 2026 г. Пеня растёт.'
    """
    return sentence.format(**said).replace("..", ".")


def _sign(amount: Decimal) -> str:
    return "+" if amount > 0 else "−" if amount < 0 else ""
