"""A pack checked before anybody is taxed by it: read, proved, its golden cases computed.

What is wrong is named by file and key: a word with a typing error, a rule that asks for itself, a
parameter that nothing defines, a formula that could overflow or divides without rounding.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from kazyna.core.errors import Finding, InputError, PackError
from kazyna.packs.cases import Case, read_cases
from kazyna.packs.expenditures import read_departures
from kazyna.packs.pack import Pack, load_pack, read_pack
from kazyna.packs.taxes import Tax
from kazyna.tax import Parameter, Table, compute, run_roll


@dataclass(frozen=True)
class CheckedTax:
    """One tax of a pack that passed."""

    tax: str
    rules: int
    parameters: int
    values: int
    """Dated numbers and rows of tables."""
    doubtful: int
    unknown: int
    """Rows whose value no source tells: a bill that needs one is refused."""
    cases: int
    """Golden cases that come out, in decimals and in the compiled roll."""


@dataclass(frozen=True)
class CheckedPack:
    """A pack that passed."""

    pack: str
    folder: str
    content_hash: str
    taxes: tuple[CheckedTax, ...]
    confidence: Mapping[str, int]
    """How many values are so far to be trusted; `unsaid` where the pack does not say."""


def check_pack(pack: str) -> CheckedPack:
    """Read a pack, prove its rules on every day on which the law changes, and compute its cases.

    Parameters
    ----------
    pack
        Its name, or the folder of one that is being written.

    Returns
    -------
    CheckedPack
        What it holds, and how far it can be trusted.

    Raises
    ------
    PackError
        With every mistake, by file and key; golden cases that do not come out among them.
    NotFound
        When there is no such pack.
    """
    loaded = read_pack(Path(pack).resolve()) if Path(pack).is_dir() else load_pack(pack)
    read_departures(loaded)
    findings: list[Finding] = []
    taxes = tuple(_checked(loaded, tax, findings) for tax in loaded.taxes.values())
    if findings:
        raise PackError(findings)
    told = Counter(
        said.confidence or "unsaid"
        for tax in loaded.taxes.values()
        for parameter in tax.rules.parameters.values()
        for said in _values(parameter)
    )
    return CheckedPack(
        loaded.name, str(loaded.folder), loaded.content_hash, taxes, dict(sorted(told.items()))
    )


def _checked(pack: Pack, tax: Tax, findings: list[Finding]) -> CheckedTax:
    values = [said for each in tax.rules.parameters.values() for said in _values(each)]
    has_cases = (pack.folder / "cases" / f"{tax.name}.toml").is_file()
    cases = read_cases(pack.folder, tax.name) if has_cases else ()
    for case in cases:
        findings += _differences(pack, tax, case)
    return CheckedTax(
        tax=tax.name,
        rules=len({item.name for item in tax.rules.versions}),
        parameters=len(tax.rules.parameters),
        values=len(values),
        doubtful=sum(said.doubt is not None for said in values),
        unknown=sum(said.value is None for said in values),
        cases=len(cases),
    )


def _values(parameter: Parameter) -> Iterator[Any]:
    """List the dated numbers of a parameter, or every row of its tables once."""
    rows: dict[int, Any] = {}
    for held in parameter.values.values:
        if isinstance(held.value, Table):
            rows |= {id(row): row for row in held.value.rows}
        elif held.value is not None:
            yield held
    yield from rows.values()


def _differences(pack: Pack, tax: Tax, case: Case) -> Iterator[Finding]:
    """Compute a golden case on both paths, and name every step that is another."""
    source = f"{pack.name}/cases/{tax.name}.toml"
    row = {"id": [1], **{name: [value] for name, value in case.inputs.items()}}
    try:
        steps: Mapping[str, Decimal] = compute(tax.rules, case.inputs, case.on).steps
        (compiled,) = run_roll(
            tax.rules, pa.table(row), on=case.on, id_column="id"
        ).to_pylist()  # fmt: skip
    except InputError as error:
        for found in error.findings:
            yield Finding(source, f"{case.name!r}: {found.reason}", found.expected,
                          column=found.column)  # fmt: skip
        return
    for name, expected in case.expected.items():
        for path, found_value in (("decimals", steps.get(name)), ("the roll", compiled.get(name))):
            if found_value != expected:
                reason = f"{case.name!r} comes out as {found_value} in {path}"
                yield Finding(source, reason, f"{expected} ({case.source})", column=name)
