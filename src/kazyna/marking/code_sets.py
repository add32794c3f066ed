"""Sets of codes, three bytes a code: for who must know without a network where a code stands.

A code is kept as the beginning of a hash, so that the set tells nobody its codes. Buckets by the
first bits hold about eight codes each, and of each code the next 24 bits: of codes that are not in
the set one in two million is taken for one that is. That is enough against mistakes, and not
against a forger, who can try codes until one passes: a list never proves a code, a signature does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

BUCKET_CODES = 8
"""On average: more would make false hits more likely, fewer the set larger."""
REST_BITS = 24
HASH_BITS = 64
COUNT_BYTES, REST_BYTES = 2, 3

Hashes = NDArray[np.uint64]


def code_hash(gtin: str, serial: str) -> int:
    """Return the first 64 bits of SHA-256 over product and serial."""
    return int.from_bytes(sha256(f"{gtin}{serial}".encode()).digest()[:8], "big")


def code_hashes(names: Iterable[bytes]) -> Hashes:
    """Hash many codes, each given as its GTIN followed by its serial."""
    digests = b"".join([sha256(name).digest()[:8] for name in names])
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64)


@dataclass(frozen=True)
class CodeSet:
    """A set of codes as it is stored."""

    codes: int
    bucket_bits: int
    packed: bytes
    """How many codes each bucket has, two bytes little-endian; then three bytes of each code,
    big-endian, in order."""

    @property
    def _buckets(self) -> int:
        return 1 << self.bucket_bits

    @cached_property
    def _keys(self) -> Hashes:
        """The first bits of all codes, in order."""
        counts = np.frombuffer(self.packed, dtype="<u2", count=self._buckets)
        rests = np.frombuffer(self.packed, dtype=np.uint8, offset=self._buckets * COUNT_BYTES)
        padded = np.zeros((self.codes, 4), dtype=np.uint8)
        padded[:, 1:] = rests.reshape(-1, REST_BYTES)
        low = padded.view(">u4").ravel().astype(np.uint64)
        high = np.repeat(np.arange(self._buckets, dtype=np.uint64), counts)
        return (high << np.uint64(REST_BITS)) | low

    def contains(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Tell which codes are in the set, by their hashes."""
        if not self.codes:
            return np.zeros(len(hashes), dtype=np.bool_)
        wanted = hashes >> np.uint64(HASH_BITS - self.bucket_bits - REST_BITS)
        place = np.searchsorted(self._keys, wanted).clip(max=self.codes - 1)
        found: NDArray[np.bool_] = self._keys[place] == wanted
        return found

    def is_whole(self) -> bool:
        """Tell whether the bytes are as many as the numbers say, and no bucket lies."""
        head = self._buckets * COUNT_BYTES
        if not 0 <= self.bucket_bits <= HASH_BITS - REST_BITS or self.codes < 0:
            return False
        if len(self.packed) != head + self.codes * REST_BYTES:
            return False
        counts = np.frombuffer(self.packed, dtype="<u2", count=self._buckets)
        return int(counts.sum(dtype=np.int64)) == self.codes


def pack_codes(hashes: Hashes) -> CodeSet:
    """Make a set of codes from their hashes."""
    bits = max(len(hashes) // BUCKET_CODES, 1).bit_length() - 1
    keys = np.unique(hashes >> np.uint64(HASH_BITS - bits - REST_BITS))
    counts = np.bincount((keys >> np.uint64(REST_BITS)).astype(np.int64), minlength=1 << bits)
    rests = (keys & np.uint64((1 << REST_BITS) - 1)).astype(">u4").view(np.uint8).reshape(-1, 4)
    packed = counts.astype("<u2").tobytes() + np.ascontiguousarray(rests[:, 1:]).tobytes()
    return CodeSet(len(keys), bits, packed)
