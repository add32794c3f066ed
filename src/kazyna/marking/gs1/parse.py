"""Read a code in whatever form it comes, check it whole, and write it in any form."""

from kazyna.core.errors import Finding, InputError
from kazyna.marking.gs1.associations import association_flaws
from kazyna.marking.gs1.digital_link import is_link, read_link, write_link
from kazyna.marking.gs1.element_string import (
    CARET,
    COMPOSITE,
    GS,
    Row,
    read_bracketed,
    read_caret,
    read_row,
    write_bracketed,
    write_row,
)
from kazyna.marking.gs1.flaw import Fault
from kazyna.marking.gs1.message import Element, Message
from kazyna.marking.gs1.scan import read_scan, scanned_again
from kazyna.marking.gs1.shapes import FAST_SYMBOLOGIES, learn, read_shape


def read(text: str, *, associations: bool = True, unknown: bool = False) -> Message | Fault:
    """Read a code in any form of GS1; say where and why it is not valid.

    Parameters
    ----------
    text
        Scanner data with a symbology identifier (`]d201…`), elements with FNC1 as GS (the first
        may be left out) or as a caret (`^01…`), elements with bracketed identifiers, or a GS1
        Digital Link URI.
    associations
        Whether identifiers must have those that they need beside them, and none that they
        exclude. GS1 asks this of all carriers on one item together: of one symbol it may be
        asked too much.
    unknown
        Whether identifiers that the GS1 Syntax Dictionary does not have are taken.

    Returns
    -------
    Message or Fault
        What the code says; or the first fault, with its place.

    Examples
    --------
    >>> read("(01)04601234567893(21)5abc").value("21")
    '5abc'
    >>> print(read("0104601234567890"))
    position 16: the check digit is 0, by the other digits 3; expected AI (01) GTIN: N14
    """
    start = 3 if text[:3] in FAST_SYMBOLOGIES else 0
    elements = read_shape(text, start, associations=associations)
    if elements is not None:
        return Message(elements, "scan" if start else "element_string", text[:start])
    found = _read_by_step(text, associations=associations, unknown=unknown)
    if isinstance(found, Message) and _is_usual(found, text[:start]) and not unknown:
        learn(text, start, tuple([element.ai for element in found.elements]))
    return found


def _is_usual(message: Message, symbology: str) -> bool:
    """Tell whether a code is nothing but elements, with separators where they must be."""
    return (
        message.form in ("scan", "element_string")
        and message.symbology == symbology
        and not message.extra_separators
    )


def _read_by_step(text: str, *, associations: bool, unknown: bool) -> Message | Fault:
    if text.startswith("]"):
        scanned = read_scan(text, unknown=unknown)
        if isinstance(scanned, Fault):
            return scanned
        message, row = scanned
        if message.composite:
            row = Row(message.composite, row.offsets, row.extra_separators)
    elif text.startswith(CARET) or f"{COMPOSITE}{CARET}" in text:
        caret = read_caret(text, unknown=unknown)
        if isinstance(caret, Fault):
            return caret
        message = caret
        row = Row((*caret.elements, *caret.composite), (), caret.extra_separators)
    else:
        found = _row(text, unknown=unknown)
        if isinstance(found, Fault):
            return found
        row, message = found
    if associations:
        # The number of a linear symbol is a GTIN that its composite component may lean on.
        number_of = (Element("01", message.gtin),) if message.plain and message.gtin else ()
        for number, reason in association_flaws((*row.elements, *number_of)):
            offset = row.offsets[number] if number < len(row.offsets) else 0
            return Fault(offset, reason, "the associations of the GS1 General Specifications")
    return message


def _row(text: str, *, unknown: bool) -> tuple[Row, Message] | Fault:
    """Read the forms that have no mark of their own before the first element."""
    if is_link(text):
        linked = read_link(text, unknown=unknown)
        if isinstance(linked, Fault):
            return linked
        row, stem = linked
        return row, Message(row.elements, "digital_link", stem=stem)
    bracketed = text.startswith("(")
    start = 1 if text.startswith(GS) else 0
    found = (
        read_bracketed(text, unknown=unknown)
        if bracketed
        else read_row(text, start, unknown=unknown)
    )
    if isinstance(found, Fault):
        return found
    form = "bracketed" if bracketed else "element_string"
    extra = found.extra_separators | ({-1} if start else frozenset())
    return found, Message(found.elements, form, extra_separators=extra)  # type: ignore[arg-type]


def parse(text: str, *, source: str = "code", associations: bool = True) -> Message:
    """Read a code in any form of GS1.

    Parameters
    ----------
    text
        The code, in any form that `read` takes.
    source
        Where the code comes from, for the message of an error.
    associations
        Whether identifiers must have those that they need beside them.

    Raises
    ------
    InputError
        With the position, the reason and what was expected.
    """
    found = read(text, associations=associations)
    if isinstance(found, Fault):
        reason = f"position {found.position}: {found.reason}"
        raise InputError(Finding(source, reason, found.expected))
    return found


def write(message: Message) -> str:
    """Write a message in the form in which it was read.

    What GS1 leaves open is kept (separators that need not stand, the symbology identifier, the
    stem of a URI); parameters of a URI that say nothing to GS1 are left out.
    """
    if message.form == "scan":
        return scanned_again(message)
    if message.form == "bracketed":
        return write_bracketed(message.elements)
    if message.form == "digital_link":
        link = write_link(message.elements, message.stem, unknown=True)
        if isinstance(link, Fault):
            raise ValueError(str(link))
        return link
    if message.form == "caret":
        return _write_caret(message)
    first = GS if -1 in message.extra_separators else ""
    return first + write_row(message.elements, extra=message.extra_separators)


def _write_caret(message: Message) -> str:
    linear = message.plain
    if linear.lstrip("\\").startswith(CARET):
        linear = "\\" + linear
    if message.elements:
        linear = CARET + write_row(
            message.elements, separator=CARET, extra=message.extra_separators
        )
    if not message.composite:
        return linear
    return f"{linear}{COMPOSITE}{CARET}{write_row(message.composite, separator=CARET)}"
