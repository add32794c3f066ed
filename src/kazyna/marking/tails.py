"""The tail of a code: what proves that its issuer made it.

| tail | in | what it is | who can check it |
|---|---|---|---|
| `tag` | AI 92, 44 characters | two AES-CMACs, 256 bits | who has the secret key: online |
| `signature` | AI 92, 88 characters | Ed25519 | anyone with the public key: offline |
| `short_tag` | AI 93, 4 characters | 24 bits of an AES-CMAC | who has the secret key: online |

All are base64 (RFC 4648) with its padding, whose characters are of GS1 character set 82. What is
signed is `signed_text`: every value of the code that the tail does not hold itself. The two CMACs
of a tag are a key derivation in counter mode (NIST SP 800-108) with the text as its context.
"""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np

from kazyna.marking.ciphers import Bytes, Signer, verify_signature
from kazyna.marking.cmac import Cmac

Tail = Literal["tag", "signature", "short_tag"]
TAIL_LENGTHS: Mapping[Tail, int] = MappingProxyType({"tag": 44, "signature": 88, "short_tag": 4})
SHORT_TAG_BYTES = 3
PURPOSES = {"signature": 0, "first": 1, "second": 2, "short": 3}
"""Two bits before the text keep the uses of one key apart."""
SERIAL_MAX = 63


def signed_text(gtin: str, serial: str, key_id: str, extras: str = "") -> bytes:
    """Return what a tail stands for, without ambiguity: the serial's length comes first.

    Parameters
    ----------
    gtin
        14 digits.
    serial
        With the character of the state.
    key_id
        The value of AI 91; empty where the template has none.
    extras
        Other elements, each with its identifier, each after a GS.
    """
    return (chr(len(serial)) + gtin + serial + key_id + extras).encode("ascii")


def make_tail(
    tail: Tail, text: bytes, *, cmac: Cmac | None = None, signer: Signer | None = None
) -> str:
    """Make the tail of one code from what it stands for and the secret of its kind.

    Parameters
    ----------
    tail
        Its kind.
    text
        As `signed_text` gives it.
    cmac
        Of a tag: AES-CMAC under the secret key.
    signer
        Of a signature: the private key.
    """
    if tail == "signature":
        if signer is None:
            raise ValueError("a signature needs a private key")
        return b64encode(signer.sign(text)).decode("ascii")
    if cmac is None:
        raise ValueError("a tag needs a secret key")
    if tail == "short_tag":
        return b64encode(cmac.tags([_for("short", text)])[:SHORT_TAG_BYTES]).decode("ascii")
    return b64encode(cmac.tags([_for("first", text), _for("second", text)])).decode("ascii")


def is_tail(
    tail: Tail,
    text: bytes,
    given: str,
    *,
    cmac: Cmac | None = None,
    public_key: bytes = b"",
) -> bool:
    """Tell whether a tail is right; a signature by the public key, a tag by the secret one.

    Parameters
    ----------
    tail
        Its kind.
    text
        As `signed_text` gives it.
    given
        The tail as it stands in the code.
    cmac
        Of a tag: AES-CMAC under the secret key.
    public_key
        Of a signature: 32 bytes.
    """
    if tail == "signature":
        try:
            signature = b64decode(given, validate=True)
        except binascii.Error:
            return False
        # Base64 has spare bits: only the one way of writing a signature is taken.
        same = b64encode(signature) == given.encode()
        return same and verify_signature(public_key, text, signature)
    return hmac.compare_digest(make_tail(tail, text, cmac=cmac), given)


def make_tails(tail: Tail, texts: Bytes, cmac: Cmac) -> Bytes:
    """Make the tags of many codes whose signed texts are of one length.

    Parameters
    ----------
    tail
        `tag` or `short_tag`.
    texts
        The signed texts, one a row, shape (n, length).
    cmac
        AES-CMAC under the tag key.

    Returns
    -------
    array of bytes
        The characters of the tails, shape (n, 44) or (n, 4).
    """
    texts = texts.copy()
    length = texts[:1, 0].copy()
    if tail == "short_tag":
        texts[:, 0] = length | (PURPOSES["short"] << 6)
        return _base64(np.ascontiguousarray(cmac.rows(texts)[:, :SHORT_TAG_BYTES]))
    # 33 bytes are 44 characters without padding; the last of 32 bytes is then replaced by it.
    halves = np.zeros((len(texts), 33), dtype=np.uint8)
    for number, half in enumerate(("first", "second")):
        texts[:, 0] = length | (PURPOSES[half] << 6)
        halves[:, 16 * number : 16 * (number + 1)] = cmac.rows(texts)
    characters = _base64(halves)
    characters[:, -1] = ord("=")
    return characters


def _for(purpose: str, text: bytes) -> bytes:
    return bytes([text[0] | (PURPOSES[purpose] << 6)]) + text[1:]


def _base64(rows: Bytes) -> Bytes:
    """Write rows whose length is a multiple of three, all in one go."""
    written = binascii.b2a_base64(rows.data, newline=False)
    return np.frombuffer(bytearray(written), dtype=np.uint8).reshape(len(rows), -1)
