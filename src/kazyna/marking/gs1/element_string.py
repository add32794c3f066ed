"""Elements in a row: with FNC1 as a separator (GS), as a caret, or with bracketed identifiers.

Source: GS1 General Specifications, section 7.8 (processing of data from a GS1 symbology).
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kazyna.marking.gs1.dictionary import application_identifiers, identifier_lengths
from kazyna.marking.gs1.flaw import CSET_82, Fault, only
from kazyna.marking.gs1.message import Element, Message

GS = "\x1d"
"""How a scanner transmits FNC1 between elements."""
CARET = "^"
"""How FNC1 is written in text; it is in no character set of GS1."""
COMPOSITE = "|"
"""Between a linear symbol and its composite component."""
UNKNOWN_LENGTHS = (2, 3, 4)
BRACKET = re.compile(r"\((\d{2,4})\)")
VALUE = re.compile(r"(?:[^(\\]|\\\(|\\(?!\())*")
ESCAPED = "\\("


class Row(NamedTuple):
    """Elements that were read, and where."""

    elements: tuple[Element, ...]
    offsets: tuple[int, ...]
    """Where each identifier begins in the text."""
    extra_separators: frozenset[int]


NO_SEPARATORS: frozenset[int] = frozenset()


def read_row(text: str, start: int = 0, *, unknown: bool = False) -> Row | Fault:
    """Read elements that are separated by GS, from `start` to the end of the text.

    Parameters
    ----------
    text
        The text; before `start` stands what is no element, such as a symbology identifier.
    start
        Where the first identifier begins.
    unknown
        Whether identifiers that the dictionary does not have are taken, with any value.
    """
    known, lengths = application_identifiers(), identifier_lengths()
    elements: list[Element] = []
    offsets: list[int] = []
    extra: list[int] = []
    position, end = start, len(text)
    if position == end:
        return Fault(start, "the code is empty", "an application identifier such as 01")
    while position < end:
        digits = lengths.get(text[position : position + 2])
        ai = text[position : position + digits] if digits else ""
        identifier = known.get(ai)
        if identifier is None:
            if not unknown:
                return _unknown(text, position)
            ai = text[position : position + 2]
        value_at = position + len(ai)
        fixed = identifier.fixed_length if identifier else None
        if fixed is None:
            stop = text.find(GS, value_at)
            if stop < 0:
                stop = end
            separated = stop < end
        else:
            stop = value_at + fixed
            separated = text[stop : stop + 1] == GS
        if identifier is None or not identifier.accepts(text, value_at, stop):
            fault = value_fault(ai, text[value_at:stop], value_at)
            if fault is not None:
                return fault
        if separated and (fixed is not None or stop + 1 == end):
            extra.append(len(elements))
        elements.append(Element(ai, text[value_at:stop]))
        offsets.append(position)
        position = stop + separated
    return Row(tuple(elements), tuple(offsets), frozenset(extra) if extra else NO_SEPARATORS)


def value_fault(ai: str, value: str, offset: int) -> Fault | None:
    """Say what is wrong with the value of an identifier that stands at `offset`."""
    identifier = application_identifiers().get(ai)
    if identifier is None:
        flaw = only(value, CSET_82, "in character set 82")
        expected = "characters of set 82"
    else:
        # A short fixed value may hold the separator that came too early.
        value = value.partition(GS)[0]
        flaw = identifier.flaw(value)
        expected = f"AI ({ai}) {identifier.title}: {identifier.format}".replace(" :", ":")
    return None if flaw is None else Fault(offset + flaw.offset, flaw.reason, expected)


def _unknown(text: str, position: int) -> Fault:
    begin = text[position : position + 4]
    reason = f"no application identifier begins with {begin!r}"
    if begin.startswith(GS):
        reason = "a separator stands where an application identifier begins"
    return Fault(position, reason, "an application identifier such as 01")


def read_caret(text: str, *, unknown: bool = False) -> Message | Fault:
    """Read the text form in which a caret is FNC1: `^01…21…^91…`; without it, plain data.

    A composite component follows after a vertical bar: `^01…|^99…`. Plain data that begins with
    a caret is written with a backslash before it; one backslash is taken off.
    """
    linear, bar, composite = text, "", ""
    if f"{COMPOSITE}{CARET}" in text:
        linear, bar, composite = text.partition(COMPOSITE)
    plain, row = "", Row((), (), NO_SEPARATORS)
    if linear.startswith(CARET):
        found = read_row(linear.replace(CARET, GS), 1, unknown=unknown)
        if isinstance(found, Fault):
            return found
        row = found
    elif not linear:
        return Fault(0, "the code is empty", "a caret and an application identifier, or data")
    else:
        plain = linear.removeprefix("\\") if linear.lstrip("\\").startswith(CARET) else linear
    second = Row((), (), NO_SEPARATORS)
    if bar:
        padded = " " * (len(linear) + 1) + composite.replace(CARET, GS)
        found = read_row(padded, len(linear) + 2, unknown=unknown)
        if isinstance(found, Fault):
            return found
        second = found
    return Message(
        elements=row.elements,
        form="caret",
        plain=plain,
        composite=second.elements,
        extra_separators=row.extra_separators,
    )


def read_bracketed(text: str, *, unknown: bool = False) -> Row | Fault:
    r"""Read `(01)04601234567893(21)ABC`; a bracket inside a value is written `\(`."""
    elements, offsets = [], []
    position = 0
    while position < len(text):
        found = BRACKET.match(text, position)
        if found is None:
            return Fault(position, "no application identifier in brackets", "such as (01)")
        ai, value_at = found[1], found.end()
        if ai not in application_identifiers() and not unknown:
            return Fault(position + 1, f"there is no AI ({ai})", "an application identifier")
        value_end = VALUE.match(text, value_at).end()  # type: ignore[union-attr]  # may be empty
        value = text[value_at:value_end].replace(ESCAPED, "(")
        if fault := value_fault(ai, value, value_at):
            return fault
        elements.append(Element(ai, value))
        offsets.append(position)
        position = value_end
    return Row(tuple(elements), tuple(offsets), NO_SEPARATORS)


def write_row(
    elements: Sequence[Element], *, separator: str = GS, extra: Iterable[int] = ()
) -> str:
    """Write elements in a row, with a separator where GS1 requires one.

    Parameters
    ----------
    elements
        What to write, in this order.
    separator
        GS for scanner data, a caret for text.
    extra
        Numbers of elements after which a separator stands though it need not.
    """
    known, last, more = application_identifiers(), len(elements) - 1, frozenset(extra)
    parts = []
    for number, (ai, value) in enumerate(elements):
        parts.append(ai + value)
        fixed = ai in known and known[ai].fixed_length is not None
        if number in more or (number < last and not fixed):
            parts.append(separator)
    return "".join(parts)


def write_bracketed(elements: Iterable[Element]) -> str:
    r"""Write elements for people, with identifiers in brackets.

    Examples
    --------
    >>> write_bracketed([Element("01", "04601234567893"), Element("10", "A(1")])
    '(01)04601234567893(10)A\\(1'
    """
    return "".join(f"({ai}){value.replace('(', ESCAPED)}" for ai, value in elements)
