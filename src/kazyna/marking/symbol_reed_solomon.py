"""Reed–Solomon check words of Data Matrix ECC 200, one by one and as tables for many at once.

The code is over GF(256) with the polynomial x⁸+x⁵+x³+x²+1 and first root α¹ (ISO/IEC 16022:2006,
annex E). The check words are linear in the data words: each data word at each position adds, by
exclusive or, a row that depends on nothing else, which is what the tables hold.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0x12D
ELEMENTS = 256

Bytes = NDArray[np.uint8]


@cache
def _logarithms() -> tuple[list[int], list[int]]:
    powers, logarithms = [0] * (2 * ELEMENTS), [0] * ELEMENTS
    value = 1
    for exponent in range(ELEMENTS - 1):
        powers[exponent] = powers[exponent + ELEMENTS - 1] = value
        logarithms[value] = exponent
        value <<= 1
        if value >= ELEMENTS:
            value ^= POLYNOMIAL
    return powers, logarithms


def multiply(left: int, right: int) -> int:
    """Multiply two elements of the field."""
    powers, logarithms = _logarithms()
    return powers[logarithms[left] + logarithms[right]] if left and right else 0


@cache
def _generator(check_words: int) -> tuple[int, ...]:
    """Return the generator polynomial without its leading 1, highest power first."""
    powers, _ = _logarithms()
    polynomial = [1]
    for root in range(1, check_words + 1):
        shifted = [*polynomial, 0]
        for index, coefficient in enumerate(polynomial):
            shifted[index + 1] ^= multiply(coefficient, powers[root])
        polynomial = shifted
    return tuple(polynomial[1:])


def check_words(data: bytes, count: int) -> bytes:
    """Return the check words of one block of data words."""
    generator = _generator(count)
    remainder = [0] * count
    for word in data:
        factor = word ^ remainder[0]
        remainder = [
            following ^ multiply(factor, coefficient)
            for following, coefficient in zip([*remainder[1:], 0], generator, strict=True)
        ]
    return bytes(remainder)


@cache
def contribution_tables(data_words: int, count: int) -> Bytes:
    """Return what each value of each data word of a block adds to its check words.

    Parameters
    ----------
    data_words
        How many data words the block has.
    count
        How many check words it gets.

    Returns
    -------
    array of (data_words, 256, count)
        Exclusive-or the rows of all data words to get the check words.
    """
    tables = np.zeros((data_words, ELEMENTS, count), dtype=np.uint8)
    for position in range(data_words):
        for bit in range(8):
            single = bytearray(data_words)
            single[position] = 1 << bit
            row = np.frombuffer(check_words(bytes(single), count), dtype=np.uint8)
            tables[position, (np.arange(ELEMENTS) >> bit & 1).astype(bool)] ^= row
    return tables
