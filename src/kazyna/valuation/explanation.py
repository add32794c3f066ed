"""Reasons in money that add up to the value exactly."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kazyna.valuation.columns import Floats, Ints

MONEY = pa.decimal128(18, 2)
CENTS = 100


def in_money(value: Ints, base: int, parts: Floats) -> Ints:
    """Turn log contributions into whole units that add up to ``value - base``.

    Each log contribution is multiplied by the logarithmic mean of value and base (the additive
    LMDI decomposition, Ang 2004), which leaves nothing over; what rounding leaves goes to the
    largest remainders.

    Parameters
    ----------
    value, base
        Rounded amounts in whole units, shape (rows,) and one.
    parts
        Log contributions, shape (rows, reasons), whose sums are near log(value / base).

    Returns
    -------
    Shape (rows, reasons), whole units.
    """
    change = (value - base).astype(np.float64)
    growth = np.log(np.maximum(value, 1) / max(base, 1))
    mean = np.where(np.abs(growth) > 1e-9, change / np.where(growth == 0, 1, growth), base)  # noqa: PLR2004
    exact = parts * mean[:, None]
    # Rounding of value and base leaves a trace of a unit; the largest part takes it.
    largest = np.abs(parts).argmax(axis=1)
    rows = np.arange(len(parts))
    exact[rows, largest] += change - exact.sum(axis=1)
    floor = np.floor(exact)
    left = np.rint(change - floor.sum(axis=1)).astype(np.int64)
    order = np.argsort(floor - exact, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray(floor.astype(np.int64) + (rank < left[:, None]))


def money(cents: Ints) -> pa.Array:
    """Whole cents as exact decimals with two places."""
    words = np.column_stack([cents, cents >> 63]).astype("<i8")
    return pa.Array.from_buffers(MONEY, len(cents), [None, pa.py_buffer(words.tobytes())])


def reason_lists(names: tuple[str, ...], cents: Ints) -> pa.ListArray:
    """Build the lists of {reason, amount}, the largest first, without those that change nothing."""
    order = np.argsort(-np.abs(cents), axis=1, kind="stable")
    amounts = np.take_along_axis(cents, order, axis=1)
    told = amounts != 0
    offsets = np.concatenate([[0], np.cumsum(told.sum(axis=1))]).astype(np.int32)
    words: npt.NDArray[np.int64] = order[told]
    reason = pa.array(names, pa.string()).take(pa.array(words))
    structs = pa.StructArray.from_arrays([reason, money(amounts[told])], names=["reason", "amount"])
    return pa.ListArray.from_arrays(pa.array(offsets), structs)
