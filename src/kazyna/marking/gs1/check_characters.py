"""Check digits and check characters: GS1 mod 10, GS1 mod 1021,32 and the IBAN's mod 97.

Sources: GS1 General Specifications, sections 7.9.1 (check digit) and 7.9.5 (check-character
pair); ISO 13616-1 (IBAN).
"""

from collections.abc import Container, Iterator
from itertools import count, islice

from kazyna.marking.gs1.flaw import CSET_82_ORDER, Flaw, digits_only, only

CHECK_PAIR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""The characters of a check pair: without those that people confuse."""
PAIR_LENGTH, PAIR_MODULUS = 2, 1021
VALUE_82 = {character: value for value, character in enumerate(CSET_82_ORDER)}
IBAN_MIN, IBAN_MAX = 5, 34
IBAN_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def compute_check_digit(digits: str) -> str:
    """Return the check digit of a GS1 number without it: weights 3 and 1 from the right.

    Examples
    --------
    >>> compute_check_digit("0460123456789")
    '3'
    """
    odd, even = digits[::-2], digits[-2::-2]
    return str(-(3 * sum(map(int, odd)) + sum(map(int, even))) % 10)


def _weighted(position: int, text: str) -> int:
    """Weigh four digits that stand at an even position of a GTIN-14."""
    return sum(int(d) * (3 if (position + i) % 2 == 0 else 1) for i, d in enumerate(text))


FOUR_DIGITS = {f"{n:04d}": _weighted(0, f"{n:04d}") for n in range(10_000)}
TWO_DIGITS = {f"{n:02d}": _weighted(0, f"{n:02d}") for n in range(100)}


def is_gtin_14(text: str) -> bool:
    """Tell whether a text is 14 digits with a right check digit; four table look-ups."""
    if len(text) != 14:  # noqa: PLR2004 (GTIN-14)
        return False
    try:
        total = (
            FOUR_DIGITS[text[:4]]
            + FOUR_DIGITS[text[4:8]]
            + FOUR_DIGITS[text[8:12]]
            + TWO_DIGITS[text[12:]]
        )
    except KeyError:
        return False
    return total % 10 == 0


def check_digit(text: str) -> Flaw | None:
    """Check the last digit of a GS1 number."""
    if is_gtin_14(text):
        return None
    if flaw := digits_only(text):
        return flaw
    if not text:
        return Flaw(0, "a number with a check digit is missing")
    right = compute_check_digit(text[:-1])
    if text[-1] == right:
        return None
    return Flaw(len(text) - 1, f"the check digit is {text[-1]}, by the other digits {right}")


def _primes() -> Iterator[int]:
    found: list[int] = []
    for number in count(2):
        if all(number % prime for prime in found):
            found.append(number)
            yield number


def compute_check_pair(text: str) -> str:
    """Return the check-character pair of a GMN without it: prime weights from the right.

    Examples
    --------
    >>> compute_check_pair("1987654Ad4X4bL5ttr2310c")
    '2K'
    """
    weights = islice(_primes(), len(text))
    total = sum(VALUE_82[c] * weight for c, weight in zip(reversed(text), weights, strict=True))
    first, second = divmod(total % PAIR_MODULUS, len(CHECK_PAIR))
    return CHECK_PAIR[first] + CHECK_PAIR[second]


def alphanumeric_check(text: str) -> Flaw | None:
    """Check the last two characters of a GMN."""
    if len(text) < PAIR_LENGTH:
        return Flaw(0, "too short for a check-character pair")
    body, pair = text[:-PAIR_LENGTH], text[-PAIR_LENGTH:]
    if flaw := only(body, frozenset(VALUE_82), "in character set 82"):
        return flaw
    right = compute_check_pair(body)
    if pair == right:
        return None
    return Flaw(len(body), f"the check characters are {pair}, by the others {right}")


def iban_check(text: str, countries: Container[str]) -> Flaw | None:
    """Check country, characters and checksum of an IBAN."""
    if not IBAN_MIN <= len(text) <= IBAN_MAX:
        return Flaw(0, f"an IBAN has {IBAN_MIN} to {IBAN_MAX} characters, not {len(text)}")
    if flaw := only(text, IBAN_CHARACTERS, "a character of an IBAN"):
        return flaw
    if text[:2] not in countries:
        return Flaw(0, f"{text[:2]!r} is not a country by ISO 3166")
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return None if int(number) % 97 == 1 else Flaw(2, "the checksum of the IBAN is wrong")
