r"""The lines of a document: which units each of them names, or what is wrong with it.

A line is a code in any form that GS1 knows, an SSCC, `batch:index`, `batch:first-last`,
`lot:GTIN:LOT`, or `document:ID`. Codes of ours in their own form are verified and led back to batch
and index over arrays; codes that come without a tail, as in EPCIS events, are led back by their
serial alone: that a unit is the sender's is asked afterwards, and nobody has another's serials.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kazyna.marking.batch import Layout, Verdict, gtins_of, layouts_of, verify_codes
from kazyna.marking.ciphers import Bytes
from kazyna.marking.code_reading import PREFIXES, judge_lines
from kazyna.marking.epcis.identifiers import canonical_identifier
from kazyna.marking.gs1 import GS, Fault, Message, compute_check_digit, is_gtin_14, read
from kazyna.marking.keys import KeyRegistry
from kazyna.marking.serials import INDEX_BITS, find_positions
from kazyna.marking.template import CodeTemplate

RANGE = re.compile(rb"([0-9]{1,18}):([0-9]{1,8})(?:-([0-9]{1,8}))?")
LOT = re.compile(rb"lot:([0-9]{14}):([!-~]{1,20})")
DOCUMENT = re.compile(rb"document:([!-~]{1,128})")
SSCC = re.compile(rb"(?:\]C1|\]d2|\]e0)?(?:00|\(00\))([0-9]{18})")
URIS = ("urn:epc:", "http://", "https://")
LINKED = re.compile(r"https://id\.gs1\.org/(?:01/(\d{14})/21/([^/?#]+)|00/(\d{18}))")
CHARACTERS_SHOWN = 60
EXPECTED = "a code, an SSCC, batch:first-last, lot:GTIN:LOT or document:ID"
REFUSED = {
    Verdict.CHECK_DIGIT: "the check digit of the GTIN is wrong",
    Verdict.KEY_REVOKED: "its key is revoked",
    Verdict.KEY_LOCKED: "its key cannot be opened here",
    Verdict.WRONG_TAIL: "its tail is not the one that its key makes",
}


class LineFault(NamedTuple):
    """What is wrong with one line."""

    line: int
    """Counted from 1."""
    reason: str
    expected: str


class Span(NamedTuple):
    """A range of units of a batch, named by its numbers."""

    line: int
    batch: int
    first: int
    last: int


class Traced(NamedTuple):
    """Codes that lead to batches of ours, which are known by product and number."""

    lines: NDArray[np.int64]
    gtins: NDArray[np.int64]
    numbers: NDArray[np.int64]
    indices: NDArray[np.int32]


class Named(NamedTuple):
    """Something that is known by a name in the directory."""

    line: int
    name: str


class Serial(NamedTuple):
    """A code without a tail that is ours or another state's; the directory knows the latter."""

    line: int
    gtin: str
    serial: str


@dataclass
class ReadLines:
    """What the lines of a document name."""

    spans: list[Span] = field(default_factory=list)
    traced: list[Traced] = field(default_factory=list)
    serials: list[Serial] = field(default_factory=list)
    sscc: list[Named] = field(default_factory=list)
    lots: list[tuple[int, str, str]] = field(default_factory=list)
    documents: list[tuple[int, str]] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)


def read_lines(
    lines: pa.ChunkedArray,
    templates: Sequence[CodeTemplate],
    registry: KeyRegistry,
    *,
    on: date,
    issuers: str,
) -> ReadLines:
    """Read the lines of a document.

    Parameters
    ----------
    lines
        Texts, a unit or a set of units each; nothing is an empty line.
    templates
        The forms of codes, also those that are issued no more.
    registry
        The keys; codes of keys that are not open cannot be led back.
    on
        The day, for revocations.
    issuers
        First characters of the serials that this state issues.
    """
    found = ReadLines()
    judging = _Judging(templates, registry, on, issuers)
    texts = _Texts.of(lines)
    for row in _in_own_form(texts, judging, found).tolist():
        line = texts.line(row)
        if not _is_set(row + 1, line, found):
            _one(row + 1, line, judging, found)
    return found


@dataclass(frozen=True)
class _Texts:
    """Lines as one run of bytes, so that codes are taken up without making an object of each."""

    characters: Bytes
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, lines: pa.ChunkedArray) -> "_Texts":
        column = pc.cast(pc.fill_null(lines, ""), pa.large_binary()).combine_chunks()
        _, offsets, characters = column.buffers()
        places = np.frombuffer(offsets, dtype=np.int64)[column.offset :][: len(column) + 1]
        given = b"" if characters is None else characters
        return cls(np.frombuffer(given, dtype=np.uint8), places[:-1], np.diff(places))

    def line(self, row: int) -> bytes:
        """Return one line."""
        start = self.starts[row]
        return self.characters[start : start + self.lengths[row]].tobytes()

    def bare(self) -> "_Texts":
        """Leave out what scanners send before a code."""
        skipped = np.zeros(len(self.starts), dtype=np.int64)
        first = np.zeros(len(self.starts), dtype=np.uint8)
        written = self.lengths > 0
        first[written] = self.characters[self.starts[written]]
        skipped[first == ord(GS)] = 1
        for row in np.flatnonzero(first == ord("]")).tolist():
            skipped[row] = len(PREFIXES[0]) * self.line(row).startswith(PREFIXES)
        return _Texts(self.characters, self.starts + skipped, self.lengths - skipped)

    def matrix(self, rows: NDArray[np.intp], length: int) -> Bytes:
        """Return lines of one length as rows of bytes."""
        starts = self.starts[rows]
        if len(rows) and (np.diff(starts) == length).all():
            whole = self.characters[starts[0] : starts[0] + len(rows) * length]
            return whole.reshape(len(rows), length)
        apart: Bytes = self.characters[starts[:, None] + np.arange(length)]
        return apart


class Candidates(NamedTuple):
    """From which batches serials may have been made, those tried first before the others."""

    rows: NDArray[np.int64]
    """Which of the serials, from 0."""
    gtins: NDArray[np.int64]
    numbers: NDArray[np.int64]
    indices: NDArray[np.int32]


def candidates(
    serials: Sequence[Serial], templates: Sequence[CodeTemplate], registry: KeyRegistry
) -> Candidates:
    """Return the numbers of the batches and the indices that serials may have been made from.

    Most serials that were not made here lead to some numbers all the same, but to no batch of
    the product that was ever ordered.
    """
    nothing = np.empty(0, dtype=np.int64)
    found = [Candidates(nothing, nothing, nothing, nothing.astype(np.int32))]
    every = np.array([int(each.gtin) for each in serials], dtype=np.int64)
    for template in templates:
        space = template.space
        if space is None:
            continue
        own = [each.serial[template.issuer_first :] for each in serials]
        rows = [row for row, text in enumerate(own) if len(text) == space.length and text.isascii()]
        written = "".join(own[row] for row in rows).encode()
        characters = np.frombuffer(written, dtype=np.uint8).reshape(-1, space.length)
        which = np.array(rows, dtype=np.int64)
        gtins = every[which]
        for key in registry.opened.values() if rows else ():
            if key.key.serves(template.goods):
                numbers, indices, right = find_positions(
                    key.serial_cipher, space, characters, gtins=gtins.astype(np.uint64)
                )
                made = numbers[right].astype(np.int64), indices[right].astype(np.int32)
                found.append(Candidates(which[right], gtins[right], *made))
    return Candidates(*map(np.concatenate, zip(*found, strict=True)))


def _is_set(number: int, line: bytes, found: ReadLines) -> bool:
    """Take up a line that is no code; false where it may be one."""
    if matched := RANGE.fullmatch(line):
        batch, first, last = (int(part) for part in matched.groups(default=matched[2]))
        if last < first or last >= 1 << INDEX_BITS:
            found.faults.append(
                LineFault(number, f"the range {_shown(line)} has no units", "batch:first-last")
            )
        else:
            found.spans.append(Span(number, batch, first, last))
    elif matched := SSCC.fullmatch(line):
        _take_sscc(number, matched[1].decode(), found)
    elif matched := LOT.fullmatch(line):
        found.lots.append((number, matched[1].decode(), matched[2].decode()))
    elif matched := DOCUMENT.fullmatch(line):
        found.documents.append((number, matched[1].decode()))
    else:
        return False
    return True


def _take_sscc(number: int, digits: str, found: ReadLines) -> None:
    right = compute_check_digit(digits[:-1])
    if right != digits[-1]:
        reason = f"the check digit of the SSCC {digits} is wrong"
        found.faults.append(LineFault(number, reason, f"the check digit {right}"))
    else:
        found.sscc.append(Named(number, "00" + digits))


@dataclass(frozen=True)
class _Judging:
    """By what codes are judged."""

    templates: Sequence[CodeTemplate]
    registry: KeyRegistry
    on: date
    issuers: str


def _in_own_form(texts: _Texts, judging: _Judging, found: ReadLines) -> NDArray[np.intp]:
    """Verify over arrays the codes that have the length of a template; return the other rows."""
    bare = texts.bare()
    open_rows = np.ones(len(bare.lengths), dtype=np.bool_)
    occurring = set(np.unique(bare.lengths).tolist())
    for template in judging.templates:
        for layout in layouts_of(template):
            if layout.length not in occurring:
                continue
            rows = np.flatnonzero(open_rows & (bare.lengths == layout.length))
            if len(rows):
                codes = bare.matrix(rows, layout.length).view(f"S{layout.length}").ravel()
                taken = _take_layout(codes, rows + 1, (template, layout), judging, found)
                open_rows[rows[taken]] = False
    return np.flatnonzero(open_rows)


def _take_layout(
    codes: NDArray[np.bytes_],
    numbers: NDArray[np.int64],
    form: tuple[CodeTemplate, Layout],
    judging: _Judging,
    found: ReadLines,
) -> NDArray[np.bool_]:
    """Take up the codes of one layout that were made here or in another state; say which."""
    template, layout = form
    verified = verify_codes(
        codes, template, judging.registry, on=judging.on, issuers=judging.issuers, layout=layout
    )
    good = (verified.verdict == Verdict.GENUINE) & verified.traced
    gtins = gtins_of(codes, layout).astype(np.int64)
    if good.any():
        found.traced.append(
            Traced(
                numbers[good],
                gtins[good],
                verified.batch[good].astype(np.int64),
                verified.index[good].astype(np.int32),
            )
        )
    foreign = verified.verdict == Verdict.FOREIGN
    found.serials += [
        Serial(number, f"{gtin:014d}", code[layout.serial].decode())
        for number, gtin, code in zip(
            numbers[foreign].tolist(), gtins[foreign].tolist(), codes[foreign].tolist(), strict=True
        )
    ]
    taken: NDArray[np.bool_] = good | foreign
    return taken


def _one(number: int, line: bytes, judging: _Judging, found: ReadLines) -> None:
    """Take up one code that is spoilt, or written in another form than its own."""
    text = line.decode("utf-8-sig", errors="backslashreplace")
    if text.startswith(URIS):
        _take_uri(number, text, found)
        return
    judged = judge_lines(
        [line], judging.templates, judging.registry, on=judging.on, issuers=judging.issuers
    )
    code = next(judged, None)
    if code is None:
        found.faults.append(LineFault(number, "the line is empty", EXPECTED))
        return
    message = read(code.repaired or text, associations=False)
    verdict = Verdict[code.verdict.upper()]
    if verdict in REFUSED:
        reason = f"{_shown(line)}: {REFUSED[verdict]}"
        found.faults.append(LineFault(number, reason, "a code as it was issued"))
    elif code.batch is not None and code.index is not None and isinstance(message, Message):
        found.traced.append(
            Traced(
                np.array([number], dtype=np.int64),
                np.array([int(message.gtin or 0)], dtype=np.int64),
                np.array([code.batch], dtype=np.int64),
                np.array([code.index], dtype=np.int32),
            )
        )
    elif isinstance(message, Message):
        _take_message(number, line, message, found)
    else:
        _take_plain(number, text, message, judging.templates, found)


def _take_uri(number: int, text: str, found: ReadLines) -> None:
    matched = LINKED.match(canonical_identifier(text))
    if matched and matched[3]:
        _take_sscc(number, matched[3], found)
    elif matched and is_gtin_14(matched[1]):
        found.serials.append(Serial(number, matched[1], unquote(matched[2])))
    else:
        reason = f"{text[:CHARACTERS_SHOWN]!r} names no single unit"
        expected = "a URI of an SGTIN or of an SSCC"
        found.faults.append(LineFault(number, reason, expected))


def _take_message(number: int, line: bytes, message: Message, found: ReadLines) -> None:
    serial, sscc = message.value("21"), message.value("00")
    if message.gtin and serial:
        found.serials.append(Serial(number, message.gtin, serial))
    elif sscc:
        _take_sscc(number, sscc, found)
    else:
        reason = f"{_shown(line)} names no single unit"
        found.faults.append(LineFault(number, reason, "AI 01 and 21, or AI 00"))


def _take_plain(
    number: int, text: str, fault: Fault, templates: Sequence[CodeTemplate], found: ReadLines
) -> None:
    """Take up a code without identifiers, such as that of a pack of cigarettes."""
    for template in templates:
        parts = None if template.parts[0].ai else template.match(text)
        if parts:
            found.serials.append(Serial(number, parts.gtin, parts.serial))
            return
    found.faults.append(LineFault(number, f"{_shown(text.encode())}: {fault}", EXPECTED))


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", errors="backslashreplace")
    return repr(text if len(text) <= CHARACTERS_SHOWN else text[:CHARACTERS_SHOWN] + "…")
