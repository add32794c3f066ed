"""What is wrong with a code, and where; the character sets of GS1."""

from collections.abc import Callable
from typing import NamedTuple

DIGITS = frozenset("0123456789")
CSET_82_ORDER = (
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
)
"""GS1 General Specifications, figure 7.11-1, in the order of the check-character algorithm."""
CSET_82 = frozenset(CSET_82_ORDER)
CSET_39 = frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""Figure 7.11-2."""
CSET_64 = frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""Figure 7.11-3, without the padding."""

COMPANY_PREFIX_MIN = 4
"""The shortest GS1 company prefix."""


class Flaw(NamedTuple):
    """What is wrong inside one component."""

    offset: int
    """Where it begins, counted from 0."""
    reason: str


class Fault(NamedTuple):
    """Why a code is not valid."""

    offset: int
    """Where the fault begins in the text that was read, counted from 0."""
    reason: str
    expected: str

    @property
    def position(self) -> int:
        """Where the fault begins, counted from 1 as people do."""
        return self.offset + 1

    def __str__(self) -> str:
        return f"position {self.position}: {self.reason}; expected {self.expected}"


def only(text: str, characters: frozenset[str], what: str) -> Flaw | None:
    """Refuse the first character outside a set."""
    for offset, character in enumerate(text):
        if character not in characters:
            return Flaw(offset, f"{character!r} is not {what}")
    return None


def digits_only(text: str) -> Flaw | None:
    """Refuse the first character that is not a digit."""
    return only(text, DIGITS, "a digit")


def company_prefix(
    text: str, *, start: int = 0, known: Callable[[str], bool] | None = None
) -> Flaw | None:
    """Take text that has a GS1 company prefix at `start`.

    Parameters
    ----------
    text
        An identifier that begins with a company prefix, or with one character before it.
    start
        Where the prefix begins: 0 or 1.
    known
        Tells whether the text begins with a prefix that GS1 has given out; without it, the shape
        alone is checked.
    """
    prefix = text[start : start + COMPANY_PREFIX_MIN]
    if len(prefix) < COMPANY_PREFIX_MIN:
        return Flaw(0, "too short for a GS1 company prefix")
    if flaw := digits_only(prefix):
        return Flaw(start + flaw.offset, f"{flaw.reason}, as a GS1 company prefix has")
    if known is not None and not known(text[start:]):
        return Flaw(start, "no known GS1 company prefix stands here")
    return None
