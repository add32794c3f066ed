"""The GS1 Syntax Dictionary as data: every application identifier, its format and its relations.

The table stands in `gs1_syntax_dictionary.csv`; its first line tells the origin.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from kazyna.marking.gs1.flaw import CSET_39, CSET_64, CSET_82, DIGITS, Flaw, only
from kazyna.marking.gs1.linters import LINTERS
from kazyna.marking.gs1.times import Linter

TABLE = "gs1_syntax_dictionary.csv"
ALONE = "alone"
PASSED_BY_DIGITS = frozenset({"gcppos1", "gcppos2"})
"""A number of the right length has the shape of a company prefix."""
COMPONENT = re.compile(r"(\[)?([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)")

CharacterSet = Literal["N", "X", "Y", "Z"]
CHARACTER_SETS: Mapping[str, tuple[frozenset[str], str, str]] = MappingProxyType(
    {
        "N": (DIGITS, "[0-9]", "a digit"),
        "X": (CSET_82, '[!"%-?A-Z_a-z]', "in character set 82"),
        "Y": (CSET_39, "[#/0-9A-Z-]", "in character set 39"),
        "Z": (CSET_64 | {"="}, "[-=0-9A-Z_a-z]", "in URL-safe base64"),
    }
)
"""Characters, the same as a regular expression, and in words."""


@dataclass(frozen=True)
class Component:
    """One part of a value."""

    characters: CharacterSet
    minimum: int
    maximum: int
    optional: bool
    linters: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The part as a regular expression with one group."""
        length = f"{{{self.minimum},{self.maximum}}}"
        return f"({CHARACTER_SETS[self.characters][1]}{length})" + ("?" if self.optional else "")

    @property
    def format(self) -> str:
        """The part as GS1 writes it: N6, X..20, [N3]."""
        length = f"{self.maximum}" if self.minimum == self.maximum else f"..{self.maximum}"
        text = f"{self.characters}{length}"
        return f"[{text}]" if self.optional else text

    def flaw(self, text: str) -> Flaw | None:
        """Say what is wrong with the text of this part."""
        if len(text) < self.minimum:
            return Flaw(len(text), f"the value ends after {len(text)} of {self.minimum} characters")
        characters, _, words = CHARACTER_SETS[self.characters]
        if flaw := only(text, characters, words):
            return flaw
        for name in self.names:
            if flaw := LINTERS[name](text):
                return flaw
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """The content checks by name; padding of base64 is one too."""
        return ("cset64", *self.linters) if self.characters == "Z" else self.linters


@dataclass(frozen=True)
class ApplicationIdentifier:
    """One application identifier (AI)."""

    ai: str
    title: str
    components: tuple[Component, ...]
    fixed_length: int | None
    """Length of the value where GS1 has fixed it for good, so that no separator must follow."""
    link_attribute: bool
    """Whether it may stand in the query of a GS1 Digital Link URI."""
    requires: tuple[tuple[tuple[str, ...], ...], ...]
    """Of each, one alternative must be there, all of its identifiers; `n` is any digit."""
    excludes: tuple[str, ...]
    """Must not be there; `n` is any digit."""
    qualifiers: tuple[tuple[str, ...], ...] | None
    """Of a primary key of GS1 Digital Link: the sequences of qualifiers after it."""

    @property
    def format(self) -> str:
        """The value as GS1 writes it: N14, or N13 [X..17]."""
        return " ".join(component.format for component in self.components)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Characters and lengths of the value, with a group for each component."""
        return re.compile("".join(component.pattern for component in self.components))

    @cached_property
    def checks(self) -> tuple[tuple[int, Linter], ...]:
        """Each content check with the number of its group, but for those that digits pass."""
        return tuple(
            (group, LINTERS[name])
            for group, component in enumerate(self.components, 1)
            for name in component.names
            if not (component.characters == "N" and name in PASSED_BY_DIGITS)
        )

    def accepts(self, text: str, start: int, stop: int) -> bool:
        """Tell whether `text[start:stop]` is a valid value."""
        found = self.pattern.fullmatch(text, start, stop)
        if found is None:
            return False
        for group, check in self.checks:
            part = found[group]
            if part is not None and check(part) is not None:
                return False
        return True

    def flaw(self, value: str) -> Flaw | None:
        """Say what is wrong with a value, and where in it."""
        at = 0
        for component in self.components:
            if component.optional and at == len(value):
                return None
            part = value[at : at + component.maximum]
            if flaw := component.flaw(part):
                return Flaw(at + flaw.offset, flaw.reason)
            at += len(part)
        if at < len(value):
            return Flaw(at, f"the value goes on after {at} characters")
        return None


@lru_cache(maxsize=1)
def application_identifiers() -> Mapping[str, ApplicationIdentifier]:
    """Return every application identifier by its digits."""
    text = (files("kazyna.marking.gs1") / TABLE).read_text(encoding="utf-8")
    _, _, table = text.partition("\n")
    return MappingProxyType({each.ai: each for each in _read(table)})


@lru_cache(maxsize=1)
def identifier_lengths() -> Mapping[str, int]:
    """Return how many digits an identifier has, by its first two: GS1 keeps the two in step."""
    return MappingProxyType({ai[:2]: len(ai) for ai in application_identifiers()})


def _read(table: str) -> Iterator[ApplicationIdentifier]:
    for row in csv.DictReader(table.splitlines()):
        components = tuple(map(_component, COMPONENT.findall(row["components"])))
        for number in range(int(row["first"]), int(row["last"]) + 1):
            yield ApplicationIdentifier(
                ai=str(number).zfill(len(row["first"])),
                title=row["title"],
                components=components,
                fixed_length=sum(c.maximum for c in components) if row["fixed"] else None,
                link_attribute=bool(row["attribute"]),
                requires=tuple(
                    tuple(tuple(group.split("+")) for group in one.split(","))
                    for one in row["requires"].split(";")
                    if one
                ),
                excludes=tuple(filter(None, row["excludes"].replace(";", ",").split(","))),
                qualifiers=_qualifiers(row["key"]),
            )


def _component(found: tuple[str, ...]) -> Component:
    optional, characters, variable, length, linters = found
    return Component(
        characters=characters,  # type: ignore[arg-type]  # one of the four, by the expression
        minimum=1 if variable else int(length),
        maximum=int(length),
        optional=bool(optional),
        linters=tuple(filter(None, linters.split(","))),
    )


def _qualifiers(written: str) -> tuple[tuple[str, ...], ...] | None:
    if not written:
        return None
    if written == ALONE:
        return ((),)
    return tuple(tuple(sequence.split(",")) for sequence in written.split("|"))
