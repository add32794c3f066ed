"""A file of codes to symbols: pictures, sheets of labels, labels for thermal printers."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from kazyna.core.errors import Finding, InputError
from kazyna.documents.labels import LabelSheet, render_labels
from kazyna.marking.symbol import Symbol, readable, symbol
from kazyna.marking.symbol_datamatrix import SEPARATOR, datamatrix_batch, form_of
from kazyna.marking.symbol_drawing import MODULE_MM, png, svg, zpl, zpl_native
from kazyna.store import files

LabelFormat = Literal["svg", "png", "pdf", "zpl", "zpl-native"]

_WRITTEN_SEPARATOR = re.compile(r"<GS>|\\x1d|\\u001d|␝", re.IGNORECASE)
"""How people write the separator in a file of text."""

FINDINGS_MAX = 100


@dataclass(frozen=True)
class RenderedCodes:
    """What was written."""

    codes: int
    kinds: tuple[str, ...]
    """The kinds of symbols among them."""
    label_format: LabelFormat
    out: Path
    """A folder of pictures, or one file."""


def render_codes(
    codes_file: Path,
    *,
    label_format: LabelFormat,
    out: Path,
    dated: date,
    module_mm: float = MODULE_MM,
) -> RenderedCodes:
    """Draw the symbol of every code in a file.

    Parameters
    ----------
    codes_file
        One code a line: a raw element string (its separators as such or written `<GS>`), a
        bracketed one, an SSCC as `(00)…`, or a Digital Link.
    label_format
        `svg` and `png` write one file a code into a folder, `pdf` sheets of labels, `zpl` one
        label a line with a picture, `zpl-native` for the printer's own encoder.
    out
        The folder or file to write.
    dated
        The day written into a PDF.
    module_mm
        Side of a module on paper, in SVG and PDF.

    Raises
    ------
    InputError
        With every line that is no code; nothing is written.
    """
    codes = _read_codes(codes_file)
    symbols = _symbols(codes, str(codes_file))
    if label_format == "pdf":
        sheet = LabelSheet(tuple(symbols), dated, title=codes_file.stem, module_mm=module_mm)
        files.write_bytes(render_labels(sheet), out)
    elif label_format in ("zpl", "zpl-native"):
        labels = (
            _native(codes, symbols, codes_file)
            if label_format == "zpl-native"
            else ([zpl(each) for each in symbols])
        )
        files.write_text("\n".join(labels) + "\n", out)
    else:
        draw: Callable[[Symbol], bytes] = (
            png if label_format == "png" else lambda each: svg(each, module_mm=module_mm).encode()
        )
        width = max(len(str(len(symbols))), 6)
        for number, each in enumerate(symbols, start=1):
            files.write_bytes(draw(each), out / f"{number:0{width}}.{label_format}")
    kinds = tuple(sorted({each.kind for each in symbols}))
    return RenderedCodes(len(codes), kinds, label_format, out)


def _read_codes(path: Path) -> list[str]:
    # Not splitlines: that would cut a code at its separators.
    lines = [line.rstrip("\r") for line in files.read_text(path).split("\n")]
    codes = [_WRITTEN_SEPARATOR.sub(SEPARATOR, line) for line in lines if line]
    if not codes:
        raise InputError(Finding(str(path), "there is no code", "one a line"))
    return codes


def _symbols(codes: Sequence[str], source: str) -> list[Symbol]:
    """Make all symbols: those of one form at once, the others one by one."""
    made: dict[int, Symbol] = {}
    groups: dict[str, list[int]] = {}
    findings: list[Finding] = []
    for row, code in enumerate(codes):
        if not code.startswith(("(", "http://", "https://")) and code.isascii():
            groups.setdefault(form_of(code).mask, []).append(row)
            continue
        try:
            made[row] = symbol(code)
        except InputError as error:
            findings += _located(error, source, row)
    for rows in groups.values():
        try:
            modules = datamatrix_batch([codes[row] for row in rows], form_of(codes[rows[0]]))
        except InputError as error:
            findings += _located(error, source, rows[0])
            continue
        for row, each in zip(rows, modules, strict=True):
            made[row] = Symbol("datamatrix", each, readable(codes[row]))
    if findings:
        raise InputError(findings[:FINDINGS_MAX])
    return [made[row] for row in range(len(codes))]


def _located(error: InputError, source: str, row: int) -> list[Finding]:
    return [Finding(source, each.reason, each.expected, row=row + 1) for each in error.findings]


def _native(codes: Sequence[str], symbols: Sequence[Symbol], source: Path) -> list[str]:
    others = [
        Finding(str(source), f"a {each.kind} is not drawn by the printer", "zpl", row=row)
        for row, (code, each) in enumerate(zip(codes, symbols, strict=True), start=1)
        if each.kind != "datamatrix" or code.startswith("(")
    ]
    if others:
        raise InputError(others[:FINDINGS_MAX])
    return [zpl_native(code) for code in codes]
