"""EPC URIs and GS1 Digital Link URIs of the same thing, and the canonical form of both.

`urn:epc:id:sgtin:4012345.011111.987` and `https://shop.example/01/04012345111118/21/987?x=1` name
the same item as `https://id.gs1.org/01/04012345111118/21/987`, which is the canonical form: the
domain of GS1, the finest level of identification, no query string.

Sources: EPC Tag Data Standard 2.0 section 6 (EPC URIs), GS1 Digital Link 1.2 section 4.11
(canonical form), CBV 2.0 section 8.9 (which keys and qualifiers are kept).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

DOMAIN = "https://id.gs1.org/"

_TEXT = r"(?:%[0-9A-Fa-f]{2}|[!'()*+,.0-9:;=A-Za-z_-])"
"""One character of a serial number in an EPC URI, or its escape."""

# Digits are [0-9]: the class of digits has those of all scripts, which no identifier has, and the
# schema of events takes twenty times as long to compile with it.

KEY_DIGITS = {"01": 13, "00": 17, "gln": 12, "gsrn": 17, "gsin": 16}
"""Digits of each key before its check digit; company prefix and reference share them."""


def check_digit(digits: str) -> str:
    """Return the GS1 check digit: weights 3 and 1 from the right (General Specifications 7.9.1)."""
    weighted = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-weighted % 10)


@lru_cache(maxsize=65_536)
def _gtin(company: str, reference: str) -> str | None:
    """Move the indicator digit to the front and add the check digit."""
    if len(company) + len(reference) != KEY_DIGITS["01"] or not reference:
        return None
    digits = reference[0] + company + reference[1:]
    return digits + check_digit(digits)


def _whole(company: str, reference: str, length: int) -> str | None:
    digits = company + reference
    return digits + check_digit(digits) if len(digits) == length else None


def _gln(company: str, reference: str) -> str | None:
    return _whole(company, reference, KEY_DIGITS["gln"])


def _escaped(serial: str) -> str:
    """Write a serial of an EPC URI as a path segment of a web URI."""
    if serial.isalnum():  # as most are; the patterns let only ASCII come here
        return serial
    return quote(unquote(serial), safe="-._~=';")


def _joined(*parts: str | None) -> str | None:
    """Join parts, or none where one of them could not be made."""
    return None if None in parts else "".join(map(str, parts))


def _sgtin(company: str, reference: str, serial: str) -> str | None:
    return _joined("01/", _gtin(company, reference), "/21/", _escaped(serial))


def _sscc(company: str, reference: str) -> str | None:
    digits = reference[0] + company + reference[1:]
    if len(digits) != KEY_DIGITS["00"]:
        return None
    return "00/" + digits + check_digit(digits)


def _sgln(company: str, reference: str, extension: str) -> str | None:
    ending = "" if extension == "0" else f"/254/{_escaped(extension)}"
    return _joined("414/", _gln(company, reference), ending)


_SERIAL, _SERIAL_28 = f"({_TEXT}{{1,20}})", f"({_TEXT}{{1,28}})"
_CPI = r"((?:%[0-9A-Fa-f]{2}|[0-9A-Z-]){1,24})"
_COMPANY_DIGITS = range(6, 13)


@dataclass(frozen=True)
class Scheme:
    """One scheme of EPC URIs."""

    digits: int | None
    """Of company prefix and reference together; none where the reference is free text."""
    rest: tuple[str, ...]
    """Patterns of the parts behind them."""
    convert: Callable[..., str | None]
    """Parts to the path of the Digital Link."""

    @property
    def strict(self) -> str:
        """The pattern of the parts, lengths and all, without groups."""
        if self.digits is None:
            parts = [r"[0-9]{6,12}"]
        else:
            lengths = (f"[0-9]{{{n}}}\\.[0-9]{{{self.digits - n}}}" for n in _COMPANY_DIGITS)
            parts = [f"(?:{'|'.join(lengths)})"]
        return r"\.".join((*parts, *self.rest))


SCHEMES: dict[str, Scheme] = {
    "id:sgtin": Scheme(13, (_SERIAL,), _sgtin),
    "id:sscc": Scheme(17, (), _sscc),
    "id:sgln": Scheme(12, (_SERIAL,), _sgln),
    "id:grai": Scheme(
        12,
        (f"({_TEXT}{{1,16}})",),
        lambda c, r, s: _joined("8003/0", _gln(c, r), _escaped(s)),
    ),
    "id:giai": Scheme(None, (f"({_TEXT}{{1,24}})",), lambda c, r: "8004/" + c + _escaped(r)),
    "id:gsrn": Scheme(17, (), lambda c, r: _joined("8018/", _whole(c, r, 17))),
    "id:gsrnp": Scheme(17, (), lambda c, r: _joined("8017/", _whole(c, r, 17))),
    "id:gdti": Scheme(
        12,
        (f"({_TEXT}{{1,17}})",),
        lambda c, r, s: _joined("253/", _gln(c, r), _escaped(s)),
    ),
    "id:cpi": Scheme(
        None, (_CPI, r"([0-9]{1,12})"), lambda c, r, s: f"8010/{c}{_escaped(r)}/8011/{s}"
    ),
    "id:sgcn": Scheme(12, (r"([0-9]{1,12})",), lambda c, r, s: _joined("255/", _gln(c, r), s)),
    "id:ginc": Scheme(None, (f"({_TEXT}{{1,24}})",), lambda c, r: "401/" + c + _escaped(r)),
    "id:gsin": Scheme(16, (), lambda c, r: _joined("402/", _whole(c, r, 16))),
    "id:itip": Scheme(
        13,
        (r"([0-9][0-9])", r"([0-9][0-9])", _SERIAL),
        lambda c, r, p, t, s: _joined("8006/", _gtin(c, r), p, t, "/21/", _escaped(s)),
    ),
    "id:upui": Scheme(
        13,
        (_SERIAL_28,),
        lambda c, r, s: _joined("01/", _gtin(c, r), "/235/", _escaped(s)),
    ),
    "id:pgln": Scheme(12, (), lambda c, r: _joined("417/", _gln(c, r))),
    "class:lgtin": Scheme(
        13,
        (_SERIAL,),
        lambda c, r, s: _joined("01/", _gtin(c, r), "/10/", _escaped(s)),
    ),
    "idpat:sgtin": Scheme(13, (r"\*",), lambda c, r: _joined("01/", _gtin(c, r))),
    "idpat:grai": Scheme(12, (r"\*",), lambda c, r: _joined("8003/0", _gln(c, r))),
    "idpat:gdti": Scheme(12, (r"\*",), lambda c, r: _joined("253/", _gln(c, r))),
    "idpat:sgcn": Scheme(12, (r"\*",), lambda c, r: _joined("255/", _gln(c, r))),
    "idpat:cpi": Scheme(None, (_CPI, r"\*"), lambda c, r: f"8010/{c}{_escaped(r)}"),
    "idpat:itip": Scheme(
        13,
        (r"([0-9][0-9])", r"([0-9][0-9])", r"\*"),
        lambda c, r, p, t: _joined("8006/", _gtin(c, r), p, t),
    ),
    "idpat:upui": Scheme(13, (r"\*",), lambda c, r: _joined("01/", _gtin(c, r))),
}
"""Of each EPC scheme the form of its URI and the path of its Digital Link."""

OTHER_SCHEMES = ("id:gid", "id:adi", "id:usdod", "id:bic", "id:imovn")
"""Schemes of the Tag Data Standard that carry no GS1 key: they have no Digital Link form."""

PATTERNS = {
    name: re.compile(
        rf"urn:epc:{name}:"
        + r"\.".join(
            (r"([0-9]{6,12})", *(() if each.digits is None else (r"([0-9]*)",)), *each.rest)
        )
    )
    for name, each in SCHEMES.items()
}

EPC_URI = (
    "^urn:epc:(?:"
    + "|".join(
        (
            *(f"{name}:{each.strict}" for name, each in SCHEMES.items()),
            *(f"{name}:.+" for name in OTHER_SCHEMES),
        )
    )
    + ")$"
)
"""A well-formed EPC URI of any scheme, as a pattern for the schema of events."""

_DIGITAL_LINK = re.compile(
    r"https?://[^/?#\s]+(?:/[^?#\s]*?)?/"
    r"(?:(?P<item>01/(?P<gtin>[0-9]{8}|[0-9]{12,14})(?:/22/[^/?#]+)?)"
    r"(?P<lot>/10/[^/?#]+)?(?P<serial>/21/[^/?#]+)?(?P<controlled>/235/[^/?#]+)?"
    r"|(?P<gln>414/[0-9]{13})(?P<extension>/254/[^/?#]+)?"
    r"|(?P<itip>8006/[0-9]{18})(?P<itip_lot>/10/[^/?#]+)?(?P<itip_serial>/21/[^/?#]+)?"
    r"|(?P<cpi>8010/[^/?#]+)(?P<cpi_serial>/8011/[0-9]{1,12})?"
    r"|(?P<key>00/[0-9]{18}|253/[0-9]{13}[^/?#]*|255/[0-9]{13}[0-9]*|401/[^/?#]+|402/[0-9]{17}"
    r"|417/[0-9]{13}|8003/[0-9]{14}[^/?#]*|8004/[^/?#]+|8017/[0-9]{18}|8018/[0-9]{18})"
    r"(?:/8019/[0-9]+)?)"
    r"/?(?:[?#]\S*)?"
)


def digital_link(epc: str) -> str | None:
    """Return the canonical Digital Link of an EPC, EPC class or EPC pattern URI.

    None where the URI is of a scheme without one, or is not well formed.

    Examples
    --------
    >>> digital_link("urn:epc:id:sgtin:4012345.011111.987")
    'https://id.gs1.org/01/04012345111118/21/987'
    """
    name = ":".join(epc.split(":", 4)[2:4])
    if name not in SCHEMES:
        return None
    parts = PATTERNS[name].fullmatch(epc)
    path = None if parts is None else SCHEMES[name].convert(*parts.groups())
    return None if path is None else DOMAIN + path


@lru_cache(maxsize=65_536)
def canonical_identifier(uri: str) -> str:
    """Return the constrained canonical Digital Link of a URI, or the URI itself where it has none.

    Parameters
    ----------
    uri
        Any URI: of an EPC, or a Digital Link under any domain.

    References
    ----------
    CBV 2.0 section 8.9.2, rules for EPC URIs and GS1 Digital Link URIs.
    """
    if uri.startswith("urn:epc:"):
        return digital_link(uri) or uri
    if not uri.startswith(("http://", "https://")):
        return uri
    found = _DIGITAL_LINK.fullmatch(uri)
    return uri if found is None else DOMAIN + _finest(found)


def _finest(found: re.Match[str]) -> str:
    """Keep the key and the qualifier that says most."""
    part = found.groupdict(default="")
    if part["item"]:
        qualifier = part["serial"] or part["controlled"] or part["lot"]
        return "01/" + part["gtin"].zfill(14) + qualifier
    if part["gln"]:
        return part["gln"] + part["extension"]
    if part["itip"]:
        return part["itip"] + (part["itip_serial"] or part["itip_lot"])
    return (part["cpi"] + part["cpi_serial"]) or part["key"]
