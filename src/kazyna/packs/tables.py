"""Tables of the law in CSV files: a row a value, each with its days, its article and its doubt.

```text
from,to,wall_material,age_years_from,value,law,source,confidence,doubt
2022-01-01,,brick,0,15000,tax-code art. 396,calculator of 2025,secondary,two programs agree
```

The columns between `to` and `value` are the keys. A key whose column ends in `_from` is a bracket:
the row holds from there upwards, until the next row of the same other keys begins. `*` answers for
whatever no other row names. An empty value says that the law has one and nobody here knows it.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import get_args

from kazyna.core.dated import Dated
from kazyna.core.errors import Finding
from kazyna.packs.reading import Section
from kazyna.tax import ParameterValue
from kazyna.tax.table import ANY, Confidence, Key, KeyColumn, Table, TableRow, overlaps

CONFIDENCES: dict[str, Confidence] = {name: name for name in get_args(Confidence)}
OWN = ("from", "to", "value", "law", "source", "confidence", "doubt")
BRACKET = "_from"


@dataclass(frozen=True)
class DatedRow:
    """A row of a table and the day after its last."""

    row: TableRow
    until: date
    """The first day on which it holds no more; the last day there is, where it has no end."""


def read_table(section: Section, name: str, folder: Path) -> Dated[ParameterValue] | None:
    """Read the file that a parameter names and the keys that it declares."""
    path = folder / section.required("file", str, "")
    keys = tuple(map(_key_column, section.strings("keys")))
    before = len(section.findings)
    if not path.is_file():
        section.fault("file", f"there is no {path.name}", f"a CSV file in {folder.name}")
        return None
    source = f"{folder.name}/{path.name}"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        _columns(reader.fieldnames or (), keys, source, section.findings)
        if len(section.findings) > before:
            return None
        rows = read_rows(reader, keys, source=source, findings=section.findings)
    if len(section.findings) > before:
        return None
    return dated_table(name, keys, rows, source=source, findings=section.findings)


def read_rows(
    lines: Iterable[Mapping[str, str]],
    keys: Sequence[KeyColumn],
    *,
    source: str,
    findings: list[Finding],
) -> list[DatedRow]:
    """Read lines of text; every mistake is added to the findings by row and column."""
    rows = []
    for number, line in enumerate(lines, 1):
        before = len(findings)
        if None in line or None in line.values():  # what csv gives for a cell too many, or too few
            expected = "as many as it has; in quotes where one has a comma"
            findings.append(Finding(source, "the cells do not fit the header", expected, number))
            continue
        read = _Line(line, source, number, findings)
        row = TableRow(
            keys=tuple(_key(read, key) for key in keys),
            value=read.number("value"),
            law=read.required("law"),
            since=read.day("from") or date.min,
            source=read.text("source"),
            confidence=read.confidence(),
            doubt=read.text("doubt"),
            place=f"{source}, row {number}",
        )
        ends = read.day("to")
        if read.text("from") is None:
            read.fault("from", "the day is missing", "a date such as 2022-01-01")
        if row.value is None and row.doubt is None:
            read.fault("doubt", "a value that is not known must say why", "the reason")
        if ends is not None and ends < row.since:
            read.fault("to", f"{ends} is before {row.since}", "the last day of the row")
        if len(findings) == before:
            rows.append(DatedRow(row, ends + timedelta(days=1) if ends else date.max))
    return rows


def dated_table(
    name: str,
    keys: tuple[KeyColumn, ...],
    rows: Sequence[DatedRow],
    *,
    source: str,
    findings: list[Finding],
) -> Dated[ParameterValue] | None:
    """Make of dated rows the table of every day on which one of them begins or ends."""
    days = sorted({each.row.since for each in rows} | {each.until for each in rows} - {date.max})
    pairs = []
    for day in days:
        held = tuple(each.row for each in rows if each.row.since <= day < each.until)
        table = Table(name, keys, held)
        for first, second in overlaps(table):
            reason = f"{first.place} and {second.place} hold for the same keys on {day}"
            findings.append(Finding(source, reason, "one row for each key and day", column=name))
            return None
        law = held[0].law if held else rows[0].row.law
        pairs.append((day, ParameterValue(table if held else None, law)))
    if not pairs:
        findings.append(Finding(source, "the table has no rows", "at least one", column=name))
        return None
    return Dated.of(pairs)


@dataclass
class _Line:
    """One line of a file, and where its mistakes go."""

    cells: Mapping[str, str]
    source: str
    row: int
    findings: list[Finding]

    def fault(self, column: str, reason: str, expected: str) -> None:
        self.findings.append(Finding(self.source, reason, expected, row=self.row, column=column))

    def text(self, column: str) -> str | None:
        return (self.cells.get(column) or "").strip() or None

    def required(self, column: str) -> str:
        found = self.text(column)
        if found is None:
            self.fault(column, "the cell is empty", "text")
        return found or ""

    def number_of(self, column: str, text: str) -> Decimal | None:
        try:
            found = Decimal(text)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            self.fault(column, f"{text!r} is not a number", "a number such as 0.35")
            return None
        return found

    def number(self, column: str) -> Decimal | None:
        text = self.text(column)
        return None if text is None else self.number_of(column, text)

    def day(self, column: str) -> date | None:
        text = self.text(column)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            self.fault(column, f"{text!r} is not a date", "a date such as 2022-01-01")
            return None

    def confidence(self) -> Confidence | None:
        text = self.text("confidence")
        if text is not None and text not in CONFIDENCES:
            self.fault("confidence", f"{text!r} is not known", "one of " + ", ".join(CONFIDENCES))
        return CONFIDENCES.get(text or "")


def _key_column(written: str) -> KeyColumn:
    """Read `wall_material`, or `age_years:from` of a bracket."""
    name, colon, kind = written.partition(":")
    return KeyColumn(name, bracket=bool(colon) and kind == "from")


def _columns(
    given: Sequence[str], keys: Sequence[KeyColumn], source: str, findings: list[Finding]
) -> None:
    known = {*OWN, *(_column(key) for key in keys)}
    for name in given:
        if name not in known:
            expected = "one of " + ", ".join(sorted(known))
            findings.append(Finding(source, "the column is not known", expected, column=name))
    findings += [
        Finding(source, "the column is missing", "it", column=name)
        for name in (*(_column(key) for key in keys), "from", "value", "law")
        if name not in given
    ]


def _column(key: KeyColumn) -> str:
    return key.name + BRACKET if key.bracket else key.name


def _key(line: _Line, key: KeyColumn) -> Key:
    text = line.required(_column(key))
    if not key.bracket or text == ANY or not text:
        return text
    return line.number_of(_column(key), text) or Decimal(0)
