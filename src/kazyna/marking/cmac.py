"""AES-CMAC (RFC 4493, NIST SP 800-38B) of many messages of equal length at once."""

import numpy as np

from kazyna.marking.ciphers import BLOCK, CHUNK, BlockCipher, Bytes

POLYNOMIAL = 0x87
"""The reduction of GF(2**128) that the standard doubles by."""


def subkeys(cipher: BlockCipher) -> tuple[bytes, bytes]:
    """Return K1 and K2: for last blocks that are full, and that are padded."""
    first = _double(cipher.encrypt(bytes(BLOCK)))
    return first, _double(first)


def cmac(cipher: BlockCipher, message: bytes) -> bytes:
    """Return the tag of one message, 16 bytes.

    Examples
    --------
    >>> from kazyna.marking.ciphers import AesBlocks
    >>> key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    >>> cmac(AesBlocks(key), b"").hex()
    'bb1d6929e95937287fa37d129b756746'
    """
    return cmac_rows(cipher, np.frombuffer(message, dtype=np.uint8).reshape(1, -1)).tobytes()


def cmac_rows(cipher: BlockCipher, messages: Bytes) -> Bytes:
    """Return the tag of each message.

    Parameters
    ----------
    cipher
        AES under the tag key.
    messages
        One message a row, shape (n, length).

    Returns
    -------
    array of bytes
        Shape (n, 16); row by row what RFC 4493 gives.
    """
    full, padded = subkeys(cipher)
    tags = np.empty((len(messages), BLOCK), dtype=np.uint8)
    for at in range(0, len(messages), CHUNK):
        blocks = _blocks(messages[at : at + CHUNK], full, padded)
        state = np.zeros((len(blocks), 2), dtype=np.uint64)
        for number in range(blocks.shape[1]):
            text = (state ^ blocks[:, number]).view(np.uint8)
            state = np.frombuffer(cipher.encrypt(text.data), dtype=np.uint64).reshape(-1, 2)
        tags[at : at + CHUNK] = state.view(np.uint8)
    return tags


def _blocks(
    messages: Bytes, full: bytes, padded: bytes
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
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
