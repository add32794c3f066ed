"""Symbols as SVG, as PNG and as what thermal printers of the ZPL language take.

Every drawing shows whole modules only, so that no edge is blurred by the drawing itself.
"""

import struct
import zlib

import numpy as np

from kazyna.marking.symbol import QUIET_ZONE, Symbol
from kazyna.marking.symbol_datamatrix import SEPARATOR, Modules

MODULE_MM = 0.5
"""Side of a module: within what GS1 asks of small consumer goods (0.255 to 0.615 mm) and well
printable by a 300 dpi printer (General Specifications 5.12.3, symbol specification table 1)."""

PNG_SCALE = 8
"""Dots of a module in a PNG."""

ZPL_SCALE = 6
"""Dots of a module on the label: 0.5 mm at 300 dpi."""

_DARK, _LIGHT = 0, 255


def svg(symbol: Symbol, *, module_mm: float = MODULE_MM) -> str:
    """Draw a symbol with its quiet zone as an SVG document.

    Parameters
    ----------
    symbol
        What `symbol` made.
    module_mm
        Side of a module on paper.
    """
    modules = symbol.framed
    height, width = modules.shape
    size = f'width="{width * module_mm:g}mm" height="{height * module_mm:g}mm"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}"'
        f' shape-rendering="crispEdges"><rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="{svg_path(modules)}" fill="#000"/></svg>'
    )


def svg_path(modules: Modules) -> str:
    """Return the dark modules as one path: each run of a row is one rectangle."""
    parts: list[str] = []
    for top, height, row in _bands(modules):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            parts.append(f"M{start} {top}h{end - start}v{height}h{start - end}z")
    return "".join(parts)


def _bands(modules: Modules) -> list[tuple[int, int, Modules]]:
    """Join equal rows below one another: top, height and modules of each band."""
    changes = np.flatnonzero((modules[1:] != modules[:-1]).any(axis=1)) + 1
    tops = [0, *changes.tolist()]
    ends = [*tops[1:], len(modules)]
    return [(top, end - top, modules[top]) for top, end in zip(tops, ends, strict=True)]


def png(symbol: Symbol, *, scale: int = PNG_SCALE) -> bytes:
    """Draw a symbol with its quiet zone as a PNG of black and white.

    Parameters
    ----------
    symbol
        What `symbol` made.
    scale
        Dots of a module's side.

    References
    ----------
    Portable Network Graphics (ISO/IEC 15948): greyscale of one bit.
    """
    dots = np.kron(symbol.framed, np.ones((scale, scale), dtype=np.uint8))
    height, width = dots.shape
    rows = np.packbits(1 - dots, axis=1)
    unfiltered = np.concatenate((np.zeros((height, 1), dtype=np.uint8), rows), axis=1)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(unfiltered.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zpl(symbol: Symbol, *, scale: int = ZPL_SCALE) -> str:
    """Write a symbol as a ZPL label with a picture of it: every printer prints the same dots.

    Parameters
    ----------
    symbol
        What `symbol` made.
    scale
        Dots of a module's side.

    References
    ----------
    ZPL II Programming Guide, ^GF: graphic field, ASCII hexadecimal.
    """
    dots = np.kron(symbol.modules, np.ones((scale, scale), dtype=np.uint8))
    rows = np.packbits(dots, axis=1)
    height, bytes_across = rows.shape
    quiet = QUIET_ZONE[symbol.kind] * scale
    total = height * bytes_across
    field = f"^GFA,{total},{total},{bytes_across},{rows.tobytes().hex().upper()}"
    return f"^XA^FO{quiet},{quiet}{field}^FS^XZ"


def zpl_native(element_string: str, *, scale: int = ZPL_SCALE) -> str:
    """Write a GS1 DataMatrix for the printer's own encoder: a label of a hundred bytes.

    Parameters
    ----------
    element_string
        Raw, with separators.
    scale
        Dots of a module's side.

    References
    ----------
    ZPL II Programming Guide, ^BX: quality 200, escape character `_`, `_1` for FNC1, `_dNNN` for
    the character of code NNN; ^FH: hexadecimal escapes of what would be a command.
    """
    signs = (_native_sign(sign) for sign in element_string)
    quiet = QUIET_ZONE["datamatrix"] * scale
    return f"^XA^FO{quiet},{quiet}^BXN,{scale},200,,,,_^FD_1{''.join(signs)}^FS^XZ"


def _native_sign(sign: str) -> str:
    if sign == SEPARATOR:
        return "_1"
    # The escape itself, and what the printer would take for a command.
    return f"_d{ord(sign):03}" if sign in "_^~" or not sign.isprintable() else sign
