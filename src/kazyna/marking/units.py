"""Addresses of units: whatever is followed, a code of ours, one of another state, or a package.

A unit is number `index` of a batch; batch and index fit one 63-bit number. The bucket, by which
state is spread over servers, is the rest of the batch's number: a batch is in one place whole.
Names that do not lead to an address by themselves (codes of other states, SSCCs) are kept in a
directory, in a bucket that is computed from the name.
"""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.serials import INDEX_BITS

BUCKETS = 4_096
"""Fixed for ever: more servers take buckets over, nothing is ever hashed anew."""
INDEX_MASK = (1 << INDEX_BITS) - 1
GTIN_NAME = 16
"""Characters of `01` and a GTIN: all codes of a product are in one bucket of the directory."""
SSCC_NAME = 14
"""SSCCs that differ in the last five digits and the check digit are together."""

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Units:
    """Addresses of many units."""

    batches: Longs
    indices: Ints

    def __len__(self) -> int:
        return len(self.batches)

    @property
    def keys(self) -> Longs:
        """Batch and index as one number, in the order of batch and index."""
        return (self.batches << INDEX_BITS) | self.indices

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Units":
        """Return some of the units."""
        return Units(self.batches[which], self.indices[which])


NO_UNITS = Units(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32))


def units_of(keys: Longs) -> Units:
    """Return the units whose addresses are written as one number each."""
    return Units(keys >> INDEX_BITS, (keys & INDEX_MASK).astype(np.int32))


def joined(parts: list[Units]) -> Units:
    """Put units of several sources in one row."""
    if not parts:
        return NO_UNITS
    return Units(
        np.concatenate([part.batches for part in parts]),
        np.concatenate([part.indices for part in parts]),
    )


def bucket_of(batch: int) -> int:
    """Return the bucket of a batch."""
    return batch % BUCKETS


def batch_number(sequence: int, bucket: int) -> int:
    """Return a number for a batch that lies in a bucket."""
    return sequence * BUCKETS + bucket


def name_bucket(name: str) -> int:
    """Return the bucket of the directory in which a name stands."""
    return crc32(name[: SSCC_NAME if name.startswith("00") else GTIN_NAME].encode()) % BUCKETS


def heads_of(values: NDArray[Any]) -> NDArray[np.intp]:
    """Return where runs of equal values begin."""
    if not len(values):
        return np.empty(0, dtype=np.intp)
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1]).astype(np.intp)


def are_among(values: NDArray[Any], ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which values are among others that are in order; of each run one is looked for."""
    if not len(values) or not len(ordered):
        return np.zeros(len(values), dtype=np.bool_)
    heads = heads_of(values)
    wanted = values[heads]
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.repeat(ordered[place] == wanted, np.diff(heads, append=len(values)))


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return the different values in order; they come in long runs, of which one is sorted."""
    return np.unique(values[heads_of(values)])


def grouped(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the different values in order, and for each value which of them it is."""
    heads = heads_of(values)
    each, which = np.unique(values[heads], return_inverse=True)
    return each, np.repeat(which.ravel(), np.diff(heads, append=len(values)))


def runs_of(units: Units, *others: NDArray[np.generic]) -> NDArray[np.intp]:
    """Return where runs of neighbouring units begin.

    Parameters
    ----------
    units
        In the order of their addresses.
    others
        What must also stay the same within a run.
    """
    if not len(units):
        return np.empty(0, dtype=np.intp)
    breaks = np.diff(units.keys) != 1
    breaks |= np.diff(units.batches) != 0
    for other in others:
        breaks |= other[1:] != other[:-1]
    return np.concatenate([[0], np.flatnonzero(breaks) + 1]).astype(np.intp)


def spread(firsts: NDArray[Any], counts: Longs) -> Ints:
    """Write ranges out: each first number and those that follow it."""
    if not len(counts):
        return np.empty(0, dtype=np.int32)
    ends = np.cumsum(counts)
    offsets = np.arange(ends[-1], dtype=np.int64) - np.repeat(ends - counts, counts)
    written: Ints = (np.repeat(firsts, counts) + offsets).astype(np.int32)
    return written
