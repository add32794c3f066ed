"""A frozen round: its manifest, the check of its files, and the values computed again.

Tables, bytes and texts in, records out; the files themselves are written and read by the store.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.evidence.screening import Screened
from kazyna.valuation.market_model import fit

FORMAT = 1
"""Of the manifest; a reader refuses a format that it does not know."""
EXACT_COLUMNS = ("value", "low", "high", "base", "confidence", "land")
LIST_COLUMNS = ("reasons", "comparables")
"""Compared as what they say: the order of keys and the spaces of a JSON text mean nothing."""


@dataclass(frozen=True)
class FrozenFile:
    """One file of a frozen round."""

    name: str
    sha256: str
    bytes: int
    rows: int | None
    """Rows of a table; none for a text."""


@dataclass(frozen=True)
class Manifest:
    """All that the values of a round follow from, and the fingerprint of each file."""

    valuation_date: date
    seed: int
    pack: str
    pack_hash: str
    data_hash: str
    code_version: str
    libraries: Mapping[str, str]
    """Versions of the libraries that compute."""
    platform: Mapping[str, str]
    """What of the machine can move the last digit: processor, system, word of the arithmetic."""
    parameters: Mapping[str, Any]
    properties: int
    sales: int
    total_value: Decimal
    files: tuple[FrozenFile, ...]
    format: int = FORMAT

    @property
    def sha256(self) -> str:
        """The fingerprint of the manifest, and so of the whole round."""
        return sha256_of(manifest_text(self).encode())


@dataclass(frozen=True)
class FileFault:
    """A file of a frozen round that is not what the manifest says."""

    name: str
    fault: Literal["missing", "changed", "not in the manifest"]
    expected: str
    found: str


@dataclass(frozen=True)
class ValueDifference:
    """A figure that came out otherwise when the round was computed again."""

    property_id: str
    column: str
    frozen: str
    again: str


def sha256_of(content: bytes) -> str:
    """Return the fingerprint of bytes as 64 hexadecimal digits (FIPS 180-4)."""
    return hashlib.sha256(content).hexdigest()


def frozen_file(name: str, content: bytes, *, rows: int | None = None) -> FrozenFile:
    """Describe a file by its content."""
    return FrozenFile(name, sha256_of(content), len(content), rows)


def manifest_text(manifest: Manifest) -> str:
    """Write a manifest as JSON that is the same for the same round: keys sorted, no clock."""
    return json.dumps(asdict(manifest), default=str, ensure_ascii=False, indent=2, sort_keys=True)


def read_manifest(text: str, *, source: str) -> Manifest:
    """Read a manifest.

    Raises
    ------
    InputError
        When the text is no manifest of a format that is known.
    """
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            reason = f"the format is {found['format']}"
            raise InputError(Finding(source, reason, f"a manifest of format {FORMAT}"))
        files = tuple(FrozenFile(**file) for file in found["files"])
        return Manifest(
            **{
                **found,
                "valuation_date": date.fromisoformat(found["valuation_date"]),
                "total_value": Decimal(found["total_value"]),
                "files": files,
            }
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        reason = f"it is no manifest: {type(error).__name__}: {error}"
        raise InputError(Finding(source, reason, "the manifest.json of a frozen round")) from error


def verify(manifest: Manifest, found: Mapping[str, bytes]) -> tuple[FileFault, ...]:
    """Compare files with the manifest.

    Parameters
    ----------
    manifest
        What the files should be.
    found
        Name and content of every file of the folder, the manifest itself left out.

    Returns
    -------
    tuple of FileFault
        Every file that is missing, changed or foreign; empty when the round is whole.
    """
    faults: list[FileFault] = []
    for file in manifest.files:
        content = found.get(file.name)
        if content is None:
            faults.append(FileFault(file.name, "missing", file.sha256, ""))
        elif (now := sha256_of(content)) != file.sha256:
            faults.append(FileFault(file.name, "changed", file.sha256, now))
    known = {file.name for file in manifest.files}
    faults += [
        FileFault(name, "not in the manifest", "", sha256_of(found[name]))
        for name in sorted(set(found) - known)
    ]
    return tuple(faults)


def reproduce(
    sales: pa.Table,
    properties: pa.Table,
    *,
    columns: ColumnMap,
    as_of: date,
    screened: Screened,
    seed: int,
    progress: Progress = silent,
) -> pa.Table:
    """Value the frozen properties from the frozen sales once more.

    Parameters
    ----------
    sales, properties
        The tables of the frozen round, as they were written.
    columns
        The names of the columns in both.
    as_of, seed
        As the manifest has them.
    screened
        As the manifest has it, or the decisions of the frozen round.
    progress
        Told of the steps.

    Returns
    -------
    pyarrow.Table
        As `MarketModel.value` returns it.
    """
    model = fit(
        sales,
        columns=columns,
        as_of=as_of,
        screened=screened,
        seed=seed,
        progress=progress,
        source="frozen sales",
    )
    return model.value(properties, progress=progress, source="frozen properties")


def value_differences(frozen: pa.Table, again: pa.Table) -> Iterator[ValueDifference]:
    """Yield every figure in which two tables of values differ, to the last digit.

    Parameters
    ----------
    frozen, again
        Columns property_id, value, low, high, base (decimals), reasons and comparables (JSON
        text), confidence and land where the frozen table has them. The order of the rows means
        nothing.
    """
    exact = [name for name in EXACT_COLUMNS if name in frozen.column_names]
    first, second = (_by_property(each, exact) for each in (frozen, again))
    for property_id in sorted(first.keys() | second.keys()):
        left, right = first.get(property_id), second.get(property_id)
        if left is None or right is None:
            there = ("nothing", "a value") if left is None else ("a value", "nothing")
            yield ValueDifference(property_id, "property_id", *there)
            continue
        for column in exact:
            if left[column] != right[column]:
                yield ValueDifference(property_id, column, str(left[column]), str(right[column]))
        for column in LIST_COLUMNS:
            if _said(left[column]) != _said(right[column]):
                yield ValueDifference(property_id, column, left[column], right[column])


def _by_property(values: pa.Table, exact: list[str]) -> dict[str, dict[str, Any]]:
    names = ["property_id", *exact, *LIST_COLUMNS]
    unknown = [None] * values.num_rows
    columns = [
        values[name].to_pylist() if name in values.column_names else unknown for name in names
    ]
    return {row[0]: dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)}


def _said(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)
