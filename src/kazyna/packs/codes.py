"""Codes of marked goods, read from `codes.toml` of a pack: states that issue, forms, their days.

A pack without the file has no codes of its own: any GS1 code is read, none is issued.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import get_args

from kazyna.core.errors import Finding, NotFound, PackError
from kazyna.core.text import Text
from kazyna.marking.gs1 import application_identifiers
from kazyna.marking.template import CodeTemplate, Part, Role
from kazyna.packs.lifecycle import read_confidence
from kazyna.packs.reading import Section, read_file

FILE = "codes.toml"
ROLES: dict[str, Role] = {role: role for role in get_args(Role)}


@dataclass(frozen=True)
class CodeRules:
    """What the codes of a jurisdiction look like."""

    templates: tuple[CodeTemplate, ...] = ()
    labels: Mapping[str, Text] = field(default_factory=dict)
    issuers: Mapping[str, str] = field(default_factory=dict)
    """Countries by the first character of a serial, ISO 3166-1 alpha-2."""
    own_issuer: str = ""
    """The first character of serials that this jurisdiction issues."""

    def on(self, day: date) -> tuple[CodeTemplate, ...]:
        """Return the templates in force on a day."""
        return tuple(template for template in self.templates if template.holds_on(day))

    def template(self, name: str) -> CodeTemplate:
        """Return a template by its name."""
        for template in self.templates:
            if template.name == name:
                return template
        known = ", ".join(template.name for template in self.templates) or "none"
        raise NotFound(f"No code template is called {name!r}; known are {known}.")

    def country_of(self, template: CodeTemplate, serial: str) -> str | None:
        """Return the country that issued a code; None where its serial does not say."""
        return self.issuers.get(serial[:1]) if template.issuer_first else None


@lru_cache(maxsize=8)
def read_code_rules(folder: Path) -> CodeRules:
    """Read the codes of the pack in a folder.

    Raises
    ------
    PackError
        If the file is wrong, with every mistake by its key.
    """
    if not (folder / FILE).is_file():
        return CodeRules()
    findings: list[Finding] = []
    file = read_file(folder, FILE, findings)
    if file is None:
        raise PackError(findings)
    issuers = file.section("issuers")
    countries = {key: issuers.required(key, str, "") for key in issuers.values}
    own = file.required("own_issuer", str, "")
    if own not in countries:
        file.fault("own_issuer", f"{own!r} is not among the issuers", "one of their characters")
    sections = dict(file.section("templates").tables())
    labels = {name: section.text("label") for name, section in sections.items()}
    templates = tuple(_template(name, section) for name, section in sections.items())
    file.finish()
    if findings:
        raise PackError(findings)
    return CodeRules(templates, labels, countries, own)


def _template(name: str, section: Section) -> CodeTemplate:
    section.asked.add("issuer_first")
    template = CodeTemplate(
        name=name,
        goods=section.strings("goods"),
        parts=tuple(map(_part, section.rows("elements"))),
        issuer_first=section.values.get("issuer_first") is True,
        since=section.required("from", date, date.min),
        until=section.optional("until", date),
        law=section.required("law", str, ""),
        source=section.optional("source", str),
        confidence=read_confidence(section),
        doubt=section.optional("doubt", str),
    )
    section.finish()
    return template


def _part(row: Section) -> Part:
    ai, role = row.required("ai", str, ""), row.required("role", str, "extra")
    if ai and ai not in application_identifiers():
        row.fault("ai", f"there is no AI ({ai})", "an application identifier, or nothing")
    if role not in ROLES:
        row.fault("role", f"{role!r} is not known", "one of " + ", ".join(ROLES))
    lengths = row.required("lengths", list, [])
    if not (lengths and all(isinstance(n, int) and n > 0 for n in lengths)):
        row.fault("lengths", f"{lengths!r} is not accepted", "lengths, the one issued first")
    row.asked.add("required")
    required = row.values.get("required", True) is True
    name = row.optional("name", str) or ""
    if role == "extra" and not (ai or name):
        row.fault("name", "the value has no identifier and no name", "what orders call it")
    row.finish()
    return Part(ai, ROLES.get(role, "extra"), tuple(lengths), required, name)
