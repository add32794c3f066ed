"""Keys of codes in a file or a hardware module: make, rotate, revoke, open."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kazyna.core.errors import Conflict, NotFound, Refused
from kazyna.marking.cmac import Cmac
from kazyna.marking.keys import (
    SECRET_BYTES,
    CodeKey,
    KeyRegistry,
    KeySecrets,
    OpenKey,
    new_key,
    open_key,
)
from kazyna.marking.sealing import (
    NONCE_BYTES,
    SALT_BYTES,
    SealedKey,
    read_keys,
    seal,
    unseal,
    write_keys,
)
from kazyna.marking.tails import Tail
from kazyna.store.code_files import write_secret_text
from kazyna.store.files import read_text
from kazyna.store.hsm import HsmPlace, HsmSession, open_hsm

__all__ = ["HsmPlace", "KeyFile", "KeyRow", "Keys", "NewKey", "Unlocking", "list_keys", "make_key",
           "open_registry", "revoke_key"]  # fmt: skip

PASSWORD_MIN = 8


@dataclass(frozen=True)
class Unlocking:
    """What opens the secrets of keys: a password for those in the file, a module for others."""

    password: str = ""
    hsm: HsmPlace | None = None


@dataclass(frozen=True)
class KeyFile:
    """A file of keys, and what opens it; signatures are verified without."""

    path: Path
    unlocking: Unlocking = Unlocking()


@dataclass(frozen=True)
class NewKey:
    """A key to be made."""

    key_id: str
    tail: Tail
    goods: str
    issues_from: date
    replaces: str = ""
    """The key that issues no more from the day on which the new one begins."""


@dataclass(frozen=True)
class KeyRow:
    """What may be known of a key."""

    key_id: str
    tail: Tail
    goods: str
    issues_from: date
    issues_until: date | None
    revoked_on: date | None
    revocation_reason: str
    public_key: str
    secrets: str
    """Where they are: `file` or `module`."""


@dataclass(frozen=True)
class Keys:
    """The keys of a file."""

    file: str
    keys: tuple[KeyRow, ...]


def make_key(path: Path, wanted: NewKey, unlocking: Unlocking) -> Keys:
    """Add a key to a file, which is made if it is not there; all others stay as they are.

    Parameters
    ----------
    path
        The key file.
    wanted
        The key, and the one it replaces, if any.
    unlocking
        The password under which the secrets are encrypted; or the module that makes and keeps
        them, where one is named.

    Raises
    ------
    Conflict
        When the id is taken.
    Refused
        When the id or the password is not accepted.
    """
    sealed = _read(path) if path.exists() else ()
    known = KeyRegistry({each.key.key_id: each.key for each in sealed})
    if wanted.key_id in known.keys:
        raise Conflict(f"There is a key {wanted.key_id!r} already.")
    made = _in_module(wanted, unlocking.hsm) if unlocking.hsm else _in_file(wanted, unlocking)
    opened = OpenKey(made.key, serial_cipher=_NotHere())
    changed = known.rotated(wanted.replaces, opened) if wanted.replaces else known.added(opened)
    return _write(path, (*sealed, made), changed)


def revoke_key(path: Path, key_id: str, *, on: date, reason: str) -> Keys:
    """Refuse all codes of a key from a day on; it cannot be undone."""
    sealed = _read(path)
    known = KeyRegistry({each.key.key_id: each.key for each in sealed})
    return _write(path, sealed, known.revoked(key_id, on=on, reason=reason))


def list_keys(path: Path) -> Keys:
    """Tell which keys a file has, without opening them."""
    return _told(path, _read(path))


@contextmanager
def open_registry(path: Path, unlocking: Unlocking) -> Iterator[KeyRegistry]:
    """Open the keys of a file for as long as the context lasts.

    Without a password the secrets in the file stay locked, without a module those in it; public
    keys need neither.
    """
    sealed = _read(path)
    keys = {each.key.key_id: each.key for each in sealed}
    opened = {
        each.key.key_id: open_key(each.key, unseal(each, unlocking.password))
        for each in sealed
        if each.ciphertext and unlocking.password
    }
    if unlocking.hsm is None:
        yield KeyRegistry(keys, opened)
        return
    with open_hsm(unlocking.hsm) as session:
        opened |= {
            each.key.key_id: _from_module(each.key, session)
            for each in sealed
            if not each.ciphertext
        }
        yield KeyRegistry(keys, opened)


class _NotHere:
    """Stands for the secret of a key that is listed, not used."""

    def encrypt(self, blocks: bytes | memoryview) -> bytes:
        raise NotFound(f"The secret is not open; {len(blocks)} bytes were to be encrypted.")


def _in_file(wanted: NewKey, unlocking: Unlocking) -> SealedKey:
    if len(unlocking.password) < PASSWORD_MIN:
        raise Refused(f"The password of a key file has {PASSWORD_MIN} characters or more.")
    drawn = KeySecrets(secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(SECRET_BYTES))
    opened = new_key(
        wanted.key_id,
        wanted.tail,
        goods=wanted.goods,
        issues_from=wanted.issues_from,
        secrets=drawn,
    )
    randomness = secrets.token_bytes(SALT_BYTES + NONCE_BYTES)
    return seal(opened.key, drawn, unlocking.password, randomness=randomness)


def _in_module(wanted: NewKey, place: HsmPlace) -> SealedKey:
    """Let the module make the secrets; the file gets what may be public."""
    blank = KeySecrets(bytes(SECRET_BYTES), b"\1" * SECRET_BYTES)
    checked = new_key(
        wanted.key_id, "tag", goods=wanted.goods, issues_from=wanted.issues_from, secrets=blank
    ).key
    serial, tail = _labels(wanted.key_id)
    with open_hsm(place) as session:
        public = b""
        if wanted.tail == "signature":
            public = session.make_ed25519(tail).public_key
        else:
            session.make_aes(tail)
        session.make_aes(serial)
    return SealedKey(replace(checked, tail=wanted.tail, public_key=public))


def _from_module(key: CodeKey, session: HsmSession) -> OpenKey:
    serial, tail = _labels(key.key_id)
    if key.tail == "signature":
        return OpenKey(key, session.aes(serial), signer=session.ed25519(tail))
    return OpenKey(key, session.aes(serial), cmac=Cmac(session.aes(tail)))


def _labels(key_id: str) -> tuple[str, str]:
    return f"{key_id}-serial", f"{key_id}-tail"


def _read(path: Path) -> tuple[SealedKey, ...]:
    return read_keys(read_text(path), source=str(path))


def _write(path: Path, sealed: tuple[SealedKey, ...], registry: KeyRegistry) -> Keys:
    current = tuple(replace(each, key=registry.get(each.key.key_id)) for each in sealed)
    write_secret_text(write_keys(current), path)
    return _told(path, current)


def _told(path: Path, sealed: tuple[SealedKey, ...]) -> Keys:
    rows = (
        KeyRow(
            key_id=each.key.key_id,
            tail=each.key.tail,
            goods=each.key.goods,
            issues_from=each.key.issues_from,
            issues_until=each.key.issues_until,
            revoked_on=each.key.revoked_on,
            revocation_reason=each.key.revocation_reason,
            public_key=each.key.public_key.hex(),
            secrets="file" if each.ciphertext else "module",
        )
        for each in sealed
    )
    return Keys(str(path), tuple(rows))
