"""Words in the public's three languages: English, Russian and Kyrgyz."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["en", "ru", "ky"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

UNITS = {
    "sq ft": "area-square-foot",
    "m²": "area-square-meter",
    "m2": "area-square-meter",
    "ha": "area-hectare",
    "m": "length-meter",
    "km": "length-kilometer",
}
"""Units of the packs that CLDR writes in every language, by its names."""
SHARE = "share"
"""A unit that begins so is a share of something, and is written as per cent."""


@dataclass(frozen=True)
class Text:
    """One phrase in every language; a phrase is never shown in a language it was not written in."""

    en: str
    ru: str
    ky: str

    def in_(self, language: Language) -> str:
        """Return the phrase in one language."""
        phrase: str = getattr(self, language)
        return phrase


def translated(phrase: str, known: Mapping[str, Text], language: Language) -> str:
    """Say an English phrase in a language, where it is known by it, or as it is."""
    return known[phrase].in_(language) if phrase in known else phrase
