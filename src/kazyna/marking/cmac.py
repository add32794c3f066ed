"""AES-CMAC (RFC 4493, NIST SP 800-38B) of many messages of equal length at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.ciphers import BLOCK, CHUNK, BlockCipher, Bytes

POLYNOMIAL = 0x87
"""The reduction of GF(2**128) that the standard doubles by."""


class Cmac:
    """AES-CMAC under one key, its two subkeys at hand."""

    def __init__(self, cipher: BlockCipher) -> None:
        self._cipher = cipher
        full = _double(cipher.encrypt(bytes(BLOCK)))
        self._subkeys = full, _double(full)

    def tags(self, messages: Sequence[bytes]) -> bytes:
        """Return the tags of a few messages of equal length, one after the other.

        Examples
        --------
        >>> from kazyna.marking.ciphers import AesBlocks
        >>> key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
        >>> Cmac(AesBlocks(key)).tags([b""]).hex()
        'bb1d6929e95937287fa37d129b756746'
        """
        length, size = len(messages[0]), BLOCK * len(messages)
        end = max(length - 1, 0) // BLOCK * BLOCK
        state = 0
        for at in range(0, end, BLOCK):
            text = b"".join([message[at : at + BLOCK] for message in messages])
            mixed = state ^ int.from_bytes(text, "big")
            state = int.from_bytes(self._cipher.encrypt(mixed.to_bytes(size, "big")), "big")
        full, padded = self._subkeys
        padding = b"" if length - end == BLOCK else b"\x80" + bytes(BLOCK - 1 - (length - end))
        text = b"".join([message[end:] + padding for message in messages])
        mask = int.from_bytes((padded if padding else full) * len(messages), "big")
        mixed = state ^ int.from_bytes(text, "big") ^ mask
        return self._cipher.encrypt(mixed.to_bytes(size, "big"))

    def rows(self, messages: Bytes) -> Bytes:
        """Return the tag of each message of an array.

        Parameters
        ----------
        messages
            One message a row, shape (n, length).

        Returns
        -------
        array of bytes
            Shape (n, 16); row by row what RFC 4493 gives.
        """
        tags = np.empty((len(messages), BLOCK), dtype=np.uint8)
        for at in range(0, len(messages), CHUNK):
            blocks = _blocks(messages[at : at + CHUNK], *self._subkeys)
            state = np.zeros((len(blocks), 2), dtype=np.uint64)
            for number in range(blocks.shape[1]):
                text = (state ^ blocks[:, number]).view(np.uint8)
                encrypted = self._cipher.encrypt(text.data)
                state = np.frombuffer(encrypted, dtype=np.uint64).reshape(-1, 2)
            tags[at : at + CHUNK] = state.view(np.uint8)
        return tags


def _blocks(messages: Bytes, full: bytes, padded: bytes) -> NDArray[np.uint64]:
    """Lay messages out in whole blocks, the last one masked by its subkey."""
    rows, length = messages.shape
    count = max(1, -(-length // BLOCK))
    whole = np.zeros((rows, count * BLOCK), dtype=np.uint8)
    whole[:, :length] = messages
    complete = length == count * BLOCK
    if not complete:
        whole[:, length] = 0x80
    blocks = whole.view(np.uint64).reshape(rows, count, 2)
    blocks[:, -1] ^= np.frombuffer(full if complete else padded, dtype=np.uint64)
    return blocks


def _double(block: bytes) -> bytes:
    number = int.from_bytes(block, "big") << 1
    if number >> 128:
        number = (number & ((1 << 128) - 1)) ^ POLYNOMIAL
    return number.to_bytes(BLOCK, "big")
