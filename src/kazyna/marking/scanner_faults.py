"""Codes spoilt on the way from scanner to program: recognised, and mended where that is certain.

Guidance of operators of medicine verification systems puts most false alarms down to a few faults:
the scanner drops or replaces the group separator, caps lock swaps the case of letters, the
keyboard layout is Cyrillic, the end is cut off. A spoilt code is mended only when one code alone
can have been meant: when exactly one candidate has a right tail, or, where no tail can be checked,
when the fault loses nothing and one candidate alone has the form of a template.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from kazyna.marking.gs1 import GS
from kazyna.marking.template import CHARACTERS, CodeParts, CodeTemplate, forms_of

Kind = Literal[
    "lost_separator", "replaced_separator", "cyrillic_layout", "caps_lock", "case_lost", "cut_off"
]
Judge = Callable[[CodeTemplate, CodeParts], bool | None]
"""Tells whether a code's tail is right; None where that cannot be known here."""

CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбю.ё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,Ё" + '"№;:?/'
LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?~' + "@#$^&|"
"""The same keys, by the Russian and the US layout of Windows; the other keys are alike."""
TO_LATIN = str.maketrans(CYRILLIC, LATIN)
CYRILLIC_LETTER = re.compile("[а-яёА-ЯЁ]")

REPLACEMENTS = re.compile(
    r"<GS>|\{GS\}|\[GS\]|\(GS\)|<FNC1>|\{FNC1\}|\\x1[dD]|\\u001[dD]|\\F|&#29;|%1[dD]"
    r"|[\u241d\u00e8\u2194^|~#$@ \t\x1e\x00]"
)
"""What scanners and programs put for the separator; no character of GS1 set 82 is among them."""
SYMBOLOGY_LENGTH = 3
LETTERS_MIN = 12
"""So many letters of one case only are no accident: of random letters once in 4,096."""
WORDS: dict[Kind, str] = {
    "lost_separator": "the scanner dropped the group separator",
    "replaced_separator": "other characters stand for the group separator",
    "cyrillic_layout": "the keyboard layout was Cyrillic",
    "caps_lock": "caps lock was on: the case of every letter is swapped",
    "case_lost": "all letters are of one case: what was meant cannot be known",
    "cut_off": "the end of the code is cut off",
}


@dataclass(frozen=True)
class ScannerFault:
    """What happened to a code."""

    kinds: tuple[Kind, ...]
    repaired: str | None
    """The code as it goes into a symbol, where one alone can have been meant."""
    template: str | None = None

    @property
    def words(self) -> str:
        """What happened, in words."""
        return "; ".join(WORDS[kind] for kind in self.kinds)


class Candidate(NamedTuple):
    """A code that may have been meant."""

    kinds: tuple[Kind, ...]
    template: CodeTemplate
    parts: CodeParts

    @property
    def text(self) -> str:
        """The code as it goes into a symbol."""
        return self.template.write(self.parts)


def diagnose(
    text: str, templates: Sequence[CodeTemplate], *, judge: Judge | None = None
) -> ScannerFault | None:
    """Find the scanner's fault in a code that is not valid as it came.

    Parameters
    ----------
    text
        What came from the scanner.
    templates
        The forms that may have been meant.
    judge
        Checks a tail. With it a code is mended when one candidate alone is right; without it, when
        the fault loses nothing and one candidate alone has the form of a template.

    Returns
    -------
    ScannerFault or None
        None where the code has the form of a template as it is, or no fault explains it.
    """
    forms = forms_of(templates)
    candidates = list(_candidates(text, forms))
    judged = [(each, judge(each.template, each.parts) if judge else None) for each in candidates]
    right = [each for each, verdict in judged if verdict]
    if right:
        return _told(right, certain=len({each.text for each in right}) == 1)
    possible = [each for each, verdict in judged if verdict is None and each.kinds]
    plain = [each for each in possible if "caps_lock" not in each.kinds]
    if plain:
        return _told(plain, certain=len({each.text for each in plain}) == 1)
    if any(not each.kinds for each in candidates):
        return ScannerFault(("case_lost",), None) if _one_case(text) else None
    if possible:
        return ScannerFault(possible[0].kinds, None, possible[0].template.name)
    for template in forms:
        if _cut_off(template).fullmatch(_separated(text.translate(_layout(text)))):
            return ScannerFault(("cut_off",), None, template.name)
    return None


def _told(candidates: Sequence[Candidate], *, certain: bool) -> ScannerFault | None:
    """Report the candidate that needs the fewest faults."""
    best = min(candidates, key=lambda each: len(each.kinds))
    if not best.kinds:
        return None
    return ScannerFault(best.kinds, best.text if certain else None, best.template.name)


def _candidates(text: str, templates: Sequence[CodeTemplate]) -> Iterator[Candidate]:
    """Yield every code that some faults together turn into what came, the likeliest first."""
    for kinds, variant in _variants(text):
        separated = _separated(variant)
        joined = separated.replace(GS, "")
        for template in templates:
            if not _may_be(template, joined):
                continue
            if parts := template.match(variant):
                yield Candidate(kinds, template, parts)
                continue
            if separated != variant and (parts := template.match(separated)):
                yield Candidate((*kinds, "replaced_separator"), template, parts)
                continue
            bare = _bare(template).fullmatch(joined)
            if bare and (parts := template.match(_joined(template, bare.groups()))):
                yield Candidate((*kinds, "lost_separator"), template, parts)


def _variants(text: str) -> Iterator[tuple[tuple[Kind, ...], str]]:
    layout = _layout(text)
    kinds: tuple[Kind, ...] = ("cyrillic_layout",) if layout else ()
    text = text.translate(layout)
    yield kinds, text
    yield (*kinds, "caps_lock"), text.swapcase()


def _layout(text: str) -> dict[int, int]:
    return TO_LATIN if CYRILLIC_LETTER.search(text) else {}


def _separated(text: str) -> str:
    return REPLACEMENTS.sub(GS, text)


def _joined(template: CodeTemplate, values: Sequence[str]) -> str:
    parts = template.issued
    return "".join(
        part.ai + value + (GS if part.separated and part is not parts[-1] else "")
        for part, value in zip(parts, values, strict=True)
    )


@lru_cache(maxsize=256)
def _bare(template: CodeTemplate) -> re.Pattern[str]:
    """Match codes of a template without any separator."""
    leading = r"(?:\](?:d2|C1|Q3|e0|J1))?"
    return re.compile(leading + "".join(part.ai + part.pattern for part in template.issued))


@lru_cache(maxsize=256)
def _lengths(template: CodeTemplate) -> tuple[int, int]:
    """Return how long codes of a template are without separators, at least and at most."""
    ais = sum(len(part.ai) for part in template.issued)
    least = sum(min(part.lengths) for part in template.issued)
    return ais + least, ais + sum(max(part.lengths) for part in template.issued) + SYMBOLOGY_LENGTH


def _may_be(template: CodeTemplate, joined: str) -> bool:
    """Tell by its length whether a text can be a code of a template at all."""
    least, most = _lengths(template)
    return least <= len(joined) <= most


@lru_cache(maxsize=256)
def _cut_off(template: CodeTemplate) -> re.Pattern[str]:
    """Match the beginnings of codes of a template that reach into the serial at least."""
    pattern = ""
    for part in reversed(template.issued[1:]):
        separator = f"{GS}?" if part.separated else ""
        shorter = f"{CHARACTERS}{{0,{max(part.lengths) - 1}}}"
        whole = f"{part.ai}{part.pattern}{separator}{pattern}"
        pattern = f"(?:{whole}|{part.ai}{shorter}|{part.ai[:1]})" if pattern else (
            f"(?:{part.ai}{shorter}|{part.ai[:1]}|)"
        )  # fmt: skip
    first = template.issued[0]
    return re.compile(rf"(?:\](?:d2|C1|Q3|e0|J1))?{GS}?{first.ai}{first.pattern}{pattern}")


def _one_case(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= LETTERS_MIN and len({letter.isupper() for letter in letters}) == 1
