"""Calls to addresses of others: only those that the installation allows; signed, not redirected."""

import hmac
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from kazyna.core.errors import Finding, TooLarge, Unavailable

SECONDS_MAX = 10.0
ANSWER_BYTES_MAX = 65_536


def origin_of(address: str) -> str | None:
    """Return scheme, host and port of an address; None where it is none that can be called."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return None
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}:{port or usual}"


def is_allowed(origins: Sequence[str], address: str) -> bool:
    """Tell whether an address is at one of the origins that may be called."""
    origin = origin_of(address)
    return origin is not None and address.isprintable() and origin in origins


def post_signed(address: str, content: bytes, *, token: str | None) -> None:
    """Post JSON with a signature: HMAC-SHA256 of the body by the token, in hexadecimal digits.

    Raises
    ------
    Unavailable
        When the other side does not answer, or not with 2xx.
    TooLarge
        When it says that this is more than it takes at once.
    """
    parts = urlsplit(address)
    headers = {"Content-Type": "application/json", "GS1-EPCIS-Version": "2.0.0"}
    if token is not None:
        headers["GS1-Signature"] = hmac.new(token.encode(), content, sha256).hexdigest()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with closing(_connection(parts)) as connection:
            connection.request("POST", path, content, headers)
            answer = connection.getresponse()
            answer.read(ANSWER_BYTES_MAX)
            status = answer.status
    except (OSError, HTTPException) as error:
        raise Unavailable(f"{address} does not answer: {error}") from error
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise TooLarge(Finding(address, f"{len(content):,} bytes are too many for it", "less"))
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise Unavailable(f"{address} answers {status}.")


def _connection(parts: SplitResult) -> HTTPConnection:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=SECONDS_MAX)
