"""Symbols of the marking system: GS1 DataMatrix on packs, GS1-128 on logistic units, QR for people.

A GS1 DataMatrix of a raw element string is made by our own encoder; what is given in brackets, the
QR code of a Digital Link and the bar code of an SSCC are made by zint, which also checks the
application identifiers.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import zint

from kazyna.core.errors import Finding, InputError
from kazyna.marking.symbol_datamatrix import Modules, datamatrix

Kind = Literal["datamatrix", "qr", "gs1-128"]

QUIET_ZONE: dict[Kind, int] = {"datamatrix": 1, "qr": 4, "gs1-128": 10}
"""Light modules that the standards ask for around each kind of symbol."""

BAR_HEIGHT = 50
"""Modules that the bars of a GS1-128 are high: about 15 % of the width of an SSCC's symbol is the
least of ISO/IEC 15417, logistic labels ask for more (GS1 General Specifications 6.3)."""

UTF_8 = 26
"""Number of the encoding in a symbol; without it readers guess at letters beyond ASCII."""

MEDIUM = 2
"""zint's number of QR error correction level M, the usual one for print."""


@dataclass(frozen=True, eq=False)
class Symbol:
    """A symbol as dark and light modules."""

    kind: Kind
    modules: Modules
    """Rows from the top, 1 is dark, without the quiet zone."""
    text: str
    """What stands beside it for people."""

    @property
    def framed(self) -> Modules:
        """The modules with the quiet zone around them."""
        return np.pad(self.modules, QUIET_ZONE[self.kind])


def symbol(content: str) -> Symbol:
    """Make the symbol that a code is printed as.

    Parameters
    ----------
    content
        A Digital Link (`https://…`) becomes a QR code; `(00)` with an SSCC becomes a GS1-128; any
        other bracketed or raw element string becomes a GS1 DataMatrix.

    Raises
    ------
    InputError
        If it is none of them, or its identifiers contradict the GS1 General Specifications.

    References
    ----------
    GS1 General Specifications sections 5 and 6; GS1 Digital Link 1.2.
    """
    if content.startswith(("https://", "http://")):
        return qr_code(content)
    if content.startswith("(00)") and content.count("(") == 1:
        return gs1_128(content)
    if content.startswith("("):
        return bracketed_datamatrix(content)
    return Symbol("datamatrix", datamatrix(content), readable(content))


def qr_code(uri: str) -> Symbol:
    """Make the QR code of a Digital Link URI, or of any other text."""
    said = {} if uri.isascii() else {"eci": UTF_8}
    modules = _encode(zint.Symbology.QRCODE, uri, zint.InputMode.UNICODE, option_1=MEDIUM, **said)
    return Symbol("qr", modules, uri)


def gs1_128(elements: str) -> Symbol:
    """Make the GS1-128 bar code of a bracketed element string such as `(00)…`."""
    mode = zint.InputMode.GS1 | zint.InputMode.GS1PARENS
    bars = _encode(zint.Symbology.GS1_128, elements, mode)
    return Symbol("gs1-128", np.repeat(bars, BAR_HEIGHT, axis=0), elements)


def bracketed_datamatrix(elements: str) -> Symbol:
    """Make the GS1 DataMatrix of a bracketed element string such as `(01)…(21)…`."""
    mode = zint.InputMode.GS1 | zint.InputMode.GS1PARENS
    square = int(zint.DataMatrixOptions.SQUARE)
    modules = _encode(zint.Symbology.DATAMATRIX, elements, mode, option_3=square)
    return Symbol("datamatrix", modules, elements)


def readable(element_string: str) -> str:
    """Write a raw element string so that a person sees where its separators are."""
    return element_string.replace("\x1d", " ")


def _encode(
    symbology: zint.Symbology, content: str, mode: zint.InputMode, **options: int
) -> Modules:
    maker = zint.Symbol()
    maker.symbology = symbology
    maker.input_mode = mode
    maker.warn_level = zint.WarningLevel.FAIL_ALL
    for name, value in options.items():
        setattr(maker, name, value)
    try:
        maker.encode(content)
    except RuntimeError as error:
        reason = str(error).partition(": ")[2] or str(error)
        raise InputError(Finding("code", f"{content!r}: {reason}", "a valid code")) from None
    packed = np.asarray(maker.encoded_data)[: maker.rows]
    return np.unpackbits(packed, axis=1, bitorder="little")[:, : maker.width]
