"""FF1 over arrays: the two halves of a million strings at once.

For a tweak of six bytes and halves below 2**63 every round is one AES block a row, because the
standard's first block is the same for all rows. The result equals `ff1.py`, numeral by numeral.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.ciphers import CHUNK, BlockCipher, encrypt_rows
from kazyna.marking.ff1 import ROUNDS, Format

Words = NDArray[np.uint64]
TWEAK_BYTES = 6
HALF_MAX = 1 << 63
ONE_BLOCK_SUM = 8
"""Where a round adds 8 bytes, the number is the first word of the block; else it has 12 bytes."""


def permute(
    cipher: BlockCipher, form: Format, left: Words, right: Words, *, tweak: Words
) -> tuple[Words, Words]:
    """Encrypt strings given as the numbers of their halves.

    Parameters
    ----------
    cipher
        AES under the key.
    form
        Radix and length of the strings.
    left, right
        The halves as numbers, shape (n,).
    tweak
        A number of six bytes for each string, such as its GTIN, shape (n,).

    Returns
    -------
    tuple of arrays
        The halves of the encrypted strings.
    """
    return _in_chunks(partial(_encrypt, cipher, form), left, right, tweak)


def restore(
    cipher: BlockCipher, form: Format, left: Words, right: Words, *, tweak: Words
) -> tuple[Words, Words]:
    """Undo `permute`."""
    return _in_chunks(partial(_decrypt, cipher, form), left, right, tweak)


def _in_chunks(
    work: Callable[[Words, Words, Words], tuple[Words, Words]],
    left: Words,
    right: Words,
    tweak: Words,
) -> tuple[Words, Words]:
    first, second = np.empty_like(left), np.empty_like(right)
    for at in range(0, len(left), CHUNK):
        rows = slice(at, at + CHUNK)
        first[rows], second[rows] = work(left[rows], right[rows], tweak[rows])
    return first, second


def _encrypt(
    cipher: BlockCipher, form: Format, a: Words, b: Words, tweak: Words
) -> tuple[Words, Words]:
    add = _Rounds(cipher, form, tweak)
    for number in range(ROUNDS):
        modulus = form.radix ** (form.left if number % 2 == 0 else form.right)
        a, b = b, _reduce(a + add(number, b, modulus), modulus)
    return a, b


def _decrypt(
    cipher: BlockCipher, form: Format, a: Words, b: Words, tweak: Words
) -> tuple[Words, Words]:
    add = _Rounds(cipher, form, tweak)
    for number in reversed(range(ROUNDS)):
        modulus = form.radix ** (form.left if number % 2 == 0 else form.right)
        a, b = _reduce(b + (np.uint64(modulus) - add(number, a, modulus)), modulus), a
    return a, b


class _Rounds:
    """The round function for one chunk, with what all its rounds share."""

    def __init__(self, cipher: BlockCipher, form: Format, tweak: Words) -> None:
        if form.radix**form.right > HALF_MAX:
            raise ValueError(f"halves of {form.radix}**{form.right} do not fit 63 bits")
        first = np.frombuffer(cipher.encrypt(form.first_block(TWEAK_BYTES)), dtype=">u8")
        self.cipher, self.form = cipher, form
        self.high = (tweak << np.uint64(16)) ^ np.uint64(first[0])
        self.low = int(first[1])
        self.blocks = np.empty((len(tweak), 2), dtype=">u8")

    def __call__(self, number: int, half: Words, modulus: int) -> Words:
        """Return y mod modulus of the standard for each row."""
        place = 8 * self.form.half_bytes
        in_low = (number << place) & 0xFFFF_FFFF_FFFF_FFFF
        in_high = (number << place) >> 64
        self.blocks[:, 0] = self.high ^ np.uint64(in_high)
        self.blocks[:, 1] = half ^ np.uint64(self.low ^ in_low)
        mac = encrypt_rows(self.cipher, self.blocks)
        first = mac[:, 0].astype(np.uint64)
        if self.form.sum_bytes == ONE_BLOCK_SUM:
            return _reduce(first, modulus)
        second = mac[:, 1].astype(np.uint64)
        low = (first << np.uint64(32)) | (second >> np.uint64(32))
        if modulus & (modulus - 1) == 0:
            return _reduce(low, modulus)
        return _reduce_96(first >> np.uint64(32), low, modulus)


def _reduce(number: Words, modulus: int) -> Words:
    if modulus & (modulus - 1) == 0:
        return number & np.uint64(modulus - 1)
    return number % np.uint64(modulus)


def _reduce_96(high: Words, low: Words, modulus: int) -> Words:
    """Return (high * 2**64 + low) mod modulus, as many bits at a time as 64 leave room for."""
    rest = high % np.uint64(modulus)
    step, bits = 64 - modulus.bit_length(), 64
    while bits:
        take = min(step, bits)
        bits -= take
        part = (low >> np.uint64(bits)) & np.uint64((1 << take) - 1)
        rest = ((rest << np.uint64(take)) | part) % np.uint64(modulus)
    return rest
