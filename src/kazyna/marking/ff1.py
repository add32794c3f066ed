"""FF1, format-preserving encryption of NIST SP 800-38G revision 1, one numeral string at a time.

A Feistel network of ten rounds whose round function is AES-CBC-MAC: for every key and tweak it is
a permutation of the numeral strings of a length, and its inverse is as easy for who has the key.
`permutation.py` does the same to arrays; this is the form to check against the standard.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kazyna.marking.ciphers import BLOCK, BlockCipher

ROUNDS = 10
DOMAIN_MIN = 1_000_000
"""Smallest number of strings that the standard allows: radix ** length."""


@dataclass(frozen=True)
class Format:
    """What is permuted: strings of `length` numerals, each from 0 to `radix` - 1."""

    radix: int
    length: int

    def __post_init__(self) -> None:
        if self.radix**self.length < DOMAIN_MIN:
            raise ValueError(f"FF1 needs {DOMAIN_MIN:,} strings, not {self.radix}**{self.length}")

    @property
    def left(self) -> int:
        """Numerals of the left half."""
        return self.length // 2

    @property
    def right(self) -> int:
        """Numerals of the right half, which is the longer one."""
        return self.length - self.left

    @property
    def half_bytes(self) -> int:
        """Bytes that a half as a number takes (b in the standard)."""
        last: int = self.radix**self.right - 1
        return (last.bit_length() + 7) // 8

    @property
    def sum_bytes(self) -> int:
        """Bytes that a round adds to a half (d in the standard)."""
        return 4 * -(-self.half_bytes // 4) + 4

    def first_block(self, tweak_bytes: int) -> bytes:
        """Return the constant block P of the standard."""
        return (
            bytes([1, 2, 1])
            + self.radix.to_bytes(3, "big")
            + bytes([ROUNDS, self.left % 256])
            + self.length.to_bytes(4, "big")
            + tweak_bytes.to_bytes(4, "big")
        )


def encrypt(
    cipher: BlockCipher, numerals: Sequence[int], *, radix: int, tweak: bytes = b""
) -> list[int]:
    """Permute a string of numerals (algorithm 7 of the standard).

    Parameters
    ----------
    cipher
        AES under the key.
    numerals
        The string, each numeral from 0 to `radix` - 1.
    radix
        The number of numerals there are.
    tweak
        Public bytes that choose the permutation, such as the product.
    """
    form = Format(radix, len(numerals))
    a, b = _number(numerals[: form.left], radix), _number(numerals[form.left :], radix)
    for number in range(ROUNDS):
        a, b = b, (a + _round(cipher, form, tweak, number, b)) % _modulus(form, number)
    return _numerals(a, form.left, radix) + _numerals(b, form.right, radix)


def decrypt(
    cipher: BlockCipher, numerals: Sequence[int], *, radix: int, tweak: bytes = b""
) -> list[int]:
    """Undo `encrypt` (algorithm 8 of the standard)."""
    form = Format(radix, len(numerals))
    a, b = _number(numerals[: form.left], radix), _number(numerals[form.left :], radix)
    for number in reversed(range(ROUNDS)):
        a, b = (b - _round(cipher, form, tweak, number, a)) % _modulus(form, number), a
    return _numerals(a, form.left, radix) + _numerals(b, form.right, radix)


def _modulus(form: Format, number: int) -> int:
    modulus: int = form.radix ** (form.left if number % 2 == 0 else form.right)
    return modulus


def _round(cipher: BlockCipher, form: Format, tweak: bytes, number: int, half: int) -> int:
    """Return y of the standard: a number from the other half, the tweak and the round."""
    padding = bytes(-(len(tweak) + form.half_bytes + 1) % BLOCK)
    text = (
        form.first_block(len(tweak))
        + tweak
        + padding
        + bytes([number])
        + half.to_bytes(form.half_bytes, "big")
    )
    mac = bytes(BLOCK)
    for at in range(0, len(text), BLOCK):
        mac = cipher.encrypt(_xor(mac, text[at : at + BLOCK]))
    stream = mac
    for counter in range(1, -(-form.sum_bytes // BLOCK)):
        stream += cipher.encrypt(_xor(mac, counter.to_bytes(BLOCK, "big")))
    return int.from_bytes(stream[: form.sum_bytes], "big")


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


def _number(numerals: Sequence[int], radix: int) -> int:
    number = 0
    for numeral in numerals:
        number = number * radix + numeral
    return number


def _numerals(number: int, length: int, radix: int) -> list[int]:
    found = []
    for _ in range(length):
        number, numeral = divmod(number, radix)
        found.append(numeral)
    return found[::-1]
