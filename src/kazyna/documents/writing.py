"""How figures, money, days and names stand in the text of a long document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal

from kazyna.core.text import Language, Text


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
        return format_decimal(value, format=pattern, locale=self.language)

    def money(self, amount: float | Decimal) -> str:
        """Write a whole amount with its currency."""
        places = 2 if 0 < abs(amount) < 1000 and Decimal(str(amount)) % 1 else 0  # noqa: PLR2004
        return f"{self.number(amount, places)}\N{NO-BREAK SPACE}{self.currency}".rstrip()

    def signed(self, amount: Decimal) -> str:
        """Write an amount with its sign."""
        sign = "+" if amount > 0 else "−" if amount < 0 else ""
        return sign + self.money(abs(amount))

    def short(self, value: float) -> str:
        """Write a large number in thousands or millions."""
        return format_compact_decimal(value, locale=self.language, fraction_digits=1)

    def day(self, day: date) -> str:
        """Write a day in words."""
        return format_date(day, format="long", locale=self.language)

    def short_day(self, day: date) -> str:
        """Write a day in figures."""
        return format_date(day, format="dd.MM.yyyy", locale=self.language)

    def label(self, name: str) -> str:
        """Write the name of a characteristic: as declared, or as the column is called."""
        known = self.labels.get(name)
        return known.in_(self.language) if known else name.replace("_", " ")
