"""Columns drawn at random, each as the Arrow type that a roll takes without a conversion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from kazyna.tax.months import MonthConvention, months_owed

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Lot:
    """What objects are drawn with."""

    random: np.random.Generator
    n: int
    """Objects to draw."""
    words: Mapping[str, Sequence[str]]
    """What each text column of the pack may say."""
    year: int
    """The tax year for which months are counted."""
    months: MonthConvention
    """How they are counted."""


Kind = Callable[[Lot], Columns]
"""Draws the columns of the objects of one tax."""


def chance(lot: Lot, share: float) -> np.ndarray:
    """Choose about so large a share of the objects."""
    return lot.random.random(lot.n) < share


def coded(code: np.ndarray, words: Sequence[str]) -> pa.DictionaryArray:
    """Return texts by their numbers in a list."""
    return pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), list(words))


def drawn(lot: Lot, words: Sequence[str], *, common: float = 0.0) -> pa.DictionaryArray:
    """Draw one of the words for each object; the first with the share `common` beforehand."""
    code = lot.random.integers(0, len(words), lot.n)
    return coded(np.where(chance(lot, common), 0, code), words)


def always(lot: Lot, word: str) -> pa.DictionaryArray:
    """Give every object the same word."""
    return coded(np.zeros(lot.n, dtype=np.int32), [word])


def whole(lot: Lot, low: int, high: int) -> pa.Array:
    """Draw a whole number from `low` to `high`, both included, for each object."""
    return pa.array(lot.random.integers(low, high + 1, lot.n))


def decimals(values: np.ndarray, places: int, limits: tuple[float, float]) -> pa.Array:
    """Clip numbers to limits, round them to decimal places and make decimals of them."""
    units = np.rint(np.clip(values, *limits) * 10**places).astype(np.int64)
    # A decimal of 128 bits is two words, the higher of which holds the sign.
    pairs = np.column_stack([units, units >> 63]).astype("<i8")
    buffers = [None, pa.py_buffer(pairs.tobytes())]
    return pa.Array.from_buffers(pa.decimal128(18, places), len(units), buffers)


def sizes(lot: Lot, median: float, spread: float, largest: float) -> pa.Array:
    """Draw areas or values, log-normal around a median."""
    values = median * np.exp(spread * lot.random.standard_normal(lot.n))
    return decimals(values, 2, (1, largest))


def holding(lot: Lot, *, new: float = 0.08) -> Columns:
    """Draw the day on which each right arose, a share of them in the year; count the months."""
    days = 365
    is_new = chance(lot, new)
    start = (date(lot.year, 1, 1) - date(1970, 1, 1)).days
    ago = lot.random.integers(1, 20 * days, lot.n)
    day = np.where(is_new, start + ago % days, start - ago)
    since = pa.array(day.astype(np.int32), pa.int32()).cast(pa.date32())
    until = pa.nulls(lot.n, pa.date32())
    return {
        "right_since": since,
        "months": months_owed(since, until, year=lot.year, convention=lot.months),
    }
