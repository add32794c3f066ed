"""The keys of codes: which may issue, which verify, which are revoked.

A key has an id of four characters that stands in AI 91, so that a code names the key it was made
with. Rotation is adding a key and letting the old one issue no more: codes that exist verify
for as long as the key is not revoked. Each key has two secrets that are independent of each other:
one makes serials, the other tails; who learns one cannot use it for the other.

All is immutable: a change returns a new registry. Days are arguments; nothing here looks at the
clock, and randomness comes from the caller.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from kazyna.core.errors import Conflict, NotFound, Refused
from kazyna.marking.ciphers import AesBlocks, BlockCipher, Ed25519Signer, Signer
from kazyna.marking.cmac import Cmac
from kazyna.marking.gs1 import CSET_82
from kazyna.marking.tails import Tail

KEY_ID_LENGTH = 4
SECRET_BYTES = 32
ANY_GOODS = "*"


@dataclass(frozen=True)
class CodeKey:
    """What may be known of a key by everyone."""

    key_id: str
    """Four characters; the value of AI 91."""
    tail: Tail
    goods: str
    """The group of goods whose codes it makes; `*` is every group."""
    issues_from: date
    issues_until: date | None = None
    """The first day on which it makes no more codes; those that exist still verify."""
    revoked_on: date | None = None
    """From this day its codes are refused."""
    revocation_reason: str = ""
    public_key: bytes = b""
    """Of a signature: the 32 bytes by which anyone verifies."""

    def issues_on(self, day: date) -> bool:
        """Tell whether the key makes codes on a day."""
        ended = self.issues_until is not None and day >= self.issues_until
        return self.issues_from <= day and not ended and not self.is_revoked(day)

    def serves(self, goods: Collection[str]) -> bool:
        """Tell whether the key makes codes of some of the groups of goods."""
        return self.goods == ANY_GOODS or ANY_GOODS in goods or self.goods in goods

    def is_revoked(self, day: date) -> bool:
        """Tell whether the key's codes are refused on a day."""
        return self.revoked_on is not None and day >= self.revoked_on


@dataclass(frozen=True)
class KeySecrets:
    """The two secrets of a key; never printed."""

    serial: bytes = field(repr=False)
    tail: bytes = field(repr=False)
    """An AES-256 key, or the seed of an Ed25519 private key."""

    def __post_init__(self) -> None:
        if len(self.serial) != SECRET_BYTES or len(self.tail) != SECRET_BYTES:
            raise ValueError(f"each secret of a key has {SECRET_BYTES} bytes")
        if self.serial == self.tail:
            raise ValueError("the two secrets of a key are independent of each other")


@dataclass(frozen=True)
class OpenKey:
    """A key that can be used: its secrets in memory, or in a hardware module."""

    key: CodeKey
    serial_cipher: BlockCipher = field(repr=False)
    cmac: Cmac | None = field(default=None, repr=False)
    signer: Signer | None = field(default=None, repr=False)


@dataclass(frozen=True)
class KeyRegistry:
    """All keys of an installation, and those of them that are open."""

    keys: Mapping[str, CodeKey] = field(default_factory=dict)
    opened: Mapping[str, OpenKey] = field(default_factory=dict, repr=False)

    def get(self, key_id: str) -> CodeKey:
        """Return a key by its id."""
        if key_id not in self.keys:
            raise NotFound(f"No key is called {key_id!r}.")
        return self.keys[key_id]

    def added(self, opened: OpenKey) -> "KeyRegistry":
        """Add a new key; its id must be free."""
        key = opened.key
        if key.key_id in self.keys:
            raise Conflict(f"There is a key {key.key_id!r} already.")
        return KeyRegistry({**self.keys, key.key_id: key}, {**self.opened, key.key_id: opened})

    def rotated(self, key_id: str, successor: OpenKey) -> "KeyRegistry":
        """Let a key issue no more from the day on which its successor begins.

        Codes of both verify throughout; no moment is without a key that issues.
        """
        retired = self.get(key_id)
        begins = successor.key.issues_from
        if retired.issues_until is not None and retired.issues_until <= begins:
            raise Conflict(f"Key {key_id!r} issues no more since {retired.issues_until}.")
        return self._with(replace(retired, issues_until=begins)).added(successor)

    def revoked(self, key_id: str, *, on: date, reason: str) -> "KeyRegistry":
        """Refuse all codes of a key from a day on; it cannot be undone."""
        key = self.get(key_id)
        if key.revoked_on is not None:
            raise Conflict(f"Key {key_id!r} is revoked since {key.revoked_on}.")
        if not reason:
            raise Refused("A key is revoked for a reason.")
        return self._with(replace(key, revoked_on=on, revocation_reason=reason))

    def issuing(self, tail: Tail, goods: str, on: date) -> OpenKey:
        """Return the key that makes codes for some goods on a day: the one begun last."""
        able = [
            self.opened[key.key_id]
            for key in self.keys.values()
            if key.tail == tail
            and key.serves((goods,))
            and key.issues_on(on)
            and key.key_id in self.opened
        ]
        if not able:
            raise NotFound(f"No open key issues {tail} codes for {goods!r} on {on}.")
        return max(able, key=lambda each: (each.key.issues_from, each.key.key_id))

    def tagging(self, tail: Tail, goods: Collection[str]) -> list[OpenKey]:
        """Return the open keys that may have made a code which does not name its key."""
        return [
            each
            for each in self.opened.values()
            if each.key.tail == tail and each.key.serves(goods)
        ]

    def _with(self, key: CodeKey) -> "KeyRegistry":
        opened = dict(self.opened)
        if key.key_id in opened:
            opened[key.key_id] = replace(opened[key.key_id], key=key)
        return KeyRegistry({**self.keys, key.key_id: key}, opened)


def open_key(key: CodeKey, secrets: KeySecrets) -> OpenKey:
    """Make a key usable from its secrets in memory.

    Raises
    ------
    ValueError
        When the secret is not that of the public key.
    """
    serial_cipher = AesBlocks(secrets.serial)
    if key.tail != "signature":
        return OpenKey(key, serial_cipher, cmac=Cmac(AesBlocks(secrets.tail)))
    signer = Ed25519Signer(secrets.tail)
    if key.public_key != signer.public_key:
        raise ValueError(f"the secret is not that of the public key of {key.key_id!r}")
    return OpenKey(key, serial_cipher, signer=signer)


def new_key(
    key_id: str, tail: Tail, *, goods: str, issues_from: date, secrets: KeySecrets
) -> OpenKey:
    """Make a key from two secrets that the caller has drawn at random.

    Parameters
    ----------
    key_id
        Four characters of GS1 character set 82.
    tail
        What it makes: `tag`, `signature` or `short_tag`.
    goods
        The group of goods, or `*`.
    issues_from
        The first day on which it makes codes.
    secrets
        64 bytes of good randomness, in two halves.
    """
    if len(key_id) != KEY_ID_LENGTH or not CSET_82.issuperset(key_id):
        raise Refused(f"{key_id!r} is no key id: four letters or digits, such as K001.")
    public = Ed25519Signer(secrets.tail).public_key if tail == "signature" else b""
    return open_key(CodeKey(key_id, tail, goods, issues_from, public_key=public), secrets)
