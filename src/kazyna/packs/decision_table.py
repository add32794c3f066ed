"""Decisions of local councils as they come: a table, a row a decision.

```csv
place,parameter,keys,from,to,value,document,source
tokmok_city,residential_rate,,2025-01-01,2027-12-31,60,No. 12 of 2025-02-20,gorkenesh.kg
tokmok_city,zonal_coefficient,land;1,2025-01-01,,1.1,No. 14 of 2025-02-20,
```

`place` is the council; one that the pack does not know is added to it. `keys` are the other keys
of the parameter's table in their order, `*` for any. `to` is the last day, if one is set.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from kazyna.core.errors import Finding, InputError
from kazyna.packs.decidable import Decidable, Limit, read_decidable, table_of
from kazyna.packs.decisions import Decision
from kazyna.packs.pack import Pack
from kazyna.tax import Table
from kazyna.tax.table import ANY, Key

COLUMNS = ("place", "parameter", "keys", "from", "to", "value", "document", "source")
OTHER = "other"
"""The place of objects whose council is not known; nobody decides for it."""
NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_decisions(
    lines: Iterable[Mapping[str, str | None]], pack: Pack, *, source: str
) -> tuple[Decision, ...]:
    """Read decisions from lines of text and check them against the pack.

    Parameters
    ----------
    lines
        Rows by the names of `COLUMNS`; `keys`, `to` and `source` may be empty or missing.
    pack
        The law that they are decisions under.
    source
        Where the lines come from, for messages.

    Raises
    ------
    InputError
        With every mistake by row and column: an unknown parameter or key, a day that is none, a
        value outside the limits of the law, a missing document, two decisions of one place for
        one key and day.
    """
    decidable = read_decidable(pack)
    findings: list[Finding] = []
    decisions = []
    rows = list(lines)
    for name in dict.fromkeys(name for line in rows for name in line if name not in COLUMNS):
        expected = "one of " + ", ".join(COLUMNS)
        findings.append(Finding(source, "the column is not known", expected, column=str(name)))
    for number, line in enumerate(rows, 1):
        found = _Line(line, source, number, findings).decision(pack, decidable)
        if found is not None:
            decisions.append(found)
    findings += _overlaps(decisions, source)
    if findings:
        raise InputError(findings)
    return tuple(decisions)


def _overlaps(decisions: Sequence[Decision], source: str) -> Iterator[Finding]:
    """Find two decisions for one key on one day."""
    by_key: dict[tuple[str, tuple[Key, ...]], list[Decision]] = {}
    for each in decisions:
        by_key.setdefault((each.parameter, each.keys), []).append(each)
    for same in by_key.values():
        ordered = sorted(same, key=lambda each: each.since)
        for first, second in pairwise(ordered):
            if first.until is None or first.until >= second.since:
                reason = f"{first.origin} and {second.origin} decide the same for {second.since}"
                yield Finding(source, reason, "one decision a day", column=second.parameter)


@dataclass(frozen=True)
class _Line:
    """One line of a table of decisions, and where its mistakes go."""

    cells: Mapping[str, str | None]
    source: str
    row: int
    findings: list[Finding]

    def decision(self, pack: Pack, decidable: Decidable) -> Decision | None:
        """Read the line; None where it has a mistake."""
        before = len(self.findings)
        place, parameter = self.required("place"), self.required("parameter")
        if place and (place == OTHER or not NAME.fullmatch(place)):
            self.fault("place", f"{place!r} is no council", "a name such as tokmok_city")
        keys = self.keys(pack, decidable, place, parameter)
        since, until = self.day("from"), self.day("to")
        if self.text("from") is None:
            self.fault("from", "the day is missing", "a date such as 2025-01-01")
        if since and until and until < since:
            self.fault("to", f"{until} is before {since}", "the last day")
        value = self.value()
        limit = self.limit(decidable, parameter, keys, value)
        document = self.required("document")
        if len(self.findings) > before or since is None or value is None or limit is None:
            return None
        return Decision(
            place, parameter, tuple(keys.values()), since, until, value, document,
            self.text("source"), limit.doubt, f"{self.source}, row {self.row}",
        )  # fmt: skip

    def fault(self, column: str, reason: str, expected: str) -> None:
        self.findings.append(Finding(self.source, reason, expected, row=self.row, column=column))

    def text(self, column: str) -> str | None:
        return (self.cells.get(column) or "").strip() or None

    def required(self, column: str) -> str:
        found = self.text(column)
        if found is None:
            self.fault(column, "the cell is empty", "text")
        return found or ""

    def day(self, column: str) -> date | None:
        text = self.text(column)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            self.fault(column, f"{text!r} is not a date", "a date such as 2025-01-01")
            return None

    def keys(self, pack: Pack, decidable: Decidable, place: str, parameter: str) -> dict[str, Key]:
        """Return the keys of the row by name, the place among them."""
        decided = {limit.parameter for limit in decidable.limits}
        table = table_of(pack, parameter, decidable.place) if parameter in decided else None
        if table is None:
            if parameter:
                expected = "one of " + ", ".join(sorted(decided))
                self.fault("parameter", f"councils do not decide {parameter!r}", expected)
            return {}
        others = [key.name for key in table.keys if key.name != decidable.place]
        given = (self.text("keys") or "").split(";") if others else []
        if len(given) != len(others) or (not others and self.text("keys")):
            self.fault("keys", f"{self.text('keys')!r} does not fit", ";".join(others) or "nothing")
            return {}
        words = dict(zip(others, (word.strip() for word in given), strict=True))
        for name, word in words.items():
            known = _words(pack, table, name)
            if word not in known:
                self.fault("keys", f"{name} {word!r} is not known", "one of " + ", ".join(known))
        return {key.name: words.get(key.name, place) for key in table.keys}

    def value(self) -> Decimal | None:
        """Read the value, a number."""
        text = self.required("value")
        try:
            value = Decimal(text or "NaN")
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            if text:
                self.fault("value", f"{text!r} is not a number", "a number such as 75")
            return None
        return value

    def limit(
        self, decidable: Decidable, parameter: str, keys: Mapping[str, Key], value: Decimal | None
    ) -> Limit | None:
        """Find the law's limit for the row, which the value must keep to."""
        limit = decidable.limit_of(parameter, keys) if keys else None
        if limit is None:
            if keys:
                self.fault("keys", "no limit is known for them", "keys of decisions.toml")
        elif value is not None and not limit.minimum <= value <= limit.maximum:
            expected = f"from {limit.minimum} to {limit.maximum} ({limit.law})"
            self.fault("value", f"{value} is outside the law's limits", expected)
        return limit


def _words(pack: Pack, table: Table, name: str) -> tuple[str, ...]:
    """List what a key may say: the words of its column and those that the table has."""
    position = [key.name for key in table.keys].index(name)
    words = [str(row.keys[position]) for row in table.rows]
    column = pack.columns.get(name)
    if column is not None and column.allowed:
        words += [*column.allowed, ANY]
    return tuple(dict.fromkeys(words))
