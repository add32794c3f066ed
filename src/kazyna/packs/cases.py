"""Golden cases: what an officer computed by hand or a government published, run by the tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from kazyna.core.errors import Finding, PackError
from kazyna.packs.reading import Section, read_file


@dataclass(frozen=True)
class Case:
    """One case: what goes in, and what must come out to the last digit."""

    name: str
    source: str
    on: date
    inputs: Mapping[str, Decimal | int | bool]
    expected: Mapping[str, Decimal]
    """By rule; not every rule need be named."""


def read_cases(folder: Path, tax: str) -> tuple[Case, ...]:
    """Read the golden cases of one tax of the pack in `folder`.

    Raises
    ------
    PackError
        If the file is missing or a case is not written as it should be.
    """
    findings: list[Finding] = []
    file = read_file(folder, f"cases/{tax}.toml", findings)
    cases = [] if file is None else [_case(row) for row in file.rows("case")]
    if file is not None:
        file.finish()
    if findings:
        raise PackError(findings)
    return tuple(cases)


def _case(row: Section) -> Case:
    expected = row.section("expected")
    case = Case(
        name=row.required("name", str, ""),
        source=row.required("source", str, ""),
        on=row.required("on", date, date.min),
        inputs=row.required("inputs", dict, {}),
        expected={name: expected.required(name, Decimal, Decimal(0)) for name in expected.values},
    )
    row.finish()
    return case
