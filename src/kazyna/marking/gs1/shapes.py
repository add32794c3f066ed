"""The usual way: a code that has the identifiers of one read before, in one expression.

Codes of one regime are all of one shape: the same identifiers in the same order. The expression
of a shape says what `element_string.read_row` and `associations` would find step by step: values
end where they must, characters and lengths are those of the dictionary, and nothing is left over.
What it does not match (another shape, a separator that need not stand, a fault) is read step by
step.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from kazyna.marking.gs1.associations import SIGNATURE, association_flaws
from kazyna.marking.gs1.dictionary import application_identifiers
from kazyna.marking.gs1.element_string import GS
from kazyna.marking.gs1.message import Element
from kazyna.marking.gs1.times import Linter

SHAPES_MAX = 1024
"""So many kinds of codes are remembered; then all are learnt anew."""
FAST_SYMBOLOGIES = frozenset({"]d2", "]C1", "]Q3", "]e0", "]J1"})
Kind = tuple[int, str]
"""How long a code is, and how it begins: codes of one form agree in both."""


class Shape(NamedTuple):
    """Identifiers in an order, and how values of them are read and checked."""

    ais: tuple[str, ...]
    pattern: re.Pattern[str]
    values: tuple[int, ...]
    """The group of each value."""
    checks: tuple[tuple[int, Linter], ...]
    """Content checks, each with its group."""
    associated: bool
    """Whether the identifiers may stand together, whatever their values."""


_learnt: dict[Kind, tuple[str, ...] | Shape] = {}


def read_shape(text: str, start: int, *, associations: bool) -> tuple[Element, ...] | None:
    """Read the elements of a code of a shape that was learnt; None where there is none.

    Parameters
    ----------
    text, start
        The code, and where its first identifier begins.
    associations
        Whether the identifiers must be allowed to stand together.
    """
    shape = _learnt.get((len(text), text[start : start + 4]))
    if shape.__class__ is not Shape or (associations and not shape.associated):
        return None
    found = shape.pattern.fullmatch(text, start)
    if found is None:
        return None
    for group, check in shape.checks:
        part = found[group]
        if part is not None and check(part) is not None:
            return None
    values = found.group(0, *shape.values)[1:]  # a group alone would come as a text
    return tuple(map(Element, shape.ais, values))


def learn(text: str, start: int, ais: tuple[str, ...]) -> None:
    """Remember the identifiers of a valid code, so that the third of its kind is read in one go.

    An expression is made only when a kind comes twice: codes that are all unlike cost nothing.
    """
    if len(set(ais)) < len(ais) or SIGNATURE in ais:
        return  # whether these may stand together depends on their values
    kind = (len(text), text[start : start + 4])
    known = _learnt.get(kind)
    if known == ais:
        _learnt[kind] = _shape(ais)
    elif not isinstance(known, Shape) or known.ais != ais:
        if len(_learnt) >= SHAPES_MAX:
            _learnt.clear()
        _learnt[kind] = ais


@lru_cache(maxsize=SHAPES_MAX)
def _shape(ais: tuple[str, ...]) -> Shape:
    known = application_identifiers()
    text, group = "", 0
    values: list[int] = []
    checks: list[tuple[int, Linter]] = []
    for number, ai in enumerate(ais):
        identifier, parts = known[ai], len(known[ai].components)
        outer = int(parts > 1)
        text += ai + (f"({identifier.pattern.pattern})" if outer else identifier.pattern.pattern)
        values.append(group + 1)
        checks += [(group + outer + own, check) for own, check in identifier.checks]
        group += outer + parts
        if identifier.fixed_length is None and number < len(ais) - 1:
            text += GS
    associated = not any(association_flaws([Element(ai, "") for ai in ais]))
    return Shape(ais, re.compile(text), tuple(values), tuple(checks), associated)
