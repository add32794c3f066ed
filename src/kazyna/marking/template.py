"""The form of a regime's codes for some goods: which elements, how long, of what, from when.

A code template is data of a jurisdiction pack. It reads codes of its own form with one regular
expression, and takes the parts out of any other form through their elements.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import compress, product
from types import MappingProxyType
from typing import Literal, NamedTuple

from kazyna.marking.gs1 import GS, Element, Fault, application_identifiers, is_gtin_14, read
from kazyna.marking.serials import SerialSpace
from kazyna.marking.tails import TAIL_LENGTHS, Tail, signed_text

Role = Literal["gtin", "serial", "key", "tail", "extra"]
CHARACTERS = '[!"%-?A-Z_a-z]'
"""GS1 character set 82."""
DIGIT = "[0-9]"
LEADING = r"(?:\]d2|\]C1|\]Q3|\]e0|\]J1|\x1d|)"
"""A scanner may send its symbology identifier or the first FNC1, or neither."""

Values = Mapping[str, str]
"""What stands in the codes of a batch beside GTIN, serial, key and tail, by the names of the parts:
`{"17": "270131", "10": "L7"}`."""
NO_VALUES: Values = MappingProxyType({})


@dataclass(frozen=True)
class Part:
    """One element of a template."""

    ai: str
    """Empty where the regime writes values without identifiers."""
    role: Role
    lengths: tuple[int, ...]
    """The lengths that occur, the one that is issued first."""
    required: bool = True
    name: str = ""
    """What a value without an identifier is called."""

    @property
    def called(self) -> str:
        """By what a batch names its value of the part."""
        return self.name or self.ai

    @property
    def title(self) -> str:
        """What the value is, in words of GS1 or of the pack."""
        return application_identifiers()[self.ai].title if self.ai else self.name

    @property
    def pattern(self) -> str:
        """The value as a regular expression with one group."""
        numeric = self.role == "gtin" or (self.ai and _numeric(self.ai))
        kind = DIGIT if numeric else CHARACTERS
        lengths = "|".join(f"{kind}{{{length}}}" for length in sorted(self.lengths, reverse=True))
        return f"({lengths})"

    @property
    def separated(self) -> bool:
        """Whether a separator must follow when more comes."""
        return bool(self.ai) and application_identifiers()[self.ai].fixed_length is None

    def fault_in(self, value: str) -> tuple[str, str] | None:
        """Say why a value cannot stand here and what could; None where it can."""
        if len(value) not in self.lengths:
            least, most = min(self.lengths), max(self.lengths)
            wanted = f"{least}" if least == most else f"{least} to {most}"
            return f"{value!r} has {len(value)} characters", f"{wanted} characters"
        if not re.fullmatch(self.pattern, value):
            return f"{value!r} has other characters", "characters of GS1 character set 82"
        # A caret stands for FNC1, and is itself in no value.
        found = read(f"^{self.ai}{value}", associations=False) if self.ai else None
        if isinstance(found, Fault):
            return f"{value!r}: {found.reason}", found.expected or f"a value of AI ({self.ai})"
        return None


class CodeParts(NamedTuple):
    """What a code of a template says."""

    gtin: str
    serial: str
    key_id: str
    """Empty where the template has no AI 91."""
    tail: str
    extras: tuple[Element, ...] = ()

    @property
    def signed(self) -> bytes:
        """What the tail stands for."""
        extras = "".join(GS + ai + value for ai, value in self.extras)
        return signed_text(self.gtin, self.serial, self.key_id, extras)


@dataclass(frozen=True, eq=False)
class CodeTemplate:
    """The form of codes for some goods, by a rule that holds between two days.

    Two are equal when they are the same object: what is kept of a template is asked for with every
    code, and a hash over all its parts would cost more than the check.
    """

    name: str
    goods: tuple[str, ...]
    """Groups of goods; `*` is every group."""
    parts: tuple[Part, ...]
    issuer_first: bool
    """Whether the first character of a serial names the state that issued the code."""
    since: date
    until: date | None
    """The first day on which it holds no more."""
    law: str
    source: str | None = None
    confidence: str | None = None
    doubt: str | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the template is in force."""
        return self.since <= day and (self.until is None or day < self.until)

    def part(self, role: Role) -> Part | None:
        """Return the first part with a role."""
        return next((part for part in self.parts if part.role == role), None)

    @cached_property
    def tail(self) -> Tail | None:
        """Which kind of tail the codes have; None where they have none that can be made here."""
        part = self.part("tail")
        kinds = {length: kind for kind, length in TAIL_LENGTHS.items()}
        return kinds.get(part.lengths[0]) if part else None

    @cached_property
    def space(self) -> SerialSpace | None:
        """The serials that are issued; None where the template has none."""
        part = self.part("serial")
        return SerialSpace(part.lengths[0] - self.issuer_first) if part else None

    @cached_property
    def issued(self) -> tuple[Part, ...]:
        """The parts of a code that is issued: what is required."""
        return tuple(part for part in self.parts if part.required)

    @cached_property
    def extras(self) -> tuple[Part, ...]:
        """The parts whose values an order gives: price, expiry, lot."""
        return tuple(part for part in self.parts if part.role == "extra")

    @cached_property
    def forms(self) -> tuple["CodeTemplate", ...]:
        """The template with each choice of its optional parts, all of which are required then."""
        optional = [part for part in self.parts if not part.required]
        if not optional:
            return (self,)
        choices = product((False, True), repeat=len(optional))
        return tuple(self._with(set(compress(optional, choice))) for choice in choices)

    def _with(self, chosen: set[Part]) -> "CodeTemplate":
        parts = (part for part in self.parts if part.required or part in chosen)
        return replace(self, parts=tuple(replace(part, required=True) for part in parts))

    def form_with(self, values: Values) -> "CodeTemplate":
        """Return the form of codes that have these values.

        Raises
        ------
        ValueError
            When a value is missing, has no place or is not accepted.
        """
        for name, reason, expected in self.faults_in(values):
            raise ValueError(f"{name or self.name}: {reason}, expected {expected}")
        wanted = {part.called for part in self.extras if part.called in values}
        return next(f for f in self.forms if {part.called for part in f.extras} == wanted)

    def faults_in(self, values: Values) -> Iterator[tuple[str, str, str]]:
        """Yield what is wrong with the values of a batch: the name, the reason, what can be."""
        known = {part.called: part for part in self.extras}
        for name, value in values.items():
            if name not in known:
                expected = " or ".join(known) or "none"
                yield name, f"codes of {self.name} have no such value", expected
            elif fault := known[name].fault_in(value):
                yield name, *fault
        for name, part in known.items():
            if part.required and name not in values:
                yield name, f"codes of {self.name} need this value", part.title

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """A code without optional parts, as scanners send it."""
        text, last = LEADING if self.parts[0].ai else "", self.issued[-1]
        for part in self.issued:
            text += part.ai + part.pattern
            if part.separated and part is not last:
                text += GS
        return re.compile(text + f"{GS}?")

    @cached_property
    def _order(self) -> tuple[int, int, int, int]:
        """Groups of GTIN, serial, key and tail in the expression; 0 where there is none."""
        roles = [part.role for part in self.issued]
        return tuple(  # type: ignore[return-value]  # four of them
            roles.index(role) + 1 if role in roles else 0
            for role in ("gtin", "serial", "key", "tail")
        )

    @cached_property
    def plain(self) -> bool:
        """Whether a code is GTIN, serial, key and tail in this order, and nothing else."""
        return self._order == (1, 2, 3, 4) and len(self.issued) == 4  # noqa: PLR2004

    def match(self, text: str) -> CodeParts | None:
        """Read a code in the form that scanners send; None where it is not of this template.

        The fast way: one expression and the check digit. Optional parts are left to `fits`.
        """
        found = self.pattern.fullmatch(text)
        if found is None or (self._order[0] and not is_gtin_14(found[self._order[0]])):
            return None
        if self.plain:
            gtin, serial, key, tail = found.groups()
            return CodeParts(gtin, serial, key, tail)
        gtin, serial, key, tail = (found[group] if group else "" for group in self._order)
        extras = tuple(
            Element(part.ai, found[number])
            for number, part in enumerate(self.issued, 1)
            if part.role == "extra"
        )
        return CodeParts(gtin, serial, key, tail, extras)

    def fits(self, elements: Sequence[Element]) -> CodeParts | None:
        """Take the parts out of elements read from any form; optional ones stand anywhere."""
        values: dict[str, str] = dict.fromkeys(("gtin", "serial", "key", "tail"), "")
        by_ai = {part.ai: part for part in self.parts}
        extras: dict[str, str] = {}
        for ai, value in elements:
            part = by_ai.pop(ai, None)
            if part is None or len(value) not in part.lengths:
                return None
            if part.role == "extra":
                extras[ai] = value
            else:
                values[part.role] = value
        if any(part.required for part in by_ai.values()):
            return None
        # A Digital Link has them in an order of its own; the tail stands for that of the template.
        ordered = tuple(Element(p.ai, extras[p.ai]) for p in self.extras if p.ai in extras)
        return CodeParts(values["gtin"], values["serial"], values["key"], values["tail"], ordered)

    def write(self, parts: CodeParts) -> str:
        """Write a code as it goes into a symbol, without the leading FNC1."""
        extras = {element.ai: element.value for element in parts.extras}
        values = {"gtin": parts.gtin, "serial": parts.serial, "key": parts.key_id,
                  "tail": parts.tail}  # fmt: skip
        given = [
            (part, extras[part.ai] if part.role == "extra" else values[part.role])
            for part in self.parts
            if part.role != "extra" or part.ai in extras
        ]
        last = len(given) - 1
        return "".join(
            part.ai + value + (GS if part.separated and number < last else "")
            for number, (part, value) in enumerate(given)
        )


def forms_of(templates: Sequence[CodeTemplate]) -> list[CodeTemplate]:
    """Return the forms of templates: those with optional parts several times."""
    return [form for template in templates for form in template.forms]


def _numeric(ai: str) -> bool:
    return all(
        component.characters == "N" for component in application_identifiers()[ai].components
    )
