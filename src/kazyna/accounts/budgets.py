"""Receipts divided among budgets, each to the last minor unit.

Every receipt is divided on its own, not the sum of a month: what is undone later takes from each
budget exactly what it was given, whatever else came in.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import lcm

import numpy as np
from numpy.typing import NDArray

SHARE_PARTS_MAX = 10**9
"""Shares are of so many parts at most, so that a remainder times a share fits 64 bits."""


def divide_receipts(
    amounts: NDArray[np.int64], shares: Sequence[Decimal]
) -> tuple[NDArray[np.int64], ...]:
    """Divide each amount by shares, by largest remainders.

    Each part is rounded down to a minor unit, and the units left over go to the largest
    remainders, on a tie to the budget named first. Of a negative amount the parts are those of the
    positive one, taken back.

    Parameters
    ----------
    amounts
        Minor units; negative where money went back.
    shares
        Of each budget, from 0 to 1; they add up to 1.

    Returns
    -------
    tuple of numpy.ndarray
        The part of each budget; the parts of an amount add up to it.

    Raises
    ------
    ValueError
        When the shares do not add up to 1, or are finer than `SHARE_PARTS_MAX` parts.

    Examples
    --------
    >>> third = [Decimal("0.5"), Decimal("0.3"), Decimal("0.2")]
    >>> [int(part[0]) for part in divide_receipts(np.array([101]), third)]
    [51, 30, 20]
    """
    fractions = [share.as_integer_ratio() for share in shares]
    parts = lcm(*(below for _, below in fractions))
    weights = [above * (parts // below) for above, below in fractions]
    if sum(weights) != parts or min(weights, default=-1) < 0 or parts > SHARE_PARTS_MAX:
        raise ValueError(f"the shares {[f'{share:f}' for share in shares]} are no division of 1")
    whole, rest = np.divmod(np.abs(amounts), parts)
    down = np.stack([whole * weight + rest * weight // parts for weight in weights])
    remainders = np.stack([rest * weight % parts for weight in weights])
    left = np.abs(amounts) - down.sum(axis=0)
    rank = np.argsort(np.argsort(-remainders, axis=0, kind="stable"), axis=0, kind="stable")
    return tuple(np.sign(amounts) * (down + (rank < left)))
