"""Checks of the content of one component of a value, by the names of the GS1 Syntax Dictionary.

A check takes the text of its component and returns nothing, or the flaw: where it begins and what
it is. Characters and lengths are checked before (`dictionary.py`), but each check also stands
alone. Rules: GS1 General Specifications, section 3 (identifiers) and 7 (check digits, dates).
"""

from collections.abc import Container, Mapping
from types import MappingProxyType

from kazyna.marking.gs1.check_characters import (
    alphanumeric_check,
    check_digit,
    iban_check,
)
from kazyna.marking.gs1.code_lists import (
    COUNTRIES,
    COUNTRIES_ALPHA2,
    CURRENCIES,
    MEDIA_TYPES,
    PACKAGE_TYPES,
)
from kazyna.marking.gs1.coupons import coupon_code, positive_offer
from kazyna.marking.gs1.flaw import (
    CSET_39,
    CSET_64,
    CSET_82,
    DIGITS,
    Flaw,
    company_prefix,
    digits_only,
    only,
)
from kazyna.marking.gs1.times import Linter, below, date_of, hour, hour_minute, minute, short_date

LATITUDE_MAX, LONGITUDE_MAX = 1_800_000_000, 3_600_000_000
"""Degrees from the pole and from the antimeridian, in ten-millionths."""


def base64url(text: str) -> Flaw | None:
    """URL-safe base64; padding stands at the end only, two signs at most."""
    body = text.rstrip("=")
    if len(text) - len(body) > 2:  # noqa: PLR2004 (base64)
        return Flaw(len(body) + 2, "too much padding")
    return only(body, CSET_64, "a URL-safe base64 character")


def one_of(codes: Container[str], what: str) -> Linter:
    """Make a check that the whole text is one of the codes."""

    def check(text: str) -> Flaw | None:
        return None if text in codes else Flaw(0, f"{text!r} is not {what}")

    return check


def not_zero(text: str) -> Flaw | None:
    """Refuse zero."""
    return digits_only(text) or (None if text.strip("0") else Flaw(0, "the number is zero"))


def zero(text: str) -> Flaw | None:
    """Take zeros only."""
    return only(text, frozenset("0"), "zero")


def no_zero_prefix(text: str) -> Flaw | None:
    """Refuse a zero before other digits."""
    if len(text) > 1 and text[0] == "0":
        return Flaw(0, "a zero stands before the number")
    return digits_only(text)


def has_non_digit(text: str) -> Flaw | None:
    """Refuse digits alone."""
    return Flaw(0, "only digits; one other character is needed") if text.isdigit() else None


def hyphens(text: str) -> Flaw | None:
    """Take the minus sign."""
    return only(text, frozenset("-"), "a hyphen")


def percent_encoded(text: str) -> Flaw | None:
    """Take text in which a percent sign begins an escape such as %2F."""
    for offset, character in enumerate(text):
        escape = text[offset + 1 : offset + 3]
        if character == "%" and not (len(escape) == 2 and is_hexadecimal(escape)):  # noqa: PLR2004
            return Flaw(offset, f"{text[offset : offset + 3]!r} is not an escape such as %2F")
    return None


def is_hexadecimal(text: str) -> bool:
    """Tell whether all characters are hexadecimal digits."""
    return all(character in "0123456789ABCDEFabcdef" for character in text)


def piece_of_total(text: str) -> Flaw | None:
    """Take two numbers of equal length, a piece and how many there are."""
    half = len(text) // 2
    if not text or len(text) % 2:
        return Flaw(0, "piece and total have different lengths")
    if flaw := digits_only(text):
        return flaw
    piece, total = int(text[:half]), int(text[half:])
    if piece == 0 or total == 0:
        return Flaw(0 if piece == 0 else half, "a piece or a total is not zero")
    return Flaw(0, f"piece {piece} exceeds the total of {total}") if piece > total else None


def position_in_sequence(text: str) -> Flaw | None:
    """Take a birth sequence such as 2/3."""
    position, slash, end = text.partition("/")
    if not slash or not {*position, *end} <= DIGITS or not position or not end:
        return Flaw(0, f"{text!r} is not a position and an end such as 1/2")
    for part, offset in ((position, 0), (end, len(position) + 1)):
        if flaw := no_zero_prefix(part):
            return Flaw(offset, flaw.reason)
    return Flaw(0, f"{position} is beyond {end}") if int(position) > int(end) else None


def importer_index(text: str) -> Flaw | None:
    """Take the one character that names the importer's place (EU 2018/574)."""
    if len(text) != 1:
        return Flaw(0, "the importer index is one character")
    return only(text, CSET_64, "an importer index")


LINTERS: Mapping[str, Linter] = MappingProxyType(
    {
        "cset39": lambda text: only(text, CSET_39, "in character set 39"),
        "cset64": base64url,
        "cset82": lambda text: only(text, CSET_82, "in character set 82"),
        "csetnumeric": digits_only,
        "couponcode": coupon_code,
        "couponposoffer": positive_offer,
        "csum": check_digit,
        "csumalpha": alphanumeric_check,
        "gcppos1": company_prefix,
        "gcppos2": lambda text: company_prefix(text, start=1),
        "hasnondigit": has_non_digit,
        "hh": hour,
        "hhmi": hour_minute,
        "hyphen": hyphens,
        "iban": lambda text: iban_check(text, COUNTRIES_ALPHA2),
        "importeridx": importer_index,
        "iso3166": one_of(COUNTRIES, "a country by ISO 3166"),
        "iso3166999": one_of(COUNTRIES | {"999"}, "a country by ISO 3166, or 999"),
        "iso3166alpha2": one_of(COUNTRIES_ALPHA2, "a country by ISO 3166"),
        "iso4217": one_of(CURRENCIES, "a currency by ISO 4217"),
        "iso5218": one_of(frozenset("0129"), "a sex by ISO 5218"),
        "latitude": below(LATITUDE_MAX + 1, 10, "a latitude"),
        "longitude": below(LONGITUDE_MAX + 1, 10, "a longitude"),
        "mediatype": one_of(MEDIA_TYPES, "a type of carrier"),
        "mi": minute,
        "nonzero": not_zero,
        "nozeroprefix": no_zero_prefix,
        "packagetype": one_of(PACKAGE_TYPES, "a type of package"),
        "pcenc": percent_encoded,
        "pieceoftotal": piece_of_total,
        "posinseqslash": position_in_sequence,
        "ss": below(60, 2, "a second"),
        "winding": one_of(frozenset("019"), "a winding direction: 0, 1 or 9"),
        "yesno": one_of(frozenset("01"), "0 or 1"),
        "yymmd0": date_of(6, day_zero=True),
        "yymmdd": short_date,
        "yyyymmd0": date_of(8, day_zero=True),
        "yyyymmdd": date_of(8, day_zero=False),
        "zero": zero,
    }
)
"""Every check that the dictionary names."""
