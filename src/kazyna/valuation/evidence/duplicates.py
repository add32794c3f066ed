"""Rows that stand more than once, found by one number for each row."""

from collections.abc import Iterable
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa

RowCodes = npt.NDArray[np.uint64]

_START = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def column_codes(values: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Give each distinct value of a column its number; a missing value is -1."""
    flat = values.combine_chunks()
    if not pa.types.is_dictionary(flat.type):
        flat = flat.dictionary_encode()
    return np.asarray(flat.indices.cast(pa.int64()).fill_null(-1))


def no_codes(rows: int) -> RowCodes:
    """Return the numbers of rows of which nothing is known yet."""
    return np.full(rows, _START)


def mix(codes: RowCodes, column: npt.NDArray[np.int64]) -> RowCodes:
    """Mix the codes of one more column into the numbers of the rows (after SplitMix64).

    Equal rows have equal numbers. Unlike rows share one with a probability of n² / 2⁶⁵: among a
    million rows once in 37 million tables.
    """
    mixed = (codes ^ column.astype(np.uint64)) * _MULTIPLIERS[0]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MULTIPLIERS[1]
    return mixed ^ (mixed >> np.uint64(31))


def row_codes(columns: Iterable[npt.NDArray[np.int64]], rows: int) -> RowCodes:
    """Give each row one number, equal where all its values are."""
    return reduce(mix, columns, no_codes(rows))


def repeats(codes: RowCodes) -> npt.NDArray[np.bool_]:
    """Mark every row that equals an earlier one."""
    _, first = np.unique(codes, return_index=True)
    later = np.ones(len(codes), dtype=np.bool_)
    later[first] = False
    return later


def in_groups(codes: RowCodes) -> npt.NDArray[np.bool_]:
    """Mark every row that has an equal one, before or behind it."""
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] > 1)
