"""The two secrets that codes are made with, behind interfaces that a hardware module can fill.

Serials and tags need one thing only: AES of many independent blocks. Signatures need Ed25519.
`AesBlocks` and `Ed25519Signer` hold their key in memory; a PKCS#11 module keeps it inside
(`kazyna.store.hsm`), and neither engine nor codes change.
"""

import threading
from typing import Protocol

import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
"""An array of bytes; codes and blocks stand one a row."""
BLOCK = 16
"""Bytes of an AES block."""
CHUNK = 8192
"""Rows worked on at a time: what a few blocks of them take fits the processor's cache."""


class BlockCipher(Protocol):
    """AES under one key, block by block."""

    def encrypt(self, blocks: bytes | memoryview) -> bytes:
        """Encrypt each block of 16 bytes by itself (ECB of random-looking, distinct blocks)."""


class Signer(Protocol):
    """An Ed25519 key pair that signs."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes by which anyone verifies."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""


class AesBlocks:
    """AES with a key in memory."""

    def __init__(self, key: bytes) -> None:
        # ECB of inputs that never repeat is AES itself, the primitive that FF1 and CMAC build on.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
        self._of_thread = threading.local()

    def encrypt(self, blocks: bytes | memoryview) -> bytes:
        """Encrypt each block of 16 bytes by itself."""
        try:
            encryptor = self._of_thread.encryptor
        except AttributeError:
            encryptor = self._of_thread.encryptor = self._cipher.encryptor()
        encrypted: bytes = encryptor.update(blocks)
        return encrypted


class Ed25519Signer:
    """An Ed25519 private key in memory."""

    def __init__(self, key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(key)

    @property
    def public_key(self) -> bytes:
        """The 32 bytes by which anyone verifies."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._key.sign(message)


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature is right.

    Parameters
    ----------
    public_key
        32 bytes.
    message
        What was signed.
    signature
        64 bytes.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def encrypt_rows(cipher: BlockCipher, words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Encrypt rows of two big-endian 64-bit words each."""
    return np.frombuffer(cipher.encrypt(words.view(np.uint8).data), dtype=">u8").reshape(-1, 2)
