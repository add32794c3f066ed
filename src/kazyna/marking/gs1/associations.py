"""Which application identifiers need, exclude or repeat one another.

Source: the associations of the GS1 Syntax Dictionary (GS1 General Specifications, section 4.12:
mandatory associations and invalid pairs of element strings). They hold for all carriers on one
item together; of one symbol alone they may be left unchecked.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from kazyna.marking.gs1.dictionary import application_identifiers
from kazyna.marking.gs1.message import Element

SIGNATURE = "8030"
SERIAL_COMPONENTS = {"253": 13, "255": 13, "8003": 14}
"""Keys that a signature needs with their optional serial: the length without it."""


def association_flaws(
    elements: Sequence[Element], *, rules: Sequence[str] = ("repeats", "excludes", "requires")
) -> Iterator[tuple[int, str]]:
    """Yield the number of each element at fault, and why.

    Parameters
    ----------
    elements
        The elements of one item.
    rules
        Of `repeats` (an identifier twice with different values), `excludes` (invalid pairs) and
        `requires` (mandatory associations).
    """
    ais = tuple([element.ai for element in elements])
    if "repeats" in rules and len(set(ais)) < len(ais):
        yield from _repeats(elements)
    if "excludes" in rules:
        yield from _excluded(ais)
    if "requires" in rules:
        yield from _required(ais)
        if SIGNATURE in ais:
            yield from _unserialised(elements)


def _repeats(elements: Sequence[Element]) -> Iterator[tuple[int, str]]:
    values: dict[str, str] = {}
    for number, (ai, value) in enumerate(elements):
        if values.setdefault(ai, value) != value:
            yield number, f"AI ({ai}) stands twice with different values"


@lru_cache(maxsize=4096)
def _excluded(ais: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    known = application_identifiers()
    found = []
    for number, ai in enumerate(ais):
        for pattern in known[ai].excludes if ai in known else ():
            found += [
                (number, f"AI ({ai}) must not stand with AI ({other})")
                for other in dict.fromkeys(ais)
                if other != ai and _fits(other, pattern)
            ]
    return tuple(found)


@lru_cache(maxsize=4096)
def _required(ais: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    known = application_identifiers()
    found = []
    for number, ai in enumerate(ais):
        for alternatives in known[ai].requires if ai in known else ():
            if not any(_all_stand(group, ais) for group in alternatives):
                words = " or ".join(" with ".join(f"({one})" for one in g) for g in alternatives)
                found.append((number, f"AI ({ai}) needs {words}"))
    return tuple(found)


def _all_stand(group: Sequence[str], ais: Sequence[str]) -> bool:
    return all(any(_fits(ai, pattern) for ai in ais) for pattern in group)


def _fits(ai: str, pattern: str) -> bool:
    """Tell whether a pattern such as `31nn` stands for the identifier; `n` is any digit."""
    return len(ai) == len(pattern) and all(
        wanted in ("n", digit) for digit, wanted in zip(ai, pattern, strict=True)
    )


def _unserialised(elements: Sequence[Element]) -> Iterator[tuple[int, str]]:
    """Refuse a signature over a key that names a kind of thing, not one thing."""
    for number, (ai, value) in enumerate(elements):
        if ai in SERIAL_COMPONENTS and len(value) == SERIAL_COMPONENTS[ai]:
            yield number, f"AI ({SIGNATURE}) signs one thing: AI ({ai}) has no serial here"
