"""Reasons in money that add up to the value exactly."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kazyna.valuation.columns import Floats, Ints

MONEY = pa.decimal128(18, 2)
CENTS = 100
NEAR_ZERO = 1e-9


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
    mean = np.where(np.abs(growth) > NEAR_ZERO, change / np.where(growth == 0, 1, growth), base)
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


def log_contributions(
    reasons: Sequence[Sequence[Mapping[str, Any]]], value: Floats, base: Floats
) -> dict[str, Floats]:
    """Turn contributions in money into log contributions again: what `in_money` did, undone.

    Parameters
    ----------
    reasons
        Of each property: records with `reason` and `amount`.
    value, base
        Shape (properties,).

    Returns
    -------
    Shape (properties,) by name; nought where a property has no such reason.
    """
    growth = np.log(value / base)
    flat = np.abs(growth) < NEAR_ZERO
    mean = np.where(flat, base, (value - base) / np.where(flat, 1.0, growth))
    parts: dict[str, Floats] = {}
    for row, told in enumerate(reasons):
        for reason in told:
            part = parts.setdefault(reason["reason"], np.zeros(len(value)))
            part[row] += float(reason["amount"]) / mean[row]
    return parts


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
