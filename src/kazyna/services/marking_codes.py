"""Files of codes: read them, issue a batch, verify any number, a code a line."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

import numpy as np

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.core.progress import Progress, silent
from kazyna.marking.batch import issue_codes
from kazyna.marking.code_reading import JudgedCode, ReadCode, judge_lines, read_code
from kazyna.marking.gs1 import is_gtin_14
from kazyna.marking.keys import KeyRegistry, OpenKey
from kazyna.marking.template import CodeTemplate, Values
from kazyna.packs.codes import CodeRules, read_code_rules
from kazyna.packs.pack import folder_of
from kazyna.services.marking_keys import KeyFile, open_registry
from kazyna.store.code_files import line_blocks, open_codes, write_codes

__all__ = ["Issue", "IssuedCodes", "ReadCode", "VerifiedCodes", "code_rules", "issue_to_file",
           "issued_blocks", "json_line", "open_codes", "parse_codes", "verify_file"]  # fmt: skip

ISSUED_AT_ONCE = 1 << 16
REFUSED_SHOWN = 20


@dataclass(frozen=True)
class Issue:
    """Codes to be issued."""

    template: str
    gtin: str
    batch: int
    count: int
    first: int = 0
    """Index of the first code: a batch may be issued in parts."""
    goods: str = ""
    """The group of goods; the first of the template where it is not said."""
    values: Values = field(default_factory=dict)
    """What all of them say beside GTIN, serial, key and tail."""


@dataclass(frozen=True)
class IssuedCodes:
    """What was issued."""

    codes: int
    template: str
    gtin: str
    batch: int
    first: int
    key_id: str
    file: str
    law: str
    confidence: str | None
    doubt: str | None


@dataclass(frozen=True)
class VerifiedCodes:
    """What a verification of many codes found."""

    codes: int
    genuine: int
    verdicts: dict[str, int]
    repaired: int
    """Genuine codes that a scanner had spoilt."""
    refused: tuple[JudgedCode, ...]
    """The first of the codes that are not genuine."""
    file: str | None


def code_rules(pack: str) -> CodeRules:
    """Return what the codes of a pack look like."""
    return read_code_rules(folder_of(pack))


def parse_codes(
    file: BinaryIO, *, source: str, pack: str, on: date, associations: bool = True
) -> Iterator[ReadCode]:
    """Read a file of codes, a code a line, as it comes.

    Parameters
    ----------
    file
        The lines, in UTF-8.
    source
        The name of the file, for errors.
    pack
        Whose templates the codes are compared with.
    on
        The day whose templates hold.
    associations
        Whether identifiers must have those that they need beside them.
    """
    rules = code_rules(pack)
    templates, line = rules.on(on), 0
    for block in line_blocks(file, source=source):
        for raw in block:
            line += 1
            if raw.strip():
                text = raw.decode("utf-8-sig", errors="backslashreplace")
                yield read_code(
                    text, line, templates, issuers=rules.issuers, associations=associations
                )


def json_line(code: ReadCode | JudgedCode) -> bytes:
    """Write one result as a line of JSON."""
    from pydantic_core import to_json  # noqa: PLC0415 (loaded by the command that needs it)

    return to_json(code) + b"\n"


def issue_to_file(
    issue: Issue,
    *,
    pack: str,
    on: date,
    keys: KeyFile,
    out: Path,
    progress: Progress = silent,
) -> IssuedCodes:
    """Issue codes of a batch into a file, a code a line, as they go into a symbol.

    Parameters
    ----------
    issue
        What is issued.
    pack
        Whose template it is, and whose character stands first in the serials.
    on
        The day of issue: template and key must hold on it.
    keys
        The key file, and what opens it.
    out
        The file; it appears whole or not at all.
    progress
        Told how many codes are made.

    Raises
    ------
    Refused
        When the template does not hold on the day, or has no room.
    InputError
        When a value that the template has in its codes is missing or not accepted.
    NotFound
        When no open key issues such codes on the day.
    """
    rules = code_rules(pack)
    template = rules.template(issue.template)
    _check(issue, template, on)
    goods = issue.goods or template.goods[0]
    with open_registry(keys.path, keys.unlocking) as registry:
        key = registry.issuing(template.tail or "tag", goods, on)

        write_codes(issued_blocks(issue, rules, key, progress=progress), out)
    return IssuedCodes(
        codes=issue.count,
        template=template.name,
        gtin=issue.gtin,
        batch=issue.batch,
        first=issue.first,
        key_id=key.key.key_id,
        file=str(out),
        law=template.law,
        confidence=template.confidence,
        doubt=template.doubt,
    )


def issued_blocks(
    issue: Issue, rules: CodeRules, key: OpenKey, *, progress: Progress = silent
) -> Iterator[bytes]:
    """Compute codes in blocks of lines, as they go into a symbol.

    Parameters
    ----------
    issue
        What is issued; it was checked.
    rules
        Of the pack.
    key
        The open key that makes them.
    progress
        Told how many codes are made.
    """
    template = rules.template(issue.template)
    for at in range(issue.first, issue.first + issue.count, ISSUED_AT_ONCE):
        end = min(at + ISSUED_AT_ONCE, issue.first + issue.count)
        codes = issue_codes(
            template,
            key,
            gtin=issue.gtin,
            issuer=rules.own_issuer if template.issuer_first else "",
            batch=issue.batch,
            indices=np.arange(at, end, dtype=np.uint64),
            values=issue.values,
        )
        progress("issue codes", end - issue.first, issue.count)
        yield b"\n".join(codes.tolist()) + b"\n"


def verify_file(
    file: BinaryIO,
    *,
    source: str,
    pack: str,
    on: date,
    keys: KeyFile,
    out: Path | None = None,
    progress: Progress = silent,
) -> VerifiedCodes:
    """Verify a file of codes, a code a line; what a scanner spoilt is mended where it is certain.

    Parameters
    ----------
    file, source
        The lines, and the name of the file.
    pack
        Whose templates the codes are of.
    on
        The day, for templates and revocations.
    keys
        The key file, and what opens it; signatures need nothing.
    out
        A file for the verdict on every code, a line of JSON each.
    progress
        Told how many codes are verified.
    """
    rules = code_rules(pack)
    counts: Counter[str] = Counter()
    refused: list[JudgedCode] = []
    repaired = 0

    def judged(registry: KeyRegistry) -> Iterator[JudgedCode]:
        nonlocal repaired
        for code in _judged(file, source, rules, registry, on):
            counts[code.verdict] += 1
            repaired += code.repaired is not None and code.verdict == "genuine"
            if code.verdict != "genuine" and len(refused) < REFUSED_SHOWN:
                refused.append(code)
            if code.line % ISSUED_AT_ONCE == 0:
                progress("verify codes", code.line)
            yield code

    with open_registry(keys.path, keys.unlocking) as registry:
        if out is None:
            for _ in judged(registry):
                pass
        else:
            write_codes(map(json_line, judged(registry)), out)
    return VerifiedCodes(
        codes=counts.total(),
        genuine=counts["genuine"],
        verdicts=dict(counts),
        repaired=repaired,
        refused=tuple(refused),
        file=str(out) if out else None,
    )


def _judged(
    file: BinaryIO, source: str, rules: CodeRules, registry: KeyRegistry, on: date
) -> Iterable[JudgedCode]:
    line = 1
    for block in line_blocks(file, source=source):
        yield from judge_lines(
            block, rules.on(on), registry, on=on, issuers=rules.own_issuer, first_line=line
        )
        line += len(block)


def _check(issue: Issue, template: CodeTemplate, on: date) -> None:
    """Refuse an order that cannot be filled."""
    if not template.holds_on(on):
        raise Refused(f"Codes of {template.name} are not issued on {on}.")
    if not is_gtin_14(issue.gtin):
        raise Refused(f"{issue.gtin!r} is no GTIN of 14 digits with its check digit.")
    space = template.space
    if space is None or template.tail is None:
        raise Refused(f"Codes of {template.name} have no serial or no tail to be made.")
    faults = [
        Finding(template.name, reason, expected, column=name)
        for name, reason, expected in template.faults_in(issue.values)
    ]
    if faults:
        raise InputError(faults)
    if not 0 <= issue.batch < space.batches_max:
        raise Refused(f"Batch {issue.batch} is not from 0 to {space.batches_max - 1:,}.")
    if issue.count < 1 or not 0 <= issue.first <= space.batch_codes_max - issue.count:
        raise Refused(f"A batch of {template.name} has at most {space.batch_codes_max:,} codes.")
