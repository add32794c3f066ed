"""Serial numbers as a keyed permutation of (batch, index).

A serial is one character of the issuing state and then FF1 of the numeral string whose left half
is the number of the batch and whose right half is the index in it; the tweak is the GTIN. So the
serials of a product never repeat, need no storage, look random to who has no key, and lead back
to batch and index without a look-up.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.ciphers import BlockCipher, Bytes
from kazyna.marking.ff1 import Format
from kazyna.marking.permutation import Words, permute, restore

INDEX_BITS = 24
"""A batch has at most 16,777,216 codes, so that batch and index fit one 63-bit number."""
BATCH_BITS = 39
URL_SAFE_64 = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""Of character set 82, those that survive URLs, XML, shells and keyboards of all layouts."""
NO_VALUE = 255


@dataclass(frozen=True)
class SerialSpace:
    """The serials of a template: how long without the state's character, and of what."""

    length: int
    alphabet: str = URL_SAFE_64

    @cached_property
    def form(self) -> Format:
        """The strings that FF1 permutes."""
        return Format(len(self.alphabet), self.length)

    @property
    def batches_max(self) -> int:
        """Batches of one product under one key."""
        return min(int(self.form.radix**self.form.left), 1 << BATCH_BITS)

    @property
    def batch_codes_max(self) -> int:
        """Codes of one batch."""
        return min(int(self.form.radix**self.form.right), 1 << INDEX_BITS)

    @cached_property
    def characters(self) -> Bytes:
        """The bytes of the alphabet."""
        return np.frombuffer(self.alphabet.encode("ascii"), dtype=np.uint8)

    @cached_property
    def pairs(self) -> NDArray[np.uint16]:
        """Two characters at once for every number below radix squared."""
        radix = self.form.radix
        number = np.arange(radix * radix)
        both = np.stack([self.characters[number // radix], self.characters[number % radix]], axis=1)
        return np.ascontiguousarray(both).view(np.uint16).ravel()

    @cached_property
    def values(self) -> Bytes:
        """The numeral of every byte; `NO_VALUE` for bytes outside the alphabet."""
        found = np.full(256, NO_VALUE, dtype=np.uint8)
        found[self.characters] = np.arange(len(self.alphabet), dtype=np.uint8)
        return found


def make_serials(
    cipher: BlockCipher, space: SerialSpace, *, gtin: int, batch: int, indices: Words
) -> Bytes:
    """Make the serials of some codes of a batch.

    Parameters
    ----------
    cipher
        AES under the serial key.
    space
        The serials of the template.
    gtin
        The product as a number.
    batch
        The number of the batch, below `space.batches_max`.
    indices
        Indices in the batch, below `space.batch_codes_max`, shape (n,).

    Returns
    -------
    array of bytes
        Shape (n, length): the characters after that of the state.
    """
    if not 0 <= batch < space.batches_max:
        raise ValueError(f"batch {batch} is not below {space.batches_max}")
    if len(indices) and int(indices.max()) >= space.batch_codes_max:
        raise ValueError(f"index {int(indices.max())} is not below {space.batch_codes_max}")
    left, right = permute(
        cipher,
        space.form,
        np.full(len(indices), batch, dtype=np.uint64),
        indices.astype(np.uint64),
        tweak=np.full(len(indices), gtin, dtype=np.uint64),
    )
    out = np.empty((len(indices), space.length), dtype=np.uint8)
    _spell(space, left, out[:, : space.form.left])
    _spell(space, right, out[:, space.form.left :])
    return out


def find_positions(
    cipher: BlockCipher, space: SerialSpace, serials: Bytes, *, gtins: Words
) -> tuple[Words, Words, NDArray[np.bool_]]:
    """Lead serials back to batch and index.

    Parameters
    ----------
    cipher
        AES under the serial key.
    space
        The serials of the template.
    serials
        Characters after that of the state, shape (n, length).
    gtins
        The product of each as a number, shape (n,).

    Returns
    -------
    tuple of arrays
        Batch, index, and whether the serial can have been made here at all: its characters are of
        the alphabet and the numbers within their limits. Elsewhere the numbers say nothing.
    """
    numerals = space.values[serials]
    known = (numerals != NO_VALUE).all(axis=1)
    numerals[~known] = 0
    half = space.form.left
    batch, index = restore(
        cipher,
        space.form,
        _read(space, numerals[:, :half]),
        _read(space, numerals[:, half:]),
        tweak=gtins.astype(np.uint64),
    )
    inside = (batch < space.batches_max) & (index < space.batch_codes_max)
    return batch, index, known & inside


def _spell(space: SerialSpace, numbers: Words, out: Bytes) -> None:
    """Write numbers in the alphabet, two characters at a time from the right."""
    square = np.uint64(space.form.radix**2)
    at = out.shape[1]
    while at > 1:
        numbers, rest = _divide(numbers, square)
        at -= 2
        out[:, at : at + 2] = space.pairs[rest].view(np.uint8).reshape(-1, 2)
    if at:
        out[:, 0] = space.characters[numbers]


def _divide(numbers: Words, by: np.uint64) -> tuple[Words, Words]:
    quotient = numbers // by
    return quotient, numbers - quotient * by


def _read(space: SerialSpace, numerals: Bytes) -> Words:
    radix = np.uint64(space.form.radix)
    number = np.zeros(len(numerals), dtype=np.uint64)
    for column in range(numerals.shape[1]):
        number = number * radix + numerals[:, column]
    return number
