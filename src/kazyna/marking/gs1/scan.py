"""What a scanner sends: a symbology identifier, then data.

Sources: ISO/IEC 15424 (symbology identifiers); GS1 General Specifications, figure 5.1.2-2.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from kazyna.marking.gs1.check_characters import check_digit
from kazyna.marking.gs1.digital_link import is_link, read_link
from kazyna.marking.gs1.element_string import (
    COMPOSITE,
    GS,
    NO_SEPARATORS,
    Row,
    read_row,
    write_row,
)
from kazyna.marking.gs1.flaw import Fault
from kazyna.marking.gs1.message import Element, Message

IDENTIFIER_LENGTH = 3
GS1_SYMBOLOGIES: Mapping[str, str] = MappingProxyType(
    {
        "]C1": "GS1-128",
        "]e0": "GS1 DataBar or composite",
        "]d2": "GS1 DataMatrix",
        "]Q3": "GS1 QR Code",
        "]J1": "GS1 DotCode",
    }
)
"""Symbols whose data is elements."""
PLAIN_SYMBOLOGIES: Mapping[str, str] = MappingProxyType(
    {"]C0": "Code 128", "]d1": "Data Matrix", "]Q1": "QR Code", "]J0": "DotCode"}
)
"""Symbols whose data is text, or the URI of a GS1 Digital Link."""
NUMBER_SYMBOLOGIES: Mapping[str, int] = MappingProxyType({"]E0": 13, "]E4": 8, "]I1": 14})
"""Symbols that hold one GTIN, with its digits: EAN-13 and UPC, EAN-8, ITF-14."""
EAN = frozenset({"]E0", "]E4"})

Carrier = Literal[
    "GS1-128", "DataBar", "DataMatrix", "QR", "DotCode", "EAN-13", "EAN-8", "UPC-A", "ITF-14"
]
CARRIERS: Mapping[Carrier, tuple[str, str]] = MappingProxyType(
    {
        "GS1-128": ("]C0", "]C1"),
        "DataBar": ("", "]e0"),
        "DataMatrix": ("]d1", "]d2"),
        "QR": ("]Q1", "]Q3"),
        "DotCode": ("]J0", "]J1"),
        "EAN-13": ("]E0", "]E0"),
        "EAN-8": ("]E4", "]E4"),
        "UPC-A": ("]E0", "]E0"),
        "ITF-14": ("]I1", "]I1"),
    }
)
"""Symbology identifiers of plain data and of elements."""


def read_scan(text: str, *, unknown: bool = False) -> tuple[Message, Row] | Fault:
    """Read scanner data that begins with a symbology identifier, such as `]d201…`."""
    symbology = text[:IDENTIFIER_LENGTH]
    if symbology in GS1_SYMBOLOGIES:
        row = read_row(text, IDENTIFIER_LENGTH, unknown=unknown)
        if isinstance(row, Fault):
            return row
        return Message(row.elements, "scan", symbology, "", (), row.extra_separators), row
    if symbology in NUMBER_SYMBOLOGIES:
        return _number(text, symbology, unknown=unknown)
    if symbology not in PLAIN_SYMBOLOGIES:
        known = ", ".join((*GS1_SYMBOLOGIES, *PLAIN_SYMBOLOGIES, *NUMBER_SYMBOLOGIES))
        return Fault(0, f"{symbology!r} is no symbology identifier known here", f"one of {known}")
    data = text[IDENTIFIER_LENGTH:]
    row = Row((), (), NO_SEPARATORS)
    if is_link(data):
        linked = read_link(text, IDENTIFIER_LENGTH, unknown=unknown)
        if isinstance(linked, Fault):
            return linked
        row = linked[0]
    return Message(row.elements, "scan", symbology, data), row


def _number(text: str, symbology: str, *, unknown: bool) -> tuple[Message, Row] | Fault:
    """Read an EAN, UPC or ITF symbol, and the composite component that may follow it."""
    digits = NUMBER_SYMBOLOGIES[symbology]
    number, bar, composite = text[IDENTIFIER_LENGTH:].partition(f"{COMPOSITE}]e0")
    if len(number) != digits:
        reason = f"the symbol holds {digits} digits, not {len(number)}"
        return Fault(IDENTIFIER_LENGTH, reason, f"{digits} digits")
    if flaw := check_digit(number):
        return Fault(IDENTIFIER_LENGTH + flaw.offset, flaw.reason, "a number with its check digit")
    row = Row((), (), NO_SEPARATORS)
    if bar:
        found = read_row(text, len(text) - len(composite), unknown=unknown)
        if isinstance(found, Fault):
            return found
        row = found
    return Message((), "scan", symbology, number, row.elements), row


def write_scan(message: Message, carrier: Carrier) -> str | Fault:
    """Write what a scanner sends when it reads the message in a symbol.

    Parameters
    ----------
    message
        Elements or plain data, and perhaps a composite component.
    carrier
        The kind of symbol. A GTIN in AI 01 goes into EAN, UPC and ITF symbols by its digits.
    """
    plain, gs1 = CARRIERS[carrier]
    if gs1 in NUMBER_SYMBOLOGIES:
        return _write_number(message, gs1)
    separator = GS if message.extra_separators or not message.composite else ""
    if message.composite:
        whole = (*message.elements, *message.composite)
        return f"]e0{write_row(whole)}{separator}"
    if message.elements and not message.plain:
        return gs1 + write_row(message.elements, extra=message.extra_separators)
    if not plain:
        return Fault(0, f"a {carrier} symbol holds elements only", "application identifiers")
    return plain + message.plain


def _write_number(message: Message, symbology: str) -> str | Fault:
    digits = NUMBER_SYMBOLOGIES[symbology]
    number = message.plain
    if message.elements and message.elements[0].ai == "01":
        number = message.elements[0].value
    # A UPC-A symbol is sent as an EAN-13 with a zero before it.
    number = number.lstrip("0").zfill(digits) if len(number) > digits else number
    number = number.zfill(digits) if len(number) == digits - 1 else number
    if len(number) != digits:
        return Fault(0, f"{number!r} does not fit into the symbol", f"{digits} digits")
    if flaw := check_digit(number):
        return Fault(flaw.offset, flaw.reason, "a number with its check digit")
    composite = write_row(message.composite)
    return symbology + number + (f"{COMPOSITE}]e0{composite}" if composite else "")


def scanned_again(message: Message) -> str:
    """Write a message that was read from a scan as the scan was."""
    if message.symbology in GS1_SYMBOLOGIES:
        return message.symbology + write_row(message.elements, extra=message.extra_separators)
    composite: tuple[Element, ...] = message.composite
    tail = f"{COMPOSITE}]e0{write_row(composite)}" if composite else ""
    return message.symbology + message.plain + tail
