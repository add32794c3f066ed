"""TOML with a memory for mistakes: every key is asked for by type, and all faults are collected."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from kazyna.core.errors import Finding
from kazyna.core.text import LANGUAGES, Text

T = TypeVar("T")

_WORDS: dict[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    Decimal: "a number",
    date: "a date such as 2016-01-01",
    list: "a list",
    dict: "a table",
}


@dataclass
class Section:
    """A table of a TOML file that remembers what was asked for and what was wrong.

    The one class of the packs with state: what no reader has asked for is an unknown key.
    """

    source: str
    key: str
    values: Mapping[str, Any]
    findings: list[Finding]
    """Shared by all sections of one pack."""
    asked: set[str] = field(default_factory=set)

    def fault(self, key: str, reason: str, expected: str) -> None:
        """Record a mistake under a key of this section."""
        self.findings.append(Finding(self.source, reason, expected, column=self.path(key)))

    def path(self, key: str) -> str:
        """Write the key as it is reached from the top of the file."""
        return f"{self.key}.{key}" if self.key else key

    def optional(self, key: str, kind: type[T]) -> T | None:
        """Return the value of a key, or None where it is absent or of the wrong type."""
        self.asked.add(key)
        value = self.values.get(key)
        if kind is Decimal and isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if value is None:
            return None
        # In Python a bool is an int and a datetime is a date; in a pack neither passes for it.
        if not isinstance(value, kind) or isinstance(value, bool | datetime):
            self.fault(key, f"{value!r} is of the wrong kind", _WORDS[kind])
            return None
        return value

    def required(self, key: str, kind: type[T], default: T) -> T:
        """Return the value of a key; where it is absent, record it and go on with `default`."""
        value = self.optional(key, kind)
        if value is None and self.values.get(key) is None:
            self.fault(key, "the key is missing", _WORDS[kind])
        return default if value is None else value

    def flag(self, key: str) -> bool:
        """Return whether a key is true; it must say so, one way or the other."""
        self.asked.add(key)
        value = self.values.get(key)
        if not isinstance(value, bool):
            self.fault(key, f"{value!r} is not accepted", "true or false")
        return value is True

    def text(self, key: str) -> Text:
        """Return a phrase given in every language."""
        phrases = self.section(key)
        found = {language: phrases.required(language, str, "") for language in LANGUAGES}
        phrases.finish()
        return Text(**found)

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of texts that is not empty."""
        values = self.required(key, list, [])
        if key in self.values and not (values and all(isinstance(value, str) for value in values)):
            self.fault(key, f"{values!r} is not accepted", "a list of texts")
            return ()
        return tuple(values)

    def section(self, key: str) -> "Section":
        """Return a table inside this one; of a missing table only its absence is a mistake."""
        before = len(self.findings)
        values = self.required(key, dict, {})
        findings = self.findings if len(self.findings) == before else []
        return Section(self.source, self.path(key), values, findings)

    def tables(self) -> Iterator[tuple[str, "Section"]]:
        """Yield every key that has not been asked for, as a table."""
        for key in [key for key in self.values if key not in self.asked]:
            yield key, self.section(key)

    def rows(self, key: str) -> Iterator["Section"]:
        """Yield the tables of an array of tables, `[[key]]`, of which there is at least one."""
        rows = self.required(key, list, [])
        if key in self.values and not (rows and all(isinstance(row, dict) for row in rows)):
            self.fault(key, "no table stands under the key", f"[[{self.path(key)}]]")
            return
        for number, row in enumerate(rows, 1):
            yield Section(self.source, f"{self.path(key)}[{number}]", row, self.findings)

    def finish(self) -> None:
        """Record every key that nobody has asked for."""
        for key in self.values:
            if key not in self.asked:
                expected = "one of " + ", ".join(sorted(self.asked))
                self.fault(key, "the key is not known", expected)


def read_file(folder: Path, name: str, findings: list[Finding]) -> Section | None:
    """Read a TOML file of a pack, numbers as exact decimals; a broken file is one finding."""
    source = f"{folder.name}/{name}"
    try:
        with (folder / name).open("rb") as file:
            return Section(source, "", tomllib.load(file, parse_float=Decimal), findings)
    except FileNotFoundError:
        findings.append(Finding(source, "the file is missing", "a TOML file"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        findings.append(Finding(source, f"it cannot be read: {error}", "TOML in UTF-8"))
    return None
