"""Secrets of keys at rest: a key file whose secrets are encrypted under a password.

Each key is sealed by itself: scrypt (RFC 7914) makes a key of the password and a salt of its own,
AES-256-GCM encrypts the two secrets and binds them to the key's id, kind and public key. What may
be public stays readable, so that signatures are verified without the password.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.marking.keys import SECRET_BYTES, CodeKey, KeySecrets

FORMAT = "kazyna code keys 1"
SALT_BYTES, NONCE_BYTES = 16, 12
COST = {"n": 1 << 15, "r": 8, "p": 1}
"""Of scrypt: 32 MiB and about a tenth of a second for each guess at a password."""
COST_MAX = {"n": 1 << 20, "r": 16, "p": 4}
"""A file that asks for more is refused, not obeyed."""


@dataclass(frozen=True)
class SealedKey:
    """A key whose secrets are encrypted; a hardware module's key has none here."""

    key: CodeKey
    salt: bytes = b""
    nonce: bytes = b""
    ciphertext: bytes = b""
    cost: tuple[int, int, int] = (COST["n"], COST["r"], COST["p"])


def seal(key: CodeKey, secrets: KeySecrets, password: str, *, randomness: bytes) -> SealedKey:
    """Encrypt the secrets of a key under a password.

    Parameters
    ----------
    key
        The key; its id, kind and public key are bound to the secrets.
    secrets
        What is encrypted.
    password
        What opens it again.
    randomness
        28 fresh random bytes: salt and nonce.
    """
    salt, nonce = randomness[:SALT_BYTES], randomness[SALT_BYTES:]
    if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError(f"sealing takes {SALT_BYTES + NONCE_BYTES} random bytes")
    sealed = SealedKey(key, salt, nonce)
    box = AESGCM(_stretch(sealed, password))
    text = box.encrypt(nonce, secrets.serial + secrets.tail, _bound(key))
    return SealedKey(key, salt, nonce, text)


def unseal(sealed: SealedKey, password: str) -> KeySecrets:
    """Decrypt the secrets of a key.

    Raises
    ------
    Refused
        When the password is wrong or the file was changed.
    """
    try:
        box = AESGCM(_stretch(sealed, password))
        text = box.decrypt(sealed.nonce, sealed.ciphertext, _bound(sealed.key))
    except InvalidTag:
        reason = "the password is wrong, or the file was changed"
        raise Refused(f"Key {sealed.key.key_id!r} does not open: {reason}.") from None
    return KeySecrets(text[:SECRET_BYTES], text[SECRET_BYTES:])


def write_keys(keys: Iterable[SealedKey]) -> str:
    """Write a key file."""
    return json.dumps({"format": FORMAT, "keys": [_written(each) for each in keys]}, indent=2)


def read_keys(text: str, *, source: str) -> tuple[SealedKey, ...]:
    """Read a key file.

    Raises
    ------
    InputError
        When it is no key file, or a key in it is not whole; the key is named.
    """
    expected = "a file written by `kazyna mark keygen`"
    try:
        content = json.loads(text)
        entries = content["keys"] if content["format"] == FORMAT else None
    except (ValueError, TypeError, KeyError):
        entries = None
    if not isinstance(entries, list):
        raise InputError(Finding(source, "this is no key file", expected))
    keys = []
    for number, entry in enumerate(entries, 1):
        try:
            keys.append(_read(entry))
        except (ValueError, TypeError, KeyError) as error:
            reason = f"the key is not whole: {error}"
            raise InputError(Finding(source, reason, expected, row=number)) from None
    return tuple(keys)


def _bound(key: CodeKey) -> bytes:
    """Return what cannot change in a key without its secrets being lost."""
    return b"\0".join((key.key_id.encode(), key.tail.encode(), key.public_key))


def _stretch(sealed: SealedKey, password: str) -> bytes:
    n, r, p = sealed.cost
    kdf = Scrypt(salt=sealed.salt, length=SECRET_BYTES, n=n, r=r, p=p)
    return kdf.derive(password.encode())


def _written(sealed: SealedKey) -> dict[str, Any]:
    key = sealed.key
    entry: dict[str, Any] = {
        "key_id": key.key_id,
        "tail": key.tail,
        "goods": key.goods,
        "issues_from": key.issues_from.isoformat(),
        "issues_until": key.issues_until and key.issues_until.isoformat(),
        "revoked_on": key.revoked_on and key.revoked_on.isoformat(),
        "revocation_reason": key.revocation_reason,
        "public_key": b64encode(key.public_key).decode(),
    }
    if sealed.ciphertext:
        n, r, p = sealed.cost
        entry["secrets"] = {
            "scrypt": {"n": n, "r": r, "p": p, "salt": b64encode(sealed.salt).decode()},
            "aes_256_gcm": {
                "nonce": b64encode(sealed.nonce).decode(),
                "ciphertext": b64encode(sealed.ciphertext).decode(),
            },
        }
    return entry


def _read(entry: Mapping[str, Any]) -> SealedKey:
    key = CodeKey(
        key_id=str(entry["key_id"]),
        tail=_one_of(entry["tail"]),
        goods=str(entry["goods"]),
        issues_from=date.fromisoformat(entry["issues_from"]),
        issues_until=_day(entry["issues_until"]),
        revoked_on=_day(entry["revoked_on"]),
        revocation_reason=str(entry["revocation_reason"]),
        public_key=b64decode(entry["public_key"], validate=True),
    )
    if "secrets" not in entry:
        return SealedKey(key)
    scrypt, box = entry["secrets"]["scrypt"], entry["secrets"]["aes_256_gcm"]
    cost = (int(scrypt["n"]), int(scrypt["r"]), int(scrypt["p"]))
    if any(given > most for given, most in zip(cost, COST_MAX.values(), strict=True)):
        raise ValueError(f"a cost of {cost} is too high")
    return SealedKey(
        key,
        salt=b64decode(scrypt["salt"], validate=True),
        nonce=b64decode(box["nonce"], validate=True),
        ciphertext=b64decode(box["ciphertext"], validate=True),
        cost=cost,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _one_of(text: str) -> Any:
    if text not in ("tag", "signature", "short_tag"):
        raise ValueError(f"{text!r} is no kind of tail")
    return text
