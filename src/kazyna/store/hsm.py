"""Keys in a hardware security module, by PKCS#11: they make codes and never leave it.

The classes fill the interfaces of `kazyna.marking.ciphers`. A key of codes has two objects in
the module: `<key id>-serial`, an AES-256 key, and `<key id>-tail`, an AES-256 key or an Ed25519
pair. Tried with SoftHSM 2.6; other modules need the mechanisms CKM_AES_ECB and CKM_EDDSA.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error
from pkcs11.util.ec import encode_named_curve_parameters

from kazyna.core.errors import Conflict, NotFound, Unavailable

AES_BITS = 256
PUBLIC_BYTES = 32
BLOCK_BYTES_MAX = 1 << 16
"""Bytes sent to the module at a time: many refuse more."""


@dataclass(frozen=True)
class HsmPlace:
    """Where the module is and which token of it is meant."""

    library: Path
    token: str
    pin: str


class HsmBlocks:
    """AES with a key inside the module."""

    def __init__(self, key: Any) -> None:
        self._key = key

    def encrypt(self, blocks: bytes | memoryview) -> bytes:
        """Encrypt each block of 16 bytes by itself."""
        text = bytes(blocks)
        return b"".join(
            self._key.encrypt(text[at : at + BLOCK_BYTES_MAX], mechanism=Mechanism.AES_ECB)
            for at in range(0, len(text), BLOCK_BYTES_MAX)
        )


class HsmSigner:
    """An Ed25519 pair inside the module."""

    def __init__(self, private: Any, public: Any) -> None:
        self._private = private
        # The point is wrapped as an octet string (RFC 8410 knows no compressed form of it).
        self.public_key: bytes = bytes(public[Attribute.EC_POINT])[-PUBLIC_BYTES:]

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return bytes(self._private.sign(message, mechanism=Mechanism.EDDSA))


class HsmSession:
    """A signed-in session with a token."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def make_aes(self, label: str) -> HsmBlocks:
        """Generate an AES-256 key that cannot be read out."""
        self._refuse_known(label)
        key = self._session.generate_key(
            KeyType.AES,
            AES_BITS,
            label=label,
            store=True,
            template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )
        return HsmBlocks(key)

    def make_ed25519(self, label: str) -> HsmSigner:
        """Generate an Ed25519 pair whose private half cannot be read out."""
        self._refuse_known(label)
        parameters = self._session.create_domain_parameters(
            KeyType.EC_EDWARDS,
            {Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")},
            local=True,
        )
        public, private = parameters.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label
        )
        return HsmSigner(private, public)

    def aes(self, label: str) -> HsmBlocks:
        """Return the AES key with a label."""
        return HsmBlocks(self._find(label, ObjectClass.SECRET_KEY))

    def ed25519(self, label: str) -> HsmSigner:
        """Return the Ed25519 pair with a label."""
        private = self._find(label, ObjectClass.PRIVATE_KEY)
        return HsmSigner(private, self._find(label, ObjectClass.PUBLIC_KEY))

    def _find(self, label: str, kind: ObjectClass) -> Any:
        try:
            return self._session.get_key(object_class=kind, label=label)
        except pkcs11.NoSuchKey:
            raise NotFound(f"The module has no key with the label {label!r}.") from None

    def _refuse_known(self, label: str) -> None:
        if next(iter(self._session.get_objects({Attribute.LABEL: label})), None) is not None:
            raise Conflict(f"The module has a key with the label {label!r} already.")


@contextmanager
def open_hsm(place: HsmPlace) -> Iterator[HsmSession]:
    """Sign in to a token.

    Raises
    ------
    Unavailable
        When the library, the token or the sign-in fails; the reason is the module's own.
    """
    try:
        token = pkcs11.lib(str(place.library)).get_token(token_label=place.token)
        session = token.open(user_pin=place.pin, rw=True)
    except (PKCS11Error, RuntimeError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise Unavailable(f"The hardware module does not open: {reason}.") from error
    with session:
        yield HsmSession(session)
