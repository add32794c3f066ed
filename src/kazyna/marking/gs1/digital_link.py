"""GS1 Digital Link URIs, uncompressed: `https://id.gs1.org/01/04601234567893/21/ABC?17=271231`.

Source: GS1 Digital Link Standard: URI Syntax 1.3, sections 4.1 to 4.8. Short names of keys such
as `/gtin/`, withdrawn since, are read and never written.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

from kazyna.marking.gs1.dictionary import ApplicationIdentifier, application_identifiers
from kazyna.marking.gs1.element_string import NO_SEPARATORS, Row, value_fault
from kazyna.marking.gs1.flaw import Fault
from kazyna.marking.gs1.linters import is_hexadecimal
from kazyna.marking.gs1.message import Element

URI = re.compile(
    r"(?P<origin>https?://[A-Za-z0-9._~%!$&'()*+,;=\[\]:@-]+?(?::\d{1,5})?)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE,
)
SHORT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "sscc": "00", "gtin": "01", "gdti": "253", "gcn": "255", "ginc": "401", "gsin": "402",
        "gln": "414", "payTo": "415", "party": "417", "grai": "8003", "giai": "8004",
        "itip": "8006", "cpid": "8010", "gmn": "8013", "gsrnp": "8017", "gsrn": "8018",
        "cpv": "22", "lot": "10", "ser": "21", "tpx": "235", "cpsn": "8011", "glnx": "254",
        "refno": "8020", "srin": "8019",
    }
)  # fmt: skip
GTIN, GTIN_LENGTHS = "01", (8, 12, 13)
UNRESERVED = "-._~"
GS1_RESOLVER = "https://id.gs1.org"


def is_link(text: str) -> bool:
    """Tell whether a text is meant as a web address."""
    return text[:8].lower().startswith(("http://", "https://"))


def read_link(text: str, start: int = 0, *, unknown: bool = False) -> tuple[Row, str] | Fault:
    """Read the elements of a Digital Link URI, and what stands before its primary key.

    Parameters
    ----------
    text
        The text; the URI begins at `start` and goes to the end.
    start
        Where the URI begins.
    unknown
        Whether numeric keys of the query that are no application identifier are taken.
    """
    found = URI.fullmatch(text, start)
    if found is None:
        return Fault(start, "the address is not well formed", "https://domain/01/GTIN")
    path = _read_path(text, found)
    if isinstance(path, Fault):
        return path
    row, stem = path
    query = _read_query(found, unknown=unknown)
    if isinstance(query, Fault):
        return query
    for (ai, _), offset in zip(query.elements, query.offsets, strict=True):
        if ai in {element.ai for element in row.elements}:
            return Fault(offset, f"AI ({ai}) stands in the path too", "each identifier once")
    return Row(row.elements + query.elements, row.offsets + query.offsets, NO_SEPARATORS), stem


def _read_path(text: str, found: re.Match[str]) -> tuple[Row, str] | Fault:
    """Find the primary key from the right, in steps of name and value."""
    known = application_identifiers()
    path, path_at = found["path"] or "", found.start("path")
    segments = path.rstrip("/").split("/")[1:]
    offsets = [path_at + 1]
    for segment in segments:
        offsets.append(offsets[-1] + len(segment) + 1)
    for first in range(len(segments) - 2, -1, -2):
        key = known.get(SHORT_NAMES.get(segments[first], segments[first]))
        if key is not None and key.qualifiers is not None:
            row = _read_pairs(segments[first:], offsets[first:], key)
            return (
                row if isinstance(row, Fault) else (row, text[found.start() : offsets[first] - 1])
            )
    at = path_at if path else found.end("origin")
    return Fault(at, "no primary key such as /01/ stands in the path", "/01/ and a GTIN")


def _read_pairs(
    segments: Sequence[str], offsets: Sequence[int], key: ApplicationIdentifier
) -> Row | Fault:
    """Read the primary key and its qualifiers."""
    elements = []
    for name, value, offset in zip(segments[::2], segments[1::2], offsets[1::2], strict=False):
        ai = SHORT_NAMES.get(name, name)
        element = _read_value(ai, value, offset)
        if isinstance(element, Fault):
            return element
        elements.append(element)
    given = tuple(element.ai for element in elements[1:])
    sequences = key.qualifiers or ()
    if not any(_in_order(given, sequence) for sequence in sequences):
        allowed = " or ".join("/".join(sequence) for sequence in sequences if sequence)
        reason = f"the qualifiers {'/'.join(given)} do not follow AI ({key.ai}) so"
        return Fault(offsets[2] if len(offsets) > 2 else 0, reason, allowed or "none")  # noqa: PLR2004
    return Row(tuple(elements), tuple(offsets[: len(elements) * 2 : 2]), NO_SEPARATORS)


def _in_order(given: Sequence[str], sequence: Sequence[str]) -> bool:
    rest = iter(sequence)
    return all(ai in rest for ai in given)


def _read_value(ai: str, escaped: str, offset: int) -> Element | Fault:
    value = _unescape(escaped, offset)
    if isinstance(value, Fault):
        return value
    if ai == GTIN and len(value) in GTIN_LENGTHS:
        value = value.zfill(14)
    return value_fault(ai, value, offset) or Element(ai, value)


def _read_query(found: re.Match[str], *, unknown: bool) -> Row | Fault:
    known = application_identifiers()
    elements, offsets = [], []
    at = found.start("query")
    for part in (found["query"] or "").split("&"):
        name, equals, escaped = part.partition("=")
        offset, at = at, at + len(part) + 1
        if not (name.isdigit() and equals):
            continue
        if name not in known and not unknown:
            return Fault(offset, f"there is no AI ({name})", "an application identifier")
        if name in known and not known[name].link_attribute:
            reason = f"AI ({name}) must not stand in the query"
            return Fault(offset, reason, "it as a key or qualifier in the path")
        value = _unescape(escaped.replace("+", " "), offset + len(name) + 1)
        if isinstance(value, Fault):
            return value
        if fault := value_fault(name, value, offset + len(name) + 1):
            return fault
        elements.append(Element(name, value))
        offsets.append(offset)
    return Row(tuple(elements), tuple(offsets), NO_SEPARATORS)


def _unescape(text: str, offset: int) -> str | Fault:
    """Undo percent encoding; what is not ASCII afterwards is caught by the character sets."""
    head, *rest = text.split("%")
    parts = [head]
    for part in rest:
        if len(part) < 2 or not is_hexadecimal(part[:2]):  # noqa: PLR2004
            return Fault(offset, f"'%{part[:2]}' is not an escape", "an escape such as %2F")
        parts.append(chr(int(part[:2], 16)) + part[2:])
    return "".join(parts)


def write_link(
    elements: Sequence[Element], stem: str = GS1_RESOLVER, *, unknown: bool = False
) -> str | Fault:
    """Write elements as a Digital Link URI.

    The first primary key among the elements goes into the path, with as many of its qualifiers as
    are there; all else becomes the query, identifiers of fixed length first.

    Parameters
    ----------
    elements
        What to write; an element that stands twice is written once.
    stem
        What stands before the primary key, without a slash at the end.
    unknown
        Whether identifiers that the dictionary does not have are written.

    Examples
    --------
    >>> write_link([Element("01", "04601234567893"), Element("21", "A/1"), Element("91", "K")])
    'https://id.gs1.org/01/04601234567893/21/A%2F1?91=K'
    """
    known = application_identifiers()
    given = dict.fromkeys(elements)
    values = {element.ai: element.value for element in reversed(given)}
    keys = [ai for ai, _ in given if ai in known and known[ai].qualifiers is not None]
    if not keys:
        return Fault(0, "no element is a primary key", "one such as (01) or (00)")
    sequences = known[keys[0]].qualifiers or ((),)
    present = [tuple(ai for ai in sequence if ai in values) for sequence in sequences]
    in_path = (keys[0], *max(present, key=len))
    rest = [element for element in given if element.ai not in in_path]
    for ai, _ in rest:
        if ai not in known and not unknown:
            return Fault(0, f"there is no AI ({ai})", "an application identifier")
        if ai in known and not known[ai].link_attribute:
            return Fault(0, f"AI ({ai}) cannot stand in a Digital Link URI", "its primary key")
    rest.sort(key=lambda element: not (e := known.get(element.ai)) or e.fixed_length is None)
    path = "".join(f"/{ai}/{_escape(values[ai])}" for ai in in_path)
    query = "&".join(f"{ai}={_escape(value)}" for ai, value in rest)
    return stem.rstrip("/") + path + (f"?{query}" if query else "")


def _escape(value: str) -> str:
    return quote(value, safe=UNRESERVED)
