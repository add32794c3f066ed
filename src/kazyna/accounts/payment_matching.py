"""Which debt a payment is meant for: a reference that is right, or what speaks for a guess."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kazyna.accounts.reference import is_creditor_reference

REFERENCE = re.compile(r"RF\d{2}(?:[ -]?\d){1,21}", re.IGNORECASE)
DIGITS_MIN = 5
"""RF, two check digits and one more: the shortest reference."""
WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]+")

Clue = Literal["reference_mended", "taxpayer_number", "payer_name", "exact_amount"]

POINTS: dict[Clue, int] = {
    "reference_mended": 60,
    "taxpayer_number": 40,
    "payer_name": 20,
    "exact_amount": 20,
}
"""How much each clue speaks for a debt; a mended reference still needs somebody to agree."""


@dataclass(frozen=True)
class Proposal:
    """A debt that a payment may be meant for, and why."""

    account: str
    """The receivable account."""
    clues: tuple[Clue, ...]

    @property
    def points(self) -> int:
        """How much speaks for it."""
        return sum(POINTS[clue] for clue in self.clues)


def references_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the payment references in texts whose check digits are right, each once.

    Parameters
    ----------
    texts
        Whatever a bank hands on: structured references, end-to-end numbers, free text.

    Examples
    --------
    >>> references_in(["pay rf18 5390 0754 7034 thanks", "RF18539007547043"])
    ('RF18539007547034',)
    """
    found: dict[str, None] = {}
    for text in texts:
        for written in REFERENCE.findall(text):
            plain = re.sub(r"[ -]", "", written).upper()
            # Digits that follow by chance are left out, the longest reference first.
            for end in range(len(plain), DIGITS_MIN - 1, -1):
                if is_creditor_reference(plain[:end]):
                    found[plain[:end]] = None
                    break
    return tuple(found)


def mended_references(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the references that a text would be with one digit changed or two exchanged.

    Parameters
    ----------
    texts
        As for `references_in`.

    Examples
    --------
    >>> "RF18539007547034" in mended_references(["RF18539007547043"])
    True
    """
    found: dict[str, None] = {}
    for text in texts:
        for written in REFERENCE.findall(text):
            plain = re.sub(r"[ -]", "", written).upper()
            if not is_creditor_reference(plain):
                found.update(dict.fromkeys(filter(is_creditor_reference, _slips(plain))))
    return tuple(found)


def words_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of texts that could be a number of a taxpayer.

    Examples
    --------
    >>> words_in(["land tax, T0000017"])
    ('land', 'tax', 'T0000017')
    """
    return tuple(dict.fromkeys(word for text in texts for word in WORD.findall(text)))


def ranked(clues: Iterable[tuple[str, Clue]]) -> tuple[Proposal, ...]:
    """Gather clues by account, the likeliest account first.

    Examples
    --------
    >>> ranked([("a", "exact_amount"), ("b", "taxpayer_number"), ("a", "payer_name")])[0].account
    'a'
    """
    by_account: dict[str, set[Clue]] = {}
    for account, clue in clues:
        by_account.setdefault(account, set()).add(clue)
    proposals = (
        Proposal(account, tuple(clue for clue in POINTS if clue in of_account))
        for account, of_account in by_account.items()
    )
    return tuple(sorted(proposals, key=lambda proposal: (-proposal.points, proposal.account)))


def _slips(plain: str) -> Iterable[str]:
    """Yield what was meant if one digit is wrong or two neighbours are exchanged."""
    for place in range(2, len(plain)):
        for digit in "0123456789":
            yield plain[:place] + digit + plain[place + 1 :]
        if place + 1 < len(plain):
            yield plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
