"""One code, read and judged whole: its form, its template, its issuer, its tail, its trace.

`read_code` needs no keys; `judge_lines` verifies many codes with them, those of a template's own
form over arrays and the others, spoilt or written otherwise, one by one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.batch import Layout, Verdict, Verified, layouts_of, verify_codes
from kazyna.marking.cmac import Cmac
from kazyna.marking.gs1 import Fault, Message, application_identifiers, read
from kazyna.marking.keys import CodeKey, KeyRegistry
from kazyna.marking.scanner_faults import Judge, ScannerFault, diagnose
from kazyna.marking.serials import find_positions
from kazyna.marking.tails import is_tail
from kazyna.marking.template import CodeParts, CodeTemplate, forms_of

PREFIXES = (b"]d2", b"]C1", b"]Q3", b"]e0", b"]J1")
VERDICT_NAMES: dict[int, str] = {verdict: verdict.name.lower() for verdict in Verdict}
ORDER = (
    "malformed", "check_digit", "key_unknown", "foreign", "key_locked", "wrong_tail",
    "key_revoked", "genuine",
)  # fmt: skip
"""Verdicts from what says least of a code to what says most."""
RANKS = {name: rank for rank, name in enumerate(ORDER)}
SETTLED = RANKS["genuine"] + 1
"""Genuine, and led back to batch and index."""
UNSETTLED = frozenset({"malformed", "wrong_tail", "key_unknown"})
"""A spoilt code may look so."""


@dataclass(frozen=True)
class ReadElement:
    """One element of a code, with the title that GS1 gives its identifier."""

    ai: str
    title: str
    value: str


@dataclass(frozen=True)
class ReadCode:
    """What one line says."""

    line: int
    text: str
    valid: bool
    form: str | None = None
    symbology: str | None = None
    plain: str | None = None
    """Data that is no element."""
    elements: tuple[ReadElement, ...] = ()
    templates: tuple[str, ...] = ()
    """The templates whose form the code has."""
    country: str | None = None
    """Of the issuer, where the serial names it."""
    position: int | None = None
    """Where the fault is, counted from 1."""
    reason: str | None = None
    expected: str | None = None
    scanner_faults: tuple[str, ...] = ()
    repaired: str | None = None
    """The code that must have been meant, as it goes into a symbol."""


@dataclass(frozen=True)
class JudgedCode:
    """The verdict on one line."""

    line: int
    verdict: str
    """`genuine`, or why not: a name of `Verdict` in small letters."""
    template: str | None = None
    key_id: str | None = None
    batch: int | None = None
    index: int | None = None
    scanner_faults: tuple[str, ...] = ()
    repaired: str | None = None
    reason: str | None = None
    """Where and why a malformed code is wrong."""


def read_code(
    text: str,
    line: int,
    templates: Sequence[CodeTemplate],
    *,
    issuers: Mapping[str, str],
    associations: bool = True,
) -> ReadCode:
    """Read one code in any form, name its templates and issuer, or its fault.

    Parameters
    ----------
    text, line
        The code, and the number of its line.
    templates
        The forms in force.
    issuers
        Countries by the first character of a serial.
    associations
        Whether identifiers must have those that they need beside them.
    """
    found = read(text, associations=associations)
    if isinstance(found, Fault):
        own = _without_identifiers(text, templates)
        if own:
            return ReadCode(line, text, valid=True, form="plain", templates=own)
        return _faulty(text, line, found, diagnose(text, templates))
    fitting = [(each, parts) for each in templates if (parts := each.fits(found.elements))]
    countries = {
        country
        for template, parts in fitting
        if template.issuer_first and (country := issuers.get(parts.serial[:1]))
    }
    spoilt = None if fitting or found.form != "element_string" else diagnose(text, templates)
    return ReadCode(
        line,
        text,
        valid=True,
        form=found.form,
        symbology=found.symbology or None,
        plain=found.plain or None,
        elements=_elements(found),
        templates=tuple(template.name for template, _ in fitting),
        country=countries.pop() if len(countries) == 1 else None,
        scanner_faults=spoilt.kinds if spoilt else (),
        repaired=spoilt.repaired if spoilt else None,
    )


def judge_lines(
    lines: Sequence[bytes],
    templates: Sequence[CodeTemplate],
    registry: KeyRegistry,
    *,
    on: date,
    issuers: str,
    first_line: int = 1,
) -> Iterator[JudgedCode]:
    """Verify codes in the order of their lines; empty lines are passed over.

    Parameters
    ----------
    lines
        A code each, in any form.
    templates
        The forms in force.
    registry
        The keys.
    on
        The day, for revocations.
    issuers
        First characters of the serials that this state issues.
    first_line
        The number of the first line.
    """
    judging = _Judging(templates, registry, issuers, judge_of(registry, on))
    settled = _in_own_form(
        lines, templates, registry, on=on, issuers=issuers, first_line=first_line
    )
    for number, (line, code) in enumerate(zip(lines, settled, strict=True), first_line):
        if code is None or code.verdict in UNSETTLED:
            if line.strip():
                text = line.decode("utf-8-sig", errors="backslashreplace")
                mended = _one_by_one(text, code, judging)
                yield mended if mended.line == number else replace(mended, line=number)
        else:
            yield code


@dataclass(frozen=True)
class _Judging:
    """By what codes are judged one by one."""

    templates: Sequence[CodeTemplate]
    registry: KeyRegistry
    issuers: str
    judge: Judge


def judge_of(registry: KeyRegistry, on: date) -> Judge:
    """Return a function that tells whether a code's tail is right; None where it cannot know."""

    def judge(template: CodeTemplate, parts: CodeParts) -> bool | None:
        able = _able(registry, template, parts)
        if not able:
            return None
        return any(_made(key, parts, registry) for key in able if not key.is_revoked(on))

    return judge


def _able(registry: KeyRegistry, template: CodeTemplate, parts: CodeParts) -> list[CodeKey]:
    """Return the keys that may have made a code and whose tails can be checked here."""
    if template.tail is None:
        return []
    if not template.part("key"):
        return [each.key for each in registry.tagging(template.tail, template.goods)]
    key = registry.keys.get(parts.key_id)
    if key is None or key.tail != template.tail:
        return []
    return [key] if key.tail == "signature" or _cmac(registry, key) else []


def _made(key: CodeKey, parts: CodeParts, registry: KeyRegistry) -> bool:
    return is_tail(
        key.tail, parts.signed, parts.tail,
        cmac=_cmac(registry, key), public_key=key.public_key,
    )  # fmt: skip


def _cmac(registry: KeyRegistry, key: CodeKey) -> Cmac | None:
    opened = registry.opened.get(key.key_id)
    return opened.cmac if opened else None


def _in_own_form(
    lines: Sequence[bytes],
    templates: Sequence[CodeTemplate],
    registry: KeyRegistry,
    *,
    on: date,
    issuers: str,
    first_line: int,
) -> list[JudgedCode | None]:
    """Verify over arrays the codes that have the length of a template; the others stay open."""
    codes = [
        line[3:] if line.startswith(PREFIXES) else line.removeprefix(b"\x1d") for line in lines
    ]
    judged: list[JudgedCode | None] = [None] * len(codes)
    of_length: dict[int, list[int]] = {}
    for row, code in enumerate(codes):
        of_length.setdefault(len(code), []).append(row)
    for template in templates:
        for layout in layouts_of(template):
            rows = [row for row in of_length.get(layout.length, ()) if _rank(judged[row]) < SETTLED]
            if not rows:
                continue
            table = np.array([codes[row] for row in rows], dtype=f"S{layout.length}")
            verified = verify_codes(
                table, template, registry, on=on, issuers=issuers, layout=layout
            )
            told = _told(verified, table, template, layout, [first_line + row for row in rows])
            for row, judgement in zip(rows, told, strict=True):
                if _rank(judgement) > _rank(judged[row]):
                    judged[row] = judgement
    return judged


def _rank(code: JudgedCode | None) -> int:
    """Put verdicts in order: what a template knows of a code outweighs what another does not."""
    if code is None:
        return -1
    return RANKS[code.verdict] + (code.index is not None)


def _told(
    verified: Verified,
    codes: NDArray[np.bytes_],
    template: CodeTemplate,
    layout: Layout,
    lines: Sequence[int],
) -> Iterator[JudgedCode]:
    """Write the verdicts of an array one by one."""
    columns = zip(
        lines,
        codes.tolist(),
        verified.verdict.tolist(),
        verified.traced.tolist(),
        verified.batch.tolist(),
        verified.index.tolist(),
        strict=True,
    )
    for line, code, verdict, traced, batch, index in columns:
        key_id = code[layout.key].decode("ascii", "replace") or None
        place = (batch, index) if traced else (None, None)
        yield JudgedCode(line, VERDICT_NAMES[verdict], template.name, key_id, *place)


def _one_by_one(text: str, code: JudgedCode | None, judging: _Judging) -> JudgedCode:
    """Judge a code that is not of a template's own form, or whose tail is wrong."""
    # A wrong tail was found over arrays: the code as it stands needs no second judgement.
    judged = code is not None and code.verdict == VERDICT_NAMES[Verdict.WRONG_TAIL]
    found = None if judged else read(text, associations=False)
    if isinstance(found, Message):
        fitting = ((each, each.fits(found.elements)) for each in judging.templates)
        if genuine := _first_genuine(fitting, judging):
            return genuine
    spoilt = diagnose(text, judging.templates, judge=judging.judge)
    if spoilt is not None and spoilt.repaired is not None:
        fitting = ((each, each.match(spoilt.repaired)) for each in forms_of(judging.templates))
        if genuine := _first_genuine(fitting, judging):
            return replace(genuine, scanner_faults=spoilt.kinds, repaired=spoilt.repaired)
    kinds = spoilt.kinds if spoilt else ()
    repaired = spoilt.repaired if spoilt else None
    if code is not None and code.verdict != VERDICT_NAMES[Verdict.MALFORMED]:
        return replace(code, scanner_faults=kinds, repaired=repaired) if spoilt else code
    reason = str(found) if isinstance(found, Fault) else "not of a form in force"
    return JudgedCode(
        0,
        VERDICT_NAMES[Verdict.MALFORMED],
        scanner_faults=kinds,
        repaired=repaired,
        reason=reason,
    )


def _first_genuine(
    fitting: Iterable[tuple[CodeTemplate, CodeParts | None]], judging: _Judging
) -> JudgedCode | None:
    """Report a code whose tail is right: by the template that leads it back, or else the first."""
    found = None
    for template, parts in fitting:
        if parts is not None and judging.judge(template, parts):
            genuine = _genuine(template, parts, judging)
            if genuine.index is not None:
                return genuine
            found = found or genuine
    return found


def _genuine(template: CodeTemplate, parts: CodeParts, judging: _Judging) -> JudgedCode:
    """Report a code whose tail is right, with batch and index where its key is open."""
    registry = judging.registry
    name, key_id = VERDICT_NAMES[Verdict.GENUINE], parts.key_id or None
    made = (key for key in _able(registry, template, parts) if _made(key, parts, registry))
    opened = registry.opened.get(next(made).key_id)
    own = parts.serial[template.issuer_first :]
    ours = not (template.issuer_first and judging.issuers) or parts.serial[0] in judging.issuers
    if not ours or opened is None or template.space is None or len(own) != template.space.length:
        return JudgedCode(0, name, template.name, key_id)
    serial = np.frombuffer(own.encode("ascii"), dtype=np.uint8).reshape(1, -1)
    gtin = np.array([int(parts.gtin)], dtype=np.uint64)
    batch, index, traced = find_positions(opened.serial_cipher, template.space, serial, gtins=gtin)
    place = (int(batch[0]), int(index[0])) if traced[0] else (None, None)
    return JudgedCode(0, name, template.name, key_id, *place)


def _faulty(text: str, line: int, fault: Fault, spoilt: ScannerFault | None) -> ReadCode:
    return ReadCode(
        line,
        text,
        valid=False,
        position=fault.position,
        reason=fault.reason,
        expected=fault.expected,
        scanner_faults=spoilt.kinds if spoilt else (),
        repaired=spoilt.repaired if spoilt else None,
    )


def _elements(message: Message) -> tuple[ReadElement, ...]:
    known = application_identifiers()
    return tuple(
        ReadElement(ai, known[ai].title if ai in known else "", value)
        for ai, value in (*message.elements, *message.composite)
    )


def _without_identifiers(text: str, templates: Sequence[CodeTemplate]) -> tuple[str, ...]:
    """Name the templates without identifiers whose form a text has."""
    return tuple(
        template.name for template in templates if not template.parts[0].ai and template.match(text)
    )
